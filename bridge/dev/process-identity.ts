// Which process a number means. A pid is used again after its process ended, so it is kept with the moment of its start.
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

export interface ProcessRef {
  pid: number;
  /** The start time in the system's own notation; only ever compared. */
  identity: string;
}

async function fromProc(pid: number): Promise<string | undefined> {
  const [stat, boot] = await Promise.all([
    readFile(`/proc/${pid}/stat`, 'utf8'),
    readFile('/proc/sys/kernel/random/boot_id', 'utf8'),
  ]);
  // The program's name is in parentheses and may hold spaces; what follows is state (field 3) to start time (field 22).
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields[0] === 'Z' ? undefined : `${boot.trim()}:${fields[19]}`;
}

/** Undefined when there is no such process, or only its remains. */
export async function identityOf(pid: number): Promise<string | undefined> {
  try {
    if (process.platform === 'linux') return await fromProc(pid);
    const { stdout } = await run('ps', ['-o', 'stat=,lstart=', '-p', String(pid)], { timeout: 5_000 });
    const line = stdout.trim();
    return line === '' || line.startsWith('Z') ? undefined : line.replace(/^\S+\s+/, '');
  } catch {
    return undefined;
  }
}

/** The process with its identity; undefined when it has ended already. */
export async function refOf(pid: number): Promise<ProcessRef | undefined> {
  const identity = await identityOf(pid);
  return identity === undefined ? undefined : { pid, identity };
}

export async function isAlive(ref: ProcessRef): Promise<boolean> {
  return (await identityOf(ref.pid)) === ref.identity;
}

/** Signals the process and, when it leads one, its group. A process that is gone already is fine. */
export function signalGroup(pid: number, signal: NodeJS.Signals): void {
  for (const target of [-pid, pid]) {
    try {
      process.kill(target, signal);
      return;
    } catch {
      // Not a group's leader, or gone.
    }
  }
}

/** Asks with `signal`, waits up to `graceMs`, then kills. Does nothing to another process that took the number. */
export async function endProcess(ref: ProcessRef, signal: NodeJS.Signals, graceMs: number): Promise<void> {
  if (!(await isAlive(ref))) return;
  signalGroup(ref.pid, signal);
  const deadline = Date.now() + graceMs;
  while (Date.now() < deadline) {
    if (!(await isAlive(ref))) return;
    await sleep(25);
  }
  if (await isAlive(ref)) signalGroup(ref.pid, 'SIGKILL');
}
