// Whether what is done to many users within a window is too much at once. Pure.

export interface GuardLimit {
  /** To so many it may always be done. */
  count: number;
  /** Of the directory's users, more than this share is suspicious. */
  percent: number;
}

/** To how many users of a directory that has `users` it may be done within a window. */
export const allowedBy = ({ count, percent }: GuardLimit, users: number): number =>
  Math.max(count, Math.floor((users * percent) / 100));

/** The same words as of LDAP directories: see ldap/removal-guard.ts. */
export const isTooMany = (changed: number, limit: GuardLimit, users: number): boolean =>
  changed > allowedBy(limit, users);

/** Whether the number of users has to be known to say so. */
export const isWithinCount = (changed: number, { count }: GuardLimit): boolean => changed <= count;
