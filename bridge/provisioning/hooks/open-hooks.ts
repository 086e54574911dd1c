// Finds the operator's hooks: a module, whose default export or exports `before` and `after` they are, and an HTTP service.
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Outgoing } from '../../platform/http/outgoing.ts';
import { isObject } from '../../scim/json.ts';
import type { Hooks } from './contracts.ts';
import { createHttpHooks } from './http-hooks.ts';

/** Says what is wrong with the configuration of hooks, for the operator. */
export class HooksError extends Error {
  override readonly name = 'HooksError';
}

const isHook = (value: unknown): boolean => value === undefined || typeof value === 'function';

function isHooks(value: unknown): value is Hooks {
  if (!isObject(value)) return false;
  const { before, after } = value;
  return isHook(before) && isHook(after) && (before !== undefined || after !== undefined);
}

async function loadHooks(path: string): Promise<Hooks> {
  let loaded: unknown;
  try {
    loaded = await import(pathToFileURL(resolve(path)).href);
  } catch (error) {
    const reason = error instanceof Error ? error.message.split('\n')[0] : String(error);
    throw new HooksError(`HOOKS_MODULE names ${path}, which can't be loaded: ${reason}`, { cause: error });
  }
  const candidates = isObject(loaded) ? [loaded['default'], loaded] : [];
  const found = candidates.find(isHooks);
  if (found) return found;
  throw new HooksError(`HOOKS_MODULE names ${path}, which exports neither a function "before" nor a function "after".`);
}

export interface HookSources {
  /** A file that exports hooks. */
  module?: string;
  http?: { url: string; secret?: string; wants: readonly ('before' | 'after')[] };
  timeoutMs: number;
}

/**
 * The hooks in the order in which they run: the module's, then the service's.
 * @throws HooksError for a module that can't be loaded or has no hooks, and for a URL that may not be called.
 * `secret` answers the present one for the service; by default it is that of the sources.
 */
export async function openHooks(
  { module, http, timeoutMs }: HookSources,
  outgoing: Outgoing,
  secret: () => string | undefined = () => http?.secret,
): Promise<Hooks[]> {
  const hooks: Hooks[] = [];
  if (module !== undefined) hooks.push(await loadHooks(module));
  if (http) {
    const url = new URL(http.url);
    const problem = outgoing.problemOf(url);
    if (problem !== undefined) throw new HooksError(`HOOKS_URL ${problem}.`);
    hooks.push(createHttpHooks({ url, secret, wants: http.wants, timeoutMs, outgoing }));
  }
  return hooks;
}
