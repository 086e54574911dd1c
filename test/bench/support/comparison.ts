// Measures contenders against each other in alternating rounds, so that what else the machine does meets all of them.
import type { Figures, LoadGenerator, Target } from './load.ts';
import { figuresOf, type Round } from './load.ts';
import { median } from './statistics.ts';
import { figure, progress, table } from './table.ts';

/** One line of work, done by the bridge and by what it is compared with. */
export interface Comparison {
  name: string;
  bridge: Target;
  /** The yardstick of the target. */
  baseline: Target;
  /** A harder yardstick, told for orientation. */
  tuned?: Target;
  /** The least ratio of bridge to baseline that is good enough. */
  atLeast?: number;
}

export interface Comparand extends Figures {
  name: string;
}

export interface ComparisonResult {
  name: string;
  bridge: Comparand;
  baseline: Comparand;
  tuned?: Comparand;
  /** The median of the rounds' own ratios of rates. */
  ratio: number;
  tunedRatio?: number;
  atLeast?: number;
}

/** Few connections, because a cold server that is flooded refuses. */
const warmUp = { seconds: 3, connections: 4 };

/** @param warmUps how often the contenders are warmed up in turns; Java goes on compiling for long */
export async function compare(
  load: LoadGenerator,
  comparison: Comparison,
  rounds: number,
  warmUps = 1,
): Promise<ComparisonResult> {
  const { name, bridge, baseline, tuned, atLeast } = comparison;
  const contenders = [bridge, baseline, ...(tuned ? [tuned] : [])];
  const measured = new Map<Target, Round[]>(contenders.map((target) => [target, []]));
  for (let turn = 0; turn < warmUps; turn += 1) {
    for (const target of contenders) await load.run(target, warmUp);
  }
  for (let round = 1; round <= rounds; round += 1) {
    // Who is first changes: a server that still gets faster would favour whoever comes second.
    const order = round % 2 === 1 ? contenders : contenders.toReversed();
    for (const target of order) measured.get(target)?.push(await load.run(target));
    const rates = contenders.map((target) => `${target.name} ${figure(measured.get(target)?.at(-1)?.rate ?? 0)}/s`);
    progress(`${name}, round ${round} of ${rounds}: ${rates.join(', ')}`);
  }
  const roundsOf = (target: Target): Round[] => measured.get(target) ?? [];
  const told = (target: Target): Comparand => ({ name: target.name, ...figuresOf(roundsOf(target)) });
  const ratioTo = (target: Target): number =>
    median(roundsOf(bridge).map((round, index) => round.rate / (roundsOf(target)[index]?.rate ?? Number.NaN)));
  return {
    name,
    bridge: told(bridge),
    baseline: told(baseline),
    ratio: ratioTo(baseline),
    ...(tuned && { tuned: told(tuned), tunedRatio: ratioTo(tuned) }),
    ...(atLeast !== undefined && { atLeast }),
  };
}

export function verdict(ratio: number, atLeast: number | undefined): string {
  if (atLeast === undefined) return '';
  return `≥ ${atLeast} ${ratio >= atLeast ? 'reached' : 'MISSED'}`;
}

export function renderComparisons(results: readonly ComparisonResult[]): string {
  const rows = results.flatMap((result) => {
    const line = (comparand: Comparand, ratio: number | undefined, target: string) => [
      comparand === result.bridge ? result.name : '',
      comparand.refused > 0 ? `${comparand.name} (${comparand.refused} refused)` : comparand.name,
      figure(comparand.rate),
      figure(comparand.p50),
      figure(comparand.p99),
      figure(comparand.cpu.server),
      figure(comparand.cpu.database),
      ratio === undefined ? '' : ratio.toFixed(2),
      target,
    ];
    return [
      line(result.bridge, undefined, ''),
      line(result.baseline, result.ratio, verdict(result.ratio, result.atLeast)),
      ...(result.tuned ? [line(result.tuned, result.tunedRatio, '')] : []),
    ];
  });
  return table(
    ['work', 'by', 'per second', 'p50 ms', 'p99 ms', 'CPU ms', 'database', 'ratio', 'target'],
    rows,
    [0, 1, 8],
  );
}
