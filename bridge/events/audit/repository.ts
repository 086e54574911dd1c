// The SQL of the audit log. It is written in the transaction of the change, and nothing here changes or deletes a row.
import { type Kysely, type Selectable, sql, type UpdateResult } from 'kysely';
import type { AuditLogTable, Database } from '../../platform/db/database.ts';
import type { Scope } from '../../platform/db/scope.ts';
import { presentActor } from '../actor.ts';
import type { Changes, directoryEventTypes, EventType } from '../contracts.ts';
import { appendEvents } from '../repository.ts';
import { type AuditEntry, type AuditType, auditTypes, type Named, type NewAuditEntry } from './contracts.ts';

/** Any number that no other lock of the product has. */
const orderLock = 7_042_001;

const rowOf = ({ type, directory, federation, resource, changes }: NewAuditEntry, now: Date) => {
  const actor = presentActor();
  return {
    type,
    directory_id: directory?.id ?? null,
    directory_slug: directory?.slug ?? null,
    federation_id: federation?.id ?? null,
    federation_slug: federation?.slug ?? null,
    resource_type: resource.type,
    resource_id: resource.id,
    resource_name: resource.name,
    changes: JSON.stringify(changes),
    actor: actor.name,
    request_id: actor.requestId ?? null,
    created_at: now,
  };
};

/**
 * Records changes in their transaction, as its last statements: until the commit nobody else records anything, so that ids
 * become visible in their order and a reader that goes by them misses none.
 */
export async function recordChanges(
  trx: Kysely<Database>,
  entries: readonly NewAuditEntry[],
  now: Date,
): Promise<void> {
  if (entries.length === 0) return;
  await sql`select pg_advisory_xact_lock(${orderLock})`.execute(trx);
  await trx
    .insertInto('audit_log')
    .values(entries.map((entry) => rowOf(entry, now)))
    .execute();
}

/** Like {@link recordChanges}, if the statement has changed a row. Tells whether it has. */
export async function recordIfChanged(
  trx: Kysely<Database>,
  { numUpdatedRows }: UpdateResult,
  entry: NewAuditEntry,
  now: Date,
): Promise<boolean> {
  if (numUpdatedRows === 0n) return false;
  await recordChanges(trx, [entry], now);
  return true;
}

export interface DirectoryChange {
  type: (typeof directoryEventTypes)[number];
  /** Of the directory, when it is not the directory itself. */
  part?: { type: 'Token' | 'Issuer' | 'Target'; id: string; name: string };
  changes: Changes;
}

/** Records changes of one directory, also as events of its own log. To be called last in their transaction. */
export async function recordDirectoryChanges(
  scope: Scope,
  { id, slug }: Named,
  changes: readonly DirectoryChange[],
  now: Date,
): Promise<void> {
  const entries = changes.map(({ part, ...change }) => ({
    ...change,
    directory: { id, slug },
    resource: part ?? { type: 'Directory' as const, id, name: slug },
  }));
  const events = entries.map(({ type, resource, changes: data }) => ({
    type: type satisfies EventType,
    resourceType: resource.type,
    resourceId: resource.id,
    data: { changes: data },
  }));
  await appendEvents(scope, id, events, presentActor(), now);
  await recordChanges(scope, entries, now);
}

const isAuditType = (text: string): text is AuditType => auditTypes.some((type) => type === text);

const named = (id: string | null, slug: string | null): Named | undefined =>
  id === null || slug === null ? undefined : { id, slug };

function toEntry(row: Selectable<AuditLogTable>): AuditEntry[] {
  // A newer bridge may have words that this one hasn't.
  if (!isAuditType(row.type)) return [];
  const directory = named(row.directory_id, row.directory_slug);
  const federation = named(row.federation_id, row.federation_slug);
  return [
    {
      id: row.id,
      type: row.type,
      ...(directory && { directory }),
      ...(federation && { federation }),
      resource: {
        type: row.resource_type as AuditEntry['resource']['type'],
        id: row.resource_id,
        name: row.resource_name,
      },
      changes: row.changes as Changes,
      actor: { name: row.actor, ...(row.request_id !== null && { requestId: row.request_id }) },
      createdAt: row.created_at,
    },
  ];
}

export interface AuditFilter {
  /** Slugs, as they were at the time. */
  directory?: string;
  federation?: string;
  types?: readonly AuditType[];
}

export function createAuditRepository(db: Kysely<Database>) {
  const matching = ({ directory, federation, types }: AuditFilter) => {
    let query = db.selectFrom('audit_log').selectAll();
    if (directory !== undefined) query = query.where('directory_slug', '=', directory);
    if (federation !== undefined) query = query.where('federation_slug', '=', federation);
    if (types) query = query.where('type', 'in', [...types]);
    return query;
  };
  return {
    /** Entries after `after`, oldest first. */
    async listEntries(filter: AuditFilter, after: number, limit: number): Promise<AuditEntry[]> {
      const rows = await matching(filter).where('id', '>', after).orderBy('id').limit(limit).execute();
      return rows.flatMap(toEntry);
    },

    /** The latest entries, oldest first. */
    async listLatest(filter: AuditFilter, limit: number): Promise<AuditEntry[]> {
      const rows = await matching(filter).orderBy('id', 'desc').limit(limit).execute();
      return rows.reverse().flatMap(toEntry);
    },
  };
}

export type AuditRepository = ReturnType<typeof createAuditRepository>;
