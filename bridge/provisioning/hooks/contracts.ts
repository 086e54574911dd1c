// What an operator's own code may do before and after a resource is changed. docs/hooks.md explains it; a hooks module is typed
// by `Hooks`, and an HTTP service gets and answers the same as JSON.
import { z } from 'zod';
import type { Directory } from '../../directories/contracts.ts';
import type { JsonObject } from '../../scim/json.ts';

export type { JsonObject };

export type HookedOperation = 'create' | 'replace' | 'patch' | 'delete';

/** One step of what a PATCH does to a group's members; the ids are those that it names. */
export interface HookMemberChange {
  kind: 'add' | 'remove' | 'replaceAll' | 'removeAll' | 'removeWhere';
  /** Absent for `removeAll`, and for `removeWhere`, which chooses by a filter. */
  ids?: string[];
}

/** What both kinds of hooks are told. */
export interface HookContext {
  operation: HookedOperation;
  /** `User`, `Group`, or the name of a type that the directory declares. */
  resourceType: string;
  directory: Pick<Directory, 'id' | 'slug' | 'kind' | 'profile'>;
  /** Such as `token:rb_scim_Ab12cd`. */
  actor: string;
  requestId?: string;
}

export interface BeforeContext extends HookContext {
  /** Absent for `create`. */
  id?: string;
  /** The resource as it is; absent for `create`. A group comes without its members. */
  current?: JsonObject;
  /**
   * What it is to become; for `patch`, the state after the operations; absent for `delete`. Attributes have the names of the
   * schema; only what would be refused as invalid is shown as it was sent. What the hook makes of it is validated. There is
   * never a password in it.
   */
  resource?: JsonObject;
  /** What a `patch` does to a group's members, in order. */
  members?: HookMemberChange[];
  setsPassword: boolean;
}

/** What a hook in a module has besides. */
export interface BeforeTools {
  /** Of the directory, now. Two requests at once may both be told the same. */
  countActiveUsers(): Promise<number>;
  /** Aborted when the time is over. */
  signal: AbortSignal;
}

export interface AfterContext extends HookContext {
  id: string;
  /** The resource as it is now; absent after `delete`. A group comes without its members. */
  resource?: JsonObject;
}

const rejection = z.object({
  /** Said to the identity provider. */
  detail: z.string().min(1).max(1_000),
  status: z.union([z.literal([400, 403, 404, 409, 413, 422, 429, 503])]).default(400),
  scimType: z.enum(['uniqueness', 'tooMany', 'mutability', 'invalidSyntax', 'invalidValue', 'sensitive']).optional(),
});

/** What a before-hook may answer: nothing, a changed resource, or why the change is refused. */
export const beforeAnswerShape = z
  .object({ resource: z.record(z.string(), z.json()).optional(), reject: rejection.optional() })
  .optional();

export type BeforeAnswer = z.input<typeof beforeAnswerShape>;

type Awaitable<T> = T | Promise<T>;

/** What a hooks module exports. */
export interface Hooks {
  /** Runs before the change is validated and written. What it throws counts as a failure of the hook, not as a refusal. */
  // biome-ignore lint/suspicious/noConfusingVoidType: a function that answers nothing is a good hook
  before?(context: BeforeContext, tools: BeforeTools): Awaitable<BeforeAnswer | void>;
  /** Runs after the commit and apart from the request; what becomes of it changes nothing. */
  after?(context: AfterContext, tools: Pick<BeforeTools, 'signal'>): Awaitable<void>;
}
