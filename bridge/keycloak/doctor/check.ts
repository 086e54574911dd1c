// How a check of the doctor is made: it answers, it never hangs and never stops the others.
import { setTimeout as sleep } from 'node:timers/promises';

export type CheckStatus = 'ok' | 'warning' | 'failed' | 'skipped';

export interface Finding {
  status: CheckStatus;
  /** One line: what was found, or why it was not looked at. */
  detail: string;
  /** One line: how to mend it. */
  remedy?: string;
}

export interface Check {
  /** Stays the same over releases, for programs. */
  id: string;
  title: string;
  run(): Promise<Finding>;
}

export interface CheckResult extends Finding {
  id: string;
  title: string;
}

export const deadlineMs = 5_000;

export const ok = (detail: string): Finding => ({ status: 'ok', detail });
export const warning = (detail: string, remedy: string): Finding => ({ status: 'warning', detail, remedy });
export const failed = (detail: string, remedy: string): Finding => ({ status: 'failed', detail, remedy });
export const skipped = (detail: string, remedy?: string): Finding => ({
  status: 'skipped',
  detail,
  ...(remedy !== undefined && { remedy }),
});

/** Thrown by what a check needs, when that is broken itself: its own check says how. */
class Needed extends Error {
  override readonly name = 'Needed';
}

/** Runs `work` once for all who ask, however often. */
export function once<T>(work: () => Promise<T>): () => Promise<T> {
  let result: Promise<T> | undefined;
  return () => {
    result ??= work();
    return result;
  };
}

/** For checks that build on another one: they are skipped when it failed, instead of saying the same again. */
export async function needs<T>(what: string, value: () => Promise<T>): Promise<T> {
  try {
    return await value();
  } catch (error) {
    throw error instanceof Needed ? error : new Needed(`Not looked at, because ${what} failed.`, { cause: error });
  }
}

export async function withDeadline<T>(work: Promise<T>, milliseconds = deadlineMs): Promise<T> {
  const timer = new AbortController();
  const late = sleep(milliseconds, undefined, { signal: timer.signal }).then(() => {
    throw new Error(`There was no answer within ${milliseconds / 1_000} s.`);
  });
  late.catch(() => undefined);
  try {
    return await Promise.race([work, late]);
  } finally {
    timer.abort();
  }
}

async function runOne(check: Check, describe: (error: unknown) => Finding): Promise<CheckResult> {
  const { id, title } = check;
  try {
    return { id, title, ...(await check.run()) };
  } catch (error) {
    if (error instanceof Needed) return { id, title, ...skipped(error.message) };
    return { id, title, ...describe(error) };
  }
}

/** Runs the checks one after another, so that the report comes in order. `describe` puts unforeseen errors into words. */
export async function runChecks(
  checks: readonly Check[],
  describe: (error: unknown) => Finding,
  onResult: (result: CheckResult) => void,
): Promise<CheckResult[]> {
  const results: CheckResult[] = [];
  for (const check of checks) {
    const result = await runOne(check, describe);
    results.push(result);
    onResult(result);
  }
  return results;
}
