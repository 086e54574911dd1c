// Processor time that servers use, as the system counts it. Unlike a rate it says the same on a busy machine. Linux only.
import { readdir, readFile } from 'node:fs/promises';

// The kernel's unit in /proc, on every Linux that Node runs on.
const ticksPerSecond = 100;

interface ProcessTimes {
  parent: number;
  seconds: number;
  /** Of its children that have ended. */
  endedSeconds: number;
}

async function timesOf(pid: number): Promise<ProcessTimes | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  // After the program's name, which may hold spaces: state, parent, …, user and system time (fields 14, 15), those of ended children.
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
  if (!fields) return undefined;
  const seconds = (field: number): number => (Number(fields[field]) + Number(fields[field + 1])) / ticksPerSecond;
  return { parent: Number(fields[1]), seconds: seconds(11), endedSeconds: seconds(13) };
}

/** The seconds that these processes and their children have used so far; NaN where /proc is not. */
export async function cpuSeconds(pids: readonly number[]): Promise<number> {
  const all = (await readdir('/proc').catch(() => [])).map(Number).filter(Number.isInteger);
  const wanted = new Set(pids);
  let sum = all.length === 0 ? Number.NaN : 0;
  for (const pid of all) {
    const times = await timesOf(pid);
    if (times && wanted.has(pid)) sum += times.seconds + times.endedSeconds;
    else if (times && wanted.has(times.parent)) sum += times.seconds;
  }
  return sum;
}
