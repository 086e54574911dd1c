// What a person sees while it starts: one line per finished step with its time, and a spinner for what is under way.
// Without a terminal there is no spinner and no colour, only the lines.

import { Writable } from 'node:stream';
import { stripVTControlCharacters } from 'node:util';
import pc from 'picocolors';
import yoctoSpinner, { type Spinner } from 'yocto-spinner';

export interface Output {
  write(text: string): unknown;
  isTTY?: boolean | undefined;
  columns?: number | undefined;
}

export interface Step {
  /** Shown beside the spinner while the step is under way. */
  progress(text: string): void;
}

export interface Reporter {
  /** Runs a step and prints its line. What `work` answers is shown on it. */
  step(name: string, work: (step: Step) => Promise<string>): Promise<void>;
  line(text: string): void;
  /** A line that a person must not miss. */
  warn(text: string): void;
  fail(text: string): void;
  /** Takes the spinner away for good. */
  close(): void;
  readonly colors: ReturnType<typeof pc.createColors>;
}

const nameWidth = 22;

/** `0.3 s`, `12.0 s`, `1 min 05 s`. */
export function formatDuration(ms: number): string {
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)} min ${String(seconds % 60).padStart(2, '0')} s`;
}

export function createReporter(output: Output, env: NodeJS.ProcessEnv): Reporter {
  const live = output.isTTY === true && env['CI'] === undefined;
  const colors = pc.createColors(live && !env['NO_COLOR']);
  const spinner: Spinner | undefined =
    live && output instanceof Writable
      ? yoctoSpinner({ stream: output, handleSignals: false, color: 'cyan' })
      : undefined;
  const running = new Map<symbol, string>();
  const [ok, bad, attention] = live ? ['✔', '✖', '▲'] : ['ok  ', 'FAIL', 'NOTE'];

  function refresh(): void {
    if (!spinner) return;
    const columns = (output.columns ?? 104) - 4;
    const text = [...running.values()].join(' · ').slice(0, columns);
    if (text === '') spinner.stop();
    else if (spinner.isSpinning) spinner.text = text;
    else spinner.start(text);
  }
  function print(text: string): void {
    if (spinner?.isSpinning) spinner.stop();
    output.write(`${live ? text : stripVTControlCharacters(text)}\n`);
    refresh();
  }

  return {
    colors,
    line: print,
    warn: (text) => print(`${colors.yellow(attention ?? '')} ${text}`),
    fail: (text) => print(`${colors.red(bad ?? '')} ${text}`),
    close: () => {
      running.clear();
      refresh();
    },
    async step(name, work) {
      const key = Symbol(name);
      const startedAt = performance.now();
      running.set(key, name);
      refresh();
      try {
        const result = await work({
          progress: (text) => {
            running.set(key, `${name}: ${text}`);
            refresh();
          },
        });
        running.delete(key);
        const time = formatDuration(performance.now() - startedAt);
        print(
          `${colors.green(ok ?? '')} ${name.padEnd(nameWidth)} ${result.padEnd(52)} ${colors.dim(time.padStart(10))}`,
        );
      } finally {
        running.delete(key);
        refresh();
      }
    },
  };
}
