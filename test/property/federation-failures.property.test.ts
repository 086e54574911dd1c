// Whatever fails, is switched off or comes in which order: a federation answers as a simple model of its rules says. A source
// that can't be reached changes nothing but that its users are called copies; nobody falls through to another directory.
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createLocalSignal } from '../../bridge/events/signal.ts';
import type { ApiUser } from '../../bridge/federation/contracts.ts';
import { systemClock } from '../../bridge/platform/clock.ts';
import { ApiError } from '../../bridge/platform/http/api-error.ts';
import { createPasswordHasher } from '../../bridge/platform/secrets/passwords.ts';
import { createServices, type Services } from '../../bridge/services.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { createStoreFactory, insertUser, type StoreFactory } from '../support/store-factory.ts';

const slugs = ['d0', 'd1', 'd2', 'd3'];
const names = ['ann', 'ben', 'cleo'];
const seenAt = new Date('2026-11-01T08:00:00Z');
const copy = { reason: 'source_unavailable', since: seenAt.getTime() };

let database: TestDatabase;
let services: Services;
let store: StoreFactory;
let federationId: string;
const idOf = new Map<string, string>();

beforeAll(async () => {
  database = await createTestDatabase();
  store = createStoreFactory(database);
  services = createServices({
    store: database,
    clock: systemClock,
    passwords: createPasswordHasher({ memoryCost: 1_024, timeCost: 1 }),
    signal: createLocalSignal(),
  });
  ({ id: federationId } = await services.federations.createFederation({ slug: 'f' }));
  for (const slug of slugs) {
    const { id } = await services.directories.createDirectory({ slug });
    idOf.set(slug, id);
    await services.federations.addDirectory('f', slug);
  }
  await database.db.updateTable('directories').set({ kind: 'ldap', source_seen_at: seenAt }).execute();
});
afterAll(async () => {
  services?.federations.close();
  await database?.drop();
});

const health = fc.constantFrom('ok' as const, 'degraded' as const, 'unavailable' as const);
const directory = fc.record({
  users: fc.subarray(names),
  attached: fc.boolean(),
  enabled: fc.boolean(),
  health,
});
const world = fc.record({
  directories: fc.tuple(directory, directory, directory, directory),
  order: fc.shuffledSubarray(slugs, { minLength: slugs.length }),
  reserved: fc.option(fc.constantFrom(...names), { nil: undefined }),
});

type World = typeof world extends fc.Arbitrary<infer T> ? T : never;

async function build({ directories, order, reserved }: World): Promise<Map<string, string>> {
  const ids = new Map<string, string>();
  for (const [n, { users, attached, enabled, health: source_health }] of directories.entries()) {
    const slug = slugs[n] ?? '';
    const id = idOf.get(slug) ?? '';
    await database.db.updateTable('directories').set({ enabled, source_health }).where('id', '=', id).execute();
    await services.federations.setDirectory('f', slug, { priority: 100 + order.indexOf(slug), enabled: attached });
    await store.write(id, async (scope) => {
      await scope.deleteFrom('users').where('directory_id', '=', id).execute();
      for (const userName of users) {
        const made = await insertUser(scope, id, { userName, email: null });
        ids.set(`${slug} ${userName}`, made.id);
      }
    });
  }
  await database.db.deleteFrom('reserved_usernames').execute();
  if (reserved !== undefined) await services.federations.reserveUsername('f', reserved, 'the model says so');
  return ids;
}

const codeOf = (error: unknown): string => {
  if (error instanceof ApiError) return error.code;
  throw error;
};
const shown = ({ id, directory: slug, readOnly }: ApiUser) => ({ id, slug, readOnly });

it('answers look-ups, lists and passwords as the model says', { timeout: 120_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(world, async (drawn) => {
      const ids = await build(drawn);
      const of = (slug: string) => {
        const found = drawn.directories[slugs.indexOf(slug)];
        if (!found) throw new Error('no such directory');
        return found;
      };
      const isOn = (slug: string) => of(slug).attached && of(slug).enabled;
      const winnerOf = (name: string) =>
        name === drawn.reserved ? undefined : drawn.order.find((slug) => isOn(slug) && of(slug).users.includes(name));
      const expectedOf = (name: string) => {
        const slug = winnerOf(name);
        if (slug === undefined) return undefined;
        return { id: ids.get(`${slug} ${name}`), slug, readOnly: of(slug).health === 'unavailable' ? copy : null };
      };

      for (const name of names) {
        const found = await services.federations.lookUpUser(federationId, { username: name }).then(shown, codeOf);
        expect(found).toEqual(expectedOf(name) ?? 'user_absent');
      }
      const all = await services.federations.listUsers(federationId, {}, { first: 0, max: 100 });
      expect(all.map(shown)).toEqual(names.flatMap((name) => expectedOf(name) ?? []));
      expect(await services.federations.countUsers(federationId, {})).toBe(all.length);

      for (const [key, id] of ids) {
        const [slug = '', name = ''] = key.split(' ');
        const wins = winnerOf(name) === slug;
        const got = await services.federations.getUser(federationId, id).then(shown, codeOf);
        expect(got).toEqual(wins ? expectedOf(name) : isOn(slug) ? 'user_absent' : 'directory_disabled');
        // No server is behind these directories: who may be asked for at all gets no verdict on a password.
        const verdict = await services.federations
          .verifyPassword(federationId, id, 'secret')
          .then(({ result, reason }) => `${result} ${reason}`, codeOf);
        const reason = isOn(slug) ? 'source_unavailable' : 'directory_disabled';
        expect(verdict).toBe(isOn(slug) && !wins ? 'user_absent' : `unavailable ${reason}`);
      }
      const { directories: described } = await services.federations.describe(federationId);
      const told = described.map(({ slug, health: state }) => `${slug} ${state}`);
      expect(told).toEqual(drawn.order.map((slug) => `${slug} ${isOn(slug) ? of(slug).health : 'disabled'}`));
    }),
    { numRuns: 60 },
  );
});
