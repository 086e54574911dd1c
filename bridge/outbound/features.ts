// What a target can do: by its ServiceProviderConfig (RFC 7643 §5), by what is known of it, and by what it refused.
import type { JsonValue } from '../scim/json.ts';
import { isJsonObject, own } from '../scim/json.ts';

export interface Features {
  patch: boolean;
  etag: boolean;
  filter: boolean;
  bulk: boolean;
  changePassword: boolean;
  nestedGroups: boolean;
  membersShown: boolean;
  groups: boolean;
}

/** Of a target that says nothing: what every SCIM server has, or what is found out by trying. */
const assumed: Features = {
  patch: false,
  etag: false,
  filter: true,
  bulk: false,
  changePassword: false,
  nestedGroups: true,
  membersShown: true,
  groups: true,
};

function supported(config: JsonValue | undefined, name: string): boolean | undefined {
  const feature = isJsonObject(config) ? own(config, name) : undefined;
  const flag = isJsonObject(feature) ? own(feature, 'supported') : undefined;
  return typeof flag === 'boolean' ? flag : undefined;
}

/** The features that a ServiceProviderConfig tells of. */
export function featuresOf(config: JsonValue | undefined): Partial<Features> {
  const told: Partial<Features> = {};
  for (const name of ['patch', 'etag', 'filter', 'bulk', 'changePassword'] as const) {
    const flag = supported(config, name);
    if (flag !== undefined) told[name] = flag;
  }
  return told;
}

/** What is left out of a part is left to the parts before it. */
export function combineFeatures(...parts: readonly { [Name in keyof Features]?: boolean | undefined }[]): Features {
  const combined = { ...assumed };
  for (const part of parts) {
    for (const name of Object.keys(assumed) as (keyof Features)[]) {
      const flag = part[name];
      if (flag !== undefined) combined[name] = flag;
    }
  }
  return combined;
}
