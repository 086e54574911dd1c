// Starts the baseline server on copies of the bridge's tables: same columns and indexes, without policies and foreign keys.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { poolSize, type Stage } from './stage.ts';

const program = fileURLToPath(new URL('../baseline-server.ts', import.meta.url));

export async function copyTables({ admin, server }: Stage, directoryId: string): Promise<void> {
  for (const [copy, table] of [
    ['bare_users', 'users'],
    ['bare_events', 'events'],
    ['bare_credentials', 'user_credentials'],
  ] as const) {
    await admin.query(`drop table if exists ${copy}`);
    await admin.query(`create table ${copy} (like ${table} including all)`);
    await admin.query(`alter table ${copy} owner to ${server.role}`);
    if (table !== 'events')
      await admin.query(`insert into ${copy} select * from ${table} where directory_id = $1`, [directoryId]);
    await admin.query(`analyze ${copy}`);
  }
}

export async function startBaseline(stage: Stage): Promise<{ url: string; pid: number }> {
  const child = fork(program, {
    env: { ...process.env, DATABASE_URL: stage.url, DATABASE_POOL_SIZE: String(poolSize), NODE_OPTIONS: '' },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    // A group of its own: Ctrl-C in the terminal is ours to pass on.
    detached: true,
  });
  const { pid } = child;
  if (pid === undefined) throw new Error('The baseline server could not be started.');
  stage.context.watch.add(pid, { signal: 'SIGTERM', graceMs: 2_000 });
  const ended = once(child, 'exit');
  stage.onEnd(async () => {
    child.kill('SIGTERM');
    await ended;
    stage.context.watch.remove(pid);
  });
  const port = await Promise.race([
    once(child, 'message').then(([message]: { port?: number }[]) => message?.port),
    ended.then(() => undefined),
  ]);
  if (port === undefined) throw new Error('The baseline server ended while starting.');
  return { url: `http://127.0.0.1:${port}`, pid };
}
