// What an operator can read about a component, who may read it, and what becomes of settings that are wrong.
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, inject, test } from 'vitest';
import { findJdk } from '../../bridge/dev/jdk.ts';
import type { FaultProxy } from '../support/fault-proxy.ts';
import {
  addLocalUser,
  type Component,
  createFederatedRealm,
  eventually,
  type FederatedRealm,
  pushUser,
  setByScim,
  userPassword,
} from '../support/federated-realm.ts';
import { keycloakAdmin, type TestRealm } from '../support/keycloak.ts';
import { freePort } from '../support/postgres-setup.ts';
import type { ScimCalls } from '../support/running-bridge.ts';

let close: FederatedRealm['close'] | undefined;
let proxy: FaultProxy;
let realm: TestRealm;
let component: Component;
let scim: ScimCalls;
let token: string;
let idaId: string;

beforeAll(async () => {
  ({ proxy, realm, component, scim, token, close } = await createFederatedRealm({
    name: 'told',
    config: { offlinePassword: 'true' },
    prepare: async (made) => {
      idaId = await pushUser(made.scim, 'ida');
    },
  }));
});

afterAll(() => close?.());

afterEach(() => proxy.set('pass'));

const readLog = (): Promise<string> => readFile(inject('keycloak').logFile, 'utf8');
const linesSince = async (from: number): Promise<string[]> => (await readLog()).slice(from).split('\n');

/** What the provider itself has warned of since `from`. */
const warningsSince = async (from: number): Promise<string[]> =>
  (await linesSince(from)).filter((line) => /\b(WARN|ERROR)\b.*net\.realmbridge/.test(line));

describe('wrong settings can be saved, and the status says in words what is wrong', () => {
  const password = 'changeit';
  let strangerUrl = '';
  let stranger: Server;

  beforeAll(async () => {
    const jdk = await findJdk(process.env);
    const store = join(tmpdir(), `realmbridge-${process.pid}.p12`);
    await promisify(execFile)(join(jdk.home, 'bin', 'keytool'), [
      ...['-genkeypair', '-keystore', store, '-storepass', password, '-keyalg', 'EC'],
      ...['-dname', 'CN=stranger', '-ext', 'san=ip:127.0.0.1'],
    ]);
    stranger = createServer({ pfx: await readFile(store), passphrase: password }, (_, response) => response.end('{}'));
    const port = await freePort();
    await new Promise<void>((resolve) => stranger.listen(port, '127.0.0.1', resolve));
    strangerUrl = `https://127.0.0.1:${port}`;
  });

  afterAll(() => stranger?.close());

  test.each([
    ['a port where nothing listens', () => ({ bridgeUrl: 'http://127.0.0.1:9' }), 'the connection was refused'],
    ['an unknown host', () => ({ bridgeUrl: 'http://no-such-host.invalid' }), "the host name can't be resolved"],
    ['another server', () => ({ bridgeUrl: inject('keycloak').url }), 'no Realmbridge server answers at this address'],
    ['a certificate of a stranger', () => ({ bridgeUrl: strangerUrl }), "the server's certificate is not trusted"],
    ['https where http is spoken', () => ({ bridgeUrl: proxy.url.replace('http:', 'https:') }), 'does not speak TLS'],
    ['a wrong token', () => ({ token: 'wrong' }), 'the bridge refused the token'],
    ['a wrong federation', () => ({ federation: 'nowhere' }), 'the bridge refused the token'],
  ])('%s', async (_, wrong, words) => {
    await component.configure(wrong());
    const status = await eventually(
      'the notice',
      component.status,
      ({ state, lastError }) => state === 'unavailable' && lastError !== undefined,
    );
    expect(status.lastError).toContain(words);
    expect(await realm.getUser('ida@acme.test')).toMatchObject({ id: idaId, enabled: true });
    await component.configure({ enabled: 'false' });
    expect((await component.status()).state).toBe('disabled');
    await component.configure({ enabled: 'true', bridgeUrl: proxy.url, federation: 'acme', token });
    await component.connected();
  });

  test('settings that can’t be right are refused with all of their problems', async () => {
    const saving = component.configure({ bridgeUrl: 'nonsense', offlinePasswordMaxAgeDays: '0' });
    await expect(saving).rejects.toThrow(/Bridge URL.*Offline password age/);
    await component.configure({ enabled: 'false', bridgeUrl: 'nonsense' });
    expect((await component.status()).state).toBe('disabled');
    await component.configure({ enabled: 'true', bridgeUrl: proxy.url });
    await component.connected();
  });
});

