// Whatever the directories hold and however they are ordered, toggled or failing: the conflict report names whom the rule
// hides, an explanation says the same of each name, and a preview foretells exactly what the change then does.
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createLocalSignal } from '../../bridge/events/signal.ts';
import type { ChangePreview, DirectoryChange, Shift } from '../../bridge/federation/conflicts/change-preview.ts';
import type { Conflict } from '../../bridge/federation/conflicts/conflict-report.ts';
import { type ResolvableUser, resolve } from '../../bridge/federation/users/resolution.ts';
import { systemClock } from '../../bridge/platform/clock.ts';
import { createPasswordHasher } from '../../bridge/platform/secrets/passwords.ts';
import { createServices, type Services } from '../../bridge/services.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { createStoreFactory, insertUser, type StoreFactory } from '../support/store-factory.ts';

const slugs = ['d0', 'd1', 'd2', 'd3'];
const names = ['ann', 'Ben', 'ben', 'cleo'];
const everybody = { first: 0, max: 100 };

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
  for (const slug of slugs) idOf.set(slug, (await services.directories.createDirectory({ slug })).id);
});
afterAll(async () => {
  services?.federations.close();
  await database?.drop();
});

const user = fc.record({
  userName: fc.constantFrom(...names),
  email: fc.option(fc.constantFrom('x@e', 'X@e', 'y@e'), { nil: null }),
});
const directory = fc.record({
  users: fc.uniqueArray(user, { maxLength: 3, selector: ({ userName }) => userName.toLowerCase() }),
  directoryEnabled: fc.boolean(),
  attachmentEnabled: fc.boolean(),
  health: fc.constantFrom('ok' as const, 'degraded' as const, 'unavailable' as const),
});
const world = fc.record({
  directories: fc.tuple(directory, directory, directory, directory),
  /** Those that are attached, first in precedence first. */
  order: fc.shuffledSubarray(slugs),
  reserved: fc.option(fc.constantFrom('ann', 'ben'), { nil: undefined }),
});
const change = fc.record({
  directory: fc.constantFrom(...slugs),
  remove: fc.boolean(),
  // 10, 20 and so on are the others' priorities, which are swapped with.
  priority: fc.option(fc.constantFrom(5, 10, 15, 20, 25, 30, 35, 40, 45), { nil: undefined }),
  enabled: fc.option(fc.boolean(), { nil: undefined }),
});

type World = typeof world extends fc.Arbitrary<infer T> ? T : never;

/** Answers all users of attached directories. */
async function build({ directories, order, reserved }: World): Promise<ResolvableUser[]> {
  const rows: ResolvableUser[] = [];
  await database.db.deleteFrom('federation_directories').execute();
  await database.db.deleteFrom('reserved_usernames').execute();
  for (const [n, { users, directoryEnabled, health }] of directories.entries()) {
    const slug = slugs[n] ?? '';
    const directoryId = idOf.get(slug) ?? '';
    await database.db
      .updateTable('directories')
      .set({ enabled: directoryEnabled, source_health: health })
      .where('id', '=', directoryId)
      .execute();
    await store.write(directoryId, async (scope) => {
      await scope.deleteFrom('users').where('directory_id', '=', directoryId).execute();
      for (const one of users) {
        const { id } = await insertUser(scope, directoryId, one);
        const emailKey = one.email?.toLowerCase() ?? null;
        if (order.includes(slug)) rows.push({ id, directoryId, userNameKey: one.userName.toLowerCase(), emailKey });
      }
    });
  }
  for (const [place, slug] of order.entries()) {
    await services.federations.addDirectory('f', slug, { priority: 10 * (place + 1) });
    const enabled = directories[slugs.indexOf(slug)]?.attachmentEnabled ?? false;
    if (!enabled) await services.federations.setDirectory('f', slug, { enabled });
  }
  if (reserved !== undefined) await services.federations.reserveUsername('f', reserved, 'the model says so');
  return rows;
}

