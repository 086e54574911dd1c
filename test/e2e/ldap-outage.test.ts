// LDAP behind the bridge, and the server in trouble: stopped, hanging, or no longer taking the bridge's own password. What
// people, applications and administrators do goes on; only a password that the server alone can check has to wait. These are
// the scenarios in which Keycloak's own LDAP federation disables people, fails refreshes or brings everybody's login down.
import { Attribute, Change } from 'ldapts';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { eventually, timed, userPassword } from '../support/federated-realm.ts';
import { claimsOf } from '../support/keycloak.ts';
import { type LdapFaultProxy, startLdapFaultProxy } from '../support/ldap-fault-proxy.ts';
import { baseEntries, ldif, person, personDn, service, settingsFor, team, teams } from '../support/ldap-world.ts';
import { lanes, type Operation } from '../support/outage-operations.ts';
import {
  federatedNames,
  localPassword,
  type StageSource,
  setOutageStage,
  usernameOf,
} from '../support/outage-stage.ts';
import {
  modes,
  noOutcomes,
  type OutageStages,
  openSessionToLeave,
  perform,
  setOutageStages,
  untilLogin,
} from '../support/outage-stages.ts';
import { failureTable } from '../support/outage-table.ts';
import { type BridgeUnderTest, startBridge } from '../support/running-bridge.ts';
import { hasSlapd, type Slapd, startSlapd, suffix } from '../support/slapd.ts';

/** Far above what is expected (two seconds), below what a hang would cost: other work runs on the same cores. */
const boundMs = 20_000;
const crowd = 60;
const faults = ['down', 'hang', 'wrong bind password'] as const;
type Fault = (typeof faults)[number];

/** The bridge itself is well, so that it answers everything but passwords. */
function expected(operation: Operation, fault: Fault): string {
  const isBindWell = fault === 'wrong bind password';
  if (operation === 'login' && isBindWell) return '200';
  if (operation === 'login with a wrong password' && isBindWell) return '400 invalid_grant';
  if (operation.endsWith(' sync')) return 'went through';
  const row = failureTable.find((one) => one.operation === operation);
  if (!row) throw new Error(`nothing is expected of ${operation}`);
  return row.import;
}

const policies = `ou=policies,${suffix}`;
const passwordPolicy = (name: string, rules: Record<string, string>): string =>
  ldif(`cn=${name},${policies}`, {
    objectClass: ['device', 'pwdPolicy'],
    cn: name,
    pwdAttribute: 'userPassword',
    pwdMaxAge: '86400',
    pwdMustChange: 'TRUE',
    ...rules,
  });
const longAgo = '20200101000000Z';
/** Of some of the crowd. */
const passwordStates: Record<string, Record<string, string>> = {
  [usernameOf('extra0')]: { pwdPolicySubentry: `cn=strict,${policies}`, pwdChangedTime: longAgo },
  [usernameOf('extra1')]: { pwdPolicySubentry: `cn=strict,${policies}`, pwdReset: 'TRUE' },
  [usernameOf('extra2')]: { pwdPolicySubentry: `cn=lenient,${policies}`, pwdChangedTime: longAgo },
};

