// OpenLDAP's password policies (draft-behera-ldap-password-policy): what they say of a password reaches whoever signs in.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createOutgoing } from '../../bridge/platform/http/outgoing.ts';
import { createTestBridge, type TestBridge } from '../support/bridge.ts';
import {
  baseEntries,
  ldif,
  passwordOf,
  person,
  personDn,
  service,
  settingsFor,
  syncNow,
} from '../support/ldap-world.ts';
import { hasSlapd, type Slapd, startSlapd, suffix } from '../support/slapd.ts';

const policies = `ou=policies,${suffix}`;
const longAgo = '20200101000000Z';
const years = String(20 * 365 * 86_400);

const policy = (name: string, rules: Record<string, string>) =>
  ldif(`cn=${name},${policies}`, {
    objectClass: ['device', 'pwdPolicy'],
    cn: name,
    pwdAttribute: 'userPassword',
    pwdLockout: 'TRUE',
    pwdMaxFailure: '3',
    pwdMustChange: 'TRUE',
    ...rules,
  });
const member = (uid: string, policyName: string, over: Record<string, string> = {}) =>
  ldif(personDn(uid), { ...person(uid), pwdPolicySubentry: `cn=${policyName},${policies}`, ...over });

describe.skipIf(!hasSlapd() && !process.env['CI'])('a password policy of the server', { timeout: 120_000 }, () => {
  let slapd: Slapd;
  let bridge: TestBridge;
  let federationId: string;
  const ids = new Map<string, string>();

  const verify = (uid: string, password = passwordOf(uid)) =>
    bridge.services.federations.verifyPassword(federationId, ids.get(uid) ?? '', password);

  beforeAll(async () => {
    slapd = await startSlapd({
      // Without it the server keeps to itself that an account is locked.
      database: 'ppolicy_use_lockout',
      entries: [
        ...baseEntries(),
        ldif(policies, { objectClass: 'organizationalUnit', ou: 'policies' }),
        policy('lasting', {}),
        policy('short', { pwdMaxAge: '86400' }),
        policy('lenient', { pwdMaxAge: '86400', pwdGraceAuthnLimit: '2' }),
        policy('warning', { pwdMaxAge: years, pwdExpireWarning: years }),
        member('anna', 'lasting'),
        member('bert', 'short', { pwdChangedTime: longAgo }),
        member('carl', 'lasting', { pwdReset: 'TRUE' }),
        member('dora', 'lasting'),
        member('eve', 'lenient', { pwdChangedTime: longAgo }),
        member('finn', 'warning', { pwdChangedTime: longAgo }),
        ldif(`cn=fresh,${suffix}`, {
          objectClass: ['organizationalRole', 'simpleSecurityObject'],
          cn: 'fresh',
          userPassword: service.password,
          pwdPolicySubentry: `cn=lasting,${policies}`,
          pwdReset: 'TRUE',
        }),
      ],
    });
    bridge = await createTestBridge({ outgoing: createOutgoing({ allow: ['127.0.0.0/8'] }) });
    const { ldap, federations } = bridge.services;
    const directory = await ldap.createDirectory({ slug: 'people' }, settingsFor([slapd.url]));
    ({ id: federationId } = await federations.createFederation({ slug: 'people' }));
    await federations.addDirectory('people', 'people');
    await syncNow(bridge.services, directory);
    for (const { username, id } of await federations.listUsers(federationId, {}, { first: 0, max: 100 })) {
      ids.set(username, id);
    }
  });
  afterAll(async () => {
    await bridge?.close();
    await slapd?.close();
  });

  it('says nothing of a password in order, nor of a wrong one', async () => {
    const { version, ...verdict } = await verify('anna');
    expect(verdict).toEqual({ result: 'valid', enabled: true });
    expect(version).toBeDefined();
    expect((await verify('anna', 'wrong')).reason).toBeUndefined();
  });

  it('tells that the password has expired, and to nobody who has it wrong', async () => {
    expect(await verify('bert')).toMatchObject({ result: 'invalid', reason: 'password_expired' });
    const wrong = await verify('bert', 'wrong');
    expect([wrong.result, wrong.reason]).toEqual(['invalid', undefined]);
  });

  it('tells that a password which an administrator has set must be changed', async () => {
    expect(await verify('carl')).toMatchObject({ result: 'invalid', reason: 'password_must_change' });
    const wrong = await verify('carl', 'wrong');
    expect([wrong.result, wrong.reason]).toEqual(['invalid', undefined]);
  });

  it('tells that the account is locked after wrong passwords', async () => {
    for (let n = 0; n < 3; n += 1) expect(await verify('dora', 'wrong')).toMatchObject({ result: 'invalid' });
    expect(await verify('dora')).toMatchObject({ result: 'invalid', reason: 'account_locked' });
  });

  it('lets in with a password that has expired as often as the policy grants it, and says how often that is still', async () => {
    expect(await verify('eve')).toMatchObject({ result: 'valid', graceLogins: 1 });
    expect(await verify('eve')).toMatchObject({ result: 'valid', graceLogins: 0 });
    expect(await verify('eve')).toMatchObject({ result: 'invalid', reason: 'password_expired' });
  });

  it('tells when the password will expire', async () => {
    const { result, passwordExpiresInSeconds = 0 } = await verify('finn');
    expect(result).toBe('valid');
    expect(passwordExpiresInSeconds).toBeGreaterThan(86_400);
    expect(passwordExpiresInSeconds).toBeLessThan(Number(years));
  });

  it("is told of the bridge's own entry at a test, too", async () => {
    const settings = settingsFor([slapd.url], { bindDn: `cn=fresh,${suffix}` });
    const report = await bridge.services.ldap.testSettings(settings);
    expect(report).toMatchObject({ ok: false, outage: false });
    expect(report.steps.at(-1)).toMatchObject({
      step: 'bind',
      problem: 'credentials',
      detail: expect.stringContaining('until its password is changed'),
    });
  });
});
