// An LDAP server that can't be read: nothing is imported by half, nobody is lost, and the trouble is told as what it is.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Directory } from '../../bridge/directories/contracts.ts';
import type { LdapProblem } from '../../bridge/ldap/failure.ts';
import { readIn } from '../../bridge/platform/db/scope.ts';
import { createOutgoing } from '../../bridge/platform/http/outgoing.ts';
import { createTestBridge, type TestBridge } from '../support/bridge.ts';
import { type Certificates, makeCertificates } from '../support/certificates.ts';
import { type LdapFaultProxy, startLdapFaultProxy } from '../support/ldap-fault-proxy.ts';
import {
  baseEntries,
  ldif,
  people,
  people000,
  person,
  personDn,
  service,
  settingsFor,
  syncNow,
  team,
  teams,
} from '../support/ldap-world.ts';
import { hasSlapd, type Slapd, startSlapd, suffix } from '../support/slapd.ts';

const count = 60;

describe.skipIf(!hasSlapd() && !process.env['CI'])('an LDAP server in trouble', { timeout: 120_000 }, () => {
  let certificates: Certificates;
  let slapd: Slapd;
  let expired: Slapd;
  let empty: Slapd;
  let proxy: LdapFaultProxy;
  let bridge: TestBridge;
  let made = 0;

  const limited = { dn: `cn=limited,${suffix}`, password: 'limited' };

  beforeAll(async () => {
    certificates = await makeCertificates();
    const uids = people000(count);
    const entries = [
      ...baseEntries(),
      ldif(limited.dn, {
        objectClass: ['organizationalRole', 'simpleSecurityObject'],
        cn: 'limited',
        userPassword: limited.password,
      }),
      ldif(`ou=elsewhere,${suffix}`, {
        objectClass: ['referral', 'extensibleObject'],
        ou: 'elsewhere',
        ref: 'ldap://other.example.test/ou=elsewhere,dc=example,dc=test',
      }),
      ...uids.map((uid) => ldif(personDn(uid), person(uid))),
      ldif(`cn=all,${teams}`, team('all', uids.map(personDn))),
    ];
    const database = `limits dn.exact="${limited.dn}" size.soft=20 size.hard=20 size.prtotal=20`;
    slapd = await startSlapd({ entries, database, tls: certificates.good });
    expired = await startSlapd({ entries: baseEntries(), tls: certificates.expired });
    empty = await startSlapd({ entries: baseEntries() });
    proxy = await startLdapFaultProxy(slapd.url);
    bridge = await createTestBridge({ outgoing: createOutgoing({ allow: ['127.0.0.0/8', '::1'] }) });
  });
  afterAll(async () => {
    await bridge?.close();
    await proxy?.close();
    for (const server of [slapd, expired, empty]) await server?.close();
    await certificates?.remove();
  });
  beforeEach(async () => {
    proxy.redirect(Number(new URL(slapd.url).port));
    await proxy.pass();
  });

  function newDirectory(urls: readonly string[], over: Record<string, unknown> = {}): Promise<Directory> {
    made += 1;
    return bridge.services.ldap.createDirectory({ slug: `d${made}` }, settingsFor(urls, { pageSize: 10, ...over }));
  }
  const usersOf = async ({ slug }: Directory): Promise<number> => {
    const { token } = await bridge.services.directories.createToken(slug, {});
    const { body } = await bridge.send(`/scim/v2/${slug}/Users?count=0`, {
      headers: { Authorization: `Bearer ${token}` },
    });
    return body.totalResults;
  };

  it('that is cut off in mid page imports nothing, and everything the next time', async () => {
    const directory = await newDirectory([proxy.url]);
    proxy.cutAfter(8_000);
    await expect(syncNow(bridge.services, directory)).rejects.toMatchObject({ problem: 'unreachable' });
    expect(await usersOf(directory)).toBe(0);
    await proxy.pass();
    expect((await syncNow(bridge.services, directory)).report.created).toBe(count + 1);
  });

  it('that refuses the answer at its size limit imports nothing', async () => {
    const directory = await newDirectory([slapd.url], { bindDn: limited.dn, bindPassword: limited.password });
    await expect(syncNow(bridge.services, directory)).rejects.toMatchObject({
      problem: 'limit',
      message: expect.stringContaining('(result code '),
    });
    expect(await usersOf(directory)).toBe(0);
  });

  it('that was swapped for an empty one loses nobody, until an operator says so', async () => {
    const directory = await newDirectory([proxy.url], { removals: { listings: 1 } });
    await syncNow(bridge.services, directory);
    proxy.redirect(Number(new URL(empty.url).port));
    for (const kind of ['listing', 'full', 'changes', 'listing'] as const) {
      await syncNow(bridge.services, directory, kind);
      expect(await usersOf(directory)).toBe(count);
    }
    expect((await bridge.services.ldap.readStatus(directory.slug)).held).toMatchObject({
      users: { known: count, missing: count },
    });
    const { report } = await syncNow(bridge.services, directory, 'full', { accept: true });
    expect(report.removed).toBe(count + 1);
    expect(await usersOf(directory)).toBe(0);
  });

  it('whose base is gone loses nobody', async () => {
    const directory = await newDirectory([slapd.url], { removals: { listings: 1 }, users: { base: people } });
    await syncNow(bridge.services, directory);
    const { bindPassword: _, ...settings } = settingsFor([slapd.url], { users: { base: `ou=gone,${suffix}` } });
    await bridge.services.ldap.changeSettings(directory.slug, settings);
    await expect(syncNow(bridge.services, directory, 'full', { accept: true })).rejects.toMatchObject({
      problem: 'base',
    });
    expect(await usersOf(directory)).toBe(count);
  });

  it('whose clock is wrong still tells every change', async () => {
    // The bridge goes by the marks of entries: here those of a server that is a day behind, and of one a day ahead.
    for (const days of [-1, 1]) {
      const now = Date.now() + days * 86_400_000;
      const clock = { now: () => new Date(now) };
      const other = await createTestBridge({ clock, outgoing: createOutgoing({ allow: ['127.0.0.0/8'] }) });
      try {
        const directory = await other.services.ldap.createDirectory({ slug: 'skewed' }, settingsFor([slapd.url]));
        await syncNow(other.services, directory);
        const uid = `skew${days + 1}`;
        await slapd.asRoot((client) => client.add(personDn(uid), person(uid)));
        const { report } = await syncNow(other.services, directory, 'changes');
        expect(report).toMatchObject({ kind: 'changes', created: 1 });
        await slapd.asRoot((client) => client.del(personDn(uid)));
      } finally {
        await other.close();
      }
    }
  });

  it('is left for the next one in the list, in readings as in tests', async () => {
    await proxy.refuse();
    const directory = await newDirectory([proxy.url, slapd.url]);
    expect((await syncNow(bridge.services, directory)).report.created).toBe(count + 1);
    const report = await bridge.services.ldap.testDirectory(directory.slug);
    expect(report).toMatchObject({ ok: false, outage: true });
    expect(report.steps.filter(({ ok }) => !ok)).toMatchObject([
      { server: proxy.url, step: 'connect', problem: 'unreachable' },
    ]);
  });

  it('may fail in mid page: then the next one in the list is read from its beginning', async () => {
    const directory = await newDirectory([proxy.url, slapd.url]);
    proxy.cutAfter(8_000);
    const { report } = await syncNow(bridge.services, directory);
    expect(report).toMatchObject({ read: { users: count, groups: 1 }, created: count + 1 });
    expect(await usersOf(directory)).toBe(count);
  });

  it('is not asked after the first one has refused: what is wrong with the settings is wrong everywhere', async () => {
    const before = proxy.connections();
    const directory = await newDirectory([slapd.url, proxy.url], { users: { base: `ou=nowhere,${suffix}` } });
    await expect(syncNow(bridge.services, directory)).rejects.toMatchObject({ problem: 'base' });
    expect(proxy.connections()).toBe(before);
  });

  describe('is told as what it is', () => {
    const secured = (over: Record<string, unknown> = {}) => ({ startTls: true, ca: certificates.ca, ...over });
    const cases: [string, LdapProblem, boolean, () => [string[], Record<string, unknown>]][] = [
      ['a server that is not there', 'unreachable', true, () => [['ldap://127.0.0.1:9'], {}]],
      ['a host that is not known', 'unreachable', true, () => [['ldap://ldap.invalid'], {}]],
      ['a wrong password', 'credentials', false, () => [[slapd.url], { bindPassword: 'wrong' }]],
      ['a wrong bind DN', 'credentials', false, () => [[slapd.url], { bindDn: `cn=nobody,${suffix}` }]],
      ['a wrong base', 'base', false, () => [[slapd.url], { users: { base: `ou=nowhere,${suffix}` } }]],
      [
        'a filter that matches nothing',
        'filter',
        false,
        () => [[slapd.url], { users: { base: people, filter: '(uid=none)' } }],
      ],
      [
        'a base that is elsewhere',
        'referral',
        false,
        () => [[slapd.url], { users: { base: `ou=elsewhere,${suffix}` } }],
      ],
      ['an expired certificate', 'certificate', false, () => [[expired.url], secured()]],
      ['a certificate of an unknown authority', 'certificate', false, () => [[slapd.url], { startTls: true }]],
      ['a port that speaks no TLS', 'tls', false, () => [[slapd.url.replace('ldap:', 'ldaps:')], secured()]],
      ['a server without StartTLS', 'server', false, () => [[empty.url], secured()]],
    ];
    it.each(cases)('%s', async (_name, problem, outage, settings) => {
      const [urls, over] = settings();
      const report = await bridge.services.ldap.testSettings(settingsFor(urls, over));
      expect(report).toMatchObject({ ok: false, outage });
      const failed = report.steps.find(({ ok }) => !ok);
      expect(failed?.problem, failed?.detail).toBe(problem);
    });

    it('a server that says nothing, within the deadline', async () => {
      proxy.hang();
      const started = performance.now();
      const report = await bridge.services.ldap.testSettings(settingsFor([proxy.url]));
      expect(report).toMatchObject({ ok: false, outage: true });
      expect(report.steps.find(({ ok }) => !ok)?.problem).toBe('timeout');
      expect(performance.now() - started).toBeLessThan(60_000);
    });

    it('a good server by StartTLS and by ldaps with its own authority', async () => {
      const urls = [slapd.url.replace('127.0.0.1', 'localhost'), slapd.ldapsUrl];
      const report = await bridge.services.ldap.testSettings(settingsFor(urls, secured()));
      expect(report.steps.filter(({ ok }) => !ok)).toEqual([]);
      expect(report).toMatchObject({ ok: true, outage: false });
    });
  });

  it('never gets the password of the directory into an answer or, readable, into the store', async () => {
    const directory = await newDirectory([slapd.url]);
    expect(JSON.stringify(await bridge.services.ldap.readSettings(directory.slug))).not.toContain(service.password);
    const stored = await readIn(bridge.database.pool, [directory.id], (scope) =>
      scope.selectFrom('ldap_connections').selectAll().executeTakeFirstOrThrow(),
    );
    expect(JSON.stringify(stored.settings)).not.toContain(service.password);
    expect(stored.bind_password.includes(service.password)).toBe(false);
  });

  it('at a private address that nobody allowed is not called', async () => {
    const strict = await createTestBridge();
    try {
      const refused = strict.services.ldap.createDirectory({ slug: 'x' }, settingsFor(['ldaps://10.1.2.3']));
      await expect(refused).rejects.toMatchObject({
        code: 'invalid_request',
        message: expect.stringContaining('OUTGOING_ALLOW'),
      });
      const named = strict.services.ldap.testSettings(settingsFor(['ldaps://localhost']));
      expect((await named).steps[0]).toMatchObject({ ok: false });
    } finally {
      await strict.close();
    }
  });
});
