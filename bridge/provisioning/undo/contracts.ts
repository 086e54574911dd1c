// What an undo plan is, and the words in which it is told.
import type { JsonValue } from '../../scim/json.ts';

export const undoPlanStates = ['planning', 'planned', 'applying', 'applied'] as const;
export type UndoPlanState = (typeof undoPlanStates)[number];

export const undoActions = [
  // Made in the window, and taken away again.
  'delete',
  // Deleted in the window, and made again with its id.
  'restore',
  'update',
  'activate',
  'deactivate',
  'add_member',
  'remove_member',
  // Of a user of whom nothing else was changed.
  'password',
] as const;
export type UndoAction = (typeof undoActions)[number];

export const undoItemStates = [
  // To be done.
  'ready',
  // Not done unless the reviewer says that it is to overwrite.
  'conflict',
  // Never done.
  'impossible',
  'done',
  // Was to be done, and could not.
  'refused',
] as const;
export type UndoItemState = (typeof undoItemStates)[number];

export const undoReasons = [
  // Somebody else, or the same one outside the window, changed it afterwards.
  'changed_since',
  // As before, and after the plan was made.
  'changed_since_plan',
  // To be deleted, but others have put it into groups.
  'in_groups',
  // Its former name is somebody else's now.
  'name_taken',
  // Somebody else deleted it afterwards.
  'deleted_since',
  // The event log holds no passwords.
  'password_unknown',
  // The member was deleted, and doesn't come back.
  'member_gone',
  'group_gone',
  // Its resource type is no longer declared.
  'type_gone',
  // The store refused it; the problem says why.
  'invalid',
] as const;
export type UndoReason = (typeof undoReasons)[number];

/** A later change by somebody else. */
export interface LaterChange {
  by: string;
  /** ISO 8601. */
  at: string;
}

/** One attribute, or one of an extension (`urn:…:User:department`). */
export interface AttributeUndo {
  /** As the plan saw it; null: there was none. */
  now: JsonValue;
  to: JsonValue;
  /** Somebody else's change: it stays unless the reviewer overwrites it. */
  since?: LaterChange;
  /** The id of the resource that has the name now. */
  takenBy?: string;
}

export type AttributeUndos = Record<string, AttributeUndo>;

/** What was done in the window, by whom: the names that events give as their actors. */
export interface UndoWindow {
  actors: readonly string[];
  from: Date;
  /** Not included. */
  to: Date;
}

export interface UndoPlan extends UndoWindow {
  id: string;
  state: UndoPlanState;
  /** Of the actors in the window; each member of a group counts. */
  changes: number;
  createdBy: string;
  createdAt: Date;
  appliedAt: Date | null;
}

export interface UndoCounts {
  /** Resources that are still to be looked at. */
  unplanned: number;
  byState: Record<UndoItemState, number>;
  /** What is ready, and what was done. */
  byAction: Record<UndoAction, number>;
  /** Items that are done but for attributes which others changed. */
  partialConflicts: number;
}

export interface UndoPlanStatus extends UndoPlan {
  counts: UndoCounts;
}

export interface UndoItem {
  /** The resource's id or, for a member, `GROUP/MEMBER`. */
  id: string;
  resource: { type: string; id: string; name: string | null };
  /** A member's id, for `add_member` and `remove_member`. */
  member: { id: string; name: string | null } | null;
  action: UndoAction;
  state: UndoItemState;
  reason: UndoReason | null;
  /** Who and when, where somebody else stands in the way; for `name_taken`, whose name it is. */
  by: string | null;
  at: Date | null;
  /** Whether the reviewer lets it overwrite what others did. */
  overwrite: boolean;
  changes: AttributeUndos;
  /** What does not come back. */
  lost: string[];
  /** What came in the way when it was done. */
  problem: string | null;
}

/** How long a plan is kept. */
export const undoPlanDays = 30;
/** In one directory. */
export const maxUndoPlans = 20;
/** More changes than this are not undone at once. */
export const maxUndoneChanges = 1_000_000;
export const maxUndoActors = 20;
/** Items that can be named in one request. */
export const maxNamedItems = 500;

/** What may be overwritten: all conflicts, or those of the items. */
export type Overwriting = 'all' | readonly string[];
