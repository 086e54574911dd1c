// What the operator does to federations, and what concurrent changes make of it.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createEventReader } from '../../bridge/events/repository.ts';
import { createLocalSignal } from '../../bridge/events/signal.ts';
import { createFederationRepository } from '../../bridge/federation/repository.ts';
import { createFederationService, type FederationService } from '../../bridge/federation/service.ts';
import { systemClock } from '../../bridge/platform/clock.ts';
import { createPasswordHasher } from '../../bridge/platform/secrets/passwords.ts';
import { createServices, type Services } from '../../bridge/services.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { createStoreFactory } from '../support/store-factory.ts';

let database: TestDatabase;
let services: Services;
let federations: FederationService;
const signal = createLocalSignal();
const passwords = createPasswordHasher({ memoryCost: 1_024, timeCost: 1 });

beforeAll(async () => {
  database = await createTestDatabase();
  services = createServices({ store: database, clock: systemClock, passwords, signal });
  federations = services.federations;
  for (const slug of ['entra', 'okta', 'ldap']) await services.directories.createDirectory({ slug });
});
afterAll(() => database.drop());

let count = 0;
let slug = '';
beforeEach(async () => {
  count += 1;
  slug = `f${count}`;
  await federations.createFederation({ slug });
});

const order = async () =>
  (await federations.describeFederation(slug)).directories.map(({ slug: name, priority }) => `${priority} ${name}`);
const refused = (code: string) => expect.objectContaining({ code });

describe('a federation', () => {
  it('is created, listed and deleted', async () => {
    expect(await federations.findFederation(slug)).toMatchObject({ slug, name: slug, revision: 1 });
    expect((await federations.listFederations()).map((one) => one.slug)).toContain(slug);
    await federations.deleteFederation(slug);
    expect(await federations.findFederation(slug)).toBeUndefined();
    await expect(federations.requireFederation(slug)).rejects.toEqual(refused('federation_absent'));
    await expect(federations.deleteFederation(slug)).rejects.toEqual(refused('federation_absent'));
  });

  it('has a slug of its own', async () => {
    await expect(federations.createFederation({ slug })).rejects.toEqual(refused('conflict'));
    for (const bad of ['', 'A', '-a', 'a b', 'x'.repeat(64)]) {
      await expect(federations.createFederation({ slug: bad })).rejects.toEqual(refused('invalid_request'));
    }
  });

  it('takes its tokens, directories and names along when it is deleted, and leaves the directories', async () => {
    await federations.addDirectory(slug, 'entra');
    await federations.createToken(slug);
    await federations.reserveUsername(slug, 'admin', 'local account');
    await federations.deleteFederation(slug);
    expect(await services.directories.findDirectory('entra')).toBeDefined();
  });
});

describe('directories of a federation', () => {
  it('come last unless a priority says otherwise', async () => {
    await federations.addDirectory(slug, 'entra');
    await federations.addDirectory(slug, 'okta');
    await federations.addDirectory(slug, 'ldap', { priority: 15 });
    expect(await order()).toEqual(['10 entra', '15 ldap', '20 okta']);
  });

  it('move, and swap with whoever has the priority', async () => {
    await federations.addDirectory(slug, 'entra');
    await federations.addDirectory(slug, 'okta');
    await federations.setDirectory(slug, 'okta', { priority: 10 });
    expect(await order()).toEqual(['10 okta', '20 entra']);
    await federations.setDirectory(slug, 'okta', { priority: 30 });
    expect(await order()).toEqual(['20 entra', '30 okta']);
  });

  it('are refused when they are unknown, there already, not there, or in the way', async () => {
    await federations.addDirectory(slug, 'entra');
    await expect(federations.addDirectory(slug, 'nobody')).rejects.toEqual(refused('directory_absent'));
    await expect(federations.addDirectory('nobody', 'entra')).rejects.toEqual(refused('federation_absent'));
    await expect(federations.addDirectory(slug, 'entra')).rejects.toEqual(refused('conflict'));
    await expect(federations.addDirectory(slug, 'okta', { priority: 10 })).rejects.toEqual(refused('conflict'));
    await expect(federations.addDirectory(slug, 'okta', { priority: 1.5 })).rejects.toEqual(refused('invalid_request'));
    await expect(federations.setDirectory(slug, 'okta', { enabled: false })).rejects.toEqual(
      refused('directory_absent'),
    );
    await expect(federations.removeDirectory(slug, 'okta')).rejects.toEqual(refused('directory_absent'));
    expect(await order()).toEqual(['10 entra']);
  });

  it('keep distinct priorities when they are added and moved at the same time', async () => {
    await Promise.all(['entra', 'okta', 'ldap'].map((directory) => federations.addDirectory(slug, directory)));
    await Promise.all(
      ['entra', 'okta', 'ldap'].map((directory) => federations.setDirectory(slug, directory, { priority: 10 })),
    );
    const described = await federations.describeFederation(slug);
    expect(described.directories.map(({ priority }) => priority)).toEqual([10, 20, 30]);
    expect(described.revision).toBe(7);
  });

  it('leave the revision alone when a change fails', async () => {
    await federations.addDirectory(slug, 'entra');
    const before = await federations.describeFederation(slug);
    await expect(federations.addDirectory(slug, 'entra')).rejects.toThrow();
    expect(await federations.describeFederation(slug)).toEqual(before);
  });
});

