// What the guard for pushed SCIM watches, what it is told to allow, and what it holds.
import { z } from 'zod';
import type { GuardedOperation } from '../../platform/db/database.ts';

export type { GuardedOperation };

/** What does harm when it happens to many: people who can't log in, who are gone, who lose what their groups gave them. */
export const guardedOperations = ['deactivate', 'delete', 'remove_member'] as const;

/** Deleting a group takes its members out of it, and is counted as that. */
export const heldOperations = [...guardedOperations, 'delete_group'] as const;
export type HeldOperation = (typeof heldOperations)[number];

export const watchedAs = (operation: HeldOperation): GuardedOperation =>
  operation === 'delete_group' ? 'remove_member' : operation;

const limit = z.strictObject({
  count: z.int().min(0).max(10_000_000),
  percent: z.number().min(0).max(100),
});

/** Null: never held. */
const limits = z.strictObject({
  deactivate: limit.nullable(),
  delete: limit.nullable(),
  remove_member: limit.nullable(),
});

export const guardSettings = z.strictObject({
  windowMinutes: z.int().min(1).max(10_080),
  limits,
});
export type GuardSettings = z.infer<typeof guardSettings>;

export const guardChange = z.strictObject({
  enabled: z.boolean().optional(),
  windowMinutes: guardSettings.shape.windowMinutes.optional(),
  limits: limits.partial().optional(),
});

/** See docs/decisions/0025-guard.md. */
export const defaultSettings: GuardSettings = {
  windowMinutes: 60,
  limits: {
    deactivate: { count: 100, percent: 10 },
    delete: { count: 100, percent: 10 },
    remove_member: { count: 500, percent: 25 },
  },
};

/** Who asked for what, and when. */
export interface Held {
  id: string;
  operation: HeldOperation;
  userId: string | null;
  groupId: string | null;
  /** Released: it has been decided, and is not done yet. */
  state: 'held' | 'released';
  actor: string;
  requestId: string | null;
  heldAt: Date;
}

/** With the names that the list shows. */
export interface ListedHeld extends Held {
  userName: string | null;
  groupName: string | null;
  /** Of a group that is to be deleted. */
  members: number | null;
}

export interface WindowState {
  operation: GuardedOperation;
  /** Users to whom it was done within the window. */
  counted: number;
  /** How many may be; null: as many as there are. */
  allowed: number | null;
  /** Operations of this kind that are held, and users whom they concern. */
  held: number;
  trippedAt: Date | null;
}

export interface GuardStatus {
  directory: string;
  enabled: boolean;
  settings: GuardSettings;
  isDefault: boolean;
  /** Until then everything is let through. */
  passingUntil: Date | null;
  /** Who can log in. */
  users: number;
  held: number;
  /** What was released and is not done yet. */
  released: number;
  windows: WindowState[];
}

/** Which of what is held: all without a word. */
export interface HeldSelection {
  ids?: readonly string[];
  /** Nothing that was held later. */
  until?: Date;
}

export interface ReleaseProgress {
  /** Operations that were done by this call, or that had no longer anything to do. */
  done: number;
  /** What is left to do: call again. */
  left: number;
  passingUntil: Date | null;
}
