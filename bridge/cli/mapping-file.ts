// The files that hold a federation's mappings.
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Shell } from './context.ts';
import { UsageError } from './exit.ts';

/** A list of mappings from a file: what the management API answers, or the bare array. */
export async function readList(shell: Shell, file: string): Promise<unknown> {
  let text: string;
  try {
    text = await readFile(resolve(shell.cwd, file), 'utf8');
  } catch {
    throw new UsageError(`The file ${file} can't be read.`);
  }
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === 'object' && parsed !== null && 'mappings' in parsed ? parsed.mappings : parsed;
  } catch {
    throw new UsageError(`The file ${file} is not JSON.`);
  }
}
