// Secrets from Azure Key Vault, read by Microsoft's SDK from a vault of the tests: at the start and while the bridge runs.
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Config, ConfigError, readConfig, SecretsOutageError } from '../../bridge/config.ts';
import { projectFolder } from '../../bridge/dev/paths.ts';
import { type RunningBridge, serve } from '../../bridge/main.ts';
import { type Certificates, makeCertificates } from '../support/certificates.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { startKeyVault, type TestVault, type VaultBehaviour } from '../support/key-vault.ts';
import '../support/vault-names.ts';

const patience = { timeout: 60_000, interval: 100 };
const [first, second] = ['the-first-admin-token-of-the-vault-0001', 'the-second-admin-token-of-the-vault-002'];
let folder: string;
let certificates: Certificates;
let vault: TestVault;
let database: TestDatabase;
let env: Record<string, string>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'realmbridge-vault-'));
  certificates = await makeCertificates();
  setDefaultCACertificates([...getCACertificates('default'), certificates.ca]);
  vault = await startKeyVault(certificates.good);
  database = await createTestDatabase();
  env = {
    DATABASE_URL: database.url,
    ADMIN_TOKEN_KEY_VAULT_SECRET: 'realmbridge-admin-token',
    ...vault.env,
    HOST: '127.0.0.1',
    PORT: '0',
    METRICS_PORT: '0',
    LOG_LEVEL: 'silent',
    SECRETS_REREAD_SECONDS: '1',
    SECRETS_OVERLAP_SECONDS: '0',
  };
});
beforeEach(() => {
  vault.behave('well');
  vault.secrets.set('realmbridge-admin-token', first);
});
afterAll(async () => {
  await vault?.close();
  await database?.drop();
  await certificates?.remove();
  await rm(folder, { recursive: true, force: true });
});

/** What reading the configuration fails with. */
async function failure(over: Record<string, string> = {}): Promise<Error> {
  const read: unknown = await readConfig({ ...env, ...over }).catch((error: unknown) => error);
  if (!(read instanceof Error)) throw new TypeError('the configuration was read');
  return read;
}

/** `env` without who the bridge is. */
function nobody(): Record<string, string> {
  const { AZURE_TENANT_ID: _tenant, AZURE_CLIENT_ID: _client, AZURE_CLIENT_SECRET: _secret, ...rest } = env;
  return rest;
}

describe('the bridge gets its token', () => {
  test("with a client's secret", async () => {
    expect((await readConfig(env)).adminToken).toBe(first);
    // A challenge, and then the secret with the token that it asked for.
    expect(vault.requests.slice(-2)).toEqual([
      'GET /secrets/realmbridge-admin-token/ 401',
      'GET /secrets/realmbridge-admin-token/ 200',
    ]);
  });

  test("with a workload's token", async () => {
    const file = join(folder, 'workload-token');
    await writeFile(file, vault.federatedToken);
    const { AZURE_CLIENT_SECRET: _none, ...rest } = env;
    expect((await readConfig({ ...rest, AZURE_FEDERATED_TOKEN_FILE: file })).adminToken).toBe(first);
  });

  test('with the managed identity of where it runs', async () => {
    Object.assign(process.env, vault.platform);
    try {
      expect((await readConfig(nobody())).adminToken).toBe(first);
    } finally {
      for (const key of Object.keys(vault.platform)) delete process.env[key];
    }
  });
});

