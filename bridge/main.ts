// Starts the bridge: reads the configuration, migrates, listens, and closes everything in order. The only file of the
// product with side effects; `node bridge/main.ts` and `realmbridge serve` both come here.
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { serve as listen } from '@hono/node-server';
import closeWithGrace from 'close-with-grace';
import { sql } from 'kysely';
import { createApp } from './app.ts';
import { type Config, ConfigError, readConfig } from './config.ts';
import { defaultDirectorySlug } from './directories/contracts.ts';
import type { JwtRefusal } from './directories/issuers/verifier.ts';
import { createSharedSignal } from './events/signal.ts';
import type { LdapFailure } from './ldap/failure.ts';
import type { WorkerTiming } from './ldap/worker.ts';
import { systemClock } from './platform/clock.ts';
import { connectStore, type Store } from './platform/db/connect.ts';
import { MigrationRefusedError, migrate } from './platform/db/migrate.ts';
import { createOutgoing } from './platform/http/outgoing.ts';
import { createTokenBuckets } from './platform/http/token-buckets.ts';
import { createLogger, type Logger } from './platform/log.ts';
import { createMetrics, type Metrics } from './platform/metrics.ts';
import { createLiveSecrets, type LiveSecrets } from './platform/secrets/live-secrets.ts';
import { createPasswordHasher } from './platform/secrets/passwords.ts';
import { HooksError, openHooks } from './provisioning/hooks/open-hooks.ts';
import { createServices, type Services } from './services.ts';

const configurationExitCode = 78;
const healthTimeoutMs = 2_000;

export interface RunningBridge {
  url: string;
  metricsUrl: string;
  /** Stops taking requests, lets those that run end, then closes the database. */
  close(): Promise<void>;
}

/** A client that drips its request is cut off with 408 (RFC 9110 §15.5.9). Node looks only now and then. */
function slowSenderLimits(requestTimeout: number) {
  return {
    requestTimeout,
    headersTimeout: Math.min(requestTimeout, 10_000),
    connectionsCheckingInterval: Math.min(requestTimeout / 4, 2_000),
    // A feed cursor names every directory of its federation, and travels in the URL.
    maxHeaderSize: 64 * 1024,
  };
}

/** Whether the store answers in time; used by /health/ready. */
async function storeAnswers(store: Store): Promise<boolean> {
  const query = sql`select 1`.execute(store.db).then(() => true);
  return Promise.race([query, sleep(healthTimeoutMs, false, { ref: false })]).catch(() => false);
}

interface HealthDeps {
  store: Store;
  metrics: Metrics;
  secrets: Pick<LiveSecrets, 'stale'>;
  isClosing: () => boolean;
}

/** Secrets that can't be read again are told, but a bridge that keeps the last good ones serves as well as before. */
function createHealthServer({ store, metrics, secrets, isClosing }: HealthDeps): Server {
  const staleSecrets = () => {
    const stale = secrets.stale();
    return stale && { staleSecrets: stale };
  };
  return createServer((request, response) => {
    const answer = (status: number, type: string, body: string) =>
      response.writeHead(status, { 'Content-Type': type }).end(body);
    const json = (status: number, body: object) => answer(status, 'application/json', JSON.stringify(body));
    if (request.method !== 'GET') return json(405, { status: 'method not allowed' });
    switch (request.url) {
      case '/health/live':
        return json(200, { status: 'up' });
      case '/health/ready':
        if (isClosing()) return json(503, { status: 'closing' });
        return void storeAnswers(store).then((up) =>
          json(up ? 200 : 503, { status: up ? 'up' : 'database unavailable', ...staleSecrets() }),
        );
      case '/metrics':
        return void metrics.registry.metrics().then(
          (text) => answer(200, metrics.registry.contentType, text),
          () => json(500, { status: 'metrics failed' }),
        );
      default:
        return json(404, { status: 'not found' });
    }
  });
}

