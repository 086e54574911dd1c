// The SQL of what a target has of each user and group: noting what has changed, and leasing rows, by the database's clock,
// to whoever pushes them. What came of it is in settlements-repository.ts.
import { type RawBuilder, type Selectable, sql } from 'kysely';
import type { Pool } from 'pg';
import type { OutboundResourcesTable } from '../platform/db/database.ts';
import { readIn, type Scope, writeIn } from '../platform/db/scope.ts';
import type { JsonObject } from '../scim/json.ts';
import type { PushedResource, ResourceKind, ResourceProblem, Target, TargetStatus } from './contracts.ts';
import { createSettlements, markGroupsAbove, ownRow } from './settlements-repository.ts';
import { writeAgain } from './write-again-repository.ts';

type Row = Selectable<OutboundResourcesTable>;

const toResource = (row: Row): PushedResource => ({
  sourceId: row.source_id,
  type: row.resource_type,
  state: row.state,
  remoteId: row.remote_id,
  adopted: row.adopted,
  retired: row.retired,
  wanted: row.wanted,
  attempts: row.attempts,
  pushed: row.pushed as JsonObject | null,
  etag: row.etag,
});

/** A user or group that has changed. */
export interface Changed {
  type: ResourceKind;
  id: string;
}

/** What to lease, from `now` for so many seconds. */
interface Wanted {
  type: ResourceKind;
  ids: readonly string[];
  seconds: number;
  now: Date;
}

const shownProblems = 100;
const leaseIsFree = sql`(lease_until is null or lease_until < now())`;

