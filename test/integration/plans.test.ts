// How PostgreSQL goes about the filters that identity providers send, with many users: never through all of them.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ListQuery } from '../../bridge/provisioning/contracts.ts';
import { parsePage } from '../../bridge/provisioning/lists/list-page.ts';
import { countOfUsers, pageOfUsers, userById } from '../../bridge/provisioning/users/user-reads.ts';
import { tolerancesOf } from '../../bridge/scim/interop/profiles.ts';
import { DEFAULT_PROJECTION } from '../../bridge/scim/projection.ts';
import { userResourceType } from '../../bridge/scim/schema/resource-types.ts';
import { userOf } from '../bench/support/data.ts';
import { createTestBridge, type ScimClient, type TestBridge } from '../support/bridge.ts';
import { loadTestUsers } from '../support/many-users.ts';
import { explain } from '../support/plans.ts';
import { filtered, newUser } from '../support/scim.ts';

const userCount = 20_000;
let bridge: TestBridge;
let scim: ScimClient;

beforeAll(async () => {
  bridge = await createTestBridge();
  scim = await bridge.directory('many');
  await loadTestUsers(bridge.database.url, scim.directory.id, userCount);
}, 120_000);
afterAll(() => bridge.close());

const someone = userOf(12_345);
const listed = [
  `id eq "${someone.id}"`,
  `userName eq "${someone.userName}"`,
  `externalId eq "${someone.externalId}"`,
  `displayName eq "Ada Quist 12345"`,
  `emails.value eq "${someone.email}"`,
  `emails eq "${someone.email}"`,
  `emails[type eq "work"].value eq "${someone.email}"`,
  `emails[type eq "work" and value eq "${someone.email}"]`,
  `userName eq "${someone.userName}" and active eq true`,
  'userName sw "user00123"',
  'userName co "r00123"',
  'displayName sw "ada quist 123"',
  'displayName co "quist 123"',
  'emails.value sw "user00123"',
  'emails.value co "r00123"',
  'userName co "r00123" or displayName co "quist 123" or emails.value co "r00123"',
  'userName co "r00123" and active eq true',
  'emails[type eq "work" and value co "r00123"]',
];

function pageOf(filter: string) {
  const query: ListQuery = { filter, startIndex: 1, count: 100, sortOrder: 'ascending' };
  return parsePage(userResourceType, query, { tolerances: tolerancesOf(scim.directory.profile) });
}

describe.each(listed)('%s', (filter) => {
  test('reads no more of the users than an index leads to', async () => {
    const page = pageOf(filter);
    for (const statement of [
      pageOfUsers(scim.directory.id, page, DEFAULT_PROJECTION),
      countOfUsers(scim.directory.id, page),
    ]) {
      const plan = await explain(bridge.database.pool, scim.directory.id, statement);
      expect(plan).not.toMatch(/Seq Scan on (users|user_emails|user_search)\b/);
    }
  });
});

test('a user is read by the primary key', async () => {
  const statement = userById(scim.directory.id, someone.id, DEFAULT_PROJECTION);
  expect(await explain(bridge.database.pool, scim.directory.id, statement)).toMatch(/Index Scan using users_pkey/);
});

describe('a search for parts of names', () => {
  const names = async (filter: string, client = scim): Promise<string[]> =>
    (await client.get(filtered('/Users', filter))).body.Resources.map((user: { userName: string }) => user.userName);

  test('follows every change of what is searched', async () => {
    const user = await newUser(scim, 'Wilhelmine', {
      displayName: 'Minna',
      emails: [{ value: 'first@acme.test' }, { value: 'second@acme.test' }],
    });
    for (const filter of [
      'userName co "ELMIN"',
      'displayName co "inn"',
      'emails.value co "econd@ac"',
      'userName ew "mine"',
    ]) {
      expect(await names(filter)).toEqual(['Wilhelmine']);
    }
    // The end of one e-mail and the beginning of the next are not one.
    expect(await names('emails.value co "test\\nsecond"')).toEqual([]);
    await scim.put(`/Users/${user.id}`, {
      schemas: [userResourceType.schema.id],
      userName: 'Theodora',
      emails: [{ value: 'third@acme.test' }],
    });
    for (const filter of ['userName co "elmin"', 'displayName co "inn"', 'emails.value co "econd@ac"']) {
      expect(await names(filter)).toEqual([]);
    }
    for (const filter of [
      'userName co "eodor"',
      'emails.value co "hird@ac"',
      'not (userName co "user") and userName co "dora"',
    ]) {
      expect(await names(filter)).toEqual(['Theodora']);
    }
    await scim.delete(`/Users/${user.id}`);
    expect(await names('userName co "eodor"')).toEqual([]);
  });

  test('finds wildcards and quotes as they are written', async () => {
    await newUser(scim, 'a%b_c\\d');
    expect(await names('userName co "%b_c"')).toEqual(['a%b_c\\d']);
    expect(await names('userName co "a_b"')).toEqual([]);
    expect(await names('userName sw "a%b_c\\\\"')).toEqual(['a%b_c\\d']);
    expect(await names('userName sw "a_b"')).toEqual([]);
  });

  test('never shows another directory’s users', async () => {
    const other = await bridge.directory('other');
    await newUser(other, 'user0012300@example.com');
    expect(await names('userName co "r00123"', other)).toEqual(['user0012300@example.com']);
    expect(await names('userName sw "user00123"', other)).toEqual(['user0012300@example.com']);
  });
});
