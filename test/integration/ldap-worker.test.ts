// The bridge reads LDAP directories by itself, tells how they do, and serves the copy while no server answers.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Directory } from '../../bridge/directories/contracts.ts';
import { createLocalSignal } from '../../bridge/events/signal.ts';
import { systemClock } from '../../bridge/platform/clock.ts';
import { createOutgoing } from '../../bridge/platform/http/outgoing.ts';
import { createPasswordHasher } from '../../bridge/platform/secrets/passwords.ts';
import { createServices, type Services } from '../../bridge/services.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { type LdapFaultProxy, startLdapFaultProxy } from '../support/ldap-fault-proxy.ts';
import {
  baseEntries,
  ldif,
  passwordOf,
  people000,
  person,
  personDn,
  service,
  settingsFor,
} from '../support/ldap-world.ts';
import { hasSlapd, type Slapd, startSlapd } from '../support/slapd.ts';
import { createStoreFactory } from '../support/store-factory.ts';

const timing = {
  pollMs: 30,
  leaseSeconds: 3,
  probeMs: 60,
  troubledProbeMs: 60,
  confirmMs: 30,
  retryMs: 100,
  maxRetryMs: 300,
};
const uids = people000(12);
const patience = { timeout: 40_000, interval: 50 };

describe.skipIf(!hasSlapd() && !process.env['CI'])('the reader of LDAP directories', { timeout: 180_000 }, () => {
  let slapd: Slapd;
  let proxy: LdapFaultProxy;
  let database: TestDatabase;
  let services: Services;
  let directory: Directory;
  let federationId: string;
  const replicas: Services[] = [];

  function newReplica(): Services {
    const replica = createServices({
      store: database,
      clock: systemClock,
      passwords: createPasswordHasher({ memoryCost: 1_024, timeCost: 1 }),
      signal: createLocalSignal(),
      outgoing: createOutgoing({ allow: ['127.0.0.0/8'] }),
      ldap: { timing },
    });
    replicas.push(replica);
    return replica;
  }
  const status = () => services.ldap.readStatus('people');
  const health = async () => (await status()).health;
  const users = () => services.federations.countUsers(federationId, {});
  const schedule = { changesSeconds: 5, listingSeconds: 10, fullSeconds: 60 };

  beforeAll(async () => {
    slapd = await startSlapd({ entries: [...baseEntries(), ...uids.map((uid) => ldif(personDn(uid), person(uid)))] });
    proxy = await startLdapFaultProxy(slapd.url);
  });
  afterAll(async () => {
    await proxy?.close();
    await slapd?.close();
  });
  beforeEach(async () => {
    await proxy.pass();
    database = await createTestDatabase();
    services = newReplica();
    directory = await services.ldap.createDirectory({ slug: 'people' }, settingsFor([proxy.url], { schedule }));
    ({ id: federationId } = await services.federations.createFederation({ slug: 'people' }));
    await services.federations.addDirectory('people', 'people');
  });
  afterEach(async () => {
    for (const replica of replicas.splice(0)) {
      await replica.ldapWorker.close();
      replica.ldapPasswords.close();
      replica.federations.close();
    }
    await database?.drop();
  });

  it('begins by itself', async () => {
    services.ldapWorker.start();
    await expect.poll(users, patience).toBe(uids.length);
    await expect.poll(async () => (await status()).seenAt, patience).not.toBeNull();
    expect(await status()).toMatchObject({ health: 'ok', failure: null, held: null });
  });

  it('serves the copy with its age while the server is away, and does not fall through to another directory', async () => {
    services.ldapWorker.start();
    await expect.poll(users, patience).toBe(uids.length);
    await expect.poll(async () => (await status()).seenAt, patience).not.toBeNull();
    const { directories, federations } = services;
    const second = await directories.createDirectory({ slug: 'second' });
    await federations.addDirectory('people', 'second');
    await createStoreFactory(database).newUser(second.id, { userName: 'u0001', email: 'u0001@second.test' });
    const before = await federations.lookUpUser(federationId, { username: 'u0001' });
    expect(before).toMatchObject({ directory: 'people', readOnly: null });

    await proxy.refuse();
    await expect.poll(health, patience).toBe('unavailable');
    const copy = await federations.lookUpUser(federationId, { username: 'u0001' });
    const seenAt = (await status()).seenAt?.getTime();
    expect(copy).toEqual({ ...before, readOnly: { reason: 'source_unavailable', since: seenAt } });
    expect(await users()).toBe(uids.length);
    expect((await federations.describe(federationId)).directories).toMatchObject([
      { slug: 'people', health: 'unavailable' },
      { slug: 'second', health: 'ok' },
    ]);
    expect(await federations.verifyPassword(federationId, before.id, passwordOf('u0001'))).toMatchObject({
      result: 'unavailable',
      reason: 'source_unavailable',
    });

    await proxy.pass();
    await expect.poll(health, patience).toBe('ok');
    expect(await federations.lookUpUser(federationId, { username: 'u0001' })).toEqual(before);
  });

  it("counts the bridge's own password no longer being right as an outage of the source, and says so", async () => {
    services.ldapWorker.start();
    await expect.poll(users, patience).toBe(uids.length);
    proxy.answerBinds(49, 'the password was changed', 'nobody is excepted');
    await expect.poll(health, patience).toBe('unavailable');
    await services.ldap.requestSync('people', 'full');
    await expect
      .poll(async () => (await status()).failure, patience)
      .toMatchObject({
        problem: 'credentials',
        message: expect.stringContaining('the password was changed'),
      });
    expect(await users()).toBe(uids.length);
  });

  it('goes on with another replica when the one that reads is gone', async () => {
    const other = newReplica();
    services.ldapWorker.start();
    await expect.poll(users, patience).toBe(uids.length);
    other.ldapWorker.start();
    await services.ldapWorker.close();
    const before = (await status()).seenAt?.getTime() ?? 0;
    await expect.poll(async () => (await status()).seenAt?.getTime() ?? 0, patience).toBeGreaterThan(before);
  });

  it('reads at once what an operator asks for, and removes what is held only when that is accepted', async () => {
    const empty = await startSlapd({ entries: baseEntries() });
    try {
      services.ldapWorker.start();
      await expect.poll(users, patience).toBe(uids.length);
      proxy.redirect(Number(new URL(empty.url).port));
      await services.ldap.requestSync('people', 'full');
      await expect
        .poll(async () => (await status()).held, patience)
        .toMatchObject({
          users: { known: uids.length, missing: uids.length },
        });
      await expect.poll(health, patience).toBe('degraded');
      expect(await users()).toBe(uids.length);
      await services.ldap.requestSync('people', 'accept-removals');
      await expect.poll(users, patience).toBe(0);
      await expect.poll(health, patience).toBe('ok');
    } finally {
      proxy.redirect(Number(new URL(slapd.url).port));
      await empty.close();
    }
  });

  it('leaves a directory alone that is switched off, and reads it again afterwards', async () => {
    services.ldapWorker.start();
    await expect.poll(users, patience).toBe(uids.length);
    await services.directories.updateDirectory('people', { enabled: false });
    expect(await health()).toBe('disabled');
    const quiet = async () => {
      const before = proxy.connections();
      await new Promise((resolve) => setTimeout(resolve, 400));
      return proxy.connections() - before;
    };
    await expect.poll(quiet, patience).toBe(0);
    await services.directories.updateDirectory('people', { enabled: true });
    await expect.poll(quiet, patience).toBeGreaterThan(0);
    expect(await users()).toBe(uids.length);
  });

  it('stops reading a directory that is deleted, and ends in good order while a server hangs', async () => {
    services.ldapWorker.start();
    await expect.poll(users, patience).toBe(uids.length);
    proxy.hang();
    await services.ldap.requestSync('people', 'full');
    const started = performance.now();
    await services.directories.deleteDirectory(directory.slug);
    await services.ldapWorker.close();
    expect(performance.now() - started).toBeLessThan(30_000);
  });

  it('never tells the password of the directory', async () => {
    const told = JSON.stringify([await status(), await services.ldap.readSettings('people')]);
    expect(told).not.toContain(service.password);
  });
});
