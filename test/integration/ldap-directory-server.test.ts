// A server with the attributes of 389 Directory Server.
import { Attribute, Change } from 'ldapts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Directory } from '../../bridge/directories/contracts.ts';
import { createOutgoing } from '../../bridge/platform/http/outgoing.ts';
import { type Body, createTestBridge, type TestBridge } from '../support/bridge.ts';
import { baseEntries, ldif, passwordOf, person, personDn, settingsFor, syncNow, teams } from '../support/ldap-world.ts';
import { hasSlapd, type Slapd, startSlapd } from '../support/slapd.ts';

const uniqueId = (n: number): string => `ad6591b${n}-e70a11f1-8141e952-09849f58`;
const account = (uid: string, n: number, over: Record<string, string> = {}) => ({
  ...person(uid, over),
  objectClass: ['inetOrgPerson', 'nsAccount'],
  nsUniqueId: uniqueId(n),
});

describe.skipIf(!hasSlapd() && !process.env['CI'])('389 Directory Server', () => {
  let slapd: Slapd;
  let bridge: TestBridge;
  let directory: Directory;
  let federationId: string;

  const userNamed = (username: string): Promise<Body> =>
    bridge.services.federations.lookUpUser(federationId, { username });
  const lock = (uid: string, value: string) =>
    slapd.asRoot((client) => {
      const modification = new Attribute({ type: 'nsAccountLock', values: [value] });
      return client.modify(personDn(uid), new Change({ operation: 'replace', modification }));
    });

  beforeAll(async () => {
    slapd = await startSlapd({
      global: `include ${new URL('../support/directory-server-like.schema', import.meta.url).pathname}`,
      entries: [
        ...baseEntries(),
        ldif(personDn('anna'), account('anna', 1)),
        ldif(personDn('bert'), account('bert', 2, { nsAccountLock: 'TRUE' })),
        ldif(personDn('carl'), account('carl', 3, { nsAccountLock: 'false' })),
        ldif(`cn=all,${teams}`, {
          objectClass: ['groupOfUniqueNames', 'nsAccount'],
          cn: 'all',
          nsUniqueId: uniqueId(4),
          uniqueMember: [personDn('anna'), personDn('bert')],
        }),
      ],
    });
    bridge = await createTestBridge({ outgoing: createOutgoing({ allow: ['127.0.0.0/8'] }) });
    const { ldap, federations } = bridge.services;
    directory = await ldap.createDirectory({ slug: 'people' }, settingsFor([slapd.url], { preset: '389-ds' }));
    ({ id: federationId } = await federations.createFederation({ slug: 'people' }));
    await federations.addDirectory('people', 'people');
  });
  afterAll(async () => {
    await bridge?.close();
    await slapd?.close();
  });

  it('is read with its own identities, locked accounts as inactive, and groups of unique names', async () => {
    expect((await syncNow(bridge.services, directory)).report).toMatchObject({ created: 4, refused: 0 });
    expect(await userNamed('anna')).toMatchObject({
      externalId: uniqueId(1),
      enabled: true,
      groups: [{ name: 'all' }],
    });
    expect(await userNamed('bert')).toMatchObject({ enabled: false, groups: [{ name: 'all' }] });
    expect(await userNamed('carl')).toMatchObject({ enabled: true, groups: [] });
  });

  it('tells with the changes who was locked and who was unlocked', async () => {
    await lock('anna', 'true');
    await lock('bert', 'false');
    expect((await syncNow(bridge.services, directory, 'changes')).report.updated).toBe(2);
    expect(await userNamed('anna')).toMatchObject({ enabled: false });
    expect(await userNamed('bert')).toMatchObject({ enabled: true });
  });

  it('checks passwords, and finds an entry by its identity that was renamed a moment ago', async () => {
    const { id } = await userNamed('carl');
    const verify = (password: string) => bridge.services.federations.verifyPassword(federationId, id, password);
    await slapd.asRoot((client) => client.modifyDN(personDn('carl'), 'uid=carl.c'));
    expect(await verify(passwordOf('carl'))).toMatchObject({ result: 'valid' });
    expect(await verify('wrong')).toMatchObject({ result: 'invalid' });
  });
});
