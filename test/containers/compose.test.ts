// compose/ as a user runs it: valid in every profile, and from one command to a login, over plain HTTP and over TLS.
import { randomBytes, randomInt } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { projectFolder } from '../../bridge/dev/paths.ts';
import { docker } from '../support/containers/docker.ts';
import { images } from '../support/containers/images.ts';
import { eventually } from '../support/federated-realm.ts';
import { claimsOf, type TestRealm, useRealm } from '../support/keycloak.ts';

const folder = join(projectFolder, 'compose');
const profiles = ['demo', 'ha', 'tls', 'observability'];
/** A sample of the demo who may log in. */
const ada = { username: 'ada.lind@nordwind.example', password: 'ada-Nordwind-1' };
/** One whose password is checked by OpenLDAP. */
const alma = { username: 'alma.reyes', password: 'alma-Seaworks-1' };
/** She is in Tidewater's directory, and with another password in OpenLDAP. */
const nora = { username: 'nora.quinn@tidewater.example', password: 'nora-Tidewater-1', shadowed: 'nora-Seaworks-1' };
const demoApp = { clientId: 'demo-app' };

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no free port');
  return address.port;
}

const project = `rb-${randomBytes(3).toString('hex')}`;
const env: Record<string, string> = {
  BRIDGE_IMAGE: images.bridge,
  DEMO_IMAGE: images.demo,
  KEYCLOAK_IMAGE: images.keycloak,
  JARS: 'prebuilt',
  JAVA_OPTS_APPEND: '-XX:TieredStopAtLevel=1',
  // Networks of two projects may not overlap.
  LDAP_SUBNET: `198.${18 + randomInt(2)}.${randomInt(256)}.${16 * randomInt(16)}/28`,
};

const compose = (args: readonly string[], more: Record<string, string> = {}): Promise<string> =>
  docker(['compose', '-p', project, ...args], { cwd: folder, env: { ...env, ...more }, timeoutMs: 600_000 });

const secret = async (name: string): Promise<string> =>
  (await compose(['exec', '-T', 'postgres', 'cat', `/run/secrets/${name}`])).trim();

/** Starts what the profiles ask for, and waits for the one-shots. */
async function up(envFile: string, wanted: string): Promise<void> {
  const more = { COMPOSE_PROFILES: wanted };
  await compose(['--env-file', envFile, 'up', '-d'], more);
  for (const job of ['connect', 'demo']) {
    const id = await compose(['ps', '-a', '-q', job], more);
    const code = await docker(['wait', id], { timeoutMs: 300_000 });
    expect(code, await docker(['logs', id])).toBe('0');
  }
}

beforeAll(async () => {
  for (const name of ['BRIDGE_PORT', 'PROXY_PORT', 'PROXY_TLS_PORT', 'KEYCLOAK_PORT'])
    env[name] = String(await freePort());
});

afterAll(async () => {
  await compose(['down', '-v', '-t', '5'], { COMPOSE_PROFILES: profiles.join(',') });
});

test.each([[[]], ...profiles.map((profile) => [[profile]]), [profiles]])(
  'the file is valid with the profiles %j, and mounts only what is there',
  async (chosen) => {
    const config = JSON.parse(await compose(['config', '--format', 'json'], { COMPOSE_PROFILES: chosen.join(',') }));
    const services: Record<string, { volumes?: { type: string; source: string }[] }> = config.services;
    for (const base of ['postgres', 'bridge', 'keycloak', 'connect']) expect(Object.keys(services)).toContain(base);
    for (const { volumes = [] } of Object.values(services)) {
      for (const { type, source } of volumes) {
        if (type !== 'bind') continue;
        const [parent, name] = [join(source, '..'), source.split('/').at(-1)];
        expect(await readdir(parent), source).toContain(name);
      }
    }
  },
);

