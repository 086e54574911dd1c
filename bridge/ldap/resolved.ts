// The settings of a directory with everything filled in that its preset says.
import type { ResourceTypes } from '../scim/schema/resource-types.ts';
import type { LdapSettings } from './contracts.ts';
import { type CompiledMapping, compileMapping } from './mapping.ts';
import { type Preset, presets } from './presets.ts';

export interface EntrySearch {
  base: string;
  filter: string;
  scope: 'sub' | 'one';
  mapping: CompiledMapping;
}

export interface ResolvedSettings {
  settings: LdapSettings;
  preset: Preset;
  users: EntrySearch;
  groups: EntrySearch | undefined;
}

export type Resolution = { ok: true; resolved: ResolvedSettings } | { ok: false; problem: string };

function overlaid(base: Readonly<Record<string, string>>, over: Readonly<Record<string, string | null>>) {
  const names = Object.entries({ ...base, ...over });
  return Object.fromEntries(names.filter((pair): pair is [string, string] => pair[1] !== null));
}

/** Letters beyond ASCII that are written as escaped bytes of UTF-8 (RFC 4515 §3), as the letters themselves. */
const withText = (filter: string): string =>
  filter.replace(/(?:\\[89a-f][0-9a-f])+/gi, (run) => Buffer.from(run.replaceAll('\\', ''), 'hex').toString('utf8'));

/** @returns what is wrong with the mapping, for the person who enters it, when something is */
export function resolveSettings(settings: LdapSettings, types: Pick<ResourceTypes, 'user' | 'group'>): Resolution {
  const preset = presets[settings.preset];
  const userMapping = overlaid(preset.users, settings.userAttributes);
  const groupMapping = overlaid(preset.groups, settings.groupAttributes);
  if (!Object.hasOwn(userMapping, 'userName')) return { ok: false, problem: 'userAttributes: userName must be mapped' };
  if (!Object.hasOwn(groupMapping, 'displayName'))
    return { ok: false, problem: 'groupAttributes: displayName must be mapped' };
  const users = compileMapping(types.user, userMapping);
  if (!users.ok) return { ok: false, problem: `userAttributes: ${users.problem}` };
  const groups = compileMapping(types.group, groupMapping);
  if (!groups.ok) return { ok: false, problem: `groupAttributes: ${groups.problem}` };
  const { users: userSearch, groups: groupSearch } = settings;
  return {
    ok: true,
    resolved: {
      settings,
      preset,
      users: { ...userSearch, filter: withText(userSearch.filter ?? preset.userFilter), mapping: users.mapping },
      groups: groupSearch
        ? { ...groupSearch, filter: withText(groupSearch.filter ?? preset.groupFilter), mapping: groups.mapping }
        : undefined,
    },
  };
}
