// The SQL of resolution gives the same answer as the rule in bridge/federation/resolution.ts, whatever the directories.
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createFederationRepository, type FederationRepository } from '../../bridge/federation/repository.ts';
import type { Reach } from '../../bridge/federation/topology.ts';
import { type ResolvableUser, resolve } from '../../bridge/federation/users/resolution.ts';
import { newId } from '../../bridge/platform/ids.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { createStoreFactory, insertUser, type StoreFactory } from '../support/store-factory.ts';

const directoryCount = 4;
let database: TestDatabase;
let repository: FederationRepository;
let store: StoreFactory;
let directoryIds: string[];

beforeAll(async () => {
  database = await createTestDatabase();
  repository = createFederationRepository(database.db, database.pool);
  store = createStoreFactory(database);
  directoryIds = Array.from({ length: directoryCount }, newId);
  const now = new Date();
  for (const [n, id] of directoryIds.entries()) {
    const row = {
      id,
      slug: `d${n}`,
      name: `d${n}`,
      kind: 'scim' as const,
      profile: 'auto',
      created_at: now,
      updated_at: now,
    };
    await database.db.insertInto('directories').values(row).execute();
  }
});
afterAll(() => database.drop());

// Few names, so that they meet.
const name = fc.constantFrom('a', 'B', 'b', 'c');
const email = fc.option(fc.constantFrom('x@e', 'X@e', 'y@e', 'z@e'), { nil: null });

interface Drawn {
  directory: number;
  userName: string;
  email: string | null;
}
const someUsers = fc.uniqueArray(fc.record<Drawn>({ directory: fc.nat(directoryCount - 1), userName: name, email }), {
  maxLength: 12,
  selector: (user) => `${user.directory} ${user.userName.toLowerCase()}`,
});
const someTopology = fc.record({
  order: fc.shuffledSubarray([0, 1, 2, 3]),
  enabled: fc.tuple(fc.boolean(), fc.boolean(), fc.boolean(), fc.boolean()),
  reserved: fc.uniqueArray(
    name.map((text) => text.toLowerCase()),
    { maxLength: 2 },
  ),
});

async function fill(users: Drawn[]): Promise<ResolvableUser[]> {
  const rows: ResolvableUser[] = [];
  for (const [n, directoryId] of directoryIds.entries()) {
    await store.write(directoryId, async (scope) => {
      await scope.deleteFrom('users').where('directory_id', '=', directoryId).execute();
      for (const user of users.filter(({ directory }) => directory === n)) {
        const { id } = await insertUser(scope, directoryId, user);
        const emailKey = user.email?.toLowerCase() ?? null;
        rows.push({ id, directoryId, userNameKey: user.userName.toLowerCase(), emailKey });
      }
    });
  }
  return rows;
}

it('resolves every user alike, one by one, in lists, in counts and by name', { timeout: 120_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(someUsers, someTopology, async (drawn, { order, enabled, reserved }) => {
      const attached = order.map((n) => directoryIds[n] ?? '');
      const reach: Reach = { attached, enabled: attached.filter((_, n) => enabled[order[n] ?? 0]), reserved };
      const users = (await fill(drawn)).filter((user) => attached.includes(user.directoryId));
      const isVisible = (user: ResolvableUser) => resolve(user, users, reach).outcome === 'visible';
      const visible = users.filter(isVisible);
      const ids = (rows: { id: string }[]) => rows.map((row) => row.id).toSorted();

      // By address, where a disabled directory is told apart by the caller.
      const read = await repository.readUsers(reach, users);
      const served = read.filter((row) => reach.enabled.includes(row.directoryId) && row.visible);
      expect(ids(served)).toEqual(ids(visible));
      expect(read).toHaveLength(users.length);

      // In lists and counts, and page by page.
      expect(ids(await repository.listUsers(reach, {}, { first: 0, max: 100 }))).toEqual(ids(visible));
      expect(await repository.countUsers(reach, {})).toBe(visible.length);
      const firstHalf = await repository.listUsers(reach, {}, { first: 0, max: 2 });
      const secondHalf = await repository.listUsers(reach, {}, { first: 2, max: 100 });
      expect(ids([...firstHalf, ...secondHalf])).toEqual(ids(visible));

      // By name and by e-mail: the first directory that serves one.
      for (const username of ['a', 'b', 'c']) {
        const found = await repository.findUser(reach, { username });
        expect(found?.id).toBe(visible.find((user) => user.userNameKey === username)?.id);
      }
      for (const address of ['x@e', 'y@e', 'z@e']) {
        const found = await repository.findUser(reach, { email: address });
        const candidates = visible.filter((user) => user.emailKey === address);
        const first = reach.enabled.find((id) => candidates.some((user) => user.directoryId === id));
        expect(found?.directoryId).toBe(first);
      }

      // Whoever is served has a user name that nobody else has.
      const names = visible.map((user) => user.userNameKey);
      expect(new Set(names).size).toBe(names.length);
    }),
    { numRuns: 150 },
  );
});
