// What a PATCH is once parsed, and what it comes to once planned.

import type { TypedFilter } from '../filter/typed.ts';
import type { PatchPath } from '../path/path.ts';
import type { MemberRef } from '../resource/members.ts';
import type { Resource } from '../schema/model.ts';

/** One operation on one target. A pathless operation has been split into one per key of its value. */
export interface PatchOperation {
  readonly op: 'add' | 'remove' | 'replace';
  readonly path: PatchPath;
  /** Undefined when the client sent none, which is not the same as null. */
  readonly value: unknown;
  /** The target came from a key of the value, not from `path`: read-only attributes may be echoes there. */
  readonly pathless: boolean;
}

/** A change to a group's members, to be applied in order. The planner never sees the members themselves. */
export type MemberChange =
  | { readonly kind: 'add'; readonly members: readonly MemberRef[] }
  | { readonly kind: 'remove'; readonly values: readonly string[] }
  | { readonly kind: 'removeAll' }
  | { readonly kind: 'replaceAll'; readonly members: readonly MemberRef[] }
  /** `filter` is what stands between the brackets: its paths (`members.type`, …) are read from one member. */
  | { readonly kind: 'removeWhere'; readonly filter: TypedFilter };

export interface PatchPlan {
  /** The resource after the patch: a new object. A group's has no `members`. */
  readonly resource: Resource;
  /** Whether `resource` differs from what was passed in. Says nothing of members and password. */
  readonly changed: boolean;
  /** Simplified: at most one `replaceAll` or `removeAll`, and only in first place; neighbours of a kind are joined. */
  readonly members: readonly MemberChange[];
  /** Absent: not mentioned. null: to be removed. */
  readonly password?: string | null;
}
