// How PostgreSQL goes about filters on declared attributes that are indexed: by their keys, however many users there are.
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { writeIn } from '../../bridge/platform/db/scope.ts';
import type { ListQuery } from '../../bridge/provisioning/contracts.ts';
import { parsePage } from '../../bridge/provisioning/lists/list-page.ts';
import { readDeclared } from '../../bridge/provisioning/schemas/repository.ts';
import { countOfUsers, pageOfUsers } from '../../bridge/provisioning/users/user-reads.ts';
import { tolerancesOf } from '../../bridge/scim/interop/profiles.ts';
import { DEFAULT_PROJECTION } from '../../bridge/scim/projection.ts';
import { typesWith } from '../../bridge/scim/schema/resource-types.ts';
import { createTestBridge, type ScimClient, type TestBridge } from '../support/bridge.ts';
import { badge, declare } from '../support/declared-schemas.ts';
import { loadTestUsers } from '../support/many-users.ts';
import { explain } from '../support/plans.ts';
import { filtered, newUser, pluck } from '../support/scim.ts';

// PLAN_USERS=100000 takes a minute and a half, and has the same plans.
const userCount = Number(process.env['PLAN_USERS'] ?? 20_000);
let bridge: TestBridge;
let scim: ScimClient;

const schema = (indexed: boolean) => ({
  id: badge,
  name: 'Badge',
  resourceType: 'User',
  attributes: [
    { name: 'number', indexed },
    { name: 'level', type: 'integer', indexed },
    { name: 'keys', type: 'complex', multiValued: true, subAttributes: [{ name: 'value', indexed }, { name: 'type' }] },
  ],
});

beforeAll(async () => {
  bridge = await createTestBridge();
  scim = await bridge.directory('many');
  await declare(bridge, scim, schema(false));
  await loadTestUsers(bridge.database.url, scim.directory.id, userCount);
  await writeIn(bridge.database.pool, scim.directory.id, (scope) =>
    sql`update users set resource = resource || jsonb_build_object(${badge}::text, jsonb_build_object(
        'number', 'No ' || n, 'level', n,
        'keys', jsonb_build_array(jsonb_build_object('value', 'k' || n, 'type', 'door'))))
      from (select id, row_number() over (order by id) as n from users) as numbered
      where users.id = numbered.id`.execute(scope),
  );
  await declare(bridge, scim, schema(true));
}, 300_000);
afterAll(() => bridge.close());

async function pageOf(filter: string) {
  const { schemas } = await readDeclared(bridge.database.pool, scim.directory.id);
  const query: ListQuery = { filter: `${badge}:${filter}`, startIndex: 1, count: 100, sortOrder: 'ascending' };
  return parsePage(typesWith(schemas).user, query, { tolerances: tolerancesOf(scim.directory.profile) });
}

describe(`with ${userCount} users who had their values before the attributes were indexed`, () => {
  const filters: [string, number][] = [
    ['number eq "no 4711"', 1],
    ['level eq 4711', 1],
    ['keys.value eq "K4711"', 1],
    ['keys eq "k4711"', 1],
    ['keys[type eq "door" and value eq "k4711"]', 1],
    ['number sw "NO 1234"', 11],
  ];
  test.each(filters)('%s is a look-up', async (filter, found) => {
    const page = await pageOf(filter);
    for (const statement of [
      pageOfUsers(scim.directory.id, page, DEFAULT_PROJECTION),
      countOfUsers(scim.directory.id, page),
    ]) {
      const plan = await explain(bridge.database.pool, scim.directory.id, statement);
      expect(plan).toMatch(/user_attribute_keys_(pkey|unique)/);
      expect(plan).toMatch(/Index (Only )?Scan using users_pkey on users/);
      expect(plan).not.toMatch(/Seq Scan on (users|user_attribute_keys)\b/);
    }
    const answer = await scim.get(filtered('/Users', `${badge}:${filter}`));
    expect(answer.body.totalResults).toBe(found);
  });

  test('a new user is found as well, and goes with its keys', async () => {
    const user = await newUser(scim, 'new', { [badge]: { number: 'new number' } });
    const found = async () => pluck((await scim.get(filtered('/Users', `${badge}:number eq "NEW number"`))).body, 'id');
    expect(await found()).toEqual([user.id]);
    await scim.delete(`/Users/${user.id}`);
    expect(await found()).toEqual([]);
  });
});
