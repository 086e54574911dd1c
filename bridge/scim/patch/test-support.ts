// What the tests of PATCH planning share: two users and short ways to write operations.

import { tolerancesOf } from '../interop/profiles.ts';
import type { Result } from '../result.ts';
import type { Resource } from '../schema/model.ts';
import { userResourceType } from '../schema/resource-types.ts';
import { PATCH_OP_SCHEMA, type PatchOptions, parsePatch } from './parse.ts';
import { planPatch } from './plan.ts';
import type { PatchPlan } from './types.ts';

export const auto = tolerancesOf('auto');
export const strict = tolerancesOf('rfc');
export const USER = 'urn:ietf:params:scim:schemas:core:2.0:User';
export const E = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) Object.values(value).forEach(deepFreeze);
  return Object.freeze(value);
}

export const anna: Resource = deepFreeze({
  schemas: [USER, E],
  id: 'u1',
  userName: 'anna',
  active: true,
  name: { givenName: 'Anna', familyName: 'Q' },
  emails: [
    { value: 'a@x.test', type: 'work', primary: true },
    { value: 'b@y.test', type: 'home' },
  ],
  [E]: { department: 'Sales', manager: { value: 'm1' } },
});
export const bare: Resource = deepFreeze({ schemas: [USER], id: 'u2', userName: 'bare' });

export function patch(resource: Resource, operations: object[], options: PatchOptions = auto): Result<PatchPlan> {
  const parsed = parsePatch({ schemas: [PATCH_OP_SCHEMA], Operations: operations }, userResourceType, options);
  return parsed.ok ? planPatch(userResourceType, resource, parsed.value, options) : parsed;
}

export function planned(resource: Resource, operations: object[], options: PatchOptions = auto): PatchPlan {
  const result = patch(resource, operations, options);
  if (!result.ok) throw new Error(result.error.detail);
  return result.value;
}

export const patched = (resource: Resource, operations: object[], options: PatchOptions = auto) =>
  planned(resource, operations, options).resource;

/** The status and scimType that a PATCH fails with; undefined when it does not fail. */
export function failure(resource: Resource, operations: object[], options: PatchOptions = auto): string | undefined {
  const result = patch(resource, operations, options);
  return result.ok ? undefined : `${result.error.status} ${result.error.scimType}`;
}

export const replace = (path: string, value: unknown) => ({ op: 'replace', path, value });
export const add = (path: string, value: unknown) => ({ op: 'add', path, value });
export const remove = (path: string, value?: unknown) =>
  value === undefined ? { op: 'remove', path } : { op: 'remove', path, value };
