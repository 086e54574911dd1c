// Secrets from files that are replaced while the bridge runs, as container platforms do it.
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { readConfig } from '../../bridge/config.ts';
import { type RunningBridge, serve } from '../../bridge/main.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';

const patience = { timeout: 60_000, interval: 100 };
const role = `rotating_${randomBytes(6).toString('hex')}`;
const token = (number: number) => `token-${number}-`.padEnd(40, 'x');
let folder: string;
let database: TestDatabase;
let bridge: RunningBridge;
let put: (name: string, text: string) => Promise<string>;

async function asAdmin(statement: string): Promise<void> {
  const client = new Client({ connectionString: inject('postgres').adminUrl });
  await client.connect();
  await client.query(statement).finally(() => client.end());
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'realmbridge-secrets-'));
  put = async (name, text) => {
    await writeFile(join(folder, name), `${text}\n`);
    return join(folder, name);
  };
  database = await createTestDatabase();
  const { username } = new URL(inject('postgres').appUrl);
  await asAdmin(`create role ${role} login password 'first' in role ${username}`);
  const url = Object.assign(new URL(database.url), { username: role, password: '' });
  bridge = await serve(
    await readConfig({
      DATABASE_URL: url.href,
      DATABASE_PASSWORD_FILE: await put('database-password', 'first'),
      DATABASE_POOL_SIZE: '3',
      ADMIN_TOKEN_FILE: await put('admin-token', token(1)),
      AUTHENTICATION_SECRET_FILE: await put('secret', token(2)),
      HOST: '127.0.0.1',
      PORT: '0',
      METRICS_PORT: '0',
      LOG_LEVEL: 'silent',
      SECRETS_REREAD_SECONDS: '1',
      SECRETS_OVERLAP_SECONDS: '3600',
    }),
  );
});
afterAll(async () => {
  await bridge?.close();
  await database?.drop();
  await asAdmin(`drop role if exists ${role}`);
  await rm(folder, { recursive: true, force: true });
});

const status = async (path: string, bearer: string): Promise<number> =>
  (await fetch(`${bridge.url}${path}`, { headers: { Authorization: `Bearer ${bearer}` } })).status;
const manage = (bearer: string) => status('/api/v1/directories', bearer);
const provision = (bearer: string) => status('/scim/v2/Users', bearer);

test('a replaced token opens at once, and the one before it for the overlap, but not the one before that', async () => {
  expect([await manage(token(1)), await provision(token(2))]).toEqual([200, 200]);
  await Promise.all([put('admin-token', token(3)), put('secret', token(4))]);
  await expect.poll(() => manage(token(3)), patience).toBe(200);
  await expect.poll(() => provision(token(4)), patience).toBe(200);
  expect([await manage(token(1)), await provision(token(2))]).toEqual([200, 200]);
  await Promise.all([put('admin-token', token(5)), put('secret', token(6))]);
  await expect.poll(() => manage(token(1)), patience).toBe(401);
  await expect.poll(() => provision(token(2)), patience).toBe(401);
  expect([await manage(token(3)), await manage(token(5)), await manage(token(4))]).toEqual([200, 200, 401]);
});

test('new connections to the database use the password that the file has by now', async () => {
  expect(await manage(token(5))).toBe(200);
  await asAdmin(`alter role ${role} password 'second'`);
  await put('database-password', 'second');
  const changed = async () =>
    /realmbridge_secret_changes_total\{variable="DATABASE_PASSWORD"\} 1/.test(
      await (await fetch(`${bridge.metricsUrl}/metrics`)).text(),
    );
  await expect.poll(changed, patience).toBe(true);
  await asAdmin(`select pg_terminate_backend(pid) from pg_stat_activity where usename = '${role}'`);
  await expect.poll(() => manage(token(5)), patience).toBe(200);
});

test('a file that is gone costs nothing, and is told of', async () => {
  await rm(join(folder, 'admin-token'));
  const readiness = async () => (await fetch(`${bridge.metricsUrl}/health/ready`)).json();
  await expect.poll(readiness, patience).toEqual({ status: 'up', staleSecrets: ['ADMIN_TOKEN'] });
  expect(await manage(token(5))).toBe(200);
  await put('admin-token', token(7));
  await expect.poll(readiness, patience).toEqual({ status: 'up', staleSecrets: [] });
  expect(await manage(token(7))).toBe(200);
});
