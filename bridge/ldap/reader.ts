// Reads users and groups over one connection, as the directory's settings say.
import { AndFilter, EqualityFilter, FilterParser } from 'ldapts';
import type { JsonObject } from '../scim/json.ts';
import type { LdapConnection } from './connection.ts';
import { isWithin } from './dn.ts';
import { escapedValue, guidBytes, guidOf, type LdapEntry, rangeOf } from './entry.ts';
import { LdapFailure, ldapFailure } from './failure.ts';
import { type DisabledRule, memberAttributes } from './presets.ts';
import type { EntrySearch, ResolvedSettings } from './resolved.ts';

export type EntryKind = 'User' | 'Group';

export interface ReadEntry {
  entryId: string;
  dn: string;
  /** Without `schemas` and without references to others. */
  resource: JsonObject;
  /** What says how new the entry is; undefined where the server does not show it. */
  mark: string | undefined;
}

export type DeletedEntry = Pick<ReadEntry, 'entryId' | 'mark'>;

export interface ReadUser extends ReadEntry {
  managerDn: string | undefined;
}

export interface ReadGroup extends ReadEntry {
  memberDns: string[];
  /** User names, of POSIX groups. */
  memberUids: string[];
}

export interface Reader {
  /** Pages of users, of all or of those with a mark that is at least `since`. */
  users(since?: string): AsyncGenerator<ReadUser[]>;
  groups(since?: string): AsyncGenerator<ReadGroup[]>;
  /** Entries of either kind that were deleted since then; none where the server keeps none, or doesn't show them to us. */
  deleted(since: string): AsyncGenerator<DeletedEntry[]>;
  /** The ids of all entries of the kind. */
  ids(kind: EntryKind): Promise<Set<string>>;
  /** The entry's present name, or undefined when the server says that there is none such within the search. */
  findDn(kind: EntryKind, entryId: string): Promise<string | undefined>;
  /** Names the server where its marks hold for itself alone. */
  markOrigin(): Promise<string>;
}

/** No such entry, no right, no such control. */
const notShown = [32, 50, 12];
const lockedForGood = '000001010000Z';
const accountDisableFlag = 2;

function isDisabled(rule: DisabledRule, entry: LdapEntry): boolean {
  const [value = ''] = entry.texts(rule.toLowerCase());
  switch (rule) {
    case 'userAccountControl':
      return (Number(value) & accountDisableFlag) !== 0;
    case 'pwdAccountLockedTime':
      // A time is a lock after wrong passwords, which ends; this value is an administrator's (draft-behera-ldap-password-policy §5.3.3).
      return value === lockedForGood;
    case 'nsAccountLock':
      return /^true$/i.test(value);
  }
}

