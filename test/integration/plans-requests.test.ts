// How PostgreSQL finds a request among many that are remembered: never by going through all of them.
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { writeIn } from '../../bridge/platform/db/scope.ts';
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
