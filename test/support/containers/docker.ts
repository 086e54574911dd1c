// What is asked of the `docker` command itself: builds, compose, and containers that are looked at from the outside.
import { execFile } from 'node:child_process';
import { projectFolder } from '../../../bridge/dev/paths.ts';

export interface CommandResult {
  code: number;
  stdout: string;
  stderr: string;
}

interface CommandOptions {
  env?: Record<string, string>;
  cwd?: string;
  timeoutMs?: number;
}

/** Never rejects for a bad exit code. */
export function tryDocker(args: readonly string[], options: CommandOptions = {}): Promise<CommandResult> {
  return new Promise((resolve, reject) => {
    execFile(
      'docker',
      args,
      {
        cwd: options.cwd ?? projectFolder,
        env: { ...process.env, DOCKER_BUILDKIT: '1', ...options.env },
        timeout: options.timeoutMs ?? 300_000,
        maxBuffer: 64 * 1024 * 1024,
      },
      (error, stdout, stderr) => {
        const code = error === null ? 0 : error.code;
        if (typeof code === 'number') resolve({ code, stdout, stderr });
        else reject(error);
      },
    );
  });
}

/** Answers what the command says. @throws with all that it said when it fails. */
export async function docker(args: readonly string[], options: CommandOptions = {}): Promise<string> {
  const { code, stdout, stderr } = await tryDocker(args, options);
  if (code !== 0) throw new Error(`docker ${args.join(' ')} ended with ${code}:\n${stdout}\n${stderr}`);
  return stdout.trim();
}
