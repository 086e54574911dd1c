// People and groups in a slapd, and a directory of the bridge that reads them.
import type { Directory } from '../../bridge/directories/contracts.ts';
import { newLdapSettings, type SyncKind } from '../../bridge/ldap/contracts.ts';
import type { SyncOutcome } from '../../bridge/ldap/sync.ts';
import type { Services } from '../../bridge/services.ts';
import { suffix } from './slapd.ts';

export const people = `ou=people,${suffix}`;
export const teams = `ou=teams,${suffix}`;
export const service = { dn: `cn=reader,${suffix}`, password: 'reader-password' };
export const passwordOf = (uid: string): string => `pw-${uid}`;
export const personDn = (uid: string): string => `uid=${uid},${people}`;

/** An entry as LDIF; a list is a line for each value. */
export function ldif(dn: string, attributes: Record<string, string | readonly string[] | Buffer>): string {
  const lines = Object.entries(attributes).flatMap(([name, value]) => {
    if (Buffer.isBuffer(value)) return [`${name}:: ${value.toString('base64')}`];
    const values = typeof value === 'string' ? [value] : value;
    return values.map((one) => `${name}:: ${Buffer.from(one, 'utf8').toString('base64')}`);
  });
  return `dn:: ${Buffer.from(dn, 'utf8').toString('base64')}\n${lines.join('\n')}\n\n`;
}

/** What inetOrgPerson needs of a person, and a little more. */
export const person = (uid: string, over: Record<string, string | readonly string[]> = {}) => ({
  objectClass: 'inetOrgPerson',
  uid,
  cn: `${uid} Example`,
  sn: 'Example',
  givenName: uid,
  mail: `${uid}@example.test`,
  userPassword: passwordOf(uid),
  ...over,
});

export const team = (name: string, members: readonly string[]) => ({
  objectClass: 'groupOfNames',
  cn: name,
  member: members,
});

/** The suffix, the bridge's own entry, and the units for people and teams. */
export const baseEntries = (): string[] => [
  ldif(suffix, { objectClass: 'domain', dc: 'example' }),
  ldif(service.dn, {
    objectClass: ['organizationalRole', 'simpleSecurityObject'],
    cn: 'reader',
    userPassword: service.password,
  }),
  ldif(people, { objectClass: 'organizationalUnit', ou: 'people' }),
  ldif(teams, { objectClass: 'organizationalUnit', ou: 'teams' }),
];

export const people000 = (count: number, prefix = 'u'): string[] =>
  Array.from({ length: count }, (_, n) => `${prefix}${String(n + 1).padStart(4, '0')}`);

/** Settings for these servers, unencrypted, with what `over` says otherwise. */
export const settingsFor = (urls: readonly string[], over: Record<string, unknown> = {}) =>
  newLdapSettings.parse({
    preset: 'openldap',
    urls,
    startTls: false,
    bindDn: service.dn,
    bindPassword: service.password,
    users: { base: people },
    groups: { base: teams },
    ...over,
  });

/** Reads the directory now, in this process, as the worker would. */
export function syncNow(
  services: Services,
  directory: Directory,
  kind: SyncKind = 'full',
  options: { accept?: boolean } = {},
): Promise<SyncOutcome> {
  return services.ldapSync.run(directory, kind, { ...options, signal: new AbortController().signal });
}
