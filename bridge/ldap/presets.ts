// What the servers in the field call things.

export type PresetName = 'active-directory' | 'openldap' | '389-ds';

/** How a changed entry is found: by a time that all replicas share, or by a number that each server counts for itself. */
export type ChangeMark = 'modifyTimestamp' | 'uSNChanged';

/** Which entries may not log in. */
export type DisabledRule = 'userAccountControl' | 'pwdAccountLockedTime' | 'nsAccountLock';

export interface Preset {
  /** The attribute that names an entry for good, whatever it is renamed to. */
  identity: { attribute: string; kind: 'text' | 'guid' };
  changes: ChangeMark;
  /** Whether deleted entries are kept for a while where they can be read (MS-ADTS §3.1.1.5.5). */
  keepsDeleted: boolean;
  disabled: DisabledRule;
  userFilter: string;
  groupFilter: string;
  /** SCIM paths, and the LDAP attributes that they are read from. */
  users: Readonly<Record<string, string>>;
  groups: Readonly<Record<string, string>>;
}

const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

const common = {
  'name.givenName': 'givenName',
  'name.familyName': 'sn',
  emails: 'mail',
  title: 'title',
  'phoneNumbers[type eq "work"].value': 'telephoneNumber',
  'phoneNumbers[type eq "mobile"].value': 'mobile',
  preferredLanguage: 'preferredLanguage',
  [`${enterprise}:employeeNumber`]: 'employeeNumber',
  [`${enterprise}:manager`]: 'manager',
};

const posix = {
  ...common,
  userName: 'uid',
  'name.formatted': 'cn',
  displayName: 'displayName',
  userType: 'employeeType',
  [`${enterprise}:department`]: 'departmentNumber',
  [`${enterprise}:organization`]: 'o',
};

const posixGroups = '(|(objectClass=groupOfNames)(objectClass=groupOfUniqueNames)(objectClass=posixGroup))';

export const presets: Readonly<Record<PresetName, Preset>> = {
  'active-directory': {
    identity: { attribute: 'objectGUID', kind: 'guid' },
    changes: 'uSNChanged',
    keepsDeleted: true,
    disabled: 'userAccountControl',
    userFilter: '(&(objectClass=user)(!(objectClass=computer)))',
    groupFilter: '(objectClass=group)',
    users: {
      ...common,
      userName: 'sAMAccountName',
      'name.formatted': 'cn',
      displayName: 'displayName',
      [`${enterprise}:department`]: 'department',
      [`${enterprise}:organization`]: 'company',
      [`${enterprise}:division`]: 'division',
    },
    groups: { displayName: 'cn' },
  },
  openldap: {
    identity: { attribute: 'entryUUID', kind: 'text' },
    changes: 'modifyTimestamp',
    keepsDeleted: false,
    disabled: 'pwdAccountLockedTime',
    userFilter: '(objectClass=inetOrgPerson)',
    groupFilter: posixGroups,
    users: posix,
    groups: { displayName: 'cn' },
  },
  '389-ds': {
    identity: { attribute: 'nsUniqueId', kind: 'text' },
    changes: 'modifyTimestamp',
    keepsDeleted: false,
    disabled: 'nsAccountLock',
    userFilter: '(objectClass=inetOrgPerson)',
    groupFilter: posixGroups,
    users: posix,
    groups: { displayName: 'cn' },
  },
};

export const presetNames = ['active-directory', 'openldap', '389-ds'] as const satisfies readonly PresetName[];

/** Attributes of a group that hold its members: their names, or of POSIX groups their uids. */
export const memberAttributes = ['member', 'uniqueMember', 'memberUid'] as const;
