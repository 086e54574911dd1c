// The SQL of remembered SCIM requests.
import { type RawBuilder, type SqlBool, sql } from 'kysely';
import type { Pool } from 'pg';
import { takePruningLock } from '../../platform/db/pruning-lock.ts';
import { readIn, type Scope, writeAtOnce, writeIn } from '../../platform/db/scope.ts';
import { toStorable } from '../../platform/db/storable.ts';
import { isUuid, lowestIdAt } from '../../platform/ids.ts';
import type { PrunedBatch } from '../../platform/retention.ts';
import type { LoggedRequest, RequestQuery } from './contracts.ts';

/** `/Users/{id}` and the like. */
const resourcePath = /^\/[A-Za-z0-9]+\/([0-9a-f-]{36})$/i;

function resourceOf(path: string): string | null {
  const id = resourcePath.exec(path)?.[1];
  return id !== undefined && isUuid(id) ? id.toLowerCase() : null;
}

/** Of what clients sent, anything may be in it, and one row that PostgreSQL refuses would take the others along. */
const storable = (value: unknown): unknown => {
  if (typeof value === 'string') return toStorable(value);
  if (Array.isArray(value)) return value.map(storable);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [toStorable(name), storable(part)]));
};

const rowOf = (request: LoggedRequest) => ({
  id: request.id,
  created_at: request.at,
  method: request.method,
  path: toStorable(request.path),
  query: storable(request.query),
  resource_id: resourceOf(request.path),
  actor: request.actor ?? null,
  request_id: request.requestId,
  address: request.address,
  user_agent: request.userAgent ?? null,
  status: request.status,
  scim_type: request.scimType ?? null,
  detail: request.detail === undefined ? null : toStorable(request.detail),
  failed_operations: request.failedOperations ?? 0,
  failed: request.status >= 400 || (request.failedOperations ?? 0) > 0,
  duration_ms: Math.round(request.durationMs),
  tolerances: request.tolerances,
  sent: request.sent === undefined ? null : storable(request.sent),
});

/** Those of `rowOf`. */
const columnTypes: Readonly<Record<keyof ReturnType<typeof rowOf>, string>> = {
  id: 'uuid',
  created_at: 'timestamptz',
  method: 'text',
  path: 'text',
  query: 'jsonb',
  resource_id: 'uuid',
  actor: 'text',
  request_id: 'text',
  address: 'text',
  user_agent: 'text',
  status: 'integer',
  scim_type: 'text',
  detail: 'text',
  failed_operations: 'integer',
  failed: 'boolean',
  duration_ms: 'integer',
  tolerances: 'jsonb',
  sent: 'jsonb',
};
const columnNames = Object.keys(columnTypes).join(', ');
const columnList = Object.entries(columnTypes)
  .map(([name, type]) => `${name} ${type}`)
  .join(', ');

const insertRows = `insert into scim_requests (directory_id, ${columnNames})
  select $1::uuid, ${columnNames} from json_to_recordset($2::json) as row (${columnList})`;

function hasText(text: string): RawBuilder<SqlBool> {
  const inColumn = (column: string, wanted: string) =>
    sql<SqlBool>`strpos(lower(${sql.ref(column)}::text), lower(${wanted})) > 0`;
  // JSON has a quote in a value as \".
  const inJson = JSON.stringify(text).slice(1, -1);
  const places = [
    ...['path', 'detail'].map((column) => inColumn(column, text)),
    ...['query', 'sent'].map((column) => inColumn(column, inJson)),
  ];
  return sql<SqlBool>`(${sql.join(places, sql` or `)})`;
}

/** An id may be of a time so much apart from the request's: after the clock was set back they go on for ten seconds. */
const idMarginMs = 60_000;

/** The latest first. */
export function selectRequests(
  scope: Scope,
  directoryId: string,
  { failed, resource, requestId, actor, since, until, text, before, limit }: RequestQuery,
) {
  let query = scope.selectFrom('scim_requests').selectAll().where('directory_id', '=', directoryId);
  if (failed) query = query.where('failed', '=', true);
  if (resource !== undefined) query = query.where('resource_id', '=', resource);
  if (requestId !== undefined) query = query.where('request_id', '=', requestId);
  if (actor !== undefined) query = query.where('actor', '=', actor);
  // Ids sort by time: they keep a search for what few requests have, or none, from reading the whole primary key.
  if (since !== undefined) {
    query = query.where('created_at', '>=', since).where('id', '>=', lowestIdAt(since.getTime() - idMarginMs));
  }
  if (until !== undefined) {
    query = query.where('created_at', '<', until).where('id', '<', lowestIdAt(until.getTime() + idMarginMs));
  }
  if (text !== undefined) query = query.where(hasText(text));
  if (before !== undefined) query = query.where('id', '<', before);
  return query.orderBy('id', 'desc').limit(limit);
}

export function createRequestRepository(pool: Pool) {
  return {
    async insertRequests(directoryId: string, requests: readonly LoggedRequest[]): Promise<void> {
      if (requests.length === 0) return;
      // As one value: to bind each column of each row costs several times as much, on both sides.
      const rows = JSON.stringify(requests.map(rowOf));
      await writeAtOnce(pool, directoryId, [{ text: insertRows, values: [directoryId, rows] }]);
    },

    /** The latest first. */
    async listRequests(directoryId: string, query: RequestQuery): Promise<LoggedRequest[]> {
      const rows = await readIn(pool, [directoryId], (scope) => selectRequests(scope, directoryId, query).execute());
      return rows.map((row) => ({
        id: row.id,
        at: row.created_at,
        method: row.method,
        path: row.path,
        query: row.query,
        ...(row.actor !== null && { actor: row.actor }),
        requestId: row.request_id,
        address: row.address,
        ...(row.user_agent !== null && { userAgent: row.user_agent }),
        status: row.status,
        ...(row.scim_type !== null && { scimType: row.scim_type }),
        ...(row.detail !== null && { detail: row.detail }),
        ...(row.failed_operations > 0 && { failedOperations: row.failed_operations }),
        durationMs: row.duration_ms,
        tolerances: row.tolerances,
        ...(row.sent !== null && { sent: row.sent }),
      }));
    },

    /** Removes at most `size` requests from before `time`. */
    async pruneBatch(directoryId: string, time: Date, size: number): Promise<PrunedBatch> {
      return writeIn(pool, directoryId, async (scope) => {
        if (!(await takePruningLock(scope))) return 'elsewhere';
        // Ids sort by time, so the oldest stand at the beginning of the primary key.
        const { rows } = await sql`
          delete from scim_requests where directory_id = ${directoryId} and id in (
            select id from (
              select id, created_at from scim_requests where directory_id = ${directoryId} order by id limit ${size}
            ) as oldest where created_at < ${time}
          ) returning 1`.execute(scope);
        return { pruned: rows.length };
      });
    },
  };
}

export type RequestRepository = ReturnType<typeof createRequestRepository>;
