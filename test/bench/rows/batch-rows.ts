// Work on many resources at a time: bulk requests, and a walk over a whole directory.
import { performance } from 'node:perf_hooks';
import { userBody, userOf } from '../support/data.ts';
import { ms, type Outcome, type Row } from '../support/row.ts';
import { median } from '../support/statistics.ts';
import { figure } from '../support/table.ts';
import { fewUsers, type World } from '../support/world.ts';

const bulkFactor = 3;
const perBulk = 1_000;
const walkPage = 1_000;
const flatFactor = 1.5;

async function measureBulk(world: World): Promise<Outcome> {
  const { load, options, fresh, target } = world;
  const single = target(fresh, 201, (n) => ({
    method: 'POST',
    path: '/Users',
    body: JSON.stringify(userBody(n, 'single')),
  }));
  await load.run(single, { seconds: 1 });
  const rates: { single: number; bulk: number }[] = [];
  for (let round = 0; round < options.rounds; round += 1) {
    const { rate } = await load.run(single);
    const operations = Array.from({ length: perBulk }, (_, index) => ({
      method: 'POST',
      path: '/Users',
      bulkId: `b${index}`,
      data: userBody(round * perBulk + index, 'bulk'),
    }));
    const body = JSON.stringify({
      schemas: ['urn:ietf:params:scim:api:messages:2.0:BulkRequest'],
      Operations: operations,
    });
    const answer = await world.call(fresh, { method: 'POST', path: '/Bulk', body });
    const made = answer.body.match(/"status":"201"/g)?.length ?? 0;
    if (made !== perBulk) throw new Error(`bulk made ${made} users: ${answer.body.slice(0, 300)}`);
    rates.push({ single: rate, bulk: perBulk / (answer.ms / 1_000) });
  }
  const factor = median(rates.map(({ single: one, bulk }) => bulk / one));
  return {
    figures: `${figure(median(rates.map(({ bulk }) => bulk)))}/s beside ${figure(median(rates.map((rate) => rate.single)))}/s (${factor.toFixed(1)} ×)`,
    met: factor >= bulkFactor,
  };
}

interface WalkPage {
  Resources: { id: string }[];
  totalResults: number;
  nextCursor?: string;
}

/** Walks the directory while others are deleted from it, and holds what it saw against what was there all the time. */
async function measureWalk(world: World): Promise<Outcome> {
  const { options, many, call } = world;
  const seen = new Set<string>();
  const times: number[] = [];
  const deleted = new Set<string>();
  let doubled = 0;
  let cursor: string | undefined = '';
  // A kept directory lacks whom an earlier run has deleted.
  const { rows: present } = await world.stage.admin.query<{ id: string }>(
    'select id from users where directory_id = $1',
    [many.id],
  );
  const started = performance.now();
  while (cursor !== undefined) {
    world.stage.context.signal.throwIfAborted();
    const path = `/Users?attributes=userName&count=${walkPage}&cursor=${encodeURIComponent(cursor)}`;
    const answer = await call(many, { method: 'GET', path });
    if (answer.status !== 200) throw new Error(`status ${answer.status}: ${answer.body.slice(0, 300)}`);
    times.push(answer.ms);
    const page = JSON.parse(answer.body) as WalkPage;
    for (const { id } of page.Resources) {
      if (seen.has(id)) doubled += 1;
      seen.add(id);
    }
    cursor = page.nextCursor;
    // One behind and one ahead of the walk, beyond the members of groups.
    const victim = userOf(options.users - times.length - fewUsers).id;
    if ((await call(many, { method: 'DELETE', path: `/Users/${victim}` })).status === 204) deleted.add(victim);
  }
  const missed = present.filter(({ id }) => !seen.has(id) && !deleted.has(id)).length;
  const tenth = Math.max(1, Math.floor(times.length / 10));
  const [first, last] = [median(times.slice(1, tenth + 1)), median(times.slice(-tenth))];
  return {
    figures: `${missed} missed, ${doubled} doubled; a page of ${walkPage} in ${ms(first)} at first, ${ms(last)} at last; ${((performance.now() - started) / 1_000).toFixed(0)} s`,
    met: missed === 0 && doubled === 0 && last <= first * flatFactor,
  };
}

export const batchRows: Row[] = [
  { name: `bulk of ${perBulk} creates`, target: `≥ ${bulkFactor} × single POSTs`, measure: measureBulk },
  {
    name: 'walk all users by cursor while others delete',
    target: 'none missed or doubled, flat',
    measure: measureWalk,
  },
];