async function started(server: Server): Promise<AddressInfo> {
  if (!server.listening) {
    await new Promise<void>((resolve, reject) => {
      server.once('listening', resolve);
      server.once('error', reject);
    });
  }
  const address = server.address();
  if (address === null || typeof address === 'string') throw new TypeError('the server listens on no port');
  return address;
}

const urlOf = (host: string, { port }: AddressInfo): string =>
  `http://${host === '0.0.0.0' || host === '::' ? 'localhost' : host}:${port}`;

/** Resolves when the last connection is closed: each as soon as the answer that it waits for has gone out. */
async function drained(server: Server): Promise<void> {
  const sweep = setInterval(() => server.closeIdleConnections(), 20);
  await new Promise<void>((resolve) => server.close(() => resolve()));
  clearInterval(sweep);
}

/** Says why JWTs are refused, since their senders aren't told; strangers can't fill the log with it. */
function reportRefusals(logger: Logger): (refusal: JwtRefusal) => void {
  const lines = createTokenBuckets({ perSecond: 0.1, burst: 10 });
  return (refusal) => {
    if (lines.take(refusal.directoryId) === 0) logger.warn(refusal, 'a JWT of a trusted issuer was refused');
  };
}

/** An outage is told once in a while, not with each login that it holds up. */
function reportFailedChecks(logger: Logger): (directoryId: string, failure: LdapFailure) => void {
  const lines = createTokenBuckets({ perSecond: 0.1, burst: 3 });
  return (directoryId, failure) => {
    if (lines.take(directoryId) > 0) return;
    const { problem, message } = failure;
    logger.warn({ directoryId, problem, reason: message }, 'a password could not be checked by LDAP');
  };
}

/** The single-directory mode: AUTHENTICATION_SECRET opens `/scim/v2` and needs nothing else set up. */
async function ensureDefaultDirectory(services: Services, logger: Logger): Promise<void> {
  if (await services.directories.findDirectory(defaultDirectorySlug)) return;
  await services.directories.createDirectory({ slug: defaultDirectorySlug, name: 'Default' });
  logger.info('made the directory "default" for AUTHENTICATION_SECRET');
}

/**
 * Runs the bridge until `close()`. `ldapTiming` is for tests, which have less patience than a directory's operator.
 * @throws HooksError, MigrationRefusedError, or the error of a database that doesn't answer or a port that is taken.
 */
