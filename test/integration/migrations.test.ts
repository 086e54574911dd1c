// Migrations when several replicas start at once, and when the database is ahead.
import { sql } from 'kysely';
import type { Migration } from 'kysely/migration';
import { afterEach, expect, test } from 'vitest';
import { appendEvents } from '../../bridge/events/repository.ts';
import { connectStore } from '../../bridge/platform/db/connect.ts';
import { MigrationRefusedError, migrate, readMigrationState } from '../../bridge/platform/db/migrate.ts';
import * as untoldValues from '../../bridge/platform/db/migrations/20261202-untold-values.ts';
import { newId } from '../../bridge/platform/ids.ts';
import { createTestBridge } from '../support/bridge.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { declare, declareType } from '../support/declared-schemas.ts';
import { eventsOf } from '../support/scim.ts';
import { createStoreFactory } from '../support/store-factory.ts';

let database: TestDatabase | undefined;
afterEach(() => database?.drop());

const addMigration = (made: TestDatabase, name: string) =>
  sql`insert into kysely_migration (name, timestamp) values (${name}, ${new Date().toISOString()})`.execute(made.db);

test('five replicas that migrate an empty database at once apply each migration once', async () => {
  const made = await createTestDatabase({ empty: true });
  database = made;
  const stores = Array.from({ length: 5 }, () => connectStore({ url: made.url, poolSize: 2 }));
  const applied = await Promise.all(stores.map((store) => migrate(store.db)));
  await Promise.all(stores.map((store) => store.close()));
  const { applied: all, pending, unknown } = await readMigrationState(made.db);
  expect(all.length).toBeGreaterThan(0);
  expect([pending, unknown]).toEqual([[], []]);
  expect(applied.flat().sort()).toEqual([...all].sort());
  expect(await migrate(made.db)).toEqual([]);
});

test('the state of an empty database is that everything is pending, and reading it changes nothing', async () => {
  database = await createTestDatabase({ empty: true });
  const state = await readMigrationState(database.db);
  expect([state.applied, state.unknown]).toEqual([[], []]);
  expect(state.pending.length).toBeGreaterThan(0);
  expect(await readMigrationState(database.db)).toEqual(state);
});

test('a database ahead by a breaking migration is refused', async () => {
  database = await createTestDatabase();
  await addMigration(database, '29990101-new-world.breaking');
  await expect(migrate(database.db)).rejects.toThrow(MigrationRefusedError);
  await expect(migrate(database.db)).rejects.toThrow(/29990101-new-world\.breaking/);
});

test('a database ahead by a harmless migration is worked with as it is', async () => {
  database = await createTestDatabase();
  await addMigration(database, '29990101-one-more-index');
  expect(await migrate(database.db)).toEqual([]);
  expect((await readMigrationState(database.db)).unknown).toEqual(['29990101-one-more-index']);
});

test('a migration that fails leaves nothing behind', async () => {
  database = await createTestDatabase({ empty: true });
  // In the way of the last tables of the first migration.
  await sql`create table consumers (id int)`.execute(database.db);
  await expect(migrate(database.db)).rejects.toThrow(/consumers/);
  const { rows } = await sql<{ name: string }>`
    select table_name as name from information_schema.tables
    where table_schema = 'public' and table_name not like 'kysely_%'`.execute(database.db);
  expect(rows).toEqual([{ name: 'consumers' }]);
});

test('events that hold values of what is never returned lose them, and no others change', async () => {
  const bridge = await createTestBridge();
  try {
    const scim = await bridge.directory();
    const other = await bridge.directory();
    const vault = 'urn:acme:scim:schemas:1.0:Vault';
    const attributes = [
      { name: 'pin', returned: 'never' as const },
      { name: 'floor' },
      {
        name: 'safes',
        type: 'complex' as const,
        multiValued: true,
        subAttributes: [{ name: 'value' }, { name: 'code', returned: 'never' as const }],
      },
    ];
    await declare(bridge, scim, { id: vault, name: 'Vault', resourceType: 'User', attributes });
    await declareType(bridge, scim, {
      ...{ name: 'Safe', endpoint: '/Safes' },
      schema: { id: 'urn:acme:scim:schemas:1.0:Safe', name: 'Safe', attributes },
    });
    const values = { pin: '4711', floor: '3', safes: [{ value: 'left', code: '4712' }, { code: '4713' }] };
    const told = { floor: '3', safes: [{ value: 'left' }] };
    const store = createStoreFactory(bridge.database);
    const id = newId();
    const title = { before: 'pin 4711', after: null };
    for (const { directory } of [scim, other]) {
      await store.newEvent(directory.id, 'user.created', id, {
        changes: { title, [vault]: { before: null, after: values } },
      });
      await store.newEvent(directory.id, 'user.updated', id, {
        changes: { [vault]: { before: { pin: '4711' }, after: { pin: '4714' } } },
      });
    }
    await store.write(scim.directory.id, (scope) =>
      appendEvents(
        scope,
        scim.directory.id,
        [
          {
            ...{ type: 'resource.deleted', resourceType: 'Safe', resourceId: id },
            data: {
              changes: { pin: { before: '4711', after: null }, safes: { before: values.safes, after: null } },
            },
          },
        ],
        { name: 'test' },
        new Date(),
      ),
    );
    const untouched = await eventsOf(bridge, other);
    const { up: takeUntoldValues }: Migration = untoldValues;
    await bridge.database.db.transaction().execute((trx) => takeUntoldValues(trx));
    expect((await eventsOf(bridge, scim)).map(({ data }) => data.changes)).toEqual([
      { title, [vault]: { before: null, after: told } },
      {},
      { safes: { before: told.safes, after: null } },
    ]);
    expect(await eventsOf(bridge, other)).toEqual(untouched);
  } finally {
    await bridge.close();
  }
});