describe('readers', () => {
  it('are told of every change, after it is committed', async () => {
    const { id } = await federations.requireFederation(slug);
    const told: Promise<number>[] = [];
    const stop = signal.subscribe([id], () =>
      told.push(federations.requireFederation(slug).then(({ revision }) => revision)),
    );
    await federations.addDirectory(slug, 'entra');
    await federations.setDirectory(slug, 'entra', { enabled: false });
    await federations.reserveUsername(slug, 'Admin', 'local account');
    await federations.releaseUsername(slug, 'ADMIN');
    await federations.removeDirectory(slug, 'entra');
    stop();
    expect(told).toHaveLength(5);
    const revisions = await Promise.all(told);
    expect(revisions.every((revision, n) => revision >= n + 2)).toBe(true);
  });
});

describe('tokens of a federation', () => {
  it('are listed without what opens anything', async () => {
    const { token, id, prefix } = await federations.createToken(slug, { name: 'keycloak' });
    expect(token).toMatch(/^rb_federation_/);
    const tokens = await federations.listTokens(slug);
    expect(tokens).toEqual([
      { id, name: 'keycloak', prefix, createdAt: expect.any(Date), expiresAt: null, revokedAt: null, lastUsedAt: null },
    ]);
    await federations.revokeToken(slug, id);
    expect((await federations.listTokens(slug))[0]?.revokedAt).toBeInstanceOf(Date);
    await expect(federations.revokeToken(slug, id)).rejects.toEqual(refused('token_absent'));
    await expect(federations.revokeToken(slug, 'nobody')).rejects.toEqual(refused('token_absent'));
  });
});

describe('reserved usernames', () => {
  it('are kept in lower case with a reason that can change', async () => {
    await federations.reserveUsername(slug, 'Admin', 'one');
    await federations.reserveUsername(slug, 'ADMIN', 'two');
    expect(await federations.listReservedUsernames(slug)).toEqual([{ usernameKey: 'admin', reason: 'two' }]);
    expect(await federations.releaseUsername(slug, 'ADMIN')).toEqual({ usernameKey: 'admin', reason: 'two' });
    await expect(federations.releaseUsername(slug, 'admin')).rejects.toEqual(refused('reserved_username_absent'));
    expect(await federations.listReservedUsernames(slug)).toEqual([]);
  });

  it('are refused when nobody can have them', async () => {
    for (const bad of ['', '  ', 'a\0', 'x'.repeat(513)]) {
      await expect(federations.reserveUsername(slug, bad, 'x')).rejects.toEqual(refused('invalid_request'));
    }
  });
});

describe('a password check', () => {
  it('is not judged while too many wait', async () => {
    const store = createStoreFactory(database);
    const { id: directoryId } = await services.directories.requireDirectory('entra');
    await federations.addDirectory(slug, 'entra');
    const { id } = await store.newUser(directoryId, { passwordHash: await passwords.hash('secret') });
    const busy = createFederationService({
      readSource: async () => ({ healthSince: null, heardAt: null, remarks: [] }),
      repository: createFederationRepository(database.db, database.pool),
      events: createEventReader(database.pool),
      directories: services.directories,
      clock: systemClock,
      passwords: createPasswordHasher({ queue: 0 }),
      source: services.ldapPasswords,
      signal,
    });
    const { id: federationId } = await federations.requireFederation(slug);
    expect(await busy.verifyPassword(federationId, id, 'secret')).toEqual({
      result: 'unavailable',
      reason: 'overloaded',
      retryAfterSeconds: expect.any(Number),
    });
  });
});
