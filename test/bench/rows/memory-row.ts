// The bridge's memory: at rest, and while it is kept busy.
import { setTimeout as sleep } from 'node:timers/promises';
import { userBody, userOf } from '../support/data.ts';
import { megabytes, type Outcome, type Row } from '../support/row.ts';
import { anyOf } from '../support/scim-work.ts';
import type { World } from '../support/world.ts';

const idleMegabytes = 150;
/** What a garbage collector may be behind by. */
const growthFactor = 1.15;

async function measure(world: World): Promise<Outcome> {
  const { load, options, fresh, few, target } = world;
  await sleep(1_000);
  const idle = await world.memory();
  const creating = target(fresh, 201, (n) => ({
    method: 'POST',
    path: '/Users',
    body: JSON.stringify(userBody(n, 'memory')),
  }));
  const reading = target(few, 200, (n) => ({ method: 'GET', path: `/Users/${userOf(anyOf(1_000, n)).id}` }));
  const seconds = options.memorySeconds / 8;
  const samples: number[] = [];
  for (let part = 0; part < 4; part += 1) {
    await load.run(creating, { seconds });
    await load.run(reading, { seconds });
    samples.push(await world.memory());
  }
  // The first part is where Node and the pool take what they work with.
  const [, first = 0, , last = 0] = samples;
  return {
    figures: `before ${megabytes(idle)}, under load ${samples.map(megabytes).join(', ')}`,
    met: idle < idleMegabytes * 1_048_576 && last < first * growthFactor,
  };
}

export const memoryRows: Row[] = [
  { name: 'memory at rest, and under load', target: `< ${idleMegabytes} MB, no growth`, measure },
];
