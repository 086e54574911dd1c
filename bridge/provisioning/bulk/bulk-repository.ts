// The SQL of creating many resources at once: one statement for each table, whatever their number.
import { sql } from 'kysely';
import type { Scope } from '../../platform/db/scope.ts';
import { emailColumns, searchColumns } from '../resource-columns.ts';
import type { NewResource } from '../resources/resources-repository.ts';
import { insertKeys } from '../schemas/attribute-keys-repository.ts';
import type { PreparedUser } from '../users/new-user.ts';

/**
 * Inserts users of one directory with their e-mails and passwords. Rows go in by userName, so that two transactions
 * with the same names wait for each other in one order and never in a circle.
 */
export async function insertUsers(scope: Scope, directoryId: string, users: readonly PreparedUser[]): Promise<void> {
  const rows = users.map(({ stored, columns }) => ({
    id: stored.id,
    ...columns,
    resource: stored.resource,
    created_at: stored.createdAt,
  }));
  const emails = users.flatMap(({ stored }) =>
    emailColumns(stored.resource).map((email) => ({ user_id: stored.id, ...email })),
  );
  const searched = users.map(({ stored, columns }) => ({
    user_id: stored.id,
    ...searchColumns(columns, emailColumns(stored.resource)),
  }));
  const passwords = users.flatMap(({ stored, passwordHash }) =>
    passwordHash === undefined ? [] : [{ user_id: stored.id, hash: passwordHash, changed_at: stored.createdAt }],
  );
  const keyed = users.map(({ stored, keys }) => ({ id: stored.id, keys }));
  // One parameter holds all rows: a thousand parameters cost more to bind than the rows to insert. The statements go
  // out together; PostgreSQL runs them in this order, and none after one that failed.
  await Promise.all([
    sql`insert into users (directory_id, id, user_name, user_name_key, external_id, email, email_key, given_name,
        family_name, display_name, display_name_key, active, resource, version, created_at, last_modified_at)
      select ${directoryId}::uuid, id, user_name, user_name_key, external_id, email, email_key, given_name,
        family_name, display_name, display_name_key, active, resource, 1, created_at, created_at
      from json_to_recordset(${JSON.stringify(rows)}::json) as new_user (id uuid, user_name text, user_name_key text,
        external_id text, email text, email_key text, given_name text, family_name text, display_name text,
        display_name_key text, active boolean, resource jsonb, created_at timestamptz)
      order by user_name_key`.execute(scope),
    sql`insert into user_search (directory_id, user_id, user_name_key, display_name_key, email_keys)
      select ${directoryId}::uuid, user_id, user_name_key, display_name_key, email_keys
      from json_to_recordset(${JSON.stringify(searched)}::json) as new_row (user_id uuid, user_name_key text,
        display_name_key text, email_keys text)`.execute(scope),
    ...(emails.length === 0
      ? []
      : [
          sql`insert into user_emails (directory_id, user_id, position, value, value_key, type_key, is_primary)
            select ${directoryId}::uuid, user_id, position, value, value_key, type_key, is_primary
            from json_to_recordset(${JSON.stringify(emails)}::json) as new_email (user_id uuid, position integer,
              value text, value_key text, type_key text, is_primary boolean)`.execute(scope),
        ]),
    ...(passwords.length === 0
      ? []
      : [
          sql`insert into user_credentials (directory_id, user_id, password_hash, changed_at)
            select ${directoryId}::uuid, user_id, hash, changed_at
            from json_to_recordset(${JSON.stringify(passwords)}::json) as new_password (user_id uuid, hash text,
              changed_at timestamptz)`.execute(scope),
        ]),
    insertKeys(scope, 'user_attribute_keys', directoryId, keyed),
  ]);
}

/** Inserts resources of declared types. */
export async function insertResources(
  scope: Scope,
  directoryId: string,
  resources: readonly NewResource[],
): Promise<void> {
  if (resources.length === 0) return;
  const rows = resources.map(({ type, stored, externalId }) => ({
    id: stored.id,
    resource_type: type,
    external_id: externalId,
    resource: stored.resource,
    created_at: stored.createdAt,
  }));
  await Promise.all([
    sql`insert into resources (directory_id, id, resource_type, external_id, resource, version, created_at, last_modified_at)
      select ${directoryId}::uuid, id, resource_type, external_id, resource, 1, created_at, created_at
      from json_to_recordset(${JSON.stringify(rows)}::json) as new_resource (id uuid, resource_type text,
        external_id text, resource jsonb, created_at timestamptz)`.execute(scope),
    insertKeys(
      scope,
      'resource_attribute_keys',
      directoryId,
      resources.map(({ stored, keys }) => ({ id: stored.id, keys })),
    ),
  ]);
}
