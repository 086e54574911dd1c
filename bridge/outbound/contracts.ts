// What an operator says of a target, and what is told of it.
import { z } from '@hono/zod-openapi';
import { isStorable } from '../platform/db/storable.ts';
import type { JsonObject } from '../scim/json.ts';
import { mappingFault, withoutPasswords } from './mapping.ts';
import { presetNames } from './presets.ts';

const text = (max: number) =>
  z.string().min(1).max(max).refine(isStorable, 'must have no NUL character and no half of a surrogate pair');

const url = text(1_000).refine((value) => {
  if (!URL.canParse(value)) return false;
  const { protocol, hash, search } = new URL(value);
  return ['https:', 'http:'].includes(protocol) && hash === '' && search === '';
}, 'must be an https URL without a query');

const mapping = z
  .strictObject({
    name: text(100),
    resourceType: z.enum(['User', 'Group']).default('User'),
    attributes: z.record(z.string(), z.json()).openapi({
      type: 'object',
      additionalProperties: true,
      description:
        'A part of the resource as the target gets it. Texts may hold {path}, or {path | other path}: values of the source; null takes an attribute away.',
    }),
  })
  .superRefine(({ attributes }, context) => {
    const fault = mappingFault(attributes);
    if (fault !== undefined) context.addIssue({ code: 'custom', message: fault });
  })
  .openapi('OutboundMapping');

/** Uses of abilities that a target says it has, or hasn't: undefined leaves it to what the target says. */
const features = z
  .strictObject({
    patch: z.boolean().optional(),
    etag: z.boolean().optional(),
    bulk: z.boolean().optional(),
    filter: z.boolean().optional(),
    nestedGroups: z.boolean().optional().openapi({ description: 'Whether groups may be members of groups.' }),
    membersShown: z.boolean().optional().openapi({ description: 'Whether a group that is read has its members.' }),
    groups: z.boolean().optional().openapi({ description: 'Whether the target has groups at all.' }),
  })
  .openapi('OutboundFeatures');

export const targetSettings = z
  .strictObject({
    preset: z.enum(presetNames).default('scim'),
    baseUrl: url.openapi({ description: 'In front of /Users and /Groups.' }),
    authentication: z
      .discriminatedUnion('type', [
        z.strictObject({ type: z.literal('token') }),
        z.strictObject({
          type: z.literal('oauth'),
          tokenUrl: url,
          clientId: text(500),
          scope: text(1_000).nullable().default(null),
        }),
      ])
      .default({ type: 'token' }),
    users: z.enum(['all', 'of-groups']).default('all').openapi({
      description: 'All users of the directory, or only those in the groups that are pushed, however deep.',
    }),
    groups: z.array(text(300)).max(1_000).nullable().default(null).openapi({
      description: 'Ids or display names of the groups that are pushed; null: all of them.',
    }),
    leavers: z.enum(['deactivate', 'delete', 'keep']).default('deactivate').openapi({
      description: 'What becomes of an account there whose user is deleted or not to be pushed any more.',
    }),
    mappings: z
      .array(mapping)
      .max(50)
      .refine((all) => new Set(all.map(({ name }) => name)).size === all.length, 'must have different names')
      .default([]),
    features: features.default({}),
    concurrency: z.int().min(1).max(32).default(4),
    timeoutSeconds: z.int().min(1).max(120).default(15),
    reconcileSeconds: z.int().min(60).max(604_800).default(3_600),
  })
  .openapi('OutboundTargetSettings');

export type TargetSettings = z.output<typeof targetSettings>;

/** As they are stored: of one target that has what is refused by now, the others must not be lost. */
export const storedTargetSettings = (stored: unknown): TargetSettings =>
  targetSettings.parse(withoutPasswords(z.json().parse(stored)));

export const targetSecret = text(10_000).openapi({
  description: 'The token, or the secret of the OAuth client. Kept encrypted and never shown.',
});

export type TargetMode = 'active' | 'paused' | 'purging';

export interface Target {
  directoryId: string;
  id: string;
  slug: string;
  settings: TargetSettings;
  sealedSecret: Buffer;
  mode: TargetMode;
  revision: number;
  createdAt: Date;
}

export type ResourceKind = 'User' | 'Group';

/** What is known of a user or group at a target, leased to whoever pushes it. */
export interface PushedResource {
  sourceId: string;
  type: ResourceKind;
  state: 'ok' | 'pending' | 'quarantined';
  remoteId: string | null;
  adopted: boolean;
  retired: boolean;
  wanted: number;
  /** With the present one. */
  attempts: number;
  pushed: JsonObject | null;
  etag: string | null;
}

/** Something at the target that was not as it should be. */
export interface Drift {
  type: ResourceKind;
  sourceId: string;
  what: string;
}

/** What a full reconciliation came to. */
export interface RunReport {
  startedAt: string;
  seconds: number;
  resources: number;
  created: number;
  adopted: number;
  updated: number;
  retired: number;
  same: number;
  refused: number;
  failed: number;
  drift: Drift[];
}

export interface TargetStatus {
  counts: { ok: number; pending: number; quarantined: number };
  /** Events that are not noted yet. */
  behind: number;
  held: { until: Date; reason: string } | null;
  /** What is used of the target; null as long as it could not be asked. */
  features: Record<string, boolean> | null;
  /** Features that it says to have, and had not when they were used. */
  lacking: string[];
  pushedAt: Date | null;
  run: { startedAt: string; tasks: number; done: number } | null;
  lastReport: RunReport | null;
  quarantined: ResourceProblem[];
  failing: ResourceProblem[];
}

export interface ResourceProblem {
  type: ResourceKind;
  sourceId: string;
  remoteId: string | null;
  attempts: number;
  problem: string;
}

/** What a push would do, or has done. */
export type Outcome = 'created' | 'adopted' | 'updated' | 'retired' | 'same' | 'refused' | 'failed';

export interface Difference {
  type: ResourceKind;
  sourceId: string;
  name: string;
  action: 'create' | 'adopt' | 'update' | 'deactivate' | 'delete' | 'forget' | 'refuse';
  /** Attributes that differ, or why it is refused. */
  detail: string;
}
