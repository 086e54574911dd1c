// How PostgreSQL finds what the guard holds while it holds a large wave: no write goes through all of it.
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Scope, writeIn } from '../../bridge/platform/db/scope.ts';
import { findGroup } from '../../bridge/provisioning/groups/groups-repository.ts';
import { isAnythingHeld, listHeldMembers, listReleased } from '../../bridge/provisioning/guard/held-repository.ts';
import { findUser } from '../../bridge/provisioning/users/users-repository.ts';
import { userOf } from '../bench/support/data.ts';
import { createTestBridge, type ScimClient, type TestBridge } from '../support/bridge.ts';
import { loadTestUsers } from '../support/many-users.ts';
import { newGroup } from '../support/scim.ts';

const userCount = 10_000;
let bridge: TestBridge;
let scim: ScimClient;
let groupId: string;

beforeAll(async () => {
  bridge = await createTestBridge();
  scim = await bridge.directory('many');
  const { id } = scim.directory;
  await loadTestUsers(bridge.database.url, id, userCount);
  groupId = (await newGroup(scim, 'Everyone')).id;
  const hold = (scope: Scope, operation: string, group: string | null) =>
    sql`insert into guard_held (directory_id, id, operation, user_id, group_id, actor, held_at)
      select directory_id, gen_random_uuid(), ${operation}, id, ${group}::uuid, 'token:a', now()
      from users where directory_id = ${id}`.execute(scope);
  await writeIn(bridge.database.pool, id, async (scope) => {
    await hold(scope, 'remove_member', groupId);
    await hold(scope, 'delete', null);
  });
}, 120_000);
afterAll(() => bridge.close());

const atOnce = { deactivate: 1, delete: 1, remove_member: 1, delete_group: 1 };
const looks: Record<string, (scope: Scope, directoryId: string) => Promise<unknown>> = {
  'whether anything of a kind is held': (scope, id) => isAnythingHeld(scope, id, ['deactivate']),
  'what is held of a group': (scope, id) => findGroup(scope, id, groupId, { lock: 'change' }),
  'who of a few is held in a group': (scope, id) => listHeldMembers(scope, id, groupId, [userOf(5_000).id]),
  'what is held of a user': (scope, id) => findUser(scope, id, userOf(5_000).id, { lock: 'change' }),
  'what is released': (scope, id) => listReleased(scope, id, atOnce),
};

/** By this connection. */
async function rowsRead(scope: Scope): Promise<number> {
  const { rows } = await sql<{ read: number }>`select (seq_tup_read + coalesce(idx_tup_fetch, 0))::int as read
    from pg_stat_xact_user_tables where relname = 'guard_held'`.execute(scope);
  return rows[0]?.read ?? Number.NaN;
}

describe.each(['before the table was analysed', 'afterwards'])('%s', (when) => {
  beforeAll(async () => {
    if (when === 'afterwards') await sql`analyze guard_held`.execute(bridge.database.db);
  });

  test.each(Object.keys(looks))('%s is found without reading all that is held', async (what) => {
    const { id } = scim.directory;
    const read = await writeIn(bridge.database.pool, id, async (scope) => {
      const before = await rowsRead(scope);
      await looks[what]?.(scope, id);
      return (await rowsRead(scope)) - before;
    });
    expect(read).toBeLessThan(10);
  });
});
