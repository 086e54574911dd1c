// Lets only so many works run at once in this process; the others wait in line.

export interface Limiter {
  run<T>(work: () => Promise<T>): Promise<T>;
}

export function createLimiter(most: number): Limiter {
  const line: (() => void)[] = [];
  let running = 0;
  return {
    async run(work) {
      if (running >= most) await new Promise<void>((resolve) => void line.push(resolve));
      else running += 1;
      try {
        return await work();
      } finally {
        // The place goes to the next in line without becoming free in between.
        const next = line.shift();
        if (next) next();
        else running -= 1;
      }
    },
  };
}
