// `npm start`: PostgreSQL, the bridge with two sample directories, and a Keycloak that is connected to it.
import { join } from 'node:path';
import { ensureSamples, openDatabases, prepareStore, startBridge } from './bridge-side.ts';
import type { DevFile } from './dev-file.ts';
import { explain } from './failure.ts';
import { findJdk, JavaMissing, type Jdk } from './jdk.ts';
import { makeRuntime, requireMaven, type StartContext, startKeycloak } from './keycloak-side.ts';
import { withLock } from './lock.ts';
import { parseOptions, type StartOptions } from './options.ts';
import { stateFolder } from './paths.ts';
import { requirePorts } from './ports.ts';
import type { Databases } from './postgres.ts';
import { createReporter, formatDuration, type Reporter } from './report.ts';
import { sampleDirectories } from './sample-data.ts';
import { changeSecrets } from './secrets.ts';
import { openSession, type Session, StopRequest } from './session.ts';
import { federationSlug, type Tenant } from './setup-bridge.ts';
import { clientName, connectDevelopmentRealm, keycloakAdmin, realmName } from './setup-keycloak.ts';
import { printSummary } from './summary.ts';

/** npm passes a SIGTERM on to its shell only, which dies and leaves us behind: then the wish to stop was meant for us. */
function stopWithNpm(session: Session, env: NodeJS.ProcessEnv): void {
  if (env['npm_lifecycle_event'] === undefined) return;
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) session.end(new StopRequest('SIGTERM'));
  }, 500).unref();
}

/** What can be known to be missing before anything is started. Answers the JDK; undefined: go on without Keycloak. */
async function checkMachine(context: StartContext): Promise<Jdk | undefined> {
  const { options, env, reporter } = context;
  const { port, metricsPort, keycloakPort, managementPort } = options;
  const [bridge, keycloak] = [
    { part: 'bridge' as const, option: '--port', value: port },
    { part: 'keycloak' as const, option: '--keycloak-port', value: keycloakPort },
  ];
  const wanted = [
    { ...bridge, port, purpose: 'the bridge' },
    { ...bridge, port: metricsPort, purpose: "the bridge's metrics" },
    { ...keycloak, port: keycloakPort, purpose: 'Keycloak' },
    { ...keycloak, port: managementPort, purpose: "Keycloak's management" },
  ];
  await requirePorts(wanted.filter(({ part }) => options.parts.includes(part)));
  if (!options.parts.includes('keycloak')) return undefined;
  try {
    const jdk = await findJdk(env);
    await requireMaven(context);
    return jdk;
  } catch (error) {
    if (!(error instanceof JavaMissing) || !options.parts.includes('bridge')) throw error;
    reporter.warn(`${error.message}\n  Until then the bridge runs alone, without Keycloak.`);
    return undefined;
  }
}

/** The share of dev.json that any part brings: it tells of the data, which is there whatever runs. */
function describeData(bridgeUrl: string, databases: Databases, tenant: Tenant, sampled: readonly string[]): DevFile {
  return {
    database: {
      url: databases.url,
      ...(databases.server && { pid: databases.server.pid, logFile: databases.server.logFile }),
    },
    scim: tenant.scim.map((entry) => ({ ...entry, url: `${bridgeUrl}/scim/v2/${entry.directory}` })),
    federation: {
      slug: federationSlug,
      url: `${bridgeUrl}/user-storage/v1/${federationSlug}`,
      token: tenant.federationToken,
    },
    users: sampleDirectories
      .filter(({ slug }) => sampled.includes(slug))
      .flatMap(({ slug, people }) =>
        people.map(({ userName, password }) => ({
          username: userName,
          ...(password !== undefined && { password }),
          email: userName,
          directory: slug,
        })),
      ),
  };
}

async function connectRealm(
  { session, reporter }: StartContext,
  input: { keycloakUrl: string; databaseUrl: string; bridgeUrl: string; sync: boolean },
): Promise<string> {
  const secrets = await changeSecrets(session.folder);
  let componentId = '';
  await reporter.step('Realm', () =>
    withLock(join(session.folder, 'setup.lock'), async () => {
      const connected = await connectDevelopmentRealm({
        ...input,
        adminPassword: secrets.keycloakAdmin,
        failoverPassword: secrets.failoverAdmin,
      });
      componentId = connected.componentId;
      return `"${realmName}" ${connected.changed ? 'connected' : 'is connected'}`;
    }),
  );
  return componentId;
}

