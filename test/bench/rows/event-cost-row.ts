// What every SCIM write pays for being told to others: its event, in the same transaction.
import { compare } from '../support/comparison.ts';
import { userBody } from '../support/data.ts';
import type { Figures, Target } from '../support/load.ts';
import type { Row } from '../support/row.ts';
import { type BenchDirectory, newDirectory, scimHeaders } from '../support/scim-work.ts';
import { figure } from '../support/table.ts';
import type { EventWorld } from './event-rows.ts';

const withoutEvents = new URL('../support/without-events.ts', import.meta.url);
const atMost = 0.15;

async function countEvents({ stage }: EventWorld, { id }: BenchDirectory): Promise<number> {
  const { rows } = await stage.admin.query<{ users: number }>(
    "select count(*)::int as users from events where directory_id = $1 and type = 'user.created'",
    [id],
  );
  return rows[0]?.users ?? 0;
}

export const eventCostRow: Row<EventWorld> = {
  name: 'what its event costs POST /Users',
  target: `≤ ${atMost * 100} % of the rate without`,
  async measure(world) {
    const { stage, load, options } = world;
    const [told, silent] = [await newDirectory(stage, 'told'), await newDirectory(stage, 'silent')];
    const creates = (name: string, { slug, token }: BenchDirectory, url: string, pid: number): Target => ({
      ...{ name, url, pids: [pid], status: 201 },
      request: (n) => ({
        method: 'POST',
        path: `/scim/v2/${slug}/Users`,
        headers: scimHeaders(token),
        body: JSON.stringify(userBody(n, 'new-')),
      }),
    });
    const [writing, other] = [
      await stage.startBridge(),
      await stage.startBridge({ env: { NODE_OPTIONS: `--import=${withoutEvents.href}` } }),
    ];
    try {
      const result = await compare(
        load,
        {
          name: 'create a user',
          bridge: creates('with events', told, writing.url, writing.pid),
          baseline: creates('without', silent, other.url, other.pid),
        },
        options.rounds,
      );
      const [some, none] = [await countEvents(world, told), await countEvents(world, silent)];
      if (some === 0 || none > 0) throw new Error(`${some} and ${none} events were written, not some and none`);
      const cost = 1 - result.ratio;
      const cpuOf = ({ cpu }: Figures): string => `${cpu.server.toFixed(2)} + ${cpu.database.toFixed(2)} ms`;
      return {
        figures:
          `${(cost * 100).toFixed(1)} % (${figure(result.bridge.rate)}/s instead of ${figure(result.baseline.rate)}/s; ` +
          `CPU of bridge and database ${cpuOf(result.bridge)} instead of ${cpuOf(result.baseline)})`,
        met: cost <= atMost,
      };
    } finally {
      await Promise.all([writing.stop(), other.stop()]);
    }
  },
};
