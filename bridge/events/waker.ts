// Waits for a signal, for a while, without losing one that comes before the waiting begins.
import type { ChangeSignal } from './signal.ts';

export interface Waker extends Disposable {
  /** Listens to these topics from now on, instead of those before. */
  watch(topics: readonly string[]): void;
  /** Forgets what was signalled so far. */
  rearm(): void;
  /** Resolves after `ms`, or at once when something was signalled since the last rearm, or when `stop` is aborted. */
  wait(ms: number): Promise<void>;
}

export function createWaker(signal: Pick<ChangeSignal, 'subscribe'>, stop: AbortSignal): Waker {
  let watched = '';
  let unsubscribe = () => {};
  let signalled = false;
  let resume = () => {};

  const wake = () => {
    signalled = true;
    resume();
  };
  stop.addEventListener('abort', wake);

  return {
    watch(topics) {
      const key = topics.join();
      if (key === watched) return;
      const before = unsubscribe;
      unsubscribe = signal.subscribe(topics, wake);
      before();
      watched = key;
    },
    rearm() {
      signalled = false;
    },
    async wait(ms) {
      if (signalled || stop.aborted) return;
      await new Promise<void>((resolve) => {
        const end = () => {
          clearTimeout(timer);
          // Another may wait meanwhile, since whoever waited for this or something else has gone on.
          if (resume === end) resume = () => {};
          resolve();
        };
        const timer = setTimeout(end, ms);
        resume = end;
      });
    },
    [Symbol.dispose]() {
      unsubscribe();
      stop.removeEventListener('abort', wake);
    },
  };
}
