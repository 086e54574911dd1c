// One line of the tables of `npm run bench:scim` and `npm run bench:keycloak`.
import type { Statement } from '../../../bridge/platform/db/statement.ts';
import { type Figures, figuresOf, type Target } from './load.ts';
import type { BenchDirectory } from './scim-work.ts';
import type { World } from './world.ts';

export interface Outcome {
  /** What was measured, for a person. */
  figures: string;
  /** Undefined when there is nothing to compare with on this machine. */
  met: boolean | undefined;
  /** Statements whose plans tell why a target is missed. */
  explain?: { directory: BenchDirectory; statements: Statement[] };
}

export interface Row<W = World> {
  name: string;
  target: string;
  /** Absent: not built. */
  measure?: (world: W) => Promise<Outcome>;
}

/** Puts targets under load in turns; answers the figures of each. */
export async function inTurns(
  { load, options }: World,
  targets: readonly Target[],
  connections: number = options.connections,
): Promise<Figures[]> {
  for (const target of targets) await load.run(target, { seconds: 1, connections });
  const rounds = targets.map(() => [] as Awaited<ReturnType<typeof load.run>>[]);
  for (let round = 0; round < options.rounds; round += 1) {
    for (const [index, target] of targets.entries()) rounds[index]?.push(await load.run(target, { connections }));
  }
  return rounds.map((measured) => figuresOf(measured));
}

/** A figure that is there, for tuples that TypeScript can't count. */
export function required<T>(value: T | undefined): T {
  if (value === undefined) throw new TypeError('nothing was measured');
  return value;
}

export const ms = (value: number): string => `${value.toFixed(value < 10 ? 1 : 0)} ms`;
export const megabytes = (bytes: number): string => `${Math.round(bytes / 1_048_576)} MB`;
