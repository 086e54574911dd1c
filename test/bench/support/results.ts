// Measures rows one after the other: a row that fails is told as such, and the next one is measured.
import type { BenchOptions } from './options.ts';
import { isChosen } from './options.ts';
import type { Outcome, Row } from './row.ts';
import { progress, table } from './table.ts';

export interface Result {
  name: string;
  target: string;
  measured: string;
  verdict: 'reached' | 'MISSED' | 'not built' | 'not compared' | 'failed';
}

export async function measureRows<W>(
  rows: readonly Row<W>[],
  world: W,
  options: BenchOptions,
  signal: AbortSignal,
  onMissed?: (outcome: Outcome) => Promise<void>,
): Promise<Result[]> {
  const results: Result[] = [];
  for (const { name, target, measure } of rows) {
    if (!isChosen(options, name)) continue;
    if (!measure) {
      results.push({ name, target, measured: '', verdict: 'not built' });
      continue;
    }
    try {
      const outcome = await measure(world);
      const verdict = outcome.met === undefined ? 'not compared' : outcome.met ? 'reached' : 'MISSED';
      progress(`${name}: ${outcome.figures}; ${target}: ${verdict}`);
      if (outcome.met === false) await onMissed?.(outcome);
      results.push({ name, target, measured: outcome.figures, verdict });
    } catch (error) {
      signal.throwIfAborted();
      const measured = error instanceof Error ? error.message : String(error);
      progress(`${name}: ${measured}`);
      results.push({ name, target, measured, verdict: 'failed' });
    }
  }
  return results;
}

export function renderResults(results: readonly Result[]): string {
  const cells = results.map(({ name, target, measured, verdict }) => [name, target, measured, verdict]);
  return table(['work', 'must reach', 'measured', ''], cells, [0, 1, 2, 3]);
}