export function createResourcesRepository(pool: Pool) {
  async function mark(
    scope: Scope,
    { directoryId, id }: Target,
    changed: readonly Changed[],
    now: Date,
  ): Promise<void> {
    if (changed.length === 0) return;
    const [ids, kinds] = [changed.map((one) => one.id), changed.map((one) => one.type)];
    await sql`
      insert into outbound_resources as r
        (directory_id, target_id, source_id, resource_type, state, next_attempt_at, updated_at)
      select ${directoryId}, ${id}, c.id, c.kind, 'pending', ${now}, ${now}
      from unnest(${ids}::uuid[], ${kinds}::text[]) as c (id, kind) order by c.id
      on conflict (directory_id, target_id, source_id) do update set
        state = 'pending', wanted = r.wanted + 1, next_attempt_at = ${now}, problem = null, updated_at = ${now},
        attempts = case when r.remote_id is null then r.attempts else 0 end`.execute(scope);
  }

  /** @param onConflict what becomes of those that are known */
  async function insertLeased(
    { directoryId, id }: Target,
    owner: string,
    { type, ids, seconds, now }: Wanted,
    onConflict: RawBuilder<unknown>,
  ): Promise<PushedResource[]> {
    const { rows } = await writeIn(pool, directoryId, (scope) =>
      sql<Row>`
        insert into outbound_resources as r (directory_id, target_id, source_id, resource_type, state, attempts,
          next_attempt_at, lease_owner, lease_until, updated_at)
        select ${directoryId}, ${id}, c.id, ${type}, 'pending', 1, ${now}, ${owner},
          now() + make_interval(secs => ${seconds}), ${now}
        from unnest(${ids}::uuid[]) as c (id) order by c.id
        on conflict ${onConflict} returning r.*`.execute(scope),
    );
    return rows.map(toResource);
  }

  return {
    ...createSettlements(pool),

    /** Notes what has changed and that the log is read up to `to`: both, or neither. False when the lease is lost. */
    async noteChanges(
      target: Target,
      owner: string,
      { from, to }: { from: number; to: number },
      { changed, members, above, now }: { changed: Changed[]; members: string[]; above: string[]; now: Date },
    ): Promise<boolean> {
      return writeAgain(pool, target.directoryId, async (scope) => {
        const { numUpdatedRows } = await scope
          .updateTable('outbound_states')
          .set({ position: to })
          .where('directory_id', '=', target.directoryId)
          .where('target_id', '=', target.id)
          .where('lease_owner', '=', owner)
          .where('position', '=', from)
          .executeTakeFirst();
        if (numUpdatedRows === 0n) return false;
        await mark(scope, target, changed, now);
        if (members.length > 0) {
          const { rows } = await sql<Changed>`
            select id, 'User' as type from users where directory_id = ${target.directoryId} and id = any(${members}::uuid[])
            union all select id, 'Group' from groups
              where directory_id = ${target.directoryId} and id = any(${members}::uuid[])`.execute(scope);
          const known = new Set(changed.map(({ id }) => id));
          await mark(
            scope,
            target,
            rows.filter(({ id }) => !known.has(id)),
            now,
          );
        }
        await markGroupsAbove(scope, target, above, now);
        return true;
      });
    },

    /** Leases up to `limit` of those that are due, users first. */
    async claimDue(
      { directoryId, id }: Target,
      owner: string,
      limit: number,
      seconds: number,
    ): Promise<PushedResource[]> {
      const { rows } = await writeIn(pool, directoryId, (scope) =>
        sql<Row>`
          with due as (
            select source_id from outbound_resources
            where directory_id = ${directoryId} and target_id = ${id} and state = 'pending' and next_attempt_at <= now()
              and ${leaseIsFree}
            order by resource_type desc, next_attempt_at limit ${limit} for update skip locked
          )
          update outbound_resources r set lease_owner = ${owner},
            lease_until = now() + make_interval(secs => ${seconds}), attempts = r.attempts + 1
          from due where r.directory_id = ${directoryId} and r.target_id = ${id} and r.source_id = due.source_id
          returning r.*`.execute(scope),
      );
      return rows.map(toResource);
    },

    /** Leases these, also such as nobody knew of; those that somebody else has are left out. */
    claim: (target: Target, owner: string, wanted: Wanted): Promise<PushedResource[]> =>
      insertLeased(
        target,
        owner,
        wanted,
        sql`(directory_id, target_id, source_id) do update set lease_owner = excluded.lease_owner,
          lease_until = excluded.lease_until, attempts = r.attempts + 1
          where r.lease_until is null or r.lease_until < now()`,
      ),

    /** Leases those of which nobody knew, and no others. */
    claimNew: (target: Target, owner: string, wanted: Wanted): Promise<PushedResource[]> =>
      insertLeased(target, owner, wanted, sql`do nothing`),

    /** As they are known, without a lease. */
    async listResources({ directoryId, id }: Target, ids: readonly string[]): Promise<PushedResource[]> {
      const rows = await readIn(pool, [directoryId], (scope) =>
        scope
          .selectFrom('outbound_resources')
          .selectAll()
          .where('directory_id', '=', directoryId)
          .where('target_id', '=', id)
          .where('source_id', '=', sql<string>`any(${[...ids]}::uuid[])`)
          .execute(),
      );
      return rows.map(toResource);
    },

    /** False when the lease is lost. */
    async renew(target: Target, owner: string, sourceId: string, seconds: number): Promise<boolean> {
      const { numUpdatedRows } = await writeIn(pool, target.directoryId, (scope) =>
        ownRow(scope, target, sourceId, owner)
          .set({ lease_until: sql<Date>`now() + make_interval(secs => ${seconds})` })
          .executeTakeFirst(),
      );
      return numUpdatedRows > 0n;
    },

    async countAll({ directoryId, id }: Target): Promise<TargetStatus['counts']> {
      const { rows } = await readIn(pool, [directoryId], (scope) =>
        sql<{ state: keyof TargetStatus['counts']; count: number }>`
          select state, count(*)::int as count from outbound_resources
          where directory_id = ${directoryId} and target_id = ${id} group by state`.execute(scope),
      );
      return { ok: 0, pending: 0, quarantined: 0, ...Object.fromEntries(rows.map((row) => [row.state, row.count])) };
    },

    /** Those that want doing: by indexes that have nothing else. */
    async countOpen({ directoryId, id }: Target): Promise<{ pending: number; quarantined: number }> {
      const count = (state: 'pending' | 'quarantined') => sql`(select count(*)::int from outbound_resources
        where directory_id = ${directoryId} and target_id = ${id} and state = ${sql.lit(state)})`;
      const { rows } = await readIn(pool, [directoryId], (scope) =>
        sql<{ pending: number; quarantined: number }>`
          select ${count('pending')} as pending, ${count('quarantined')} as quarantined`.execute(scope),
      );
      return rows[0] ?? { pending: 0, quarantined: 0 };
    },

    /** With their problems, the oldest first. */
    async listProblems({ directoryId, id }: Target, state: 'pending' | 'quarantined'): Promise<ResourceProblem[]> {
      const rows = await readIn(pool, [directoryId], (scope) =>
        scope
          .selectFrom('outbound_resources')
          .select(['source_id', 'resource_type', 'remote_id', 'attempts', 'problem'])
          .where('directory_id', '=', directoryId)
          .where('target_id', '=', id)
          .where('state', '=', state)
          .where('problem', 'is not', null)
          .orderBy('updated_at')
          .limit(shownProblems)
          .execute(),
      );
      return rows.map((row) => ({
        type: row.resource_type,
        sourceId: row.source_id,
        remoteId: row.remote_id,
        attempts: row.attempts,
        problem: row.problem ?? '',
      }));
    },
  };
}

export type ResourcesRepository = ReturnType<typeof createResourcesRepository>;
