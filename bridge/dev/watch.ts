// A second process that ends ours when this one dies without a word (kill -9, a crash of Node). It holds the other end
// of a pipe: the system closes the pipe when we die, whatever the cause, and then it stops what was registered.
import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

export interface StopRule {
  signal: NodeJS.Signals;
  /** How long it may take to stop before it is killed. */
  graceMs: number;
}

/** What this process says to the watching one: a line of JSON each. */
export type WatchMessage =
  | { add: number; rule: StopRule }
  | { remove: number }
  /** This starter takes part in the shared run state of `folder`, see registry.ts. */
  | { starter: { folder: string } }
  /** Everything is stopped in good order: there is nothing left to do. */
  | { done: true };

export interface Watch {
  /** From now on the process and its group do not outlive this one. Those added last are stopped first. */
  add(pid: number, rule: StopRule): void;
  /** The process has ended or is stopped by its owner. */
  remove(pid: number): void;
  /** The starter's place in the shared state is given up for it as well. */
  addStarter(folder: string): void;
  /** Ends the watching process; to be called when everything is stopped. */
  close(): Promise<void>;
}

/** For callers whose programs may outlive them. */
export const noWatch: Watch = {
  add: () => undefined,
  remove: () => undefined,
  addStarter: () => undefined,
  close: async () => undefined,
};

export function startWatch(): Watch {
  const child = spawn(process.execPath, [fileURLToPath(new URL('watchdog.ts', import.meta.url)), String(process.pid)], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
    cwd: '/',
  });
  // Losing the watching process costs only the care for kill -9; it must not break the start.
  child.on('error', () => undefined);
  child.stdin.on('error', () => undefined);
  child.unref();
  const send = (message: WatchMessage): void => {
    if (child.stdin.writable) child.stdin.write(`${JSON.stringify(message)}\n`);
  };
  return {
    add: (pid, rule) => send({ add: pid, rule }),
    remove: (pid) => send({ remove: pid }),
    addStarter: (folder) => send({ starter: { folder } }),
    close: async () => {
      if (child.exitCode !== null || child.pid === undefined) return;
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.ref();
      send({ done: true });
      child.stdin.end();
      await Promise.race([ended, sleep(2_000, undefined, { ref: false })]);
    },
  };
}
