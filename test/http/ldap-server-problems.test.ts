// What is wrong with an LDAP server or its settings is told apart, with the server's words, by the API and on the command line.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createApp } from '../../bridge/app.ts';
import { runCli } from '../../bridge/cli/program.ts';
import { createOutgoing } from '../../bridge/platform/http/outgoing.ts';
import { createLogger } from '../../bridge/platform/log.ts';
import { createTestBridge, readAnswer, type TestBridge } from '../support/bridge.ts';
import { type Certificates, makeCertificates } from '../support/certificates.ts';
import { baseEntries, ldif, people, person, personDn, service } from '../support/ldap-world.ts';
import { hasSlapd, type Slapd, startSlapd, suffix } from '../support/slapd.ts';

const adminToken = 'an-admin-token-of-at-least-32-characters';
const allowed = '127.0.0.0/8';

interface Case {
  name: string;
  over: (servers: { good: Slapd; expired: Slapd }) => Record<string, unknown>;
  step: string;
  problem: string;
  /** Of the server or of the system. */
  words: RegExp;
  outage?: boolean;
}

const cases: Case[] = [
  {
    name: 'a server that is not there',
    over: () => ({ urls: ['ldap://127.0.0.1:9'] }),
    step: 'connect',
    problem: 'unreachable',
    words: /ECONNREFUSED/,
    outage: true,
  },
  {
    name: 'a wrong password',
    over: () => ({ bindPassword: 'wrong' }),
    step: 'bind',
    problem: 'credentials',
    words: /result code 49/,
  },
  {
    name: 'a wrong bind DN',
    over: () => ({ bindDn: `cn=nobody,${suffix}` }),
    step: 'bind',
    problem: 'credentials',
    words: /result code 49/,
  },
  {
    name: 'a wrong base',
    over: () => ({ users: { base: `ou=nowhere,${suffix}` } }),
    step: 'users',
    problem: 'base',
    words: /no such entry.*result code 32/,
  },
  {
    name: 'a wrong base of groups',
    over: () => ({ groups: { base: `ou=nowhere,${suffix}` } }),
    step: 'groups',
    problem: 'base',
    words: /result code 32/,
  },
  {
    name: 'a filter that matches nobody',
    over: () => ({ users: { base: people, filter: '(employeeType=nobody)' } }),
    step: 'users',
    problem: 'filter',
    words: /matches \(employeeType=nobody\)/,
  },
  {
    name: 'an expired certificate',
    over: ({ expired }) => ({ urls: [expired.ldapsUrl] }),
    step: 'connect',
    problem: 'certificate',
    words: /expired/,
  },
  {
    name: 'a certificate of an unknown authority',
    over: ({ good }) => ({ urls: [good.ldapsUrl], ca: null }),
    step: 'connect',
    problem: 'certificate',
    words: /certificate/,
  },
];

describe.skipIf(!hasSlapd() && !process.env['CI'])(
  'an LDAP directory that can not be read',
  { timeout: 60_000 },
  () => {
    let certificates: Certificates;
    let good: Slapd;
    let expired: Slapd;
    let bridge: TestBridge;
    let call: (path: string, body: unknown) => ReturnType<typeof readAnswer>;

    beforeAll(async () => {
      certificates = await makeCertificates();
      const entries = [...baseEntries(), ldif(personDn('anna'), person('anna'))];
      good = await startSlapd({ entries, tls: certificates.good });
      expired = await startSlapd({ entries, tls: certificates.expired });
      bridge = await createTestBridge({ outgoing: createOutgoing({ allow: [allowed] }) });
      const app = createApp({ services: bridge.services, logger: createLogger('silent'), adminToken });
      const headers = { Authorization: `Bearer ${adminToken}`, 'Content-Type': 'application/json' };
      call = async (path, body) =>
        readAnswer(await app.request(`/api/v1${path}`, { method: 'POST', headers, body: JSON.stringify(body) }));
    });
    afterAll(async () => {
      await bridge?.close();
      for (const server of [good, expired]) await server?.close();
      await certificates?.remove();
    });

    test.each(cases.map((one, index) => ({ ...one, slug: `case-${index}` })))('$name', async (one) => {
      const settings = {
        preset: 'openldap',
        urls: [good.url],
        ca: certificates.ca,
        bindDn: service.dn,
        bindPassword: service.password,
        users: { base: people },
        ...one.over({ good, expired }),
      };
      expect((await call('/directories', { slug: one.slug, kind: 'ldap', ldap: settings })).status).toBe(201);

      const { status, body } = await call(`/directories/${one.slug}/ldap/test`, {});
      expect([status, body.ok, body.outage]).toEqual([200, false, one.outage ?? false]);
      const failed = body.steps.filter(({ ok }: { ok: boolean }) => !ok);
      expect(failed).toMatchObject([
        { step: one.step, problem: one.problem, detail: expect.stringMatching(one.words) },
      ]);

      const said = { stdout: '', stderr: '' };
      const stream = (name: keyof typeof said) => ({
        write: (text: string) => {
          said[name] += text;
        },
      });
      const env = { DATABASE_URL: bridge.database.url, OUTGOING_ALLOW: allowed };
      const streams = { env, cwd: process.cwd(), stdout: stream('stdout'), stderr: stream('stderr') };
      expect(await runCli(['directory', 'test', one.slug], streams), said.stderr).toBe(1);
      expect(said.stdout).toContain(`${one.step} (${one.problem})`);
      expect(said.stdout).toMatch(one.words);
      expect(/outage/.test(said.stdout)).toBe(one.outage ?? false);
    });
  },
);