describe.skipIf(!hasSlapd() && !process.env['CI'])('LDAP behind the bridge', () => {
  let slapd: Slapd;
  let proxy: LdapFaultProxy;
  let bridge: BridgeUnderTest;
  let stages: OutageStages;

  const readFromLdap: StageSource = async ({ services, scim }, slug, extras) => {
    const { ldap, directories, federations } = services;
    await ldap.createDirectory({ slug }, settingsFor([proxy.url], { userAttributes: { employeeType: null } }));
    const { id } = await federations.createFederation({ slug });
    await federations.addDirectory(slug, slug);
    const all = federatedNames.length + extras.length;
    await eventually(
      'the import',
      () => federations.countUsers(id, {}),
      (count) => count === all,
      60_000,
    );
    const ids: string[] = [];
    for (const name of federatedNames) {
      ids.push((await federations.lookUpUser(id, { username: usernameOf(name) })).id);
    }
    const crew = await eventually(
      'the group',
      () => federations.lookUpGroup(id, slug, 'Crew').catch(() => undefined),
      (group) => group !== undefined,
    );
    const { token: scimToken } = await directories.createToken(slug, {});
    return {
      scim: scim(slug, scimToken),
      token: (await federations.createToken(slug)).token,
      ids,
      crewId: crew?.id ?? '',
    };
  };

  beforeAll(async () => {
    const extras = Array.from({ length: crowd }, (_, n) => `extra${n}`);
    const names = [...federatedNames, ...extras].map(usernameOf);
    slapd = await startSlapd({
      entries: [
        ...baseEntries(),
        ...names.map((uid) => ldif(personDn(uid), person(uid, { mail: uid, userPassword, ...passwordStates[uid] }))),
        ldif(policies, { objectClass: 'organizationalUnit', ou: 'policies' }),
        passwordPolicy('strict', {}),
        passwordPolicy('lenient', { pwdGraceAuthnLimit: '5' }),
        ldif(`cn=Crew,${teams}`, team('Crew', [personDn(usernameOf('anna'))])),
      ],
    });
    proxy = await startLdapFaultProxy(slapd.url);
    bridge = await startBridge({
      env: { OUTGOING_ALLOW: '127.0.0.0/8' },
      ldapTiming: { probeMs: 500, troubledProbeMs: 200, pollMs: 100, retryMs: 500 },
    });
    stages = await setOutageStages((mode) =>
      setOutageStage(mode, bridge, bridge, crowd, inject('keycloak'), readFromLdap),
    );
  });
  afterAll(async () => {
    await stages?.drop();
    await bridge?.close();
    await proxy?.close();
    await slapd?.close();
  });

  async function setServicePassword(password: string): Promise<void> {
    const modification = new Attribute({ type: 'userPassword', values: [password] });
    await slapd.asRoot((client) => client.modify(service.dn, new Change({ operation: 'replace', modification })));
  }
  const begin: Record<Fault, () => Promise<void> | void> = {
    down: () => proxy.refuse(),
    hang: () => proxy.hang(),
    'wrong bind password': () => setServicePassword('changed elsewhere'),
  };
  async function end(): Promise<void> {
    await proxy.pass();
    await setServicePassword(service.password);
  }
  async function healths(): Promise<string[]> {
    const all = await bridge.services.directories.listDirectories();
    return all.map(({ source }) => source?.health ?? '');
  }
  const allAre = (state: string) => (found: string[]) => found.every((one) => one === state);

  describe.each(faults)('while the server is in trouble: %s', (fault) => {
    const outcomes = noOutcomes();

    beforeAll(async () => {
      await stages.both(openSessionToLeave);
      await begin[fault]();
      try {
        const perKind = async (syncKind: Operation, skip: Operation | undefined) =>
          stages.both(async (stage) => {
            const came = outcomes[stage.mode];
            await stage.evict();
            const asked = lanes.map((names) => names.filter((name) => name !== skip));
            await Promise.all([...asked.map((names) => perform(stage, names, came)), perform(stage, [syncKind], came)]);
          });
        // At once, and again when the bridge knows.
        await perKind('full sync', undefined);
        await eventually('the news of the outage', healths, allAre('unavailable'), 60_000);
        await perKind('changed sync', 'logout');
      } finally {
        await end();
        await eventually('the news of the end', healths, allAre('ok'), 60_000);
        await stages.both((stage) => untilLogin(stage, 'berta'));
      }
    });

    describe.each(modes)('%s', (mode) => {
      test.each(failureTable.map(({ operation }) => operation))('%s', (operation) => {
        const came = outcomes[mode].get(operation) ?? [];
        expect(came).not.toEqual([]);
        for (const { said, ms } of came) {
          expect(said).toBe(expected(operation, fault));
          expect(ms).toBeLessThan(boundMs);
        }
      });

      test('nobody is lost, and nobody has come nearer to a lock-out', async () => {
        const stage = stages.of(mode);
        expect(await stage.realm.admin.users.count()).toBe(stage.everybody.length);
        expect(await stage.failures('berta')).toBe(0);
      });
    });
  });

  test('a crowd that signs in while the server hangs holds up nobody else', async () => {
    const { realm } = stages.of('import');
    proxy.hang();
    try {
      const federated = Array.from({ length: crowd }, (_, n) => realm.login(usernameOf(`extra${n}`), userPassword));
      const local = await timed(() => realm.login('local', localPassword));
      expect(local.value.status).toBe(200);
      expect(local.ms).toBeLessThan(boundMs);
      for (const { status, error } of await Promise.all(federated)) {
        expect([status, error]).toEqual([503, 'temporarily_unavailable']);
      }
    } finally {
      await end();
      await eventually('the news of the end', healths, allAre('ok'), 60_000);
    }
  });

  test.each(modes)(
    'what Active Directory says about a password is told, and counts as no failure: %s',
    async (mode) => {
      const { realm } = stages.of(mode);
      const words = (data: string) =>
        `80090308: LdapErr: DSID-0C09044E, comment: AcceptSecurityContext error, data ${data}, v4563`;
      const form = { grant_type: 'password', username: usernameOf('berta'), password: userPassword };
      // After the crowd everybody leaves the server alone for a moment.
      await eventually(
        'a login',
        () => realm.login(usernameOf('berta'), userPassword),
        ({ status }) => status === 200,
        60_000,
      );
      try {
        proxy.answerBinds(49, words('532'), service.dn);
        expect(await stages.of(mode).post('token', form)).toMatchObject({
          status: 400,
          body: { error: 'invalid_grant', error_description: expect.stringContaining('has expired') },
        });
        expect(await stages.of(mode).failures('berta')).toBe(0);
        // A guesser may see this one, too.
        proxy.answerBinds(49, words('775'), service.dn);
        const { status, error } = await realm.login(usernameOf('berta'), userPassword);
        expect([status, error]).toEqual([400, 'invalid_grant']);
        // Keycloak counts apart from the answer.
        await eventually(
          'the failure that counts',
          () => stages.of(mode).failures('berta'),
          (count) => count === 1,
        );
      } finally {
        await end();
      }
    },
  );

  test('what a password policy of the server says is told, and how often an expired password is still taken', async () => {
    const { realm, post } = stages.of('import');
    const [client] = await realm.admin.clients.find({ clientId: 'checker' });
    await realm.admin.clients.addProtocolMapper(
      { id: client?.id ?? '' },
      {
        name: 'grace logins',
        protocol: 'openid-connect',
        protocolMapper: 'oidc-usersessionmodel-note-mapper',
        config: {
          'user.session.note': 'realmbridge.passwordGraceLogins',
          'claim.name': 'grace_logins',
          'access.token.claim': 'true',
        },
      },
    );
    // After the crowd everybody leaves the server alone for a moment.
    await untilLogin(stages.of('import'), 'berta');
    const login = (name: string) =>
      post('token', { grant_type: 'password', username: usernameOf(name), password: userPassword });
    const refused = (words: string) => ({
      status: 400,
      body: { error: 'invalid_grant', error_description: expect.stringContaining(words) },
    });
    expect(await login('extra0')).toMatchObject(refused('has expired'));
    expect(await login('extra1')).toMatchObject(refused('must change your password'));
    const { status, body } = await login('extra2');
    expect(status).toBe(200);
    expect(claimsOf(body.access_token)['grace_logins']).toMatch(/^[0-4]$/);
  });

  test('a user keeps the id when the entry is renamed, and is gone when it is deleted', async () => {
    const { realm, ids, component } = stages.of('import');
    const { directories, ldap } = bridge.services;
    await slapd.asRoot((client) => client.modifyDN(personDn(usernameOf('clara')), 'uid=clara.new@acme.test'));
    for (const { slug } of await directories.listDirectories()) await ldap.requestSync(slug, 'full');
    const renamed = await eventually(
      'the new name',
      () => realm.getUser('clara.new@acme.test'),
      (user) => user !== undefined,
      60_000,
    );
    expect(renamed?.id).toBe(ids.clara);
    await slapd.asRoot((client) => client.del(`uid=clara.new@acme.test,${personDn('').replace('uid=,', '')}`));
    for (const { slug } of await directories.listDirectories()) await ldap.requestSync(slug, 'accept-removals');
    await eventually(
      'the removal',
      () => realm.getUser('clara.new@acme.test'),
      (user) => user === undefined,
      60_000,
    );
    expect((await component.status()).state).toBe('connected');
  });
});
