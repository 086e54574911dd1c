// Which tolerances each identity provider's profile sets. `auto` accepts all that is unambiguous.

import type { Tolerances } from './tolerances.ts';

export type ProfileName =
  | 'auto'
  | 'rfc'
  | 'entra'
  | 'okta'
  | 'google'
  | 'onelogin'
  | 'jumpcloud'
  | 'ping'
  | 'sailpoint';

const STRICT: Tolerances = {
  stringBooleans: false,
  singleElementArrays: false,
  singleValueForMultiValued: false,
  bareValues: false,
  unknownAttributes: false,
  looseExtensionNames: false,
  readOnlyEchoes: false,
  pathKeys: false,
  createOnMiss: false,
  removeByValue: false,
  unquotedFilterValues: false,
  looseSchemas: false,
  wrappedValues: false,
};

/** What every client in the field needs, whoever made it: they all echo, and none keeps to the schemas. */
const COMMON: Tolerances = {
  ...STRICT,
  unknownAttributes: true,
  readOnlyEchoes: true,
  pathKeys: true,
  looseSchemas: true,
};

const TOLERANCES: Record<ProfileName, Tolerances> = {
  auto: {
    stringBooleans: true,
    singleElementArrays: true,
    singleValueForMultiValued: true,
    bareValues: true,
    unknownAttributes: true,
    looseExtensionNames: true,
    readOnlyEchoes: true,
    pathKeys: true,
    createOnMiss: true,
    removeByValue: true,
    unquotedFilterValues: true,
    looseSchemas: true,
    wrappedValues: true,
  },
  rfc: STRICT,
  entra: {
    ...COMMON,
    stringBooleans: true,
    singleElementArrays: true,
    bareValues: true,
    looseExtensionNames: true,
    createOnMiss: true,
    removeByValue: true,
    unquotedFilterValues: true,
  },
  okta: { ...COMMON, stringBooleans: true, singleElementArrays: true, removeByValue: true },
  google: { ...COMMON, stringBooleans: true, createOnMiss: true },
  onelogin: {
    ...COMMON,
    stringBooleans: true,
    singleValueForMultiValued: true,
    bareValues: true,
    createOnMiss: true,
    removeByValue: true,
  },
  jumpcloud: { ...COMMON, createOnMiss: true, removeByValue: true },
  ping: { ...COMMON, stringBooleans: true, createOnMiss: true, removeByValue: true },
  sailpoint: { ...COMMON, stringBooleans: true, createOnMiss: true, removeByValue: true },
};

export const profileNames: readonly ProfileName[] = [
  'auto',
  'rfc',
  'entra',
  'okta',
  'google',
  'onelogin',
  'jumpcloud',
  'ping',
  'sailpoint',
];

/** Whether a stored or configured name is that of a profile. */
export function isProfileName(name: string): name is ProfileName {
  return profileNames.some((profile) => profile === name);
}

/** The tolerances of a profile, to be passed as options to the parsers and planners. */
export function tolerancesOf(profile: ProfileName): Tolerances {
  return TOLERANCES[profile];
}