test.each([
  ['an older', 'version 0'],
  ['a newer', 'version 2'],
] as const)('a bridge of %s version is refused with one line, and users stay read-only copies', async (age, words) => {
  const before = (await readLog()).length;
  const { refreshToken = '' } = await realm.login('ida@acme.test', userPassword);
  await component.configure({ enabled: 'false' });
  await proxy.set(age === 'a newer' ? 'newer-version' : 'older-version');
  await component.configure({ enabled: 'true' });
  const status = await eventually('the notice', component.status, ({ state }) => state === 'unavailable');
  expect(status.lastError).toContain(`${words} of the user-storage API, this provider version 1`);
  await component.call('POST', '/evict');
  expect(await realm.admin.users.findOne({ id: idaId })).toMatchObject({ enabled: true, firstName: 'ida' });
  await expect(realm.admin.users.update({ id: idaId }, { firstName: 'Changed' })).rejects.toThrow();
  expect((await realm.refresh(refreshToken)).status).toBe(200);
  expect((await component.sync('full')).status).toContain(words);
  expect(await warningsSince(before)).toEqual([expect.stringContaining(words)]);
  await proxy.set('pass');
  await component.connected();
});

test('an outage is one line in the log when it begins and one when it ends, whatever is tried meanwhile', async () => {
  const before = (await readLog()).length;
  await proxy.set('500');
  await eventually('the notice', component.status, ({ state }) => state === 'unavailable');
  for (let n = 0; n < 20; n++) {
    await component.call('POST', '/evict');
    await Promise.all([
      realm.login('ida@acme.test', 'wrong'),
      realm.login(`nobody${n}@acme.test`, userPassword),
      realm.admin.users.find({ max: 100 }),
      component.sync(n % 2 ? 'full' : 'changed'),
    ]);
  }
  await proxy.set('pass');
  await component.connected();
  await eventually('the end', component.status, ({ state }) => state === 'connected');
  const warnings = await warningsSince(before);
  expect(warnings).toEqual([expect.stringContaining('unavailable to component told')]);
  const ends = (await linesSince(before)).filter((line) => line.includes('available again to component told'));
  expect(ends).toHaveLength(1);
  expect((await linesSince(before)).filter((line) => /^\s+at /.test(line))).toEqual([]);
});

describe('the admin resource', () => {
  const password = 'Clerk-Horse-5';

  async function clerk(name: string, roles: string[]): Promise<(method: string, path?: string) => Promise<number>> {
    const id = await addLocalUser(realm, name, password);
    const [management] = await realm.admin.clients.find({ clientId: 'realm-management' });
    const clientUniqueId = management?.id ?? '';
    const all = await realm.admin.clients.listRoles({ id: clientUniqueId });
    const wanted = all.flatMap((role) =>
      role.id && role.name && roles.includes(role.name) ? [{ id: role.id, name: role.name }] : [],
    );
    expect(wanted).toHaveLength(roles.length);
    await realm.admin.users.addClientRoleMappings({ id, clientUniqueId, roles: wanted });
    return async (method, path = '') => {
      const { accessToken } = await realm.login(name, password);
      const response = await fetch(`${inject('keycloak').url}/admin/realms/${realm.name}/realmbridge${path}`, {
        method,
        headers: { Authorization: `Bearer ${accessToken}` },
        signal: AbortSignal.timeout(30_000),
      });
      await response.body?.cancel();
      return response.status;
    };
  }

  test('shows and does what the caller could see and do in Keycloak otherwise', async () => {
    const calls = {
      list: ['GET', ''],
      status: ['GET', `/${component.id}`],
      explain: ['GET', `/${component.id}/users/${idaId}/explain`],
      syncOne: ['POST', `/${component.id}/users/${idaId}/sync`],
      evictOne: ['POST', `/${component.id}/evict?user=${idaId}`],
      evictAll: ['POST', `/${component.id}/evict`],
      sync: ['POST', `/${component.id}/sync`],
    } as const;
    const allowed: Record<string, (keyof typeof calls)[]> = {
      nobody: [],
      'view-realm': ['list', 'status'],
      'view-users': ['explain'],
      'manage-users': ['explain', 'syncOne', 'evictOne', 'sync'],
      'manage-realm': ['list', 'status', 'evictAll'],
      'realm-admin': ['list', 'status', 'explain', 'syncOne', 'evictOne', 'evictAll', 'sync'],
    };
    for (const [role, can] of Object.entries(allowed)) {
      const as = await clerk(`clerk-${role}`, role === 'nobody' ? [] : [role]);
      const open: string[] = [];
      for (const [name, [method, path]] of Object.entries(calls)) {
        const status = await as(method, path);
        if (status !== 403) {
          expect(status, `${role}: ${name}`).toBeLessThan(300);
          open.push(name);
        }
      }
      expect(open.sort(), role).toEqual([...can].sort());
    }
  });

  test('knows the component’s state, the last event, the last error and the counts', async () => {
    const before = await component.status();
    await setByScim(scim, idaId, 'name.familyName', 'Changed');
    const after = await eventually(
      'the event',
      component.status,
      // Counted when it is written; the rest is known after the commit.
      ({ counts, lastEventAt = 0, lastAppliedAt = 0 }) =>
        counts.updated > before.counts.updated &&
        lastEventAt > (before.lastEventAt ?? 0) &&
        lastAppliedAt >= lastEventAt,
    );
    expect(after).toMatchObject({ state: 'connected', lease: true, counts: { users: 1 } });
    // Which of the faults before was the last to be noticed depends on what was under way when the proxy changed.
    expect(after.lastError).toMatch(/500|refused|version|closed/);
  });
});