test('every secret may come from the vault, the line end that a form leaves left out', async () => {
  const values = {
    DATABASE_URL: database.url,
    DATABASE_PASSWORD: 'a:b@c/d%e',
    AUTHENTICATION_SECRET: 'a'.repeat(40),
    ADMIN_TOKEN: 'b'.repeat(40),
    SECRETS_KEY: `${'c'.repeat(40)}\n${'d'.repeat(40)}`,
  };
  const { DATABASE_URL: _elsewhere, ...rest } = env;
  const names = Object.fromEntries(
    Object.entries(values).map(([key, value]) => {
      const name = `all-${key.toLowerCase().replaceAll('_', '-')}`;
      vault.secrets.set(name, `${value}\n`);
      return [`${key}_KEY_VAULT_SECRET`, name];
    }),
  );
  const config = await readConfig({ ...rest, ...names });
  expect(decodeURIComponent(new URL(config.database.url).password)).toBe(values.DATABASE_PASSWORD);
  expect(config).toMatchObject({
    authenticationSecret: values.AUTHENTICATION_SECRET,
    adminToken: values.ADMIN_TOKEN,
    secretsKeys: values.SECRETS_KEY.split('\n'),
  });
});

describe('at the start', () => {
  const key = 'ADMIN_TOKEN_KEY_VAULT_SECRET';

  test.each<[string, VaultBehaviour, RegExp]>([
    ['refuses', 'forbidden', /does not let this identity read the secret: give it the role Key Vault Secrets User/],
    ['gives no token', 'no token', /no token for realmbridge\.vault\.test:\d+ could be had: .*AADSTS7000215/],
  ])('a vault that %s is told of as a mistake of the configuration', async (_what, how, told) => {
    vault.behave(how);
    const error = await failure();
    expect(error).toBeInstanceOf(ConfigError);
    expect(error.message).toMatch(told);
    expect(error.message).toContain(key);
    expect(error.message).not.toContain(vault.clientSecret);
  });

  test('so is a secret that is not there, and one that is too short', async () => {
    vault.secrets.set('short', 'hunter2');
    const error = await failure({ [key]: 'not-there', AUTHENTICATION_SECRET_KEY_VAULT_SECRET: 'short' });
    expect(error).toBeInstanceOf(ConfigError);
    expect(error.message).toMatch(/ADMIN_TOKEN_KEY_VAULT_SECRET .*has no secret of this name/);
    expect(error.message).toContain('AUTHENTICATION_SECRET_KEY_VAULT_SECRET must have at least 32 characters');
    expect(error.message).not.toContain('hunter2');
  });

  test.each<[string, VaultBehaviour, RegExp]>([
    ['fails', 'failing', /answered 503/],
    ['cuts the connection', 'cut', /did not answer as it should/],
    ['answers nonsense', 'nonsense', /names a secret that can't be read/],
    ['sends elsewhere', 'redirecting', /answered 302; redirects are not followed/],
    ['is silent', 'silent', /did not answer/],
    ['holds back', 'throttled', /did not answer within 10 s|asked too often/],
  ])('a vault that %s is told of as an outage', async (_what, how, told) => {
    vault.behave(how);
    const error = await failure();
    expect(error).toBeInstanceOf(SecretsOutageError);
    expect(error.message).toMatch(told);
  });

  test('so is one that is not there, and one whose certificate is no good', async () => {
    const gone = await failure({ KEY_VAULT_URL: 'https://realmbridge.vault.test:9' });
    expect(gone).toBeInstanceOf(SecretsOutageError);
    expect(gone.message).toMatch(/ECONNREFUSED/);
    const impostor = await startKeyVault(certificates.expired);
    try {
      const error = await failure({ KEY_VAULT_URL: impostor.url });
      expect(error.message).toMatch(/certificate has expired/);
      expect(impostor.requests).toEqual([]);
    } finally {
      await impostor.close();
    }
  });

  test('a vault at a private address is not called unless that is allowed', async () => {
    const error = await failure({ OUTGOING_ALLOW: '10.0.0.0/8' });
    expect(error.message).toMatch(/no address that may be called \(see OUTGOING_ALLOW\)/);
  });

  test('a vault that holds back for a moment is waited for', async () => {
    vault.behave('throttled once');
    expect((await readConfig(env)).adminToken).toBe(first);
  });

  test.each<[VaultBehaviour, number]>([
    ['forbidden', 78],
    ['failing', 1],
  ])('the process says so and ends: %s', async (how, exitCode) => {
    vault.behave(how);
    const ca = join(folder, 'ca.pem');
    await writeFile(ca, certificates.ca);
    const { PATH = '' } = process.env;
    const ended = await new Promise<{ code: unknown; said: string }>((resolve) => {
      execFile(
        process.execPath,
        ['--import', './test/support/vault-names.ts', 'bridge/main.ts'],
        { cwd: projectFolder, env: { PATH, ...env, NODE_EXTRA_CA_CERTS: ca }, timeout: 90_000 },
        (error, stdout, stderr) => resolve({ code: error?.code ?? 0, said: stdout + stderr }),
      );
    });
    expect(ended.said).toContain('ADMIN_TOKEN_KEY_VAULT_SECRET');
    expect(ended.said).not.toMatch(/^\s+at /m);
    expect(ended.code).toBe(exitCode);
  });
});

describe('while the bridge runs', { timeout: 150_000 }, () => {
  let config: Config;
  let bridge: RunningBridge;

  beforeAll(async () => {
    vault.behave('well');
    vault.secrets.set('realmbridge-admin-token', first);
    config = await readConfig(env);
    bridge = await serve(config);
  });
  afterAll(() => bridge?.close());

  const statusWith = async (token: string): Promise<number> =>
    (await fetch(`${bridge.url}/api/v1/directories`, { headers: { Authorization: `Bearer ${token}` } })).status;
  const readiness = async () => {
    const response = await fetch(`${bridge.metricsUrl}/health/ready`);
    return { status: response.status, body: await response.json() };
  };
  const metric = async (name: string) => {
    const text = await (await fetch(`${bridge.metricsUrl}/metrics`)).text();
    return text
      .split('\n')
      .find((line) => line.startsWith(`${name}{`) && line.includes('"ADMIN_TOKEN"'))
      ?.split(' ')[1];
  };

  test('a rotated secret is accepted, and the old one no longer', async () => {
    await expect.poll(() => statusWith(first), patience).toBe(200);
    vault.secrets.set('realmbridge-admin-token', second);
    await expect.poll(() => statusWith(second), patience).toBe(200);
    expect(await statusWith(first)).toBe(401);
    expect(await metric('realmbridge_secret_changes_total')).not.toBe('0');
  });

  test.each<VaultBehaviour>(['failing', 'forbidden', 'cut', 'no token', 'silent', 'nonsense'])(
    'a vault that turns %s costs nothing, and is told of until it is back',
    async (how) => {
      vault.secrets.set('realmbridge-admin-token', second);
      await expect.poll(() => statusWith(second), patience).toBe(200);
      vault.behave(how);
      if (how === 'no token') vault.forgetTokens();
      await expect
        .poll(readiness, patience)
        .toEqual({ status: 200, body: { status: 'up', staleSecrets: ['ADMIN_TOKEN'] } });
      expect(await metric('realmbridge_secret_stale')).toBe('1');
      expect(await statusWith(second)).toBe(200);
      vault.secrets.set('realmbridge-admin-token', first);
      vault.behave('well');
      await expect.poll(() => statusWith(first), patience).toBe(200);
      await expect.poll(readiness, patience).toEqual({ status: 200, body: { status: 'up', staleSecrets: [] } });
      expect(await metric('realmbridge_secret_stale')).toBe('0');
    },
  );

  test('a secret that is deleted, or too short, keeps its last good value', async () => {
    vault.secrets.set('realmbridge-admin-token', first);
    await expect.poll(() => statusWith(first), patience).toBe(200);
    vault.secrets.set('realmbridge-admin-token', 'short');
    await expect.poll(readiness, patience).toMatchObject({ body: { staleSecrets: ['ADMIN_TOKEN'] } });
    vault.secrets.delete('realmbridge-admin-token');
    await expect.poll(() => vault.requests.at(-1), patience).toMatch(/404$/);
    expect([await statusWith(first), await statusWith('short')]).toEqual([200, 401]);
  });
});
