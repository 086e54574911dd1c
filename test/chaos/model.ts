// What the bridge has acknowledged, and what it may or may not have done: a request whose answer was lost leaves two
// states possible, and its user alone from then on.

export interface UserState {
  active: boolean;
  givenName: string;
  inGroup: boolean;
}

export interface KnownUser {
  readonly userName: string;
  /** Undefined while nobody has heard it: the answer to the creation was lost. */
  id?: string;
  /** The states that the user may be in; `undefined` stands for absence. One, unless an answer was lost. */
  possible: (UserState | undefined)[];
}

export interface Model {
  readonly users: KnownUser[];
  acknowledged: number;
  lost: number;
}

export const createModel = (): Model => ({ users: [], acknowledged: 0, lost: 0 });

/** The state of a user of whom everything is known. */
export const stateOf = ({ possible }: KnownUser): UserState | undefined =>
  possible.length === 1 ? possible[0] : undefined;

/** Takes note of what came of a change to `next`. Refusals are none of the outcomes: every request is valid. */
export function settle(model: Model, user: KnownUser, next: UserState | undefined, outcome: 'done' | 'lost'): void {
  if (outcome === 'done') {
    user.possible = [next];
    model.acknowledged += 1;
  } else {
    user.possible.push(next);
    model.lost += 1;
  }
}

/** A generator of numbers in [0, 1) that says the same for the same seed (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