test('the metrics show the component, and none of its users', async () => {
  await proxy.set('503');
  await eventually('the notice', component.status, ({ state }) => state === 'unavailable');
  const metrics = async () => {
    const text = await (await fetch(`${inject('keycloak').managementUrl}/metrics`)).text();
    return text.split('\n').filter((line) => line.startsWith('realmbridge_') && line.includes(component.id));
  };
  const down = await eventually(
    'the open breaker',
    async () => {
      for (let n = 0; n < 4; n++) await realm.login('ida@acme.test', 'wrong');
      return metrics();
    },
    (lines) => lines.some((line) => /^realmbridge_breaker_open\{.* 1(\.0)?$/.test(line)),
  );
  const valueIn = (lines: string[], name: string, ...labels: string[]): number => {
    const line = lines.find((one) => one.startsWith(`${name}{`) && labels.every((label) => one.includes(label)));
    expect(line, `${name} ${labels}`).toBeDefined();
    return Number(line?.split(' ').at(-1));
  };
  expect(valueIn(down, 'realmbridge_lease')).toBe(0);
  const refusals = ['call="verify-password"', 'outcome="overloaded"'];
  expect(valueIn(down, 'realmbridge_requests_seconds_count', ...refusals)).toBeGreaterThanOrEqual(3);
  await proxy.set('pass');
  await component.connected();

  const { refreshToken } = await realm.login('ida@acme.test', userPassword);
  await setByScim(scim, idaId, 'active', false);
  await eventually(
    'the end of the session',
    () => realm.refresh(refreshToken ?? ''),
    ({ status }) => status !== 200,
  );
  const up = await eventually('the leaver', metrics, (lines) =>
    lines.some((line) => /sessions_ended_seconds_count\{.*cause="deactivated".* [1-9]/.test(line)),
  );
  expect(valueIn(up, 'realmbridge_lease')).toBe(1);
  expect(valueIn(up, 'realmbridge_feed_age_seconds')).toBeLessThan(60);
  expect(valueIn(up, 'realmbridge_removals_held')).toBe(0);
  expect(valueIn(up, 'realmbridge_users_total', 'result="updated"')).toBeGreaterThan(0);
  expect(valueIn(up, 'realmbridge_offline_logins_total')).toBe(0);
  expect(valueIn(up, 'realmbridge_sessions_ended_seconds_bucket', 'cause="deactivated"', 'le="+Inf"')).toBe(1);
  expect(valueIn(up, 'realmbridge_feed_lag_seconds_count')).toBeGreaterThan(0);
  expect(up.join('\n')).not.toContain(idaId);
  const line = (await linesSince(0)).findLast((one) => one.includes(idaId) && one.includes('ms after the change'));
  expect(line).toMatch(/user \S+ logged out \(.*user\.deactivated.*\), \d+ ms after the change/);
});

test('a component that is gone is measured no more', async () => {
  await keycloakAdmin(realm.name).components.del({ id: component.id });
  await eventually(
    'the end of the series',
    async () => (await fetch(`${inject('keycloak').managementUrl}/metrics`)).text(),
    (text) => !text.includes(component.id),
  );
});
