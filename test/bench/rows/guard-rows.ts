// What the guard costs those whom it lets through.
import { compare } from '../support/comparison.ts';
import { loadUsers, userOf } from '../support/data.ts';
import type { Target } from '../support/load.ts';
import type { Row } from '../support/row.ts';
import { type BenchDirectory, newDirectory, scimHeaders } from '../support/scim-work.ts';
import { figure } from '../support/table.ts';
import type { World } from '../support/world.ts';

const withoutGuard = new URL('../support/without-guard.ts', import.meta.url);
const users = 2_000;
/** Nobody is held: what is measured is a normal day. */
const everybody = { count: 10_000_000, percent: 100 };

const patchOf = (path: string, value: unknown): string =>
  JSON.stringify({
    schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
    Operations: [{ op: 'replace', path, value }],
  });

/** Each round over all users changes what the one before has left. */
const roundOf = (n: number): number => Math.floor(n / users);

interface Work {
  label: string;
  atLeast: number;
  body: (n: number) => string;
}

async function newPlace({ stage }: World, slug: string): Promise<BenchDirectory> {
  const directory = await newDirectory(stage, slug);
  await loadUsers(stage.admin, directory.id, users);
  const limits = { deactivate: everybody, delete: everybody, remove_member: everybody };
  await stage.services.guard.update(slug, { limits });
  return directory;
}

async function countCounted({ stage }: World, { id }: BenchDirectory): Promise<number> {
  const { rows } = await stage.admin.query<{ count: number }>(
    'select count(*)::int as count from guard_changes where directory_id = $1',
    [id],
  );
  return rows[0]?.count ?? 0;
}

function guardRow({ label, atLeast, body }: Work, index: number): Row {
  return {
    name: `what the guard costs ${label}`,
    target: `≥ ${atLeast} of the rate without`,
    async measure(world) {
      const { stage, load, options } = world;
      const tail = `${index}-${process.pid}`;
      const [watched, free] = [await newPlace(world, `watched-${tail}`), await newPlace(world, `free-${tail}`)];
      const patches = (name: string, { slug, token }: BenchDirectory, url: string, pid: number): Target => ({
        ...{ name, url, pids: [pid], status: 200 },
        request: (n) => ({
          method: 'PATCH',
          path: `/scim/v2/${slug}/Users/${userOf((n % users) + 1).id}`,
          headers: scimHeaders(token),
          body: body(n),
        }),
      });
      const [guarded, other] = [
        await stage.startBridge(),
        await stage.startBridge({ env: { NODE_OPTIONS: `--import=${withoutGuard.href}` } }),
      ];
      try {
        const result = await compare(
          load,
          {
            name: label,
            bridge: patches('with the guard', watched, guarded.url, guarded.pid),
            baseline: patches('without', free, other.url, other.pid),
          },
          options.rounds,
        );
        if ((await countCounted(world, free)) > 0) throw new Error('the bridge without a guard has counted');
        const { ratio, bridge, baseline } = result;
        const [cpu, bareCpu] = [bridge, baseline].map((one) => (one.cpu.server + one.cpu.database).toFixed(2));
        return {
          figures:
            `${ratio.toFixed(2)} (${figure(bridge.rate)}/s instead of ${figure(baseline.rate)}/s; ` +
            `CPU ${cpu} ms instead of ${bareCpu} ms)`,
          met: ratio >= atLeast,
        };
      } finally {
        await Promise.all([guarded.stop(), other.stop()]);
      }
    },
  };
}

export const guardRows: Row[] = [
  { label: 'a PATCH of a title', atLeast: 0.9, body: (n: number) => patchOf('title', `Title ${roundOf(n)}`) },
  {
    label: 'a PATCH of active, every second one a deactivation',
    atLeast: 0.5,
    body: (n: number) => patchOf('active', (n + roundOf(n)) % 2 === 1),
  },
].map(guardRow);
