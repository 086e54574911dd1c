// A server with the schema of Active Directory: what it calls things, and how it counts changes.
import { Attribute, Change } from 'ldapts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Directory } from '../../bridge/directories/contracts.ts';
import { createOutgoing } from '../../bridge/platform/http/outgoing.ts';
import { type Body, createTestBridge, type TestBridge } from '../support/bridge.ts';
import { type LdapFaultProxy, startLdapFaultProxy } from '../support/ldap-fault-proxy.ts';
import { baseEntries, ldif, people, settingsFor, syncNow, teams } from '../support/ldap-world.ts';
import { hasSlapd, type Slapd, startSlapd } from '../support/slapd.ts';

const guid = (n: number): Buffer => Buffer.concat([Buffer.alloc(12, 0xfe), Buffer.from([0, 0, n >> 8, n & 255])]);
const account = (name: string, n: number, over: Record<string, string | Buffer> = {}) => ({
  objectClass: 'user',
  cn: name,
  sn: name,
  uid: name,
  sAMAccountName: name,
  userAccountControl: '512',
  company: 'Acme',
  department: 'IT',
  userPassword: `pw-${name}`,
  objectGUID: guid(n),
  uSNChanged: String(n),
  ...over,
});

const replace = (type: string, value: string) =>
  new Change({ operation: 'replace', modification: new Attribute({ type, values: [value] }) });

describe.skipIf(!hasSlapd() && !process.env['CI'])('Active Directory', () => {
  let slapd: Slapd;
  let proxy: LdapFaultProxy;
  let bridge: TestBridge;
  let directory: Directory;
  let federationId: string;

  const userNamed = async (username: string): Promise<Body> =>
    bridge.services.federations.lookUpUser(federationId, { username });

  beforeAll(async () => {
    slapd = await startSlapd({
      global: `include ${new URL('../support/ad-like.schema', import.meta.url).pathname}`,
      entries: [
        ...baseEntries(),
        ldif(`cn=alice,${people}`, account('alice', 11)),
        ldif(`cn=bob,${people}`, account('bob', 12, { userAccountControl: '514' })),
        ldif(`cn=pc1,${people}`, account('pc1', 13, { objectClass: 'computer' })),
        ldif(`cn=everybody,${teams}`, {
          objectClass: 'group',
          cn: 'everybody',
          member: [`cn=alice,${people}`, `cn=bob,${people}`],
          objectGUID: guid(14),
          uSNChanged: '14',
        }),
      ],
    });
    proxy = await startLdapFaultProxy(slapd.url);
    bridge = await createTestBridge({ outgoing: createOutgoing({ allow: ['127.0.0.0/8'] }) });
    const { ldap, federations } = bridge.services;
    const settings = settingsFor([slapd.url], { preset: 'active-directory' });
    directory = await ldap.createDirectory({ slug: 'ad' }, settings);
    ({ id: federationId } = await federations.createFederation({ slug: 'ad' }));
    await federations.addDirectory('ad', 'ad');
  });
  afterAll(async () => {
    await bridge?.close();
    await proxy?.close();
    await slapd?.close();
  });

  it('is read with its own names: accounts without computers, disabled ones, groups, GUIDs', async () => {
    const { report } = await syncNow(bridge.services, directory);
    expect(report).toMatchObject({ read: { users: 2, groups: 1 }, created: 3 });
    const alice = await userNamed('alice');
    expect(alice).toMatchObject({
      enabled: true,
      externalId: 'fefefefe-fefe-fefe-fefe-fefe0000000b',
      groups: [{ name: 'everybody' }],
      attributes: { department: ['IT'], organization: ['Acme'] },
    });
    expect(await userNamed('bob')).toMatchObject({ enabled: false });
  });

  it('tells changes by number, and nothing twice', async () => {
    expect((await syncNow(bridge.services, directory, 'changes')).report).toMatchObject({
      kind: 'changes',
      read: { users: 0, groups: 0 },
    });
    await slapd.asRoot((client) =>
      client.modify(`cn=bob,${people}`, [replace('userAccountControl', '512'), replace('uSNChanged', '20')]),
    );
    expect((await syncNow(bridge.services, directory, 'changes')).report).toMatchObject({
      read: { users: 1 },
      updated: 1,
    });
    expect(await userNamed('bob')).toMatchObject({ enabled: true });
    expect((await syncNow(bridge.services, directory, 'changes')).report.read.users).toBe(0);
  });

  it('is read as a whole after a failover, because each server has numbers of its own', async () => {
    const first = await startLdapFaultProxy(slapd.url);
    try {
      // The same entries behind two addresses, as of two domain controllers.
      const settings = settingsFor([first.url, proxy.url], { preset: 'active-directory' });
      const other = await bridge.services.ldap.createDirectory({ slug: 'two-controllers' }, settings);
      await syncNow(bridge.services, other);
      await slapd.asRoot((client) => client.modify(`cn=alice,${people}`, replace('title', 'Boss')));
      expect((await syncNow(bridge.services, other, 'changes')).report).toMatchObject({ kind: 'changes', updated: 0 });
      await first.refuse();
      expect((await syncNow(bridge.services, other, 'changes')).report).toMatchObject({ kind: 'full', updated: 1 });
      expect((await syncNow(bridge.services, other, 'changes')).report).toMatchObject({ kind: 'changes', updated: 0 });
    } finally {
      await first.close();
    }
  });

  it('finds a user by GUID when a login comes before the news of a new name', async () => {
    const { id } = await userNamed('alice');
    const verify = (password: string) => bridge.services.federations.verifyPassword(federationId, id, password);
    expect(await verify('pw-alice')).toMatchObject({ result: 'valid' });
    await slapd.asRoot((client) => client.modifyDN(`cn=alice,${people}`, 'cn=alice b'));
    expect(await verify('pw-alice')).toMatchObject({ result: 'valid' });
    expect(await verify('wrong')).toMatchObject({ result: 'invalid' });
  });

  it('removes an account only when its GUID is not found either', async () => {
    await slapd.asRoot((client) => client.del(`cn=bob,${people}`));
    for (const removed of [0, 0, 1]) {
      expect((await syncNow(bridge.services, directory, 'listing')).report.removed).toBe(removed);
    }
    await expect(userNamed('bob')).rejects.toMatchObject({ code: 'user_absent' });
    expect(await userNamed('alice')).toMatchObject({ username: 'alice' });
  });
});