/** Every page, three at a time. */
async function pages<P extends { next: string | null }>(read: (after: string | undefined) => Promise<P>): Promise<P[]> {
  const all: P[] = [];
  for (let after: string | undefined; ; ) {
    const page = await read(after);
    all.push(page);
    if (page.next === null) return all;
    after = page.next;
  }
}

const conflictsNow = () => pages((after) => services.federations.listConflicts('f', { after, limit: 3 }));
const shownConflict = ({ kind, hidden, by }: Conflict): string => `${hidden.id} ${kind} ${by?.id ?? ''}`;

/** Who is served, as id by user name. */
async function served(): Promise<Map<string, string>> {
  const users = await services.federations.listUsers(federationId, {}, everybody);
  return new Map(users.map(({ username, id }) => [username.toLowerCase(), id]));
}

function differences(before: Map<string, string>, after: Map<string, string>): string[] {
  return [...new Set([...before.keys(), ...after.keys()])]
    .filter((name) => before.get(name) !== after.get(name))
    .map((name) => `${name} ${before.get(name) ?? '-'} ${after.get(name) ?? '-'}`)
    .toSorted();
}

const shownShift = ({ before, after }: Shift): string =>
  `${(before ?? after)?.username.toLowerCase()} ${before?.id ?? '-'} ${after?.id ?? '-'}`;

const refusalOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

async function carryOut({ directory: slug, action, priority, enabled }: DirectoryChange): Promise<void> {
  const { federations } = services;
  const set = { ...(priority !== undefined && { priority }), ...(enabled !== undefined && { enabled }) };
  if (action === 'remove') await federations.removeDirectory('f', slug);
  else if (action === 'set') await federations.setDirectory('f', slug, set);
  else {
    await federations.addDirectory('f', slug, priority === undefined ? {} : { priority });
    if (enabled === false) await federations.setDirectory('f', slug, { enabled });
  }
}

it('reports whom the rule hides, and by whom', { timeout: 240_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(world, async (drawn) => {
      const users = await build(drawn);
      const { directories, reserved } = await services.federations.describeFederation('f');
      const rules = {
        enabled: directories.filter(({ enabled }) => enabled).map(({ id }) => id),
        reserved: reserved.map(({ usernameKey }) => usernameKey),
      };
      const expected = users.flatMap((one) => {
        const resolution = resolve(one, users, rules);
        if (resolution.outcome === 'reserved') return [`${one.id} reserved-username `];
        return resolution.outcome === 'shadowed' ? [`${one.id} ${resolution.match} ${resolution.by.id}`] : [];
      });
      const read = await conflictsNow();
      const told = read.flatMap(({ conflicts }) => conflicts);
      expect(told.map(shownConflict).toSorted()).toEqual(expected.toSorted());
      for (const { counts } of read) {
        const of = (kind: string) => told.filter((conflict) => conflict.kind === kind).length;
        expect(counts).toEqual({
          username: of('username'),
          email: of('email'),
          reservedUsername: of('reserved-username'),
        });
      }
      const asIf = directories.filter(({ enabled }) => enabled).map(({ slug }) => slug);
      const supposed = await services.federations.listConflicts('f', { directories: asIf, limit: 100 });
      expect(supposed.conflicts).toEqual(told);
    }),
    { numRuns: 40 },
  );
});

