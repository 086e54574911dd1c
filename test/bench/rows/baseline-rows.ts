// Rows that are measured beside Hono and pg alone.
import { copyTables, startBaseline } from '../support/baseline.ts';
import { compare } from '../support/comparison.ts';
import type { Row } from '../support/row.ts';
import { required } from '../support/row.ts';
import { type Served, scimComparisonsOn } from '../support/scim-work.ts';
import { figure } from '../support/table.ts';
import { fewUsers, type World } from '../support/world.ts';

let baseline: Promise<Served> | undefined;

async function startOnce({ stage, few }: World): Promise<Served> {
  await copyTables(stage, few.id);
  return startBaseline(stage);
}

function comparisonRow(name: string, label: string, atLeast: number): Row {
  return {
    name: label,
    target: `≥ ${atLeast} of Hono + pg`,
    async measure(world) {
      baseline ??= startOnce(world);
      const place = {
        directory: world.few,
        users: fewUsers,
        bridge: world.bridge,
        bare: await baseline,
        federationToken: '',
      };
      const comparison = required(scimComparisonsOn(place).find((one) => one.name === name));
      const result = await compare(world.load, comparison, world.options.rounds);
      const { bridge, ratio, tunedRatio } = result;
      const tuned = tunedRatio === undefined ? '' : ` (${tunedRatio.toFixed(2)} of it tuned)`;
      return { figures: `${ratio.toFixed(2)}${tuned}, ${figure(bridge.rate)}/s`, met: ratio >= atLeast };
    },
  };
}

export const baselineRows: Row[] = [
  comparisonRow('create a user', 'POST /Users', 0.6),
  comparisonRow('GET a user by id', 'GET /Users/{id}', 0.7),
  comparisonRow('find by userName eq', 'GET /Users?filter=userName eq', 0.7),
];
