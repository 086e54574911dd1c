// A real domain controller (Samba): what only it can show of Active Directory, such as its deleted objects and its own words.
import { Attribute, Change, Client } from 'ldapts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Directory } from '../../bridge/directories/contracts.ts';
import { createOutgoing } from '../../bridge/platform/http/outgoing.ts';
import { type Body, createTestBridge, type TestBridge } from '../support/bridge.ts';
import { settingsFor, syncNow } from '../support/ldap-world.ts';
import { administrator, domain, hasSamba, type Samba, startSamba } from '../support/samba.ts';

const staff = `OU=Staff,${domain}`;
const crews = `OU=Crews,${domain}`;
const dnOf = (name: string): string => `CN=${name},${staff}`;
const passwordOf = (name: string): string => `Pass-Word-${name}`;
const normalAccount = '512';
const disabledAccount = '514';

const attributes = (values: Record<string, string | string[] | Buffer>): Attribute[] =>
  Object.entries(values).map(([type, value]) => new Attribute({ type, values: [value].flat() as string[] }));

/** Active Directory's form of a password (MS-ADTS §3.1.1.3.1.5). */
const unicodePassword = (password: string): Buffer => Buffer.from(`"${password}"`, 'utf16le');

const account = (name: string, over: Record<string, string> = {}) =>
  attributes({
    objectClass: 'user',
    sAMAccountName: name,
    sn: 'Example',
    mail: `${name}@acme.test`,
    unicodePwd: unicodePassword(passwordOf(name)),
    userAccountControl: normalAccount,
    ...over,
  });

