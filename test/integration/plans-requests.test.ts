// How PostgreSQL finds a request among many that are remembered: never by going through all of them.
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Scope, writeIn } from '../../bridge/platform/db/scope.ts';
import { selectRequests } from '../../bridge/provisioning/requests/repository.ts';
import { createTestBridge, type ScimClient, type TestBridge } from '../support/bridge.ts';
import { explain } from '../support/plans.ts';

let bridge: TestBridge;
let scim: ScimClient;

beforeAll(async () => {
  bridge = await createTestBridge();
  scim = await bridge.directory('many');
  const { id } = scim.directory;
  await writeIn(bridge.database.pool, id, (scope) =>
    sql`insert into scim_requests (directory_id, id, created_at, method, path, query, resource_id, request_id, address, status,
        failed_operations, failed, duration_ms, tolerances)
      select ${id}::uuid, gen_random_uuid(), now(), 'PUT', '/Users', '{}', gen_random_uuid(), 'r' || n, '::1', 200, 0,
        n % 100 = 0, 1, '[]' from generate_series(1, 20000) as n`.execute(scope),
  );
}, 120_000);
afterAll(() => bridge.close());

const filters = {
  scim_requests_pkey: 'true',
  scim_requests_failed_idx: 'failed',
  scim_requests_resource_idx: "resource_id = '01a2b3c4-0000-7000-8000-000000000000'",
  scim_requests_request_id_idx: "request_id = 'r12345'",
};

test.each(Object.entries(filters))('%s leads to the latest that are wanted', async (index, filter) => {
  const text = `select * from scim_requests where directory_id = $1 and ${filter} order by id desc limit 50`;
  const plan = await explain(bridge.database.pool, scim.directory.id, { text, values: [scim.directory.id] });
  expect(plan).toContain(`using ${index} on`);
  expect(plan).not.toMatch(/Seq Scan|Sort/);
});

describe('of what few requests have', () => {
  const hourMs = 3_600_000;
  const now = Date.now();
  let month: ScimClient;

  beforeAll(async () => {
    month = await bridge.directory('month');
    const { id } = month.directory;
    // Every two minutes one, for a month.
    await writeIn(bridge.database.pool, id, (scope) =>
      sql`insert into scim_requests (directory_id, id, created_at, method, path, query, request_id, address, status,
          failed_operations, failed, duration_ms, tolerances)
        select ${id}::uuid, (lpad(to_hex(ms), 12, '0') || '70008000' || lpad(to_hex(n), 12, '0'))::uuid,
          to_timestamp(ms / 1000.0), 'PUT', '/Users', '{}', 'r' || n, '::1', 200, 0, false, 1, '[]'
        from generate_series(1, 21600) as n cross join lateral (select ${now}::bigint - n::bigint * 120000 as ms) as time`.execute(
        scope,
      ),
    );
    await sql`analyze scim_requests`.execute(bridge.database.db);
  }, 120_000);

  /** By this connection. */
  async function rowsRead(scope: Scope): Promise<number> {
    const { rows } = await sql<{ read: number }>`select (seq_tup_read + coalesce(idx_tup_fetch, 0))::int as read
      from pg_stat_xact_user_tables where relname = 'scim_requests'`.execute(scope);
    return rows[0]?.read ?? Number.NaN;
  }

  const hours = (since: number, until?: number) => ({
    since: new Date(now - since * hourMs),
    ...(until !== undefined && { until: new Date(now - until * hourMs) }),
  });
  const searches = {
    'a text that none has': { ...hours(2), text: 'nowhere' },
    'a token that sent none': { ...hours(2), actor: 'token:nobody' },
    'a text long ago': { ...hours(400, 398), text: 'nowhere' },
    'a text that all have': { ...hours(400, 398), text: '/users' },
  };

  test.each(Object.entries(searches))('%s is looked for among those of the time alone', async (what, search) => {
    const { id } = month.directory;
    const query = { failed: false, limit: 1_000, ...search };
    const { found, read } = await writeIn(bridge.database.pool, id, async (scope) => {
      const before = await rowsRead(scope);
      const rows = await selectRequests(scope, id, query).execute();
      return { found: rows.length, read: (await rowsRead(scope)) - before };
    });
    expect(found).toBe(what.endsWith('all have') ? 60 : 0);
    expect(read).toBeLessThan(100);
  });
});
