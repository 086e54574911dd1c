// Migrations when several replicas start at once, and when the database is ahead.
import { sql } from 'kysely';
import { afterEach, expect, test } from 'vitest';
import { connectStore } from '../../bridge/platform/db/connect.ts';
import { MigrationRefusedError, migrate, readMigrationState } from '../../bridge/platform/db/migrate.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';

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