describe('one command', () => {
  let realm: TestRealm;

  beforeAll(async () => {
    const started = performance.now();
    await up('ha.env', 'demo,ha');
    const keycloak = {
      url: `http://localhost:${env['KEYCLOAK_PORT']}`,
      adminUsername: 'admin',
      adminPassword: await secret('keycloak-admin-password'),
    };
    realm = useRealm('people', keycloak);
    const { status } = await realm.login(ada.username, ada.password, demoApp);
    console.log(
      `From nothing to the first login: ${((performance.now() - started) / 1_000).toFixed(0)} s, with images that were built.`,
    );
    expect(status).toBe(200);
  }, 900_000);

  const bridgeUrlOfComponent = async () => {
    const [component] = await realm.admin.components.find({ type: 'org.keycloak.storage.UserStorageProvider' });
    return component?.config?.['bridgeUrl']?.[0];
  };

  test('leads to a realm whose people log in through two replicas and a proxy', async () => {
    expect(await bridgeUrlOfComponent()).toBe('http://proxy:8400');
    expect((await realm.login(ada.username, 'wrong', demoApp)).error).toBe('invalid_grant');
    expect((await realm.getUser('omar.haddad@tidewater.example'))?.enabled).toBe(true);
    expect(await realm.admin.realms.findOne({ realm: 'people' })).toMatchObject({
      loginTheme: 'realmbridge',
      accountTheme: 'realmbridge',
    });
    const replicas = await compose(['ps', '-q', 'bridge', 'bridge-2']);
    expect(replicas.split('\n')).toHaveLength(2);
  });

  test('leads to a directory that is read from OpenLDAP, whose people log in with their passwords there', async () => {
    const login = await eventually(
      'the first import of an LDAP user',
      () => realm.login(alma.username, alma.password, demoApp),
      ({ status }) => status === 200,
    );
    expect(claimsOf(login.accessToken ?? '')).toMatchObject({
      email: 'alma.reyes@seaworks.example',
      name: 'Alma Reyes',
    });
    expect((await realm.login(alma.username, ada.password, demoApp)).error).toBe('invalid_grant');
    // The password is nowhere but there: without the server nobody can say whether it is right.
    await compose(['pause', 'ldap'], { COMPOSE_PROFILES: 'demo' });
    try {
      expect((await realm.login(alma.username, alma.password, demoApp)).error).toBe('temporarily_unavailable');
      expect((await realm.login(ada.username, ada.password, demoApp)).status).toBe(200);
    } finally {
      await compose(['unpause', 'ldap'], { COMPOSE_PROFILES: 'demo' });
    }
  });

  test('keeps the entries of OpenLDAP, and who they are, when its container is made anew', async () => {
    const before = await realm.getUser(alma.username);
    await compose(['up', '-d', '--force-recreate', '--no-deps', '--wait', 'ldap'], { COMPOSE_PROFILES: 'demo' });
    await eventually(
      'the login by the new server',
      () => realm.login(alma.username, alma.password, demoApp),
      ({ status }) => status === 200,
    );
    expect((await realm.getUser(alma.username))?.id).toBe(before?.id);
  });

  test('puts the directory of OpenLDAP behind those of SCIM, which shadow its people of the same name', async () => {
    expect((await realm.login(nora.username, nora.password, demoApp)).status).toBe(200);
    expect((await realm.login(nora.username, nora.shadowed, demoApp)).error).toBe('invalid_grant');
  });

  test('leads to an LDAP server that `realmbridge directory test` finds in order, over TLS and nothing else', async () => {
    const replicas = ['bridge', 'bridge-2'];
    for (const replica of replicas) {
      const told = await compose(['exec', '-T', replica, 'realmbridge', 'directory', 'test', 'seaworks', '--json']);
      const report: { ok: boolean; steps: { step: string; detail: string }[] } = JSON.parse(told);
      expect(report).toMatchObject({ ok: true, outage: false });
      expect(report.steps.map(({ step }) => step)).toEqual(['connect', 'bind', 'users', 'groups']);
      expect(report.steps[0]?.detail).toBe('connected and encrypted');
    }
  });

  test('leads to a failover admin whose password is in a file', async () => {
    const password = await secret('failover-admin-password');
    const login = await realm.login('failover-admin', password, { clientId: 'admin-cli' });
    expect(login.status).toBe(200);
  });

  test('shows no secret in what the containers were started with', async () => {
    const ids = (await compose(['ps', '-a', '-q'], { COMPOSE_PROFILES: 'demo,ha' })).split('\n');
    const told = await docker(['inspect', ...ids]);
    const names = ['postgres-password', 'realmbridge-database-password', 'keycloak-admin-password', 'admin-token'];
    for (const name of [...names, 'secrets-key', 'ldap-bind-password']) expect(told).not.toContain(await secret(name));
  });

  test('names in dashboards and alerts only metrics that there are', async () => {
    const read = (name: string) => readFile(join(folder, 'observability', name), 'utf8');
    const dashboards = await readdir(join(folder, 'observability', 'dashboards'));
    const texts = [
      await read('alerts.yml'),
      ...(await Promise.all(dashboards.map((name) => read(`dashboards/${name}`)))),
    ];
    const asked = new Set(texts.flatMap((text) => text.match(/\b(realmbridge|process|nodejs)_[a-z_]+\b/g) ?? []));
    expect(asked.size).toBeGreaterThan(10);
    const scrape = (service: string, port: number, path: string) =>
      compose([
        ...['exec', '-T', 'bridge', 'node', '-e'],
        `fetch('http://${service}:${port}${path}').then((r) => r.text()).then((text) => process.stdout.write(text))`,
      ]);
    const known = async () => {
      const text = (await scrape('bridge', 8401, '/metrics')) + (await scrape('keycloak', 9000, '/metrics'));
      return new Set([...text.matchAll(/^# TYPE (\S+) (\S+)/gm)].map(([, name = '']) => name));
    };
    const families = await known();
    const missing = [...asked].filter(
      (name) => !families.has(name) && !families.has(name.replace(/_(bucket|count|sum)$/, '')),
    );
    // Some begin with the first event that they count; the page that explains them has these, too.
    const documented = await readFile(join(projectFolder, 'docs', 'keycloak-provider.md'), 'utf8');
    const base = (name: string) => name.replace(/_(bucket|count|sum)$/, '');
    expect(missing.filter((name) => !documented.includes(`\`${base(name)}\``))).toEqual([]);
    expect(missing.length).toBeLessThan(asked.size / 2);
  });

  test('switches to TLS between Keycloak and the bridge, with the authority that Keycloak was given', async () => {
    await up('tls.env', 'demo,tls');
    expect(await bridgeUrlOfComponent()).toBe('https://proxy:8443');
    await eventually(
      'the login over TLS',
      () => realm.login(ada.username, ada.password, demoApp),
      ({ status }) => status === 200,
      60_000,
    );
  });
});
