// Passwords of LDAP users are checked by binding, whatever the server is up to.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Directory } from '../../bridge/directories/contracts.ts';
import { createOutgoing } from '../../bridge/platform/http/outgoing.ts';
import { createTestBridge, type TestBridge } from '../support/bridge.ts';
import { type LdapFaultProxy, startLdapFaultProxy } from '../support/ldap-fault-proxy.ts';
import {
  baseEntries,
  ldif,
  passwordOf,
  people,
  person,
  personDn,
  service,
  settingsFor,
  syncNow,
} from '../support/ldap-world.ts';
import { hasSlapd, type Slapd, startSlapd } from '../support/slapd.ts';

const unavailable = { result: 'unavailable', reason: 'source_unavailable', retryAfterSeconds: 5 };
/** The deadline is a second and a half; a busy machine adds to it, but a hang would not end at all. */
const slack = 20_000;

describe.skipIf(!hasSlapd() && !process.env['CI'])('a password check by LDAP', { timeout: 120_000 }, () => {
  let slapd: Slapd;
  let proxy: LdapFaultProxy;
  let bridge: TestBridge;
  let directory: Directory;
  let federationId: string;
  const ids = new Map<string, string>();

  const verify = (uid: string, password: string) =>
    bridge.services.federations.verifyPassword(federationId, ids.get(uid) ?? '', password);
  async function timed<T>(work: Promise<T>): Promise<{ value: T; ms: number }> {
    const started = performance.now();
    return { value: await work, ms: performance.now() - started };
  }
  /** After a fault the pool leaves the server alone for a moment. */
  async function untilValid(uid: string): Promise<void> {
    await expect.poll(async () => (await verify(uid, passwordOf(uid))).result, { timeout: 30_000 }).toBe('valid');
  }

  beforeAll(async () => {
    slapd = await startSlapd({
      entries: [
        ...baseEntries(),
        ...['anna', 'bert', 'carl', 'dora', 'eve'].map((uid) => ldif(personDn(uid), person(uid))),
        ldif(personDn('gone'), { ...person('gone'), pwdAccountLockedTime: '000001010000Z' }),
      ],
    });
    proxy = await startLdapFaultProxy(slapd.url);
    bridge = await createTestBridge({ outgoing: createOutgoing({ allow: ['127.0.0.0/8'] }) });
    const { ldap, federations } = bridge.services;
    directory = await ldap.createDirectory({ slug: 'people' }, settingsFor([proxy.url]));
    ({ id: federationId } = await federations.createFederation({ slug: 'people' }));
    await federations.addDirectory('people', 'people');
    await syncNow(bridge.services, directory);
    for (const { username, id } of await federations.listUsers(federationId, {}, { first: 0, max: 100 })) {
      ids.set(username, id);
    }
  });
  afterAll(async () => {
    await bridge?.close();
    await proxy?.close();
    await slapd?.close();
  });
  beforeEach(async () => {
    await proxy.pass();
    await untilValid('eve');
  });

  it('tells right from wrong', async () => {
    expect(await verify('anna', passwordOf('anna'))).toMatchObject({ result: 'valid', enabled: true });
    expect(await verify('anna', passwordOf('bert'))).toMatchObject({ result: 'invalid', enabled: true });
    expect(await verify('anna', `${passwordOf('anna')} `)).toMatchObject({ result: 'invalid' });
  });

  it('never sends an empty password, which a server would take from anybody', async () => {
    const before = proxy.connections();
    proxy.hang();
    expect(await timed(verify('anna', ''))).toMatchObject({ value: { result: 'invalid' } });
    expect(proxy.connections()).toBe(before);
  });

  it('uses a connection again', async () => {
    const before = proxy.connections();
    for (let n = 0; n < 10; n += 1) await verify('anna', n % 2 === 0 ? passwordOf('anna') : 'wrong');
    expect(proxy.connections() - before).toBeLessThanOrEqual(2);
  });

  it('notices that the server has closed the connection meanwhile', async () => {
    await slapd.stop();
    await slapd.start();
    expect(await verify('anna', passwordOf('anna'))).toMatchObject({ result: 'valid' });
  });

  it.each([
    ['532', 'password_expired'],
    ['773', 'password_must_change'],
    ['775', 'account_locked'],
    ['533', 'account_disabled'],
    ['701', 'account_expired'],
    ['530', 'logon_denied'],
  ])('passes on what Active Directory says with data %s', async (data, reason) => {
    const words = `80090308: LdapErr: DSID-0C09044E, comment: AcceptSecurityContext error, data ${data}, v4563`;
    proxy.answerBinds(49, words, service.dn);
    expect(await verify('anna', passwordOf('anna'))).toMatchObject({ result: 'invalid', reason });
  });

  it('does not take a busy server for a wrong password', async () => {
    proxy.answerBinds(51, 'busy', service.dn);
    expect(await verify('anna', passwordOf('anna'))).toEqual(unavailable);
  });

  it('finds an entry that was renamed a moment ago', async () => {
    await slapd.asRoot((client) => client.modifyDN(personDn('bert'), 'uid=bert.b'));
    expect(await verify('bert', passwordOf('bert'))).toMatchObject({ result: 'valid' });
    expect(await verify('bert', 'wrong')).toMatchObject({ result: 'invalid' });
  });

  it("does not let somebody in as the user whose former name is now that person's", async () => {
    await slapd.asRoot(async (client) => {
      await client.modifyDN(personDn('carl'), 'uid=carl.c');
      await client.add(personDn('carl'), { ...person('carl', { userPassword: 'the new carl' }) });
    });
    expect(await verify('carl', 'the new carl')).toMatchObject({ result: 'invalid' });
    expect(await verify('carl', passwordOf('carl'))).toMatchObject({ result: 'valid' });
  });

  it('refuses an entry that was deleted', async () => {
    await slapd.asRoot((client) => client.del(personDn('dora')));
    expect(await verify('dora', passwordOf('dora'))).toMatchObject({ result: 'invalid' });
  });

  it('leaves it to the answer\'s "enabled" who may log in', async () => {
    expect(await verify('gone', 'whatever')).toMatchObject({ result: 'invalid', enabled: false });
  });

  it('answers at once that a server which refuses connections is unavailable', async () => {
    await proxy.refuse();
    const { value, ms } = await timed(verify('anna', passwordOf('anna')));
    expect(value).toEqual(unavailable);
    expect(ms).toBeLessThan(slack);
    await proxy.pass();
    await untilValid('anna');
  });

  it('answers in time while the server hangs, however many ask, and right afterwards', async () => {
    proxy.hang();
    const checks = await Promise.all(Array.from({ length: 60 }, () => timed(verify('anna', passwordOf('anna')))));
    for (const { value, ms } of checks) {
      expect(value).toMatchObject({ result: 'unavailable' });
      expect(ms).toBeLessThan(slack);
    }
    await proxy.pass();
    await untilValid('anna');
  });

  it('asks the next server of the list', async () => {
    const { bindPassword: _, ...settings } = settingsFor([proxy.url, slapd.url]);
    await bridge.services.ldap.changeSettings('people', settings);
    await proxy.refuse();
    expect(await verify('anna', passwordOf('anna'))).toMatchObject({ result: 'valid' });
    await proxy.pass();
  });

  it('is not made for a directory that is switched off, nor for a user of a SCIM directory', async () => {
    await bridge.services.federations.setDirectory('people', 'people', { enabled: false });
    expect(await verify('anna', passwordOf('anna'))).toMatchObject({
      result: 'unavailable',
      reason: 'directory_disabled',
    });
    await bridge.services.federations.setDirectory('people', 'people', { enabled: true });
    expect(await verify('anna', passwordOf('anna'))).toMatchObject({ result: 'valid' });
  });

  it('works on the whole of the settings: another bind DN or password of the bridge changes nothing for users', async () => {
    const { bindPassword: _, ...settings } = settingsFor([slapd.url], { users: { base: people } });
    await bridge.services.ldap.changeSettings('people', { ...settings, bindPassword: 'wrong by now' });
    expect(await verify('anna', passwordOf('anna'))).toMatchObject({ result: 'valid' });
    expect(await verify('anna', 'wrong')).toMatchObject({ result: 'invalid' });
  });
});
