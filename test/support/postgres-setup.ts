// Vitest's global set-up for everything that needs a database: one real server for the run, one migrated template that
// each test file clones. TEST_DATABASE_URL (a superuser's URL) names a server of your own instead.
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import type { TestProject } from 'vitest/node';
import { startEmbeddedPostgres } from '../../bridge/dev/embedded-postgres.ts';
import { connectStore } from '../../bridge/platform/db/connect.ts';
import { migrate } from '../../bridge/platform/db/migrate.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    postgres: { adminUrl: string; appUrl: string; template: string };
  }
}

// The role that the bridge uses in tests is no superuser, so that row-level security binds it.
const appRole = 'realmbridge_test';
const appPassword = 'realmbridge-test';

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no free port');
  return address.port;
}

function withDatabase(url: string, database: string, user?: { name: string; password: string }): string {
  const changed = new URL(url);
  changed.pathname = `/${database}`;
  if (user) {
    changed.username = user.name;
    changed.password = user.password;
  }
  return changed.href;
}

async function startServer(): Promise<{ adminUrl: string; stop: () => Promise<void> }> {
  const given = process.env['TEST_DATABASE_URL'];
  if (given) return { adminUrl: given, stop: async () => undefined };
  const folder = await mkdtemp(join(tmpdir(), 'realmbridge-test-'));
  const server = await startEmbeddedPostgres({
    dataDir: join(folder, 'data'),
    port: await freePort(),
    logFile: join(folder, 'postgres.log'),
    password: 'test',
    unsafeFast: true,
  });
  return {
    adminUrl: server.url('postgres'),
    stop: async () => {
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { adminUrl, stop } = await startServer();
  const template = `realmbridge_template_${process.pid}`;
  const admin = new Client({ connectionString: adminUrl });
  await admin.connect();
  await admin.query(
    `do $$ begin create role ${appRole} login password '${appPassword}'; exception when duplicate_object then null; end $$`,
  );
  await admin.query(`create database ${template} owner ${appRole}`);
  const store = connectStore({ url: withDatabase(adminUrl, template, { name: appRole, password: appPassword }) });
  await migrate(store.db);
  await store.close();
  project.provide('postgres', {
    adminUrl,
    appUrl: withDatabase(adminUrl, 'postgres', { name: appRole, password: appPassword }),
    template,
  });
  return async () => {
    await admin.query(`drop database if exists ${template} with (force)`);
    await admin.end();
    await stop();
  };
}
