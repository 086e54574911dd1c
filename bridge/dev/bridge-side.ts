// The bridge's half of a start: database, schema, tenant, the server itself and its samples.
import { join } from 'node:path';
import { type BridgeProcess, startBridgeProcess } from './bridge-process.ts';
import { rotateLog } from './files.ts';
import type { StartContext } from './keycloak-side.ts';
import { withLock } from './lock.ts';
import { type Databases, databaseName, joinPostgres, useDatabase } from './postgres.ts';
import { sampleDirectories } from './sample-data.ts';
import { pushSamples } from './sample-push.ts';
import { changeSecrets } from './secrets.ts';
import { ensureTenant, migrateDatabase, noteSampled, type Tenant } from './setup-bridge.ts';

const plural = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;

export async function openDatabases({ session, options, reporter }: StartContext): Promise<Databases> {
  let databases: Databases | undefined;
  await reporter.step('PostgreSQL', async () => {
    if (options.databaseUrl !== undefined) {
      databases = await useDatabase(options.databaseUrl);
      return databaseName(options.databaseUrl);
    }
    databases = await joinPostgres(session.folder);
    if (databases.server) session.follow(databases.server);
    return `port ${databases.server?.port}${databases.startedHere ? '' : ', shared with the other terminal'}`;
  });
  session.signal.throwIfAborted();
  if (!databases) throw new TypeError('the step has ended without a database');
  return databases;
}

/** The schema, the directories, the federation and their tokens. */
export async function prepareStore(
  { session, options, reporter }: StartContext,
  databases: Databases,
): Promise<Tenant> {
  let tenant: Tenant | undefined;
  await reporter.step('Schema and directories', () =>
    // Two starters may come here at the same time.
    withLock(join(session.folder, 'setup.lock'), async () => {
      const applied = await migrateDatabase(databases.url);
      tenant = await ensureTenant(session.folder, databases.url, databaseName(options.databaseUrl));
      return applied.length > 0 ? `${plural(applied.length, 'migration')} applied` : 'up to date';
    }),
  );
  session.signal.throwIfAborted();
  if (!tenant) throw new TypeError('the step has ended without a tenant');
  return tenant;
}

export async function startBridge(
  { session, options, reporter, env }: StartContext,
  databases: Databases,
): Promise<BridgeProcess> {
  const { adminToken } = await changeSecrets(session.folder);
  const logFile = join(session.folder, 'logs', 'bridge.log');
  await rotateLog(logFile);
  let running: BridgeProcess | undefined;
  await reporter.step('Bridge', async () => {
    running = await startBridgeProcess(session, {
      databaseUrl: databases.url,
      port: options.port,
      metricsPort: options.metricsPort,
      adminToken,
      logFile,
      env,
    });
    session.own({ ...running, name: 'The bridge' });
    return running.url;
  });
  if (!running) throw new TypeError('the step has ended without a bridge');
  return running;
}

/** Pushes what has not been pushed into this database before; answers the directories that have their samples then. */
export async function ensureSamples(
  { session, options, reporter }: StartContext,
  bridge: BridgeProcess,
  tenant: Tenant,
): Promise<string[]> {
  const missing = sampleDirectories.filter(({ slug }) => !tenant.sampled.includes(slug));
  if (!options.samples || missing.length === 0) return tenant.sampled;
  const done = [...tenant.sampled];
  await reporter.step('Samples', async (step) => {
    const made = { users: 0, groups: 0 };
    for (const directory of missing) {
      step.progress(`pushing ${directory.slug} by SCIM`);
      const token = tenant.scim.find(({ directory: slug }) => slug === directory.slug)?.token ?? '';
      const pushed = await pushSamples(
        { url: `${bridge.url}/scim/v2/${directory.slug}`, token, signal: session.signal },
        directory,
      );
      made.users += pushed.users;
      made.groups += pushed.groups;
      await noteSampled(session.folder, databaseName(options.databaseUrl), directory.slug);
      done.push(directory.slug);
    }
    return `${plural(made.users, 'user')} and ${plural(made.groups, 'group')} pushed by SCIM`;
  });
  return done;
}
