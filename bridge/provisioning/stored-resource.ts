// A resource as it lies in the store, and the page of a list.
import type { TypedFilter } from '../scim/filter/typed.ts';
import type { AttributePath, Resource } from '../scim/schema/model.ts';
import type { HeldOperation } from './guard/contracts.ts';

export interface StoredResource {
  id: string;
  /** Canonical, without id, meta, password, members and groups: those live elsewhere. */
  resource: Resource;
  version: number;
  createdAt: Date;
  lastModifiedAt: Date;
}

export interface StoredUser extends StoredResource {
  /** Whether the user may log in; `active` of the resource says the same, unless a client has removed it. */
  active: boolean;
  /** What of the user's the guard holds; known only of a user that is locked. */
  held: readonly HeldOperation[];
}

export interface StoredGroup extends StoredResource {
  /** What of the group's the guard holds; known only of a group that is locked. */
  held: readonly HeldOperation[];
}

/** What a row is locked for. A change lets others add the row as a member meanwhile; a deletion doesn't. */
export type RowLock = 'change' | 'delete';

export interface ListPage {
  filter?: TypedFilter | undefined;
  sort?: { path: AttributePath; descending: boolean } | undefined;
  /** From 1. */
  startIndex: number;
  count: number;
}
