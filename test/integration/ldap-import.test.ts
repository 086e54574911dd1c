// What is read from a real LDAP server becomes users and groups like those that arrive by SCIM.
import { Attribute, Change } from 'ldapts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Directory } from '../../bridge/directories/contracts.ts';
import { readIn } from '../../bridge/platform/db/scope.ts';
import { createOutgoing } from '../../bridge/platform/http/outgoing.ts';
import { type Body, createTestBridge, type TestBridge } from '../support/bridge.ts';
import {
  baseEntries,
  ldif,
  people,
  people000,
  person,
  personDn,
  settingsFor,
  syncNow,
  team,
  teams,
} from '../support/ldap-world.ts';
import { hasSlapd, type Slapd, startSlapd, suffix } from '../support/slapd.ts';

const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

const replace = (type: string, values: string[]) =>
  new Change({ operation: 'replace', modification: new Attribute({ type, values }) });

const crowd = `ou=crowd,${suffix}`;

describe.skipIf(!hasSlapd() && !process.env['CI'])('an LDAP directory', () => {
  let slapd: Slapd;
  let bridge: TestBridge;
  let directory: Directory;
  let token: string;

  const ask = (path: string, init: RequestInit = {}) =>
    bridge.send(`/scim/v2/people${path}`, {
      ...init,
      headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/scim+json' },
    });
  const userNamed = async (userName: string): Promise<Body> => {
    const { body } = await ask(`/Users?filter=${encodeURIComponent(`userName eq "${userName}"`)}`);
    return body.Resources?.[0];
  };
  const groupNamed = async (name: string): Promise<Body> => {
    const { body } = await ask(`/Groups?filter=${encodeURIComponent(`displayName eq "${name}"`)}`);
    return body.Resources?.[0];
  };

  beforeAll(async () => {
    slapd = await startSlapd({
      entries: [
        ...baseEntries(),
        ldif(personDn('anna'), {
          ...person('anna', {
            mail: ['anna@example.test', 'a.quist@example.test'],
            sn: 'Quist',
            givenName: 'Anna',
            displayName: 'Anna Quist',
            title: 'Engineer',
            telephoneNumber: '+46 8 1',
            mobile: '+46 70 1',
            employeeNumber: '17',
            departmentNumber: 'R&D',
            manager: personDn('zoe'),
          }),
          jpegPhoto: Buffer.from([0xff, 0xd8, 0xff, 0]),
        }),
        ldif(personDn('bert'), { ...person('bert'), pwdAccountLockedTime: '000001010000Z' }),
        ldif(personDn('carl'), { ...person('carl'), pwdAccountLockedTime: '20260101000000Z' }),
        ldif(`cn=Quist\\, Dora,${people}`, person('dora', { cn: 'Quist, Dora' })),
        ldif(personDn('zoe'), person('zoe')),
        ldif(`ou=more,${people}`, { objectClass: 'organizationalUnit', ou: 'more' }),
        ldif(`cn=other anna,ou=more,${people}`, person('ANNA', { cn: 'other anna' })),
        ldif(`cn=all,${teams}`, team('all', [personDn('anna'), `cn=inner,${teams}`, 'cn=nobody,dc=elsewhere'])),
        ldif(`cn=inner,${teams}`, team('inner', [`CN=Quist\\2C Dora,${people.toUpperCase()}`])),
        ldif(`cn=staff,${teams}`, {
          objectClass: 'posixGroup',
          cn: 'staff',
          gidNumber: '100',
          memberUid: ['zoe', 'BERT'],
        }),
        ldif(crowd, { objectClass: 'organizationalUnit', ou: 'crowd' }),
        ...people000(1_000).map((uid) => ldif(`uid=${uid},${crowd}`, person(uid))),
      ],
    });
    bridge = await createTestBridge({ outgoing: createOutgoing({ allow: ['127.0.0.0/8'] }) });
    const { ldap, directories } = bridge.services;
    directory = await ldap.createDirectory({ slug: 'people' }, settingsFor([slapd.url], { pageSize: 10 }));
    ({ token } = await directories.createToken('people', {}));
  });
  afterAll(async () => {
    await bridge?.close();
    await slapd?.close();
  });

  it('is read as a whole', async () => {
    const { report, held } = await syncNow(bridge.services, directory);
    expect(held).toBeNull();
    expect(report).toMatchObject({ kind: 'full', read: { users: 6, groups: 3 }, created: 8, refused: 1 });
  });

  it('maps attributes by SCIM paths, the manager included, and leaves photos out', async () => {
    const [anna, zoe] = [await userNamed('anna'), await userNamed('zoe')];
    expect(anna).toMatchObject({
      userName: 'anna',
      name: { givenName: 'Anna', familyName: 'Quist', formatted: 'anna Example' },
      displayName: 'Anna Quist',
      title: 'Engineer',
      active: true,
      emails: [{ value: 'anna@example.test', primary: true }, { value: 'a.quist@example.test' }],
      phoneNumbers: [
        { type: 'work', value: '+46 8 1' },
        { type: 'mobile', value: '+46 70 1' },
      ],
      [enterprise]: { employeeNumber: '17', department: 'R&D', manager: { value: zoe.id } },
    });
    expect(anna.externalId).toMatch(/^[0-9a-f-]{36}$/);
    expect(anna.photos).toBeUndefined();
  });

  it('takes an account that was locked for good as inactive, and one that waits after wrong passwords as active', async () => {
    expect((await userNamed('bert')).active).toBe(false);
    expect((await userNamed('carl')).active).toBe(true);
  });

  it('keeps nested groups as they are, and finds members however their names are written', async () => {
    const [all, inner, staff] = [await groupNamed('all'), await groupNamed('inner'), await groupNamed('staff')];
    const [anna, dora, zoe, bert] = [
      await userNamed('anna'),
      await userNamed('dora'),
      await userNamed('zoe'),
      await userNamed('bert'),
    ];
    const membersOf = (group: Body) => group.members.map(({ value, type }: Body) => `${type} ${value}`).toSorted();
    expect(membersOf(all)).toEqual([`Group ${inner.id}`, `User ${anna.id}`].toSorted());
    expect(membersOf(inner)).toEqual([`User ${dora.id}`]);
    expect(membersOf(staff)).toEqual([`User ${zoe.id}`, `User ${bert.id}`].toSorted());
  });

  it('tells which entry it could not take over, and why', async () => {
    const { refused } = await bridge.services.ldap.readStatus('people');
    expect(refused).toEqual({
      count: 1,
      first: [
        { dn: `cn=other anna,ou=more,${people}`, problem: expect.stringContaining('already a user with the userName') },
      ],
    });
  });

  it('writes nothing when nothing has changed', async () => {
    const before = await userNamed('anna');
    const { report } = await syncNow(bridge.services, directory);
    expect(report).toMatchObject({ created: 0, updated: 0, removed: 0 });
    expect(await userNamed('anna')).toEqual(before);
  });

  it('reads changes alone: new, changed and renamed entries, and keeps ids', async () => {
    const before = await userNamed('anna');
    await slapd.asRoot(async (client) => {
      await client.add(personDn('eve'), person('eve'));
      await client.modifyDN(personDn('anna'), 'uid=anna.quist');
      await client.modify(`uid=anna.quist,${people}`, replace('sn', ['Berg']));
      await client.modify(`cn=inner,${teams}`, replace('member', [personDn('eve')]));
    });
    const { report } = await syncNow(bridge.services, directory, 'changes');
    // Beside the new one, the entry whose name is free now.
    expect(report).toMatchObject({ kind: 'changes', created: 2, refused: 0 });
    expect(await userNamed('anna')).toMatchObject({ userName: 'ANNA' });
    expect((await bridge.services.ldap.readStatus('people')).refused.count).toBe(0);
    const anna = await userNamed('anna.quist');
    expect(anna).toMatchObject({ id: before.id, name: { familyName: 'Berg' } });
    expect((await groupNamed('inner')).members).toMatchObject([{ value: (await userNamed('eve')).id }]);
  });

  it('removes an entry only after several complete listings without it', async () => {
    const eve = await userNamed('eve');
    await slapd.asRoot((client) => client.del(personDn('eve')));
    for (const listing of [1, 2]) {
      const { report, missing } = await syncNow(bridge.services, directory, 'listing');
      expect([listing, report.removed, missing]).toEqual([listing, 0, 1]);
      expect((await userNamed('eve')).id).toBe(eve.id);
    }
    expect((await syncNow(bridge.services, directory, 'listing')).report.removed).toBe(1);
    expect(await userNamed('eve')).toBeUndefined();
  });

  it('starts counting anew when an entry is back', async () => {
    const filter = `(&(objectClass=inetOrgPerson)(!(uid=carl)))`;
    const settings = settingsFor([slapd.url], { pageSize: 10 });
    const { bindPassword: _, ...stored } = settings;
    const withFilter = { ...stored, users: { ...stored.users, filter } };
    await bridge.services.ldap.changeSettings('people', withFilter);
    await syncNow(bridge.services, directory, 'listing');
    await syncNow(bridge.services, directory, 'listing');
    await bridge.services.ldap.changeSettings('people', stored);
    await syncNow(bridge.services, directory, 'listing');
    await bridge.services.ldap.changeSettings('people', withFilter);
    expect((await syncNow(bridge.services, directory, 'listing')).report.removed).toBe(0);
    await bridge.services.ldap.changeSettings('people', stored);
    await syncNow(bridge.services, directory);
    expect(await userNamed('carl')).toBeDefined();
  });

  it('refuses writes by SCIM and says where to make them', async () => {
    const { id } = await userNamed('zoe');
    const refused = { status: 403, body: { detail: expect.stringContaining('LDAP') } };
    const body = JSON.stringify({ schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'], userName: 'new' });
    expect(await ask('/Users', { method: 'POST', body })).toMatchObject(refused);
    expect(await ask(`/Users/${id}`, { method: 'DELETE' })).toMatchObject(refused);
    expect((await ask(`/Users/${id}`)).status).toBe(200);
  });

  it('has told what happened by the same events as SCIM', async () => {
    const events = await readIn(bridge.database.pool, [directory.id], (scope) =>
      scope
        .selectFrom('events')
        .select(['type', 'actor', 'profile'])
        .where((eb) => eb.or([eb('type', 'like', 'user.%'), eb('type', 'like', 'group.%')]))
        .orderBy('id')
        .execute(),
    );
    expect(new Set(events.map(({ actor }) => actor))).toEqual(new Set(['ldap:people']));
    expect(events.every(({ profile }) => profile === null)).toBe(true);
    const types = [
      'user.created',
      'user.updated',
      'user.deleted',
      'group.created',
      'group.member_added',
      'group.member_removed',
    ];
    expect(events.map(({ type }) => type)).toEqual(expect.arrayContaining(types));
  });

  it('is not found below another base', async () => {
    const { ldap } = bridge.services;
    const empty = await ldap.createDirectory(
      { slug: 'empty' },
      settingsFor([slapd.url], { users: { base: suffix, scope: 'one' }, groups: null }),
    );
    const { report } = await syncNow(bridge.services, empty);
    expect(report.read).toEqual({ users: 0, groups: 0 });
  });

  it('has the statistics renewed that a long import makes old, so that the next reading is planned for what is there', async () => {
    const { ldap } = bridge.services;
    const users = { base: crowd };
    const many = await ldap.createDirectory({ slug: 'crowd' }, settingsFor([slapd.url], { users, groups: null }));
    const { report } = await syncNow(bridge.services, many);
    expect(report).toMatchObject({ created: 1_000, refused: 0 });
    const { rows } = await bridge.database.pool.query(
      `select relname from pg_stat_user_tables where last_analyze is not null and relname in ('ldap_entries', 'users')
        order by relname`,
    );
    expect(rows).toEqual([{ relname: 'ldap_entries' }, { relname: 'users' }]);
  });
});
