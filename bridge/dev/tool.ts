// Runs a program to its end (mvn, jar, kc.sh build), in a process group of its own so that Ctrl-C stays ours to order.
import { spawn } from 'node:child_process';
import { signalGroup } from './process-identity.ts';
import type { Watch } from './watch.ts';

/** What every step that starts a program needs. */
export interface ToolContext {
  /** Ends the programs when this process dies without a word. */
  watch: Watch;
  /** Aborted when the person stops the start. */
  signal?: AbortSignal | undefined;
}

export interface ToolResult {
  code: number | null;
  /** Standard output and error, interleaved; the last 200 kB. */
  output: string;
}

const keptOutput = 200_000;

/** Never rejects on a bad exit code; rejects when the program can't be started or the start is stopped. */
export async function runTool(
  context: ToolContext,
  program: string,
  args: readonly string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv } = {},
): Promise<ToolResult> {
  context.signal?.throwIfAborted();
  const child = spawn(program, args, { ...options, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  const { pid } = child;
  if (pid !== undefined) context.watch.add(pid, { signal: 'SIGTERM', graceMs: 2_000 });
  const stop = (): void => {
    if (pid !== undefined) signalGroup(pid, 'SIGKILL');
  };
  context.signal?.addEventListener('abort', stop, { once: true });
  let output = '';
  const keep = (chunk: Buffer): void => {
    output = (output + chunk.toString('utf8')).slice(-keptOutput);
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  try {
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', resolve);
    });
    context.signal?.throwIfAborted();
    return { code, output };
  } finally {
    context.signal?.removeEventListener('abort', stop);
    if (pid !== undefined) context.watch.remove(pid);
  }
}

/** The last lines of a program's output, for a message; without Java's stack, which says nothing to a person. */
export const tail = (output: string, lines = 15): string =>
  output
    .trimEnd()
    .split('\n')
    .filter((line) => !/^\s+at /.test(line))
    .slice(-lines)
    .join('\n');
