// Writes what pushes have come to: all that comes while a write is under way is written together by the next one, so
// that many pushes cost few transactions, and a single one waits for nothing.
import type { Settled } from './settlements-repository.ts';

const mostAtOnce = 200;

interface Waiting {
  settled: Settled;
  resolve: () => void;
  reject: (error: unknown) => void;
}

/** Resolves when it is written. One that the database refuses keeps no other from being written. */
export type Settling = (settled: Settled) => Promise<void>;

export function createSettling(write: (all: readonly Settled[]) => Promise<void>): Settling {
  const waiting: Waiting[] = [];
  let writing = false;

  async function writeAll(all: readonly Waiting[]): Promise<void> {
    try {
      await write(all.map(({ settled }) => settled));
      for (const { resolve } of all) resolve();
    } catch (error) {
      if (all.length === 1) for (const { reject } of all) reject(error);
      else for (const one of all) await writeAll([one]);
    }
  }

  async function writeOn(): Promise<void> {
    writing = true;
    while (waiting.length > 0) await writeAll(waiting.splice(0, mostAtOnce));
    writing = false;
  }

  return (settled) =>
    new Promise((resolve, reject) => {
      waiting.push({ settled, resolve, reject });
      if (!writing) void writeOn();
    });
}
