// The health of a source: it takes more than one failure to call it unavailable, and more than one success to call it well.

export type SourceState = 'ok' | 'degraded' | 'unavailable';

export interface SourceHealth {
  state: SourceState;
  /** When it came into this state. */
  since: Date;
  /** In a row. */
  failures: number;
  /** In a row. */
  successes: number;
}

/** `troubled`: it answers, but not as it should. */
export type Outcome = 'reached' | 'troubled' | 'failed';

const failuresToUnavailable = 3;
const successesToOk = 2;

export const newHealth = (now: Date): SourceHealth => ({ state: 'ok', since: now, failures: 0, successes: 0 });

function nextState(
  { state }: SourceHealth,
  outcome: Outcome,
  { failures, successes }: { failures: number; successes: number },
): SourceState {
  if (outcome === 'failed') {
    return state === 'unavailable' || failures >= failuresToUnavailable ? 'unavailable' : 'degraded';
  }
  if (state === 'unavailable' && successes < successesToOk) return 'unavailable';
  if (outcome === 'troubled') return 'degraded';
  return state === 'degraded' && successes < successesToOk ? 'degraded' : 'ok';
}

/** The health after one more attempt. */
export function nextHealth(health: SourceHealth, outcome: Outcome, now: Date): SourceHealth {
  const failures = outcome === 'failed' ? health.failures + 1 : 0;
  const successes = outcome === 'failed' ? 0 : health.successes + 1;
  const state = nextState(health, outcome, { failures, successes });
  return { state, since: state === health.state ? health.since : now, failures, successes };
}
