// One starter at a time: a lock file that names its holder, so that a lock left behind by a dead one does not count.
import { randomBytes } from 'node:crypto';
import { link, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DevFailure } from './failure.ts';
import { isAlive, refOf } from './process-identity.ts';

const retryMs = 50;

async function isHeld(content: string): Promise<boolean> {
  const [pid, identity] = content.split('\n');
  return identity !== undefined && (await isAlive({ pid: Number(pid), identity }));
}

/** Moves a dead holder's lock out of the way; puts it back if a live one was faster than this check. */
async function removeStale(file: string, stale: string, token: string): Promise<void> {
  const aside = `${file}.${token}.stale`;
  try {
    await rename(file, aside);
    if ((await readFile(aside, 'utf8')) !== stale) await link(aside, file);
  } catch {
    // Somebody else was faster; the next round sees how things are.
  } finally {
    await rm(aside, { force: true });
  }
}

async function tryAcquire(file: string, own: string, ownFile: string, token: string): Promise<boolean> {
  try {
    // The link appears with its content, so nobody ever reads half a lock.
    await link(ownFile, file);
    return true;
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
  const holder = await readFile(file, 'utf8').catch(() => undefined);
  if (holder !== undefined && holder !== own && !(await isHeld(holder))) await removeStale(file, holder, token);
  return false;
}

/** Runs `work` while no other process, and no other call in this one, holds the same file. Must not be nested. */
export async function withLock<T>(file: string, work: () => Promise<T>, timeoutMs = 120_000): Promise<T> {
  const self = await refOf(process.pid);
  const token = randomBytes(8).toString('hex');
  const own = `${process.pid}\n${self?.identity ?? ''}\n${token}`;
  const ownFile = `${file}.${token}`;
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  await writeFile(ownFile, own, { mode: 0o600 });
  try {
    const deadline = Date.now() + timeoutMs;
    while (!(await tryAcquire(file, own, ownFile, token))) {
      if (Date.now() > deadline) {
        const pid = (await readFile(file, 'utf8').catch(() => '')).split('\n')[0];
        throw new DevFailure(
          `Another \`npm start\` (process ${pid}) has been busy with ${dirname(file)} for too long. Stop it and start again.`,
        );
      }
      await sleep(retryMs);
    }
  } finally {
    await rm(ownFile, { force: true });
  }
  try {
    return await work();
  } finally {
    if ((await readFile(file, 'utf8').catch(() => '')) === own) await rm(file, { force: true });
  }
}
