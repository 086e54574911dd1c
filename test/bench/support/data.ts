// Many users, groups and members at once, written by PostgreSQL itself. Ids and names follow from a number, so that the
// load generator knows them without asking.
import type { Client } from 'pg';
import { ENTERPRISE_USER_SCHEMA } from '../../../bridge/scim/schema/enterprise-user-schema.ts';
import { USER_SCHEMA } from '../../../bridge/scim/schema/user-schema.ts';

const nicknames = ['Ada', 'Bela', 'Chen', 'Dora', 'Emil', 'Fatou', 'Goran', 'Hana', 'Ivo', 'Jun', 'Kofi', 'Lena'];
const surnames = [
  'Quist',
  'Okafor',
  'Novak',
  'Silva',
  'Tanaka',
  'Weber',
  'Haddad',
  'Larsen',
  'Moreau',
  'Patel',
  'Rossi',
];

/** Names of the n-th user of {@link loadUsers}. */
export const userOf = (n: number) => ({
  id: `01900000-0000-7000-8000-${n.toString(16).padStart(12, '0')}`,
  userName: `user${String(n).padStart(7, '0')}@example.com`,
  externalId: `ext-${n}`,
  email: `user${String(n).padStart(7, '0')}@mail.example.com`,
});

/** The n-th user as an identity provider would send it. */
export function userBody(n: number, prefix: string) {
  const given = nicknames[n % nicknames.length] ?? '';
  const family = surnames[n % surnames.length] ?? '';
  return {
    schemas: [USER_SCHEMA, ENTERPRISE_USER_SCHEMA],
    externalId: `${prefix}-${n}`,
    userName: `${prefix}${n}@example.com`,
    name: { formatted: `${given} ${family}`, familyName: family, givenName: given },
    displayName: `${given} ${family} ${n}`,
    title: 'Engineer',
    preferredLanguage: 'en-GB',
    active: true,
    emails: [{ value: `${prefix}${n}@mail.example.com`, type: 'work', primary: true }],
    phoneNumbers: [{ value: `+49 30 ${n}`, type: 'work' }],
    [ENTERPRISE_USER_SCHEMA]: { employeeNumber: String(n), department: `Department ${n % 40}`, costCenter: '4711' },
  };
}

const literal = (names: readonly string[]): string => `array[${names.map((name) => `'${name}'`).join(', ')}]`;

/** In a session without foreign-key checks, which cost more than the rows; the rows themselves keep the rules. */
export async function unchecked(admin: Client, work: () => Promise<void>): Promise<void> {
  await admin.query("set session_replication_role = 'replica'; set maintenance_work_mem = '512MB'");
  try {
    await work();
  } finally {
    await admin.query('reset session_replication_role; reset maintenance_work_mem');
  }
}

/**
 * `count` users of {@link userOf}, from the 1st or from `first`, with one e-mail each; as many as `passwords.count` says get the
 * password's hash.
 */
export async function loadUsers(
  admin: Client,
  directoryId: string,
  count: number,
  passwords?: { hash: string; count: number },
  first = 1,
): Promise<void> {
  await unchecked(admin, async () => {
    await admin.query(
      `insert into users (directory_id, id, user_name, user_name_key, external_id, email, email_key, given_name, family_name,
         display_name, display_name_key, active, resource, version, created_at, last_modified_at)
       select $1, id, user_name, user_name, 'ext-' || n, email, email, given, family, display, lower(display), true,
         jsonb_build_object('schemas', $2::jsonb, 'externalId', 'ext-' || n, 'userName', user_name,
           'name', jsonb_build_object('formatted', given || ' ' || family, 'familyName', family, 'givenName', given),
           'displayName', display, 'title', 'Engineer', 'preferredLanguage', 'en-GB', 'active', true,
           'emails', jsonb_build_array(jsonb_build_object('value', email, 'type', 'work', 'primary', true)),
           'phoneNumbers', jsonb_build_array(jsonb_build_object('value', '+49 30 ' || n, 'type', 'work')),
           $3::text, jsonb_build_object('employeeNumber', n::text, 'department', 'Department ' || n % 40, 'costCenter', '4711')),
         1, at, at
       from generate_series($5::int, $5::int + $4::int - 1) as n,
         lateral (select ('01900000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid as id,
           'user' || lpad(n::text, 7, '0') || '@example.com' as user_name,
           'user' || lpad(n::text, 7, '0') || '@mail.example.com' as email,
           (${literal(nicknames)})[n % ${nicknames.length} + 1] as given,
           (${literal(surnames)})[n % ${surnames.length} + 1] as family,
           timestamptz '2026-01-01' + n * interval '1 millisecond' as at) as person,
         lateral (select given || ' ' || family || ' ' || n as display) as shown`,
      [directoryId, JSON.stringify([USER_SCHEMA, ENTERPRISE_USER_SCHEMA]), ENTERPRISE_USER_SCHEMA, count, first],
    );
    await admin.query(
      `insert into user_emails (directory_id, user_id, position, value, value_key, type_key, is_primary)
       select directory_id, id, 0, email, email_key, 'work', true from users where directory_id = $1`,
      [directoryId],
    );
    await admin.query(
      `insert into user_search (directory_id, user_id, user_name_key, display_name_key, email_keys)
       select directory_id, id, user_name_key, display_name_key, email_key from users where directory_id = $1`,
      [directoryId],
    );
    if (passwords) {
      await admin.query(
        `insert into user_credentials (directory_id, user_id, password_hash, changed_at)
         select directory_id, id, $2, now() from users where directory_id = $1 order by users.id limit $3`,
        [directoryId, passwords.hash, passwords.count],
      );
    }
  });
  await admin.query('analyze users, user_emails, user_search, user_credentials');
}

/** A group whose members are users 1 to `count`. */
export async function loadGroup(
  admin: Client,
  directoryId: string,
  group: { id: string; displayName: string },
  count: number,
): Promise<void> {
  await unchecked(admin, async () => {
    await admin.query(
      `insert into groups (directory_id, id, display_name, display_name_key, resource, version, created_at, last_modified_at)
       values ($1, $2, $3, lower($3), jsonb_build_object('schemas',
         jsonb_build_array('urn:ietf:params:scim:schemas:core:2.0:Group'), 'displayName', $3::text), 1, now(), now())`,
      [directoryId, group.id, group.displayName],
    );
    await admin.query(
      `insert into group_members (directory_id, group_id, member_id, user_id, created_at)
       select directory_id, $2, id::text, id, now() from users where directory_id = $1 order by users.id limit $3`,
      [directoryId, group.id, count],
    );
  });
  await admin.query('analyze groups, group_members');
}
