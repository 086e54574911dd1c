// What it costs to bring all users of a directory to another SCIM server for the first time, beside a loop that does nothing
// but send them.
import { Agent } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { targetSettings } from '../../../bridge/outbound/contracts.ts';
import { loadUsers, userBody } from '../support/data.ts';
import { send } from '../support/load.ts';
import { type EmptyDirectory, startTarget } from '../support/outbound-target.ts';
import type { Row } from '../support/row.ts';
import { scimHeaders } from '../support/scim-work.ts';
import { median } from '../support/statistics.ts';
import { figure } from '../support/table.ts';
import type { EventWorld } from './event-rows.ts';

/** Requests at a time, of the loop as of the bridge. */
const lanes = 8;
const least = 0.8;
const source = 'outbound-source';

async function ratePerSecond(users: number, work: () => Promise<void>): Promise<number> {
  const started = performance.now();
  await work();
  return users / ((performance.now() - started) / 1_000);
}

async function postAll(users: number, { baseUrl, token }: EmptyDirectory): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: lanes });
  const base = new URL(baseUrl);
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < users) {
      const body = JSON.stringify(userBody(next++, 'loop'));
      const path = `${base.pathname}/Users`;
      const { status } = await send(agent, base, { method: 'POST', path, headers: scimHeaders(token), body }, false);
      if (status !== 201) throw new Error(`the target answered ${status}`);
    }
  };
  try {
    await Promise.all(Array.from({ length: lanes }, lane));
  } finally {
    agent.destroy();
  }
}

async function pushAll({ services, options, stage }: EventWorld, to: EmptyDirectory, bulk: boolean): Promise<void> {
  const { outbound } = services;
  const { baseUrl, token: secret } = to;
  const settings = targetSettings.parse({ baseUrl, concurrency: lanes, features: { bulk } });
  await outbound.createTarget(source, { slug: 'target', settings, secret });
  try {
    for (;;) {
      stage.context.signal.throwIfAborted();
      const { lastReport, held, failing } = await outbound.readStatus(source, 'target');
      if (held || failing[0]) throw new Error(held?.reason ?? failing[0]?.problem);
      if (lastReport && lastReport.created !== options.users) throw new Error(JSON.stringify(lastReport));
      if (lastReport) return;
      await sleep(50);
    }
  } finally {
    await outbound.deleteTarget(source, 'target');
  }
}

export const outboundRows: Row<EventWorld>[] = [
  {
    name: 'first sync to a second bridge',
    target: `≥ ${least} of a bare loop of POSTs`,
    async measure(world) {
      const { users, rounds } = world.options;
      const { id } = await world.services.directories.createDirectory({ slug: source });
      await loadUsers(world.stage.admin, id, users);
      const emptyDirectory = await startTarget(world.stage);
      const rates: Record<'loop' | 'single' | 'bulk', number[]> = { loop: [], single: [], bulk: [] };
      await postAll(users, await emptyDirectory('warm'));
      await pushAll(world, await emptyDirectory('warm-single'), false);
      for (let round = 1; round <= rounds; round += 1) {
        const work = {
          loop: (to: EmptyDirectory) => postAll(users, to),
          single: (to: EmptyDirectory) => pushAll(world, to, false),
          bulk: (to: EmptyDirectory) => pushAll(world, to, true),
        };
        for (const contender of ['loop', 'single', 'bulk'] as const) {
          const to = await emptyDirectory(`${contender}-${round}`);
          rates[contender].push(await ratePerSecond(users, () => work[contender](to)));
        }
      }
      const { loop, single, bulk } = rates;
      const beside = (rate: readonly number[]) => median(rate.map((one, round) => one / (loop[round] ?? Number.NaN)));
      const told = (rate: readonly number[]) => `${figure(median(rate))}/s (${beside(rate).toFixed(2)} ×)`;
      return {
        figures: `${told(bulk)} by Bulk, as a bridge has it, and ${told(single)} without, beside ${figure(median(loop))}/s; ${users} users, ${lanes} at a time`,
        met: beside(bulk) >= least,
      };
    },
  },
];
