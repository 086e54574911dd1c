// From an LDAP server to an identity provider that pushes: people keep their ids, and the server is read no longer.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Directory } from '../../bridge/directories/contracts.ts';
import { createOutgoing } from '../../bridge/platform/http/outgoing.ts';
import { type Body, createTestBridge, type ScimClient, type TestBridge } from '../support/bridge.ts';
import { everything, newClient, work } from '../support/directory-moves.ts';
import { baseEntries, ldif, person, personDn, settingsFor, syncNow, team, teams } from '../support/ldap-world.ts';
import { enterprise, groupSchema, userSchema } from '../support/scim.ts';
import { hasSlapd, type Slapd, startSlapd } from '../support/slapd.ts';

const fromEntra = (uid: string, mail: string) => ({
  schemas: [userSchema, enterprise],
  userName: `${uid}@corp.test`,
  externalId: `entra-${uid}`,
  emails: [{ value: mail, primary: true }],
  active: true,
});

describe.skipIf(!hasSlapd() && !process.env['CI'])('a directory that moves from LDAP to SCIM', () => {
  let slapd: Slapd;
  let bridge: TestBridge;
  let directory: Directory;
  let reading: ScimClient;
  let entra: ScimClient;
  let before: Body;
  const ids = new Map<string, string>();
  const slug = 'people';
  const soon = async (check: () => Promise<boolean>): Promise<void> => {
    const until = Date.now() + 60_000;
    while (!(await check())) {
      if (Date.now() > until) throw new Error('it did not happen in time');
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  };
  const lastFull = async () => (await bridge.services.ldap.readStatus(slug)).lastFullAt?.getTime() ?? 0;

  beforeAll(async () => {
    slapd = await startSlapd({
      entries: [
        ...baseEntries(),
        ldif(personDn('anna'), person('anna', { employeeNumber: '17' })),
        ldif(personDn('bert'), person('bert', { mail: 'Shared@example.test' })),
        ldif(personDn('carl'), person('carl', { mail: 'shared@example.test' })),
        ldif(personDn('dora'), person('dora')),
        ldif(`cn=staff,${teams}`, team('staff', [personDn('anna'), personDn('dora')])),
      ],
    });
    bridge = await createTestBridge({
      outgoing: createOutgoing({ allow: ['127.0.0.0/8'] }),
      ldap: { timing: { pollMs: 50, leaseSeconds: 30 } },
    });
    directory = await bridge.services.ldap.createDirectory({ slug }, settingsFor([slapd.url]));
    await syncNow(bridge.services, directory);
    bridge.services.ldapWorker.start();
    await soon(async () => (await bridge.services.ldap.readStatus(slug)).lastReport !== null);
    reading = await newClient(bridge, { directory } as ScimClient);
    before = await everything(reading);
    for (const { userName, id } of before.users) ids.set(userName, id);
  });
  afterAll(async () => {
    await bridge?.close();
    await slapd?.close();
  });

  it('is told beforehand that passwords by bind end', async () => {
    const plan = await bridge.services.moves.plan(slug, ['employeeNumber', 'email']);
    expect(plan).toMatchObject({ users: 4, match: [{ users: 1 }, { users: 4, ambiguous: 2 }] });
    expect(plan.warnings).toEqual([expect.stringContaining('passwords are no longer checked there')]);
  });

  it('takes its users over under their ids, while the worker that read it lets go', async () => {
    const { moves, ldap } = bridge.services;
    const status = await moves.start(slug, { match: ['employeeNumber', 'email'] });
    expect(status).toMatchObject({ users: { waiting: 4 }, groups: { waiting: 1 }, directory: { kind: 'scim' } });
    await expect(ldap.readStatus(slug)).rejects.toMatchObject({ code: 'conflict' });
    entra = await newClient(bridge, reading);
    const anna = await entra.post('/Users', fromEntra('anna', ' ANNA@example.test'));
    expect([anna.status, anna.body.id, anna.body.externalId]).toEqual([201, ids.get('anna'), 'entra-anna']);
    const refused = await entra.post('/Users', fromEntra('bert', 'shared@example.test'));
    expect([refused.status, refused.body.detail]).toEqual([409, expect.stringContaining('review list')]);
    const staff = await entra.post('/Groups', {
      schemas: [groupSchema],
      displayName: 'staff',
      members: [{ value: anna.body.id }],
    });
    expect(staff.body.members).toHaveLength(2);
  });

  it('is undone to what it was, and read again', async () => {
    expect(await bridge.services.moves.undo(slug, work)).toEqual({ state: 'undone', done: true });
    expect((await bridge.services.directories.requireDirectory(slug)).kind).toBe('ldap');
    expect(await everything(reading)).toEqual(before);
    const since = await lastFull();
    await soon(async () => (await lastFull()) > since);
    expect((await bridge.services.ldap.readStatus(slug)).failure).toBeNull();
    expect(await everything(reading)).toEqual(before);
  });

  it('is a directory of its new identity provider when the move is finished, without those who were left', async () => {
    const { moves } = bridge.services;
    await moves.start(slug, { match: ['email'] });
    entra = await newClient(bridge, reading);
    for (const uid of ['anna', 'dora']) await entra.post('/Users', fromEntra(uid, `${uid}@example.test`));
    await moves.finish(slug, { users: 'deactivate', groups: 'keep' }, work);
    const { users } = await everything(entra);
    expect(users.map(({ id, active }: Body) => [id, active])).toEqual(
      before.users.map(({ id, userName }: Body) => [id, ['anna', 'dora'].includes(userName)]),
    );
    expect((await bridge.services.directories.requireDirectory(slug)).kind).toBe('scim');
  });
});
