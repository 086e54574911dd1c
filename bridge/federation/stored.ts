// Rows as the repositories answer them.

/** Sorts before every id that exists: where a scan by id starts. */
export const beforeAllIds = '00000000-0000-0000-0000-000000000000';

export interface StoredGroup {
  directoryId: string;
  id: string;
  name: string;
}

export interface StoredUser {
  directoryId: string;
  id: string;
  userName: string;
  email: string | null;
  givenName: string | null;
  familyName: string | null;
  active: boolean;
  externalId: string | null;
  /** The SCIM resource. */
  resource: Record<string, unknown>;
  version: number;
  createdAt: Date;
  /** The groups that the user is a direct member of, ordered by name. */
  groups: { id: string; name: string }[];
}

/** A user of any directory of the federation, with the verdict of resolution on it. */
export interface ResolvedUser extends StoredUser {
  /** False when the user is shadowed or its name is reserved. Means nothing while its directory is disabled. */
  visible: boolean;
}
