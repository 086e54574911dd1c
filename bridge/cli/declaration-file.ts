// What the commands that declare schemas and resource types have in common.
import { readFile } from 'node:fs/promises';
import type { z } from 'zod';
import type { OldValues } from '../provisioning/schemas/stored-values.ts';
import { UsageError } from './exit.ts';

export interface DropOption {
  dropValues?: true;
}

export const oldValues = ({ dropValues }: DropOption): OldValues => (dropValues ? 'drop' : 'refuse');

/** The file's content as `shape` has it. @throws UsageError naming the place that is wrong. */
export async function readShape<T extends z.ZodType>(file: string, shape: T): Promise<z.infer<T>> {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new UsageError(`The file ${file} can't be read.`, { cause });
  });
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new UsageError(`The file ${file} is not JSON.`, { cause });
  }
  const parsed = shape.safeParse(json);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new UsageError(`${file}: ${issue?.path.join('.') || 'the declaration'}: ${issue?.message ?? 'is not valid'}.`);
}