describe.skipIf(!hasSamba() && !process.env['CI'])('a domain controller', { timeout: 120_000 }, () => {
  let samba: Samba;
  let bridge: TestBridge;
  let directory: Directory;
  let federationId: string;

  async function asAdministrator<T>(work: (client: Client) => Promise<T>): Promise<T> {
    const client = new Client({ url: samba.ldapsUrl, timeout: 30_000, tlsOptions: { ca: samba.ca } });
    try {
      await client.bind(administrator.dn, administrator.password);
      return await work(client);
    } finally {
      await client.unbind();
    }
  }
  const settings = (over: Record<string, unknown> = {}) =>
    settingsFor([samba.url], {
      startTls: true,
      ca: samba.ca,
      preset: 'active-directory',
      bindDn: administrator.dn,
      bindPassword: administrator.password,
      users: { base: staff },
      groups: { base: crews },
      ...over,
    });
  const userNamed = (username: string): Promise<Body> =>
    bridge.services.federations.lookUpUser(federationId, { username });
  const verify = async (username: string, password = passwordOf(username)) =>
    bridge.services.federations.verifyPassword(federationId, (await userNamed(username)).id, password);

  beforeAll(async () => {
    samba = await startSamba();
    await samba.tool('domain', 'passwordsettings', 'set', '--account-lockout-threshold=3');
    await asAdministrator(async (client) => {
      for (const dn of [staff, crews]) await client.add(dn, { objectClass: 'organizationalUnit' });
      const names = ['anna', 'bert', 'carl', 'dora', 'eve', 'finn', 'gina', 'hans', 'ines', 'jan'];
      for (const name of names) await client.add(dnOf(name), account(name));
      await client.add(dnOf('off'), account('off', { userAccountControl: disabledAccount }));
      await client.add(dnOf('new'), account('new', { pwdLastSet: '0' }));
      // 1 January 2020, in the intervals of 100 ns since 1601 that Windows counts.
      await client.add(dnOf('late'), account('late', { accountExpires: '132223104000000000' }));
      await client.add(dnOf('reader'), account('reader'));
      await client.add(`CN=Inner,${crews}`, { objectClass: 'group', member: [dnOf('anna'), dnOf('bert')] });
      await client.add(`CN=Outer,${crews}`, { objectClass: 'group', member: [`CN=Inner,${crews}`, dnOf('carl')] });
    });
    bridge = await createTestBridge({ outgoing: createOutgoing({ allow: ['127.0.0.0/8'] }) });
    const { ldap, federations } = bridge.services;
    directory = await ldap.createDirectory({ slug: 'ad' }, settings({ removals: { heldAboveCount: 1 } }));
    ({ id: federationId } = await federations.createFederation({ slug: 'ad' }));
    await federations.addDirectory('ad', 'ad');
    expect((await syncNow(bridge.services, directory)).report).toMatchObject({
      read: { users: 14, groups: 2 },
      created: 16,
      refused: 0,
    });
  }, 240_000);
  afterAll(async () => {
    await bridge?.close();
    await samba?.close();
  });

  it('is read with disabled accounts and nested groups', async () => {
    const { id } = await userNamed('anna');
    expect(await userNamed('off')).toMatchObject({ enabled: false });
    expect(await userNamed('new')).toMatchObject({ enabled: true });
    const outer = await bridge.services.federations.lookUpGroup(federationId, 'ad', 'Outer');
    const inner = await bridge.services.federations.lookUpGroup(federationId, 'ad', 'Inner');
    expect(inner.parents).toEqual([outer.id]);
    const members = await bridge.services.federations.listMembers(federationId, inner.id, { first: 0, max: 10 });
    expect(members.map((member) => member.id)).toContain(id);
  });

  it('tells in its own words why a right password is of no use, and nothing of a wrong one', async () => {
    expect(await verify('anna')).toMatchObject({ result: 'valid' });
    expect(await verify('off')).toMatchObject({ result: 'invalid', reason: 'account_disabled' });
    expect(await verify('new')).toMatchObject({ result: 'invalid', reason: 'password_must_change' });
    expect(await verify('late')).toMatchObject({ result: 'invalid', reason: 'account_expired' });
    for (const name of ['anna', 'off', 'new', 'late']) {
      const { result, reason } = await verify(name, 'wrong');
      expect([name, result, reason]).toEqual([name, 'invalid', undefined]);
    }
    for (let n = 0; n < 3; n += 1) await verify('jan', 'wrong');
    expect(await verify('jan')).toMatchObject({ result: 'invalid', reason: 'account_locked' });
  });

  it('says at a test whether its deleted objects are shown', async () => {
    const { ldap } = bridge.services;
    await asAdministrator(async (client) => {
      await client.add(dnOf('once'), account('once'));
      await client.del(dnOf('once'));
    });
    const deletions = async (over: Record<string, unknown>) =>
      (await ldap.testSettings(settings(over))).steps.find(({ step }) => step === 'deletions');
    expect(await deletions({})).toMatchObject({ ok: true, detail: expect.stringContaining('are shown') });
    const reader = { bindDn: dnOf('reader'), bindPassword: passwordOf('reader') };
    expect(await deletions(reader)).toMatchObject({ ok: true, detail: expect.stringContaining('no deleted entries') });
  });

  it('is read by ldaps as by StartTLS, with an authority of its own, and not without encryption', async () => {
    const { ldap } = bridge.services;
    const problemsOf = async (over: Record<string, unknown>) =>
      (await ldap.testSettings(settings(over))).steps
        .filter(({ ok }) => !ok)
        .map(({ step, problem }) => [step, problem]);
    expect(await problemsOf({ urls: [samba.url, samba.ldapsUrl] })).toEqual([]);
    expect(await problemsOf({ urls: [samba.ldapsUrl], ca: null })).toEqual([['connect', 'certificate']]);
    expect(await problemsOf({ startTls: false })).toEqual([['bind', 'tls']]);
  });

  it('tells changes by number, and nothing twice', async () => {
    await syncNow(bridge.services, directory, 'changes');
    expect((await syncNow(bridge.services, directory, 'changes')).report.read).toEqual({ users: 0, groups: 0 });
    await asAdministrator(async (client) => {
      const modification = new Attribute({ type: 'title', values: ['Boss'] });
      await client.modify(dnOf('anna'), new Change({ operation: 'replace', modification }));
      await client.modifyDN(dnOf('bert'), 'CN=bert b');
    });
    const { id } = await userNamed('bert');
    const { report } = await syncNow(bridge.services, directory, 'changes');
    expect(report).toMatchObject({ kind: 'changes', read: { users: 2 }, updated: 2, removed: 0 });
    expect((await userNamed('bert')).id).toBe(id);
  });

  it('shows deleted accounts and groups, which are removed at the next reading of changes', async () => {
    const carl = await userNamed('carl');
    await asAdministrator(async (client) => {
      await client.del(dnOf('carl'));
      await client.add(dnOf('carl'), account('carl'));
      await client.del(`CN=Inner,${crews}`);
    });
    const { report } = await syncNow(bridge.services, directory, 'changes');
    expect(report).toMatchObject({ kind: 'changes', created: 1, removed: 2, refused: 0 });
    const next = await userNamed('carl');
    expect(next.id).not.toBe(carl.id);
    expect(next.externalId).not.toBe(carl.externalId);
    const inner = bridge.services.federations.lookUpGroup(federationId, 'ad', 'Inner');
    await expect(inner).rejects.toMatchObject({ code: 'group_absent' });
    expect((await syncNow(bridge.services, directory, 'changes')).report).toMatchObject({ removed: 0, created: 0 });
  });

  it('does not lose an account that was moved out of the base before the listings have lacked it', async () => {
    await asAdministrator((client) => client.modifyDN(dnOf('dora'), `CN=dora,CN=Users,${domain}`));
    expect((await syncNow(bridge.services, directory, 'changes')).report.removed).toBe(0);
    expect((await userNamed('dora')).username).toBe('dora');
    await asAdministrator((client) => client.modifyDN(`CN=dora,CN=Users,${domain}`, dnOf('dora')));
    await syncNow(bridge.services, directory, 'changes');
  });

  it('shows none to a reading account without the right; then listings find them', async () => {
    const { ldap } = bridge.services;
    const reader = { bindDn: dnOf('reader'), bindPassword: passwordOf('reader') };
    const other = await ldap.createDirectory({ slug: 'without-right' }, settings(reader));
    await syncNow(bridge.services, other);
    await asAdministrator((client) => client.del(dnOf('eve')));
    expect((await syncNow(bridge.services, other, 'changes')).report.removed).toBe(0);
    for (const removed of [0, 0, 1]) {
      expect((await syncNow(bridge.services, other, 'listing')).report.removed).toBe(removed);
    }
    expect((await syncNow(bridge.services, directory, 'changes')).report.removed).toBe(1);
  });

  it('may delete suspiciously many: they are held until somebody has looked', async () => {
    const names = ['finn', 'gina', 'hans', 'ines'];
    await asAdministrator(async (client) => {
      for (const name of names) await client.del(dnOf(name));
    });
    const { report } = await syncNow(bridge.services, directory, 'changes');
    expect(report.removed).toBe(0);
    expect((await syncNow(bridge.services, directory, 'listing')).held).toMatchObject({ users: { missing: 4 } });
    for (const name of names) expect((await userNamed(name)).username).toBe(name);
    const accepted = await syncNow(bridge.services, directory, 'full', { accept: true });
    expect(accepted.report.removed).toBe(4);
  });
});
