// Where the paths of a filter are found: promoted columns, and the tables of e-mails, members and groups. Whatever is
// not named here is read from the `resource` JSON.
import { type SqlFragment, sql } from '../../platform/db/sql-fragment.ts';
import { ENTERPRISE_USER_SCHEMA } from '../../scim/schema/enterprise-user-schema.ts';
import { GROUP_SCHEMA } from '../../scim/schema/group-schema.ts';
import type { ResourceTypeDefinition } from '../../scim/schema/model.ts';
import { USER_SCHEMA } from '../../scim/schema/user-schema.ts';

/**
 * foldCase() in SQL. ICU's root locale lowers as JavaScript does, final sigma and dotted capital I included; the
 * database's own locale may know no letters beyond ASCII.
 */
export const folded = (text: SqlFragment): SqlFragment => sql`lower(${text} collate "und-x-icu")`;

/**
 * How a path with a column of its own is compared. A text column is folded already where the attribute is not caseExact;
 * `sorted` says that it is compared byte by byte, so that an index serves its prefixes.
 */
export type Column =
  | { type: 'text'; column: SqlFragment; sorted?: true }
  | { type: 'uuid'; column: SqlFragment }
  | { type: 'boolean'; column: SqlFragment }
  | { type: 'instant'; column: SqlFragment }
  | { type: 'constant'; value: string };

/** A multi-valued attribute that is kept as rows: `from` correlates them, `columns` are by sub-attribute name. */
export interface SideTable {
  from: SqlFragment;
  columns: Record<string, Column>;
}

/** Where a resource type's paths are found. Keys are AttributePath.text and, for side tables, the attribute's name. */
export interface Storage {
  table: SqlFragment;
  columns: Record<string, Column>;
  sideTables: Record<string, SideTable>;
  /** Which rows of the table are of the type; undefined: all. */
  only?: SqlFragment;
  /** Where declared attributes that are indexed are looked up. */
  keys: { table: SqlFragment; coreUrn: string };
  /** Where substrings are looked for, by path: see search-hint.ts. */
  searched?: { from: SqlFragment; columns: Record<string, SqlFragment> };
  /** Paths whose value is made when a resource is shown, and is nowhere stored. */
  unsupported: readonly string[];
}

const metaColumns = (table: string): Record<string, Column> => ({
  'meta.created': { type: 'instant', column: sql.ref(`${table}.created_at`) },
  'meta.lastModified': { type: 'instant', column: sql.ref(`${table}.last_modified_at`) },
  'meta.version': { type: 'text', column: sql`('W/"' || ${sql.ref(`${table}.version`)} || '"')` },
});

/** A column of the user's manager, who may have been named before coming: whatever is no UUID is nobody's id. */
export function ofManager(column: string): string {
  const id = `users.resource #>> '{"${ENTERPRISE_USER_SCHEMA}",manager,value}'`;
  return `(select boss.${column} from users as boss where boss.directory_id = users.directory_id
    and boss.id = case when ${id} ~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then (${id})::uuid end)`;
}