/** Starts what is asked for, the two halves side by side, and answers this run's share of dev.json. */
async function startParts(context: StartContext, jdk: Jdk | undefined): Promise<DevFile> {
  const { session, options } = context;
  const others: DevFile = Object.assign({}, ...(await session.othersReady()));
  const withBridge = options.parts.includes('bridge');
  const bridgeUrl = withBridge
    ? `http://127.0.0.1:${options.port}`
    : (others.bridge?.url ?? `http://127.0.0.1:${options.port}`);
  const secrets = await changeSecrets(session.folder);
  /** The first thing to go wrong ends the other half too. */
  const half = <T>(work: Promise<T>): Promise<T> =>
    work.catch((error: unknown) => {
      session.end(error);
      throw session.signal.reason;
    });

  const opened = half(openDatabases(context));
  const stored = half(
    (async (): Promise<DevFile> => {
      const databases = await opened;
      const tenant = await prepareStore(context, databases);
      if (!withBridge) return describeData(bridgeUrl, databases, tenant, tenant.sampled);
      const { url, metricsUrl, pid, logFile, ...bridge } = await startBridge(context, databases);
      const sampled = await ensureSamples(context, { url, metricsUrl, pid, logFile, ...bridge }, tenant);
      return {
        bridge: { url, metricsUrl, pid, logFile, adminToken: secrets.adminToken },
        ...describeData(bridgeUrl, databases, tenant, sampled),
      };
    })(),
  );
  const started = half(
    (async (): Promise<DevFile> => {
      const connectInput = { bridgeUrl, sync: withBridge || others.bridge !== undefined };
      if (!jdk) {
        // Keycloak in another terminal learns where this bridge is; usually it knows.
        const [databases] = await Promise.all([opened, stored]);
        if (others.keycloak) {
          await connectRealm(context, {
            ...connectInput,
            keycloakUrl: others.keycloak.url,
            databaseUrl: databases.url,
          });
        }
        return {};
      }
      const home = await makeRuntime(context, jdk);
      const databases = await opened;
      const { url, pid, logFile } = await startKeycloak(context, { home, jdk, databases });
      await stored;
      const id = await connectRealm(context, { ...connectInput, keycloakUrl: url, databaseUrl: databases.url });
      return {
        keycloak: {
          url,
          realm: realmName,
          pid,
          logFile,
          admin: { username: keycloakAdmin, password: secrets.keycloakAdmin },
          failoverAdmin: { username: 'failover-admin', password: secrets.failoverAdmin },
          component: { id },
          client: { id: clientName },
        },
      };
    })(),
  );
  const [first, second] = await Promise.allSettled([stored, started]);
  if (first.status === 'rejected' || second.status === 'rejected') throw session.signal.reason;
  return { ...first.value, ...second.value };
}

function tellReady({ reporter, options, session: { folder } }: StartContext, ready: DevFile, startedAt: number): void {
  const { colors } = reporter;
  const what =
    ready.bridge && ready.keycloak ? 'Realmbridge and Keycloak are' : ready.keycloak ? 'Keycloak is' : 'The bridge is';
  reporter.line('');
  reporter.line(colors.green(colors.bold(`${what} ready after ${formatDuration(performance.now() - startedAt)}.`)));
  printSummary(reporter, ready, folder, process.cwd());
  const other = options.parts.length > 1 ? undefined : options.parts[0] === 'bridge' ? 'keycloak' : 'bridge';
  const more =
    other && ready.bridge === undefined
      ? ` The bridge is started in another terminal: npm start -- --only ${other}`
      : '';
  reporter.line(`  Ctrl-C stops ${options.parts.length > 1 ? 'everything' : 'this part'}.${more}`);
}

const stackOf = (reason: unknown): string => (reason instanceof Error && reason.stack ? reason.stack : String(reason));

function tellEnd(reporter: Reporter, reason: unknown, wasReady: boolean): number {
  if (reason instanceof StopRequest) return wasReady ? 0 : reason.signal === 'SIGINT' ? 130 : 143;
  const message = explain(reason);
  if (message !== undefined) reporter.fail(message);
  else
    reporter.fail(`Something went wrong that nobody foresaw; please report it with these lines:\n${stackOf(reason)}`);
  return 1;
}

async function run(options: StartOptions, reporter: Reporter, env: NodeJS.ProcessEnv): Promise<number> {
  const startedAt = performance.now();
  let session: Session;
  try {
    session = await openSession(stateFolder, options);
  } catch (error) {
    return tellEnd(reporter, error, false);
  }
  let asked = 0;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      asked += 1;
      if (asked > 1) session.kill();
      session.end(new StopRequest(signal));
    });
  }
  stopWithNpm(session, env);
  process.on('uncaughtException', session.end);
  process.on('unhandledRejection', session.end);
  const ended = new Promise<void>((resolve) =>
    session.signal.addEventListener('abort', () => resolve(), { once: true }),
  );

  let isReady = false;
  try {
    const context = { session, options, reporter, env };
    const jdk = await checkMachine(context);
    const ready = await startParts(context, jdk);
    await session.publish(ready);
    isReady = true;
    tellReady(context, ready, startedAt);
  } catch (error) {
    session.end(error);
  }
  // The loop must not run dry while there is something to wait for.
  const heart = setInterval(() => undefined, 60_000);
  await ended;
  clearInterval(heart);
  const code = tellEnd(reporter, session.signal.reason, isReady);
  const stoppingAt = performance.now();
  if (session.hasStarted()) {
    await reporter.step('Stopping', async (step) => {
      const { postgresGoesOn } = await session.close(step.progress);
      return postgresGoesOn ? 'PostgreSQL goes on for the other terminal' : 'everything is stopped';
    });
  } else {
    await session.close(() => undefined);
  }
  reporter.close();
  if (code === 0)
    reporter.line(
      `Stopped after ${formatDuration(performance.now() - stoppingAt)}; the data is kept. npm start goes on from here.`,
    );
  return code;
}

for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
const options = parseOptions(process.argv.slice(2), process.env);
process.exit(await run(options, createReporter(process.stdout, process.env), process.env));