export async function serve(config: Config, ldapTiming?: Partial<WorkerTiming>): Promise<RunningBridge> {
  const logger = createLogger(config.logLevel);
  const outgoing = createOutgoing({ allow: config.outgoingAllow });
  const secrets = createLiveSecrets({ ...config, log: logger });
  const database = { url: config.database.url, password: secrets.databasePassword };
  const hooks = config.hooks && (await openHooks(config.hooks, outgoing, secrets.hooksSecret));
  const store = connectStore({
    ...database,
    poolSize: config.database.poolSize,
    onIdleError: (error) => logger.warn({ err: error }, 'a database connection was lost'),
  });
  try {
    if (config.migrateOnStart) {
      const applied = await migrate(store.db);
      if (applied.length > 0) logger.info({ applied }, 'migrated the database');
    }
  } catch (error) {
    await store.close();
    throw error;
  }

  const metrics = createMetrics(store.pool);
  const signal = createSharedSignal({
    pool: store.pool,
    database,
    onError: (error) =>
      logger.warn({ err: error }, 'change notifications are interrupted; readers fall back to polling'),
  });
  const services = createServices({
    store,
    clock: systemClock,
    passwords: createPasswordHasher(),
    signal,
    authenticationSecret: secrets.authenticationSecret,
    outgoing,
    hooks: config.hooks && hooks && { ...config.hooks, hooks, log: logger, onRun: metrics.hookRun },
    onJwtRefused: reportRefusals(logger),
    onBackgroundError: (error) => logger.warn({ err: error }, 'work in the background failed; it is tried again later'),
    requestRetentionDays: config.requestRetentionDays,
    secretsKeys: secrets.secretsKeys,
    eventRetention: config.eventRetention,
    retention: { log: logger, metrics: metrics.retention },
    outbound: { log: logger, metrics: metrics.outbound },
    ldap: {
      log: logger,
      metrics,
      onChecked: metrics.passwordChecked,
      onFailure: reportFailedChecks(logger),
      ...(ldapTiming && { timing: ldapTiming }),
    },
    webhooks: { log: logger, metrics: metrics.webhooks },
  });
  metrics.watchHeld(services.guard.countHeld);
  let closing = false;
  const app = createApp({
    services,
    logger,
    metrics,
    adminToken: secrets.adminToken,
    publicUrl: config.http.publicUrl,
    trustProxy: config.http.trustProxy,
    rateLimit: config.rateLimit,
  });
  const health = createHealthServer({ store, metrics, secrets, isClosing: () => closing });
  let main: Server | undefined;

  async function close(): Promise<void> {
    closing = true;
    // A load balancer needs a moment to see that this replica isn't ready any more; until then it is served.
    if (main?.listening) await sleep(config.shutdownDelayMs);
    secrets.close();
    services.federations.close();
    services.eventLog.close();
    services.streamPoll.close();
    const servers = [main, health].filter((server) => server?.listening);
    const allDrained = Promise.all(servers.map((server) => server && drained(server)));
    await Promise.race([allDrained, sleep(config.shutdownTimeoutMs, undefined, { ref: false })]);
    for (const server of servers) server?.closeAllConnections();
    await services.webhookWorker.close();
    await services.outboundWorker.close();
    await services.ldapWorker.close();
    await services.retention.close();
    services.ldapPasswords.close();
    await services.hookRunner?.close();
    await services.requestLog.close();
    await services.toleranceUses.close();
    await signal.close();
    await store.close();
    logger.info('stopped');
  }

  try {
    if (config.authenticationSecret !== undefined) await ensureDefaultDirectory(services, logger);
    const listening = listen({
      fetch: app.fetch,
      hostname: config.http.host,
      port: config.http.port,
      serverOptions: slowSenderLimits(config.http.requestTimeoutMs),
    });
    if (!('closeIdleConnections' in listening)) throw new TypeError('expected an HTTP/1.1 server');
    main = listening;
    const url = urlOf(config.http.host, await started(main));
    health.listen(config.metrics.port, config.metrics.host);
    const metricsUrl = urlOf(config.metrics.host, await started(health));
    services.ldapWorker.start();
    services.outboundWorker.start();
    services.retention.start();
    secrets.start(metrics);
    services.webhookWorker.start();
    logger.info({ url, metricsUrl }, 'listening');
    return { url, metricsUrl, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Says what is wrong in one line for expected failures, and ends the process. */
function fail(error: unknown): never {
  if (error instanceof ConfigError || error instanceof MigrationRefusedError || error instanceof HooksError) {
    console.error(error.message);
    process.exit(configurationExitCode);
  }
  console.error(
    `The bridge could not start: ${error instanceof Error ? error.message || String(error) : String(error)}`,
  );
  process.exit(1);
}

/** Serves until a signal or a fatal error ends the process. */
export async function serveUntilStopped(env: Record<string, string | undefined>): Promise<void> {
  let bridge: RunningBridge | undefined;
  try {
    const config = await readConfig(env);
    // Before anything is started: the first process of a container gets only those signals that it has asked for.
    closeWithGrace({ delay: config.shutdownDelayMs + config.shutdownTimeoutMs + 2_000 }, async ({ err }) => {
      if (err) console.error('The bridge stops after an error that nobody caught:', err);
      await bridge?.close();
    });
    bridge = await serve(config);
  } catch (error) {
    fail(error);
  }
}

if (import.meta.main) await serveUntilStopped(process.env);