export const userStorage: Storage = {
  table: sql.ref('users'),
  columns: {
    id: { type: 'uuid', column: sql.ref('users.id') },
    userName: { type: 'text', column: sql.ref('users.user_name_key'), sorted: true },
    externalId: { type: 'text', column: sql.ref('users.external_id'), sorted: true },
    displayName: { type: 'text', column: sql.ref('users.display_name_key'), sorted: true },
    active: { type: 'boolean', column: sql.ref('users.active') },
    'meta.resourceType': { type: 'constant', value: 'User' },
    [`${ENTERPRISE_USER_SCHEMA}:manager.displayName`]: { type: 'text', column: sql.raw(ofManager('display_name_key')) },
    ...metaColumns('users'),
  },
  sideTables: {
    emails: {
      from: sql`from user_emails as e where e.directory_id = users.directory_id and e.user_id = users.id`,
      columns: {
        value: { type: 'text', column: sql.ref('e.value_key'), sorted: true },
        type: { type: 'text', column: sql.ref('e.type_key') },
        primary: { type: 'boolean', column: sql.ref('e.is_primary') },
      },
    },
    groups: {
      from: sql`from group_members as m join groups as g on g.directory_id = m.directory_id and g.id = m.group_id
        where m.directory_id = users.directory_id and m.user_id = users.id`,
      columns: {
        value: { type: 'uuid', column: sql.ref('m.group_id') },
        display: { type: 'text', column: sql.ref('g.display_name_key'), sorted: true },
        type: { type: 'constant', value: 'direct' },
      },
    },
  },
  keys: { table: sql.ref('user_attribute_keys'), coreUrn: USER_SCHEMA },
  searched: {
    from: sql`from user_search as s where s.directory_id = users.directory_id and s.user_id = users.id`,
    columns: {
      userName: sql.ref('s.user_name_key'),
      displayName: sql.ref('s.display_name_key'),
      'emails.value': sql.ref('s.email_keys'),
    },
  },
  unsupported: ['meta.location', 'groups.$ref'],
};

/** The columns of a member, by sub-attribute; `alias` is what the statement calls `group_members`. */
export function memberColumns(alias: string): Record<string, Column> {
  const ref = (column: string) => sql.ref(`${alias}.${column}`);
  return {
    value: { type: 'text', column: ref('member_id') },
    // What is shown: the member's current name, else what the client sent.
    display: {
      type: 'text',
      column: sql`coalesce(
        (select u.display_name_key from users as u where u.directory_id = ${ref('directory_id')} and u.id = ${ref('user_id')}),
        (select g.display_name_key from groups as g where g.directory_id = ${ref('directory_id')} and g.id = ${ref('child_group_id')}),
        ${folded(ref('display'))})`,
    },
    type: {
      type: 'text',
      column: sql`case when ${ref('user_id')} is not null then 'user' when ${ref('child_group_id')} is not null then 'group' end`,
    },
  };
}

export const groupStorage: Storage = {
  table: sql.ref('groups'),
  columns: {
    id: { type: 'uuid', column: sql.ref('groups.id') },
    displayName: { type: 'text', column: sql.ref('groups.display_name_key'), sorted: true },
    externalId: { type: 'text', column: sql.ref('groups.external_id'), sorted: true },
    'meta.resourceType': { type: 'constant', value: 'Group' },
    ...metaColumns('groups'),
  },
  sideTables: {
    members: {
      from: sql`from group_members as m where m.directory_id = groups.directory_id and m.group_id = groups.id`,
      columns: memberColumns('m'),
    },
  },
  keys: { table: sql.ref('group_attribute_keys'), coreUrn: GROUP_SCHEMA },
  unsupported: ['meta.location', 'members.$ref'],
};

const declaredStorages = new WeakMap<ResourceTypeDefinition, Storage>();

/** Resources of all declared types lie in one table. */
function declaredStorage({ name, schema }: ResourceTypeDefinition): Storage {
  return {
    table: sql.ref('resources'),
    only: sql`resources.resource_type = ${name}`,
    columns: {
      id: { type: 'uuid', column: sql.ref('resources.id') },
      externalId: { type: 'text', column: sql.ref('resources.external_id'), sorted: true },
      'meta.resourceType': { type: 'constant', value: name },
      ...metaColumns('resources'),
    },
    sideTables: {},
    keys: { table: sql.ref('resource_attribute_keys'), coreUrn: schema.id },
    unsupported: ['meta.location'],
  };
}

export function storageOf(resourceType: ResourceTypeDefinition): Storage {
  if (resourceType.schema.id === USER_SCHEMA) return userStorage;
  if (resourceType.schema.id === GROUP_SCHEMA) return groupStorage;
  const known = declaredStorages.get(resourceType);
  if (known !== undefined) return known;
  const storage = declaredStorage(resourceType);
  declaredStorages.set(resourceType, storage);
  return storage;
}
