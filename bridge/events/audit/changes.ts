// What differs between two states of something that an operator changes.
import { isDeepStrictEqual } from 'node:util';
import type { Changes } from '../contracts.ts';

/** Members that differ; undefined stands for what was not there yet, or is no more. */
export function changesBetween(before: object | undefined, after: object | undefined): Changes {
  const [was, is] = [before, after].map((state) => new Map<string, unknown>(Object.entries(state ?? {})));
  const changes: Changes = {};
  for (const name of new Set([...(was?.keys() ?? []), ...(is?.keys() ?? [])])) {
    const change = { before: was?.get(name) ?? null, after: is?.get(name) ?? null };
    if (!isDeepStrictEqual(change.before, change.after)) changes[name] = change;
  }
  return changes;
}

export const isEmpty = (changes: Changes): boolean => Object.keys(changes).length === 0;
