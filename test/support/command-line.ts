// The command line in the test's own process: the same code, without a second for each process to start.
import { runCli } from '../../bridge/cli/program.ts';
import type { Body } from './bridge.ts';

export interface Said {
  code: number;
  stdout: string;
  stderr: string;
}

export interface CommandLine {
  run(...args: string[]): Promise<Said>;
  /** Runs with --json and answers the document; anything but exit code 0 is an error. */
  json(...args: string[]): Promise<Body>;
}

export function createCommandLine(env: Record<string, string>, folder: string): CommandLine {
  async function run(...args: string[]): Promise<Said> {
    const said = { stdout: '', stderr: '' };
    const stream = (name: keyof typeof said) => ({
      write: (text: string) => {
        said[name] += text;
      },
    });
    const code = await runCli(args, { env, cwd: folder, stdout: stream('stdout'), stderr: stream('stderr') });
    return { code, ...said };
  }
  return {
    run,
    async json(...args) {
      const { code, stdout, stderr } = await run(...args, '--json');
      if (code !== 0) throw new Error(`realmbridge ${args.join(' ')}: ${code}\n${stdout}${stderr}`);
      return JSON.parse(stdout);
    },
  };
}
