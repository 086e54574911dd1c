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
export type Resolution =
  | { outcome: 'visible' }
  | { outcome: 'reserved' }
  | { outcome: 'directory-disabled' }
  | { outcome: 'shadowed'; by: ResolvableUser };

/**
 * Resolves `user` among `all` users of the federation. It is shadowed when a directory with higher precedence has a user
 * of the same user name or e-mail. On purpose this is not recursive: a user who is shadowed shadows others all the same.
 * Otherwise a change in the first directory could bring up a user of the third, through one of the second that nobody
 * sees. A reserved user shadows nobody, because it is not served and never will be; an inactive one does.
 */
export function resolve(user: ResolvableUser, all: readonly ResolvableUser[], rules: ResolutionRules): Resolution {
  const rank = rules.enabled.indexOf(user.directoryId);
  if (rank < 0) return { outcome: 'directory-disabled' };
  if (rules.reserved.includes(user.userNameKey)) return { outcome: 'reserved' };
  const by = all
    .filter(
      (other) =>
        !rules.reserved.includes(other.userNameKey) && rules.enabled.slice(0, rank).includes(other.directoryId),
    )
    .find(
      (other) => other.userNameKey === user.userNameKey || (user.emailKey !== null && other.emailKey === user.emailKey),
    );
  return by ? { outcome: 'shadowed', by } : { outcome: 'visible' };
}
