// Time as a dependency, so that tests can set it.
export interface Clock {
  /** Now, with millisecond precision. */
  now(): Date;
}

export const systemClock: Clock = { now: () => new Date() };
