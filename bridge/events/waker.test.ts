import { describe, expect, it } from 'vitest';
import { createLocalSignal } from './signal.ts';
import { createWaker } from './waker.ts';

const long = 10_000;

async function quickly(waiting: Promise<void>): Promise<void> {
  const started = performance.now();
  await waiting;
  expect(performance.now() - started).toBeLessThan(500);
}

describe('a waker', () => {
  it('remembers a signal that came before the waiting', async () => {
    const signal = createLocalSignal();
    using waker = createWaker(signal, new AbortController().signal);
    waker.watch(['a']);
    signal.changed('a');
    await quickly(waker.wait(long));
    waker.rearm();
    const waiting = waker.wait(50);
    signal.changed('other');
    await waiting;
  });

  it('listens to what it was told last', async () => {
    const signal = createLocalSignal();
    using waker = createWaker(signal, new AbortController().signal);
    waker.watch(['a']);
    waker.watch(['b']);
    const started = performance.now();
    const waiting = waker.wait(200);
    signal.changed('a');
    await waiting;
    expect(performance.now() - started).toBeGreaterThan(150);
    const second = waker.wait(long);
    signal.changed('b');
    await quickly(second);
  });

  it('is woken although an earlier wait, which nobody waits for any more, ends first', async () => {
    const signal = createLocalSignal();
    using waker = createWaker(signal, new AbortController().signal);
    waker.watch(['a']);
    const earlier = waker.wait(20);
    const later = waker.wait(long);
    await earlier;
    signal.changed('a');
    await quickly(later);
  });

  it('ends its waiting, now and later, when it is stopped', async () => {
    const stop = new AbortController();
    using waker = createWaker(createLocalSignal(), stop.signal);
    const waiting = waker.wait(long);
    stop.abort();
    await quickly(waiting);
    waker.rearm();
    await quickly(waker.wait(long));
  });

  it('leaves nobody subscribed', () => {
    let subscribed = 0;
    const counting = {
      subscribe: () => {
        subscribed += 1;
        return () => {
          subscribed -= 1;
        };
      },
    };
    {
      using waker = createWaker(counting, new AbortController().signal);
      waker.watch(['a']);
      waker.watch(['a']);
      waker.watch(['a', 'b']);
      expect(subscribed).toBe(1);
    }
    expect(subscribed).toBe(0);
  });
});
