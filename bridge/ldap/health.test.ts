import { expect, it } from 'vitest';
import { newHealth, nextHealth, type Outcome, type SourceHealth } from './health.ts';

const start = new Date('2026-11-01T08:00:00Z');
const at = (minute: number) => new Date(start.getTime() + minute * 60_000);

const after = (outcomes: Outcome[]): SourceHealth =>
  outcomes.reduce((health, outcome, minute) => nextHealth(health, outcome, at(minute + 1)), newHealth(start));

it.each<[Outcome[], string]>([
  [[], 'ok'],
  [['reached'], 'ok'],
  [['failed'], 'degraded'],
  [['failed', 'failed'], 'degraded'],
  [['failed', 'failed', 'failed'], 'unavailable'],
  [['failed', 'reached'], 'degraded'],
  [['failed', 'reached', 'reached'], 'ok'],
  [['failed', 'reached', 'failed', 'reached', 'failed'], 'degraded'],
  [['failed', 'failed', 'failed', 'reached'], 'unavailable'],
  [['failed', 'failed', 'failed', 'reached', 'failed', 'reached'], 'unavailable'],
  [['failed', 'failed', 'failed', 'reached', 'reached'], 'ok'],
  [['troubled'], 'degraded'],
  [['failed', 'failed', 'failed', 'troubled', 'troubled'], 'degraded'],
])('after %j a source is %s', (outcomes, state) => {
  expect(after(outcomes).state).toBe(state);
});

it('remembers since when it is in its state', () => {
  expect(after(['reached', 'failed', 'failed', 'failed', 'failed']).since).toEqual(at(4));
  expect(after(['reached', 'reached']).since).toEqual(start);
});
