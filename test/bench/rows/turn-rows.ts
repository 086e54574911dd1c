// How long one request may keep the bridge from all others: the longest turn of its event loop, under the worst bodies and
// filters that the limits allow.
import { setTimeout as sleep } from 'node:timers/promises';
import { GROUP_SCHEMA } from '../../../bridge/scim/schema/group-schema.ts';
import { USER_SCHEMA } from '../../../bridge/scim/schema/user-schema.ts';
import { userBody } from '../support/data.ts';
import type { LoadRequest } from '../support/load.ts';
import { ms, type Outcome, type Row } from '../support/row.ts';
import type { World } from '../support/world.ts';

const longestMs = 50;
/** Whatever else the machine does only makes a turn longer, so the shortest of them is what the request itself takes. */
const attempts = 7;
/** Of prom-client's monitor, which counts it in. */
const resolutionMs = 10;

const patchOf = (operations: object[]): string =>
  JSON.stringify({ schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'], Operations: operations });
const strangers = (count: number, run: number): { value: string }[] =>
  Array.from({ length: count }, (_, n) => ({
    value: `0190${String(run * count + n).padStart(8, '0')}-0000-7000-8000`,
  }));

/** The longest turn since the last call; PostgreSQL's turns are not meant. */
async function longestTurn(metricsUrl: string): Promise<number> {
  const response = await fetch(`${metricsUrl}/metrics`, { signal: AbortSignal.timeout(10_000) });
  const seconds = /^nodejs_eventloop_lag_max_seconds (\S+)$/m.exec(await response.text())?.[1];
  return Math.max(0, Number(seconds) * 1_000 - resolutionMs);
}

function turnRow(name: string, status: number, request: (world: World, n: number) => Promise<LoadRequest>): Row {
  return {
    name: `longest turn: ${name}`,
    target: `≤ ${longestMs} ms`,
    async measure(world): Promise<Outcome> {
      const { metricsUrl } = await world.stage.bridge();
      let shortest = Number.POSITIVE_INFINITY;
      for (let attempt = 0; attempt < attempts; attempt += 1) {
        const next = await request(world, attempt);
        await sleep(100);
        await longestTurn(metricsUrl);
        const answer = await world.call(world.fresh, next);
        if (answer.status !== status) throw new Error(`status ${answer.status}: ${answer.body.slice(0, 300)}`);
        await sleep(100);
        shortest = Math.min(shortest, await longestTurn(metricsUrl));
      }
      return { figures: ms(shortest), met: shortest <= longestMs };
    },
  };
}

async function create(world: World, path: '/Users' | '/Groups', body: object): Promise<string> {
  const answer = await world.call(world.fresh, { method: 'POST', path, body: JSON.stringify(body) });
  const made = JSON.parse(answer.body) as { id?: string };
  if (made.id === undefined) throw new Error(answer.body.slice(0, 300));
  return made.id;
}

let made = 0;
const newGroup = (world: World): Promise<string> =>
  create(world, '/Groups', { schemas: [GROUP_SCHEMA], displayName: `turns ${process.pid} ${made++}` });
const newUser = (world: World): Promise<string> => create(world, '/Users', userBody(made++, `turns-${process.pid}-`));

export const turnRows: Row[] = [
  turnRow('PATCH adds 40,000 members', 204, async (world, n) => ({
    method: 'PATCH',
    path: `/Groups/${await newGroup(world)}`,
    body: patchOf([{ op: 'add', path: 'members', value: strangers(40_000, n) }]),
  })),
  turnRow('PUT of a group with 40,000 members', 200, async (world, n) => ({
    method: 'PUT',
    path: `/Groups/${await newGroup(world)}?excludedAttributes=members`,
    body: JSON.stringify({
      schemas: [GROUP_SCHEMA],
      displayName: `put ${process.pid} ${n}`,
      members: strangers(40_000, n),
    }),
  })),
  turnRow('PATCH of a user by 400 value paths', 200, async (world) => ({
    method: 'PATCH',
    path: `/Users/${await newUser(world)}`,
    body: patchOf(
      Array.from({ length: 400 }, (_, n) => ({
        op: 'add',
        path: `emails[type eq "t${n}"].value`,
        value: `${'x'.repeat(200)}${n}@example.com`,
      })),
    ),
  })),
  turnRow('POST of a user with 1,000 long e-mails', 201, async () => ({
    method: 'POST',
    path: '/Users',
    body: JSON.stringify({
      schemas: [USER_SCHEMA],
      userName: `long-${process.pid}-${made++}`,
      emails: Array.from({ length: 1_000 }, (_, n) => ({ value: `${n}@example.com`, display: 'd'.repeat(1_900) })),
    }),
  })),
  turnRow('bulk of 1,000 creates', 200, async () => ({
    method: 'POST',
    path: '/Bulk',
    body: JSON.stringify({
      schemas: ['urn:ietf:params:scim:api:messages:2.0:BulkRequest'],
      Operations: Array.from({ length: 1_000 }, (_, n) => ({
        method: 'POST',
        path: '/Users',
        bulkId: `b${n}`,
        data: { ...userBody(made++, `turn-bulk-${process.pid}-`), title: 't'.repeat(200) },
      })),
    }),
  })),
  turnRow('a page of 1,000 users', 200, async () => ({ method: 'GET', path: '/Users?count=1000' })),
  turnRow('the longest filter', 200, async () => ({
    method: 'GET',
    path: `/Users?count=1&filter=${encodeURIComponent(
      Array.from({ length: 45 }, (_, n) => `emails[type eq "t${n}" and value co "x${n}"]`).join(' or '),
    )}`,
  })),
];
