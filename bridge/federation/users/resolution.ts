// The rule that decides which directory's user is served. repositories/visibility.ts says the same in SQL, and a property
// test compares the two.

export interface ResolvableUser {
  id: string;
  directoryId: string;
  userNameKey: string;
  emailKey: string | null;
}

export interface ResolutionRules {
  /** The federation's enabled directories, first in precedence first. */
  enabled: readonly string[];
  /** User name keys that are never served. */
  reserved: readonly string[];
}

/** Why a user is served or not. */
export type Resolution<User extends ResolvableUser = ResolvableUser> =
  | { outcome: 'visible' }
  | { outcome: 'reserved' }
  | { outcome: 'directory-disabled' }
  | { outcome: 'shadowed'; by: User; match: 'username' | 'email' };

/**
 * Resolves `user` among `all` users of the federation. It is shadowed when a directory with higher precedence has a user
 * of the same user name or e-mail. On purpose this is not recursive: a user who is shadowed shadows others all the same.
 * Otherwise a change in the first directory could bring up a user of the third, through one of the second that nobody
 * sees. A reserved user shadows nobody, because it is not served and never will be; an inactive one does. Of several that
 * shadow it the one of the same user name is named, then the one with the highest precedence.
 */
export function resolve<User extends ResolvableUser>(
  user: ResolvableUser,
  all: readonly User[],
  rules: ResolutionRules,
): Resolution<User> {
  const rank = rules.enabled.indexOf(user.directoryId);
  if (rank < 0) return { outcome: 'directory-disabled' };
  if (rules.reserved.includes(user.userNameKey)) return { outcome: 'reserved' };
  const before = rules.enabled.slice(0, rank);
  const hiding = all
    .filter((other) => !rules.reserved.includes(other.userNameKey) && before.includes(other.directoryId))
    .toSorted((a, b) => before.indexOf(a.directoryId) - before.indexOf(b.directoryId) || (a.id < b.id ? -1 : 1));
  const ofName = hiding.find((other) => other.userNameKey === user.userNameKey);
  if (ofName) return { outcome: 'shadowed', by: ofName, match: 'username' };
  const ofEmail = hiding.find((other) => user.emailKey !== null && other.emailKey === user.emailKey);
  return ofEmail ? { outcome: 'shadowed', by: ofEmail, match: 'email' } : { outcome: 'visible' };
}
