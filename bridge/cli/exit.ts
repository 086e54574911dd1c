// How a command ends.

export const exitCodes = { ok: 0, failed: 1, usage: 2, configuration: 78 } as const;

/** A command line that can't be carried out as it is written. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** The command did its work, and has said itself what was wrong. */
export class FailedQuietly extends Error {
  override readonly name = 'FailedQuietly';
}
