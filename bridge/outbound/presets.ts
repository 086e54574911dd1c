// What is known of some targets beside what they say of themselves: what they lack, and what they insist on.

import type { Features } from './features.ts';
import type { NamedMapping } from './mapping.ts';

export const presetNames = ['scim', 'aws-iam-identity-center', 'slack', 'salesforce', 'github'] as const;

export type PresetName = (typeof presetNames)[number];

export interface Preset {
  /** Goes before what the target says. */
  features: Partial<Features>;
  /** Come before the operator's. */
  mappings: readonly NamedMapping[];
}

const givenNames = {
  name: {
    givenName: '{name.givenName | displayName | userName}',
    familyName: '{name.familyName | displayName | userName}',
    formatted: null,
    middleName: null,
    honorificPrefix: null,
    honorificSuffix: null,
  },
  displayName: '{displayName | name.formatted | userName}',
};

const oneEmail = [{ value: '{emails[primary eq true].value | emails.value}', type: 'work', primary: true }];

const user = (attributes: NamedMapping['attributes']): readonly NamedMapping[] => [
  { name: 'preset', resourceType: 'User', attributes },
];

export const presets: Record<PresetName, Preset> = {
  scim: { features: {}, mappings: [] },
  // One value of each multi-valued attribute, given and family name required; groups are shown without members, may not be
  // replaced, and hold users only.
  'aws-iam-identity-center': {
    features: { patch: true, nestedGroups: false, membersShown: false, etag: false, filter: true, bulk: false },
    mappings: user({
      ...givenNames,
      emails: oneEmail,
      phoneNumbers: [{ value: '{phoneNumbers[type eq "work"].value | phoneNumbers.value}', type: 'work' }],
      addresses: null,
      ims: null,
      photos: null,
      x509Certificates: null,
      entitlements: null,
      roles: null,
    }),
  },
  slack: {
    features: { patch: true, nestedGroups: false, etag: false },
    mappings: user({
      ...givenNames,
      emails: oneEmail,
      x509Certificates: null,
      ims: null,
      entitlements: null,
      roles: null,
    }),
  },
  // Shows its configuration as ServiceProviderConfigs. Wants a profile in `entitlements`, which only the operator knows.
  salesforce: {
    features: { patch: true, nestedGroups: false, etag: false, bulk: false },
    mappings: user({
      ...givenNames,
      emails: oneEmail,
      x509Certificates: null,
      ims: null,
      photos: null,
    }),
  },
  // Organizations have users alone.
  github: {
    features: { patch: true, groups: false, etag: false },
    mappings: user({
      ...givenNames,
      emails: oneEmail,
      x509Certificates: null,
      ims: null,
      photos: null,
      phoneNumbers: null,
      addresses: null,
    }),
  },
};
