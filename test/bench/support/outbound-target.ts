// A second bridge, with a database of its own, that a first one pushes to.
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { startBridgeProcess } from '../../../bridge/dev/bridge-process.ts';
import { freePort } from '../../../bridge/dev/ports.ts';
import { createLocalSignal } from '../../../bridge/events/signal.ts';
import { systemClock } from '../../../bridge/platform/clock.ts';
import { connectStore } from '../../../bridge/platform/db/connect.ts';
import { createPasswordHasher } from '../../../bridge/platform/secrets/passwords.ts';
import { createServices } from '../../../bridge/services.ts';
import { poolSize, type Stage } from './stage.ts';

/** An empty directory there. */
export interface EmptyDirectory {
  baseUrl: string;
  token: string;
}

const name = 'outbound_target';

export async function startTarget(stage: Stage): Promise<(slug: string) => Promise<EmptyDirectory>> {
  await stage.admin.query(`create database ${name} owner ${stage.server.role}`);
  const database = new URL(stage.url);
  database.pathname = `/${name}`;
  const bridge = await startBridgeProcess(stage.context, {
    databaseUrl: database.href,
    port: await freePort(),
    metricsPort: await freePort(),
    adminToken: randomBytes(32).toString('hex'),
    logFile: join(stage.folder, 'target.log'),
    env: { ...process.env, DATABASE_POOL_SIZE: String(poolSize), RATE_LIMIT_PER_SECOND: '0', LOG_LEVEL: 'info' },
  });
  stage.onEnd(() => bridge.stop());
  const store = connectStore({ url: database.href, poolSize: 1 });
  stage.onEnd(() => store.close());
  const { directories, federations } = createServices({
    store,
    clock: systemClock,
    passwords: createPasswordHasher(),
    signal: createLocalSignal(),
  });
  stage.onEnd(async () => federations.close());
  return async (slug) => {
    await directories.createDirectory({ slug });
    const { token } = await directories.createToken(slug, {});
    return { baseUrl: `${bridge.url}/scim/v2/${slug}`, token };
  };
}