export function createReader(
  connection: LdapConnection,
  { settings, preset, users, groups }: ResolvedSettings,
): Reader {
  const { identity, changes, disabled } = preset;
  const identityKey = identity.attribute.toLowerCase();
  const binary = identity.kind === 'guid' ? { binary: [identity.attribute] } : {};

  function entryIdOf(entry: LdapEntry): string {
    const bytes = identity.kind === 'guid' ? entry.bytes(identityKey) : undefined;
    const id = identity.kind === 'guid' ? bytes && guidOf(bytes) : entry.texts(identityKey)[0];
    if (id === undefined || id.length > 200) {
      throw new LdapFailure(
        'access',
        `the server shows no ${identity.attribute} of ${entry.dn}; the bind DN must be allowed to read it`,
      );
    }
    return id;
  }

  const searchOf = (kind: EntryKind): EntrySearch | undefined => (kind === 'User' ? users : groups);

  async function* entries(
    { base, scope, filter }: EntrySearch,
    attributes: readonly string[],
    since?: string,
  ): AsyncGenerator<LdapEntry[]> {
    const wanted = since === undefined ? filter : `(&${filter}(${changes}>=${escapedValue(since)}))`;
    const search = { base, scope, filter: wanted, attributes: [...new Set(attributes)], ...binary };
    yield* connection.pages(search, settings.pageSize);
  }

  const markOf = (entry: LdapEntry) => entry.texts(changes.toLowerCase())[0];

  /** The roots of the trees that the directory's bases lie in. */
  async function namingContexts(): Promise<string[]> {
    const [root] = await connection.search({ base: '', scope: 'base', attributes: ['namingContexts'] });
    const contexts = (root?.texts('namingcontexts') ?? []).toSorted((a, b) => b.length - a.length);
    const bases = [users.base, ...(groups ? [groups.base] : [])];
    return [...new Set(bases.flatMap((base) => contexts.find((context) => isWithin(base, context)) ?? []))];
  }

  function common(entry: LdapEntry, resource: JsonObject): ReadEntry {
    const entryId = entryIdOf(entry);
    return {
      entryId,
      dn: entry.dn,
      resource: { ...resource, externalId: entryId },
      mark: markOf(entry),
    };
  }

  /** All values of an attribute, of which Active Directory sends so many at a time. */
  async function allValues(entry: LdapEntry, attribute: string): Promise<string[]> {
    const values = entry.all(attribute.toLowerCase());
    const isThis = (name: string) => rangeOf(name)?.attribute.toLowerCase() === attribute.toLowerCase();
    let name = entry.names.find(isThis);
    let source = entry;
    while (name !== undefined) {
      values.push(...source.all(name));
      const next = rangeOf(name)?.next;
      if (next === undefined) break;
      const attributes = [`${attribute};range=${next}-*`];
      const [more] = await connection.search({ base: entry.dn, scope: 'base', attributes });
      name = more?.names.find(isThis);
      if (more) source = more;
    }
    return values.filter((value) => value !== '');
  }

  async function readGroup(entry: LdapEntry, { mapping }: EntrySearch): Promise<ReadGroup> {
    const [members, uniqueMembers, uids] = await Promise.all(
      memberAttributes.map((attribute) => allValues(entry, attribute)),
    );
    const { resource } = mapping.read(entry);
    return {
      ...common(entry, resource),
      memberDns: [...(members ?? []), ...(uniqueMembers ?? [])],
      memberUids: uids ?? [],
    };
  }

  return {
    async *users(since) {
      const attributes = [identity.attribute, changes, disabled, ...users.mapping.attributes];
      for await (const page of entries(users, attributes, since)) {
        yield page.map((entry) => {
          const { resource, managerDn } = users.mapping.read(entry);
          return { ...common(entry, { ...resource, active: !isDisabled(disabled, entry) }), managerDn };
        });
      }
    },

    async *groups(since) {
      if (!groups) return;
      const attributes = [identity.attribute, changes, ...memberAttributes, ...groups.mapping.attributes];
      for await (const page of entries(groups, attributes, since)) {
        const read: ReadGroup[] = [];
        for (const entry of page) read.push(await readGroup(entry, groups));
        yield read;
      }
    },

    async *deleted(since) {
      if (!preset.keepsDeleted) return;
      const filter = `(&(isDeleted=TRUE)(${changes}>=${escapedValue(since)}))`;
      for (const context of await namingContexts()) {
        const base = `CN=Deleted Objects,${context}`;
        const search = { base, scope: 'one' as const, filter, attributes: [identity.attribute, changes], ...binary };
        try {
          for await (const page of connection.pages({ ...search, deleted: true }, settings.pageSize)) {
            yield page.map((entry) => ({ entryId: entryIdOf(entry), mark: markOf(entry) }));
          }
        } catch (error) {
          // Most reading accounts lack the right; then removals are found by listings.
          if (!notShown.includes(ldapFailure(error).resultCode ?? 0)) throw error;
        }
      }
    },

    async ids(kind) {
      const found = new Set<string>();
      const search = searchOf(kind);
      if (!search) return found;
      for await (const page of entries(search, [identity.attribute])) {
        for (const entry of page) found.add(entryIdOf(entry));
      }
      return found;
    },

    async findDn(kind, entryId) {
      const search = searchOf(kind);
      if (!search) return undefined;
      // Not as text: bytes that are no UTF-8 would not arrive as they are.
      const value = identity.kind === 'guid' ? guidBytes(entryId) : entryId;
      const isThis = new EqualityFilter({ attribute: identity.attribute, value });
      const filter = new AndFilter({ filters: [FilterParser.parseString(search.filter), isThis] });
      const { base, scope } = search;
      const [entry] = await connection.search({ base, scope, filter, attributes: ['1.1'] });
      return entry?.dn;
    },

    async markOrigin() {
      if (changes === 'modifyTimestamp') return '';
      const [root] = await connection.search({ base: '', scope: 'base', attributes: ['dsServiceName'] });
      return root?.texts('dsservicename')[0] ?? connection.url;
    },
  };
}
