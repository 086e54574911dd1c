// User passwords: argon2id with OWASP's parameters, and a limit on how many are computed at once.
import { hash, verify } from '@node-rs/argon2';

export interface PasswordHasher {
  hash(password: string): Promise<string>;
  /** 'overloaded' when too many checks wait already: the answer is not known, so it is not a refusal. */
  verify(hash: string, password: string): Promise<boolean | 'overloaded'>;
}

export interface PasswordHasherOptions {
  /** Kibibytes of memory; default 19456 (OWASP, with two passes). */
  memoryCost?: number;
  timeCost?: number;
  /** Checks that run at the same time; more wait. */
  concurrency?: number;
  /** Checks that may wait before the answer is 'overloaded'. */
  queue?: number;
}

/** @node-rs/argon2 computes on Node's thread pool, so a check never blocks the event loop. */
export function createPasswordHasher(options: PasswordHasherOptions = {}): PasswordHasher {
  const parameters = { memoryCost: options.memoryCost ?? 19_456, timeCost: options.timeCost ?? 2, parallelism: 1 };
  const concurrency = options.concurrency ?? 4;
  const queue = options.queue ?? 200;
  /** Somebody waits to sign in: checks go before the hashes of a directory that is being filled. */
  const checks: (() => void)[] = [];
  const hashes: (() => void)[] = [];
  let running = 0;

  async function limited<T>(line: (() => void)[], work: () => Promise<T>): Promise<T> {
    if (running >= concurrency) await new Promise<void>((resolve) => line.push(resolve));
    else running += 1;
    try {
      return await work();
    } finally {
      // The place goes straight to the next in line, or is given back.
      const next = checks.shift() ?? hashes.shift();
      if (next) next();
      else running -= 1;
    }
  }

  return {
    hash: (password) => limited(hashes, () => hash(password, parameters)),
    verify: async (stored, password) =>
      checks.length >= queue ? 'overloaded' : limited(checks, () => verify(stored, password)),
  };
}
