// The program behind watch.ts. It waits for the end of its input, and then stops what it was told about.
import { createInterface } from 'node:readline';
import { endProcess, type ProcessRef, refOf } from './process-identity.ts';
import { leave } from './run-state.ts';
import type { StopRule, WatchMessage } from './watch.ts';

const starter = Number(process.argv[2]);
const watched = new Map<number, { ref: ProcessRef | undefined; rule: StopRule }>();
let folder: string | undefined;

async function take(line: string): Promise<void> {
  const message = JSON.parse(line) as WatchMessage;
  if ('add' in message) watched.set(message.add, { ref: await refOf(message.add), rule: message.rule });
  else if ('remove' in message) watched.delete(message.remove);
  else if ('done' in message) process.exit();
  else folder = message.starter.folder;
}

// Its own life ends with the pipe, whatever is sent to the terminal's processes.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);
for await (const line of createInterface({ input: process.stdin })) await take(line);
for (const { ref, rule } of [...watched.values()].reverse()) {
  if (ref) await endProcess(ref, rule.signal, rule.graceMs);
}
if (folder !== undefined) await leave(folder, starter);
