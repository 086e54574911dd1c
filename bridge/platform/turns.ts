// Lets works on one thing take turns inside this process, without anything being held while they wait.

export interface Turns {
  /** Runs `work` after all works that were given earlier under the same key, however those ended. */
  take<T>(key: string, work: () => Promise<T>): Promise<T>;
}

export function createTurns(): Turns {
  /** The end of each queue that is not empty. */
  const ends = new Map<string, Promise<unknown>>();
  return {
    async take(key, work) {
      const before = ends.get(key);
      const mine = before === undefined ? work() : before.then(work);
      const end = mine.catch(() => undefined);
      ends.set(key, end);
      try {
        return await mine;
      } finally {
        if (ends.get(key) === end) ends.delete(key);
      }
    },
  };
}
