import { describe, expect, it } from 'vitest';
import { createReporter, formatDuration } from './report.ts';

describe('durations', () => {
  it.each([
    [40, '0.0 s'],
    [1_250, '1.3 s'],
    [59_940, '59.9 s'],
    [65_400, '1 min 05 s'],
  ])('%i ms is %s', (ms, text) => expect(formatDuration(ms)).toBe(text));
});

describe('without a terminal', () => {
  it('each step is one plain line with its time, and nothing else is written', async () => {
    const written: string[] = [];
    const reporter = createReporter({ write: (text) => written.push(text) }, {});
    await reporter.step('PostgreSQL', async (step) => {
      step.progress('starting');
      return 'port 5432';
    });
    expect(written).toHaveLength(1);
    expect(written[0]).toMatch(/^ok {3}PostgreSQL +port 5432 +\d+\.\d s\n$/);
  });

  it('a step that fails leaves its message to the caller', async () => {
    const written: string[] = [];
    const reporter = createReporter({ write: (text) => written.push(text) }, {});
    await expect(reporter.step('Bridge', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(written).toEqual([]);
  });
});
