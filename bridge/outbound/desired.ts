// A user or group as a target should have it.
import type { JsonObject } from '../scim/json.ts';
import { cloneObject, isJsonObject, own } from '../scim/json.ts';
import type { Resource } from '../scim/schema/model.ts';
import type { ResourceKind, TargetSettings } from './contracts.ts';
import { applyMappings } from './mapping.ts';
import { presets } from './presets.ts';
import { checkResource, prune, type TargetTypes } from './target-types.ts';

/** As the store has it. */
export interface Source {
  type: ResourceKind;
  id: string;
  version: number;
  resource: Resource;
  active: boolean;
  /** The manager's id at the target, if there is one. */
  managerRemoteId: string | null;
}

export type Desired = { ok: true; resource: JsonObject } | { ok: false; problem: string };

const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

/** The manager by the id that the target knows; nobody when it knows none. */
function translateManager(resource: JsonObject, managerRemoteId: string | null): void {
  const extension = own(resource, enterprise);
  if (!isJsonObject(extension) || own(extension, 'manager') === undefined) return;
  if (managerRemoteId === null) delete extension['manager'];
  else extension['manager'] = { value: managerRemoteId };
}

/** What is pushed of the source: pure, so the same of the same. */
export function desiredOf(source: Source, settings: TargetSettings, types: TargetTypes): Desired {
  const { type, id, active } = source;
  const whole = { ...cloneObject(source.resource), id, ...(type === 'User' && { active }) };
  const copy: JsonObject = { ...cloneObject(whole), externalId: id };
  translateManager(copy, source.managerRemoteId);
  const preset = applyMappings(prune(types[type], copy), whole, type, presets[settings.preset].mappings);
  // What a preset gives and the target hasn't is nobody's mistake; what the operator maps must be there.
  const mapped = applyMappings(prune(types[type], preset), whole, type, settings.mappings);
  return checkResource(types[type], mapped);
}

/** What a retired account becomes. */
export const deactivated = { active: false } as const;
