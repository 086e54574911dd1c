// The second wall: the same walk over every route on repositories whose statements have lost their `where directory_id`.
// Nobody may notice.
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { createApp } from '../../bridge/app.ts';
import { createLocalSignal } from '../../bridge/events/signal.ts';
import { newLdapSettings } from '../../bridge/ldap/contracts.ts';
import { createEntriesRepository } from '../../bridge/ldap/entries-repository.ts';
import { createLdapRepository } from '../../bridge/ldap/repository.ts';
import { systemClock } from '../../bridge/platform/clock.ts';
import { connectStore } from '../../bridge/platform/db/connect.ts';
import { createLogger } from '../../bridge/platform/log.ts';
import { createPasswordHasher } from '../../bridge/platform/secrets/passwords.ts';
import { createServices } from '../../bridge/services.ts';
import { type ForgetfulPool, forgetDirectories } from '../support/tenancy/forgetful.ts';
import { rowsOf } from '../support/tenancy/rows.ts';
import { walkForOthersThings } from '../support/tenancy/walk.ts';
import { createTenancyWorld, southMark, type World } from '../support/tenancy/world.ts';

let world: World;
let forgetful: ForgetfulPool;
let before: Record<string, string>;

beforeAll(async () => {
  world = await createTenancyWorld(({ database }) => {
    forgetful = forgetDirectories(database.pool);
  });
  before = await rowsOf(world, world.south);
});
afterAll(() => world?.bridge.close());

/** The list of the company's users on the same database, through a forgetful pool of another role. */
async function usersAs(role: { username: string; password: string }): Promise<string> {
  const url = Object.assign(new URL(world.bridge.database.url), role);
  const store = connectStore({ url: url.href, poolSize: 2 });
  forgetDirectories(store.pool);
  const signal = createLocalSignal();
  const services = createServices({ store, clock: systemClock, passwords: createPasswordHasher(), signal });
  try {
    const { names, scim } = world.north;
    const app = createApp({ services, logger: createLogger('silent') });
    const headers = { Authorization: `Bearer ${scim.token}` };
    const answer = await app.request(`/scim/v2/${names.directory}/Users`, { headers });
    expect(answer.status).toBe(200);
    return await answer.text();
  } finally {
    services.federations.close();
    await services.ldapWorker.close();
    services.ldapPasswords.close();
    await services.toleranceUses.close();
    await store.close();
  }
}

test("these repositories do forget: only the bridge's own role is bound by the wall", async () => {
  const [own, admin] = [new URL(inject('postgres').appUrl), new URL(inject('postgres').adminUrl)];
  expect(await usersAs({ username: own.username, password: own.password })).not.toContain(southMark);
  expect(await usersAs({ username: admin.username, password: admin.password })).toContain(southMark);
});

walkForOthersThings(() => world);

describe('of LDAP directories', () => {
  test('settings, state and entries are those of the directory', async () => {
    const { pool } = world.bridge.database;
    const [repository, entries] = [createLdapRepository(pool), createEntriesRepository(pool)];
    const settings = (mark: string) =>
      newLdapSettings.parse({
        urls: ['ldaps://ldap.example.test'],
        preset: 'openldap',
        bindDn: `cn=${mark},dc=example,dc=test`,
        bindPassword: `${mark} password`,
        users: { base: 'dc=example,dc=test' },
      });
    const made = [];
    for (const mark of ['northmark', southMark]) {
      const { id } = await world.bridge.services.ldap.createDirectory(
        { slug: `ldap-${mark}`, name: mark },
        settings(mark),
      );
      const entry = { entryId: 'same', resourceId: null, dn: `cn=${mark}`, fingerprint: null, problem: mark };
      await entries.saveEntries(id, 'User', [entry]);
      await repository.updateState(id, { requested: 'full' });
      made.push({ id, mark });
    }
    for (const { id, mark } of made) {
      expect((await repository.findConnection(id))?.settings.bindDn).toContain(mark);
      expect((await entries.findEntries(id, 'User', ['same'])).get('same')?.dn).toBe(`cn=${mark}`);
      expect((await entries.listProblems(id)).first).toEqual([{ dn: `cn=${mark}`, problem: mark }]);
      expect(await repository.takeLease(id, mark, 60)).toBe(true);
    }
    const [first, second] = made;
    if (!first || !second) throw new TypeError('there are two');
    await repository.updateState(first.id, { requested: null });
    await entries.deleteEntry(first.id, 'User', 'same');
    expect((await repository.readState(second.id)).requested).toBe('full');
    expect((await entries.findEntries(second.id, 'User', ['same'])).size).toBe(1);
  });
});

test('nothing of the other company has changed', async () => {
  expect(await rowsOf(world, world.south)).toEqual(before);
});

/** Not asked for by any of these requests: what pushes on works by itself, and keys of groups are read like those of users. */
const unasked = ['outbound_members', 'outbound_tasks', 'group_attribute_keys'];

test('what was asked was asked of every table behind the wall, and without the condition', async () => {
  const texts = [...forgetful.loosened].join('\n');
  const { rows: walled } = await world.bridge.database.pool.query<{ table: string }>(
    `select relname as "table" from pg_class where relforcerowsecurity and relnamespace = 'public'::regnamespace`,
  );
  const tables = walled.map(({ table }) => table).filter((table) => !unasked.includes(table));
  expect(tables.length).toBeGreaterThan(30);
  expect(tables.filter((table) => !new RegExp(String.raw`\b(from|join|update|into) "?${table}\b`).test(texts))).toEqual(
    [],
  );
  expect([...forgetful.kept].filter((text) => /\$\d+/.test(text))).toEqual([]);
});
