// What `realmbridge status` counts.
import { sql } from 'kysely';
import type { Store } from '../platform/db/connect.ts';
import { readIn } from '../platform/db/scope.ts';

export interface DirectoryCounts {
  users: number;
  activeUsers: number;
  groups: number;
  events: number;
  /** Operations that the guard holds until an operator decides, and those that are released and not done yet. */
  held: number;
  /** When a user, a group or another resource was last written; null: never. */
  lastWriteAt: Date | null;
}

export interface ConsumerRow {
  kind: string;
  name: string;
  federationId: string | null;
  lastSeenAt: Date | null;
}

export async function readServerVersion({ db }: Store): Promise<string> {
  const { rows } = await sql<{ version: string }>`select current_setting('server_version') as version`.execute(db);
  return rows[0]?.version ?? '';
}

export async function countDirectory({ pool }: Store, directoryId: string): Promise<DirectoryCounts> {
  const { rows } = await readIn(pool, [directoryId], (scope) =>
    sql<DirectoryCounts>`
      select (select count(*) from users where directory_id = ${directoryId}) as users,
             (select count(*) from users where directory_id = ${directoryId} and active) as "activeUsers",
             (select count(*) from groups where directory_id = ${directoryId}) as groups,
             (select count(*) from events where directory_id = ${directoryId}) as events,
             (select count(*) from guard_held where directory_id = ${directoryId}) as held,
             (select max(created_at) from events where directory_id = ${directoryId}
              and split_part(type, '.', 1) in ('user', 'group', 'resource')) as "lastWriteAt"`.execute(scope),
  );
  return rows[0] ?? { users: 0, activeUsers: 0, groups: 0, events: 0, held: 0, lastWriteAt: null };
}

export async function listConsumers({ db }: Store): Promise<ConsumerRow[]> {
  const rows = await db
    .selectFrom('consumers')
    .select(['kind', 'name', 'federation_id', 'last_seen_at'])
    .orderBy('kind')
    .orderBy('name')
    .execute();
  return rows.map((row) => ({
    kind: row.kind,
    name: row.name,
    federationId: row.federation_id,
    lastSeenAt: row.last_seen_at,
  }));
}