it('explains each name as the rule has it, and as Keycloak is answered', { timeout: 240_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(world, async (drawn) => {
      const users = await build(drawn);
      const { directories, reserved } = await services.federations.describeFederation('f');
      const slugOf = new Map(directories.map(({ id, slug }) => [id, slug]));
      const rules = {
        enabled: directories.filter(({ enabled }) => enabled).map(({ id }) => id),
        reserved: reserved.map(({ usernameKey }) => usernameKey),
      };
      const verdictOf = (one: ResolvableUser): string => {
        const resolution = resolve(one, users, rules);
        return resolution.outcome === 'shadowed'
          ? `shadowed ${resolution.match} ${resolution.by.id}`
          : resolution.outcome.replace('visible', 'served');
      };
      const asks = [
        ...['ann', 'BEN', 'cleo'].map((username) => ({ username })),
        ...['x@E', 'y@e'].map((email) => ({ email })),
      ];
      for (const asked of asks) {
        const matches = (one: ResolvableUser) =>
          'username' in asked
            ? one.userNameKey === asked.username.toLowerCase()
            : one.emailKey === asked.email.toLowerCase();
        const told = await services.federations.explain('f', asked);
        expect(
          told.users
            .map(({ id, verdict }) =>
              verdict.outcome === 'shadowed'
                ? `${id} shadowed ${verdict.match} ${verdict.by.id}`
                : `${id} ${verdict.outcome}`,
            )
            .toSorted(),
        ).toEqual(
          users
            .filter(matches)
            .map((one) => `${one.id} ${verdictOf(one)}`)
            .toSorted(),
        );
        const answered = await services.federations.lookUpUser(federationId, asked).catch(() => undefined);
        expect(told.served?.id).toBe(answered?.id);
        expect(told.directories.map(({ slug, health }) => `${slug} ${health}`)).toEqual(
          directories.map(({ slug, enabled, sourceHealth }) => `${slug} ${enabled ? sourceHealth : 'disabled'}`),
        );
        const order = told.users.map(({ directory: slug }) => [...slugOf.values()].indexOf(slug));
        expect(order).toEqual(order.toSorted((a, b) => a - b));
      }
    }),
    { numRuns: 40 },
  );
});

/** Compares what pages of a preview said with what came of it; both may be refused, in the same words. */
async function compareWithDeed(
  slug: string,
  preview: (after: string | undefined) => Promise<ChangePreview>,
  deed: () => Promise<unknown>,
): Promise<void> {
  const foretold = await pages(preview).catch(refusalOf);
  const before = await served();
  const [conflictsBefore] = await conflictsNow();
  const done = await deed().catch(refusalOf);
  if (typeof foretold === 'string' || typeof done === 'string') {
    expect(foretold).toBe(done);
    return;
  }
  const after = await served();
  const [conflictsAfter] = await conflictsNow();
  const shifts = foretold.flatMap((page) => page.shifts);
  expect(shifts.map(shownShift).toSorted()).toEqual(differences(before, after));
  const of = (kind: string) => shifts.filter((shift) => shift.kind === kind);
  for (const { counts, conflicts } of foretold) {
    expect(counts).toEqual({
      appear: of('appear').length,
      vanish: of('vanish').length,
      changeOwner: of('change-owner').length,
      keepCopy: of('vanish').filter(({ reason }) => reason === 'directory-disabled').length,
    });
    expect(conflicts).toEqual({ before: conflictsBefore?.counts, after: conflictsAfter?.counts });
  }
  for (const { before: was, after: is, reason, hiddenBy } of shifts) {
    expect(hiddenBy === null).toBe(reason !== 'shadowed');
    const subject = was ?? is;
    if (/^directory-/.test(reason)) expect(subject?.directory).toBe(slug);
  }
}

it('foretells what a change does, and refuses what it refuses', { timeout: 240_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(world, change, async (drawn, { remove, ...wish }) => {
      await build(drawn);
      const isAttached = drawn.order.includes(wish.directory);
      const action = remove ? 'remove' : isAttached ? 'set' : 'add';
      const planned: DirectoryChange = remove ? { directory: wish.directory, action } : { ...wish, action };
      await compareWithDeed(
        wish.directory,
        (after) => services.federations.previewChange('f', planned, { after, limit: 2 }),
        () => carryOut(planned),
      );
    }),
    { numRuns: 80 },
  );
});

it('foretells what becomes of a directory that is switched on or off altogether', { timeout: 240_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(world, fc.nat(), fc.boolean(), async (drawn, nth, enabled) => {
      await build(drawn);
      const slug = drawn.order[nth % drawn.order.length];
      if (slug === undefined) return;
      const preview = async (after: string | undefined) => {
        const [one] = await services.federations.previewDirectory(
          slug,
          { enabled },
          { federation: 'f', after, limit: 2 },
        );
        if (!one) throw new Error('the federation has the directory');
        return one;
      };
      await compareWithDeed(slug, preview, () => services.directories.updateDirectory(slug, { enabled }));
    }),
    { numRuns: 40 },
  );
});
