// The SQL of what a target has of each user and group. Whoever pushes a resource has leased its row before, by the
// database's clock, and settles no more than the changes that it has seen.
import { type Selectable, sql } from 'kysely';
import type { Pool } from 'pg';
import type { OutboundResourcesTable } from '../platform/db/database.ts';
import { readIn, type Scope, writeIn } from '../platform/db/scope.ts';
import type { JsonObject } from '../scim/json.ts';
import type { ResourceKind, ResourceProblem, Target, TargetStatus } from './contracts.ts';
import { writeAgain } from './write-again-repository.ts';

export interface PushedResource {
  sourceId: string;
  type: ResourceKind;
  state: 'ok' | 'pending' | 'quarantined';
  remoteId: string | null;
  adopted: boolean;
  retired: boolean;
  wanted: number;
  /** With the present one. */
  attempts: number;
  pushed: JsonObject | null;
  etag: string | null;
}

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

/** What a push has come to. What is left out stays. */
export interface Settlement {
  state: 'ok' | 'quarantined' | 'retry';
  problem?: string | null;
  retryAt?: Date;
  remoteId?: string;
  adopted?: boolean;
  retired?: boolean;
  pushed?: JsonObject;
  version?: number;
  etag?: string | null;
}

/** A user or group that has changed. */
export interface Changed {
  type: ResourceKind;
  id: string;
}

const maxProblem = 1_000;
const shownProblems = 100;
const leaseIsFree = sql`(lease_until is null or lease_until < now())`;

/** Users and groups whose pushes name this one: the groups that it is in, and those above. */
const groupsAbove = (directoryId: string, ids: readonly string[]) => sql`
  with recursive up (group_id) as (
    select m.group_id from group_members m
    where m.directory_id = ${directoryId} and m.member_id = any(${ids}::text[])
    union select m.group_id from up u
      join group_members m on m.directory_id = ${directoryId} and m.member_id = u.group_id::text
  )`;

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
      from unnest(${ids}::uuid[], ${kinds}::text[]) as c (id, kind)
      on conflict (directory_id, target_id, source_id) do update set
        state = 'pending', wanted = r.wanted + 1, next_attempt_at = ${now}, problem = null, updated_at = ${now},
        attempts = case when r.remote_id is null then r.attempts else 0 end`.execute(scope);
  }

  /** Groups that the target has, or is to have, and that name these users and groups. */
  async function markGroupsAbove(
    scope: Scope,
    { directoryId, id }: Target,
    ids: readonly string[],
    now: Date,
  ): Promise<void> {
    if (ids.length === 0) return;
    await sql`
      ${groupsAbove(directoryId, ids)}, above as (
        select r.source_id from outbound_resources r
        where r.directory_id = ${directoryId} and r.target_id = ${id} and r.source_id in (select group_id from up)
          and (r.state <> 'pending' or r.lease_owner is not null)
        order by r.source_id for update
      )
      update outbound_resources r set state = 'pending', wanted = r.wanted + 1, next_attempt_at = ${now},
        attempts = case when r.remote_id is null then r.attempts else 0 end
      from above where r.directory_id = ${directoryId} and r.target_id = ${id}
        and r.source_id = above.source_id`.execute(scope);
  }

  const own = (scope: Scope, { directoryId, id }: Target, sourceId: string, owner: string) =>
    scope
      .updateTable('outbound_resources')
      .where('directory_id', '=', directoryId)
      .where('target_id', '=', id)
      .where('source_id', '=', sourceId)
      .where('lease_owner', '=', owner);

  /** A retired account that somebody new has taken over is nobody else's any more. */
  async function takeOver(
    scope: Scope,
    { directoryId, id }: Target,
    row: PushedResource,
    remoteId: string,
  ): Promise<void> {
    await scope
      .deleteFrom('outbound_resources')
      .where('directory_id', '=', directoryId)
      .where('target_id', '=', id)
      .where('resource_type', '=', row.type)
      .where('remote_id', '=', remoteId)
      .where('source_id', '!=', row.sourceId)
      .where('retired', '=', true)
      .execute();
  }

  return {
    /** Notes what has changed and that the log is read up to `to`: both, or neither. False when the lease is lost. */
    async noteChanges(
      target: Target,
      owner: string,
      { from, to }: { from: number; to: number },
      { changed, members, above, now }: { changed: Changed[]; members: string[]; above: string[]; now: Date },
    ): Promise<boolean> {
      return writeIn(pool, target.directoryId, async (scope) => {
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
    async claim(
      { directoryId, id }: Target,
      owner: string,
      { type, ids, seconds, now }: { type: ResourceKind; ids: readonly string[]; seconds: number; now: Date },
    ): Promise<PushedResource[]> {
      const { rows } = await writeIn(pool, directoryId, (scope) =>
        sql<Row>`
          insert into outbound_resources as r (directory_id, target_id, source_id, resource_type, state, attempts,
            next_attempt_at, lease_owner, lease_until, updated_at)
          select ${directoryId}, ${id}, c.id, ${type}, 'pending', 1, ${now}, ${owner},
            now() + make_interval(secs => ${seconds}), ${now}
          from unnest(${ids}::uuid[]) as c (id)
          on conflict (directory_id, target_id, source_id) do update set lease_owner = excluded.lease_owner,
            lease_until = excluded.lease_until, attempts = r.attempts + 1
            where r.lease_until is null or r.lease_until < now()
          returning r.*`.execute(scope),
      );
      return rows.map(toResource);
    },

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
        own(scope, target, sourceId, owner)
          .set({ lease_until: sql<Date>`now() + make_interval(secs => ${seconds})` })
          .executeTakeFirst(),
      );
      return numUpdatedRows > 0n;
    },

    /** Keeps what was learned at once, before more is sent. */
    async noteRemote(
      target: Target,
      owner: string,
      row: PushedResource,
      { remoteId, adopted }: { remoteId: string; adopted: boolean },
    ): Promise<void> {
      await writeIn(pool, target.directoryId, async (scope) => {
        await takeOver(scope, target, row, remoteId);
        await own(scope, target, row.sourceId, owner).set({ remote_id: remoteId, adopted }).execute();
      });
    },

    /** Ends the lease. What has changed since the row was leased stays to be pushed. */
    async settle(target: Target, owner: string, row: PushedResource, result: Settlement, now: Date): Promise<void> {
      const { state, problem, remoteId, adopted, retired, pushed, version, etag } = result;
      await writeAgain(pool, target.directoryId, async (scope) => {
        const isNew = remoteId !== undefined && remoteId !== row.remoteId;
        if (isNew) await takeOver(scope, target, row, remoteId);
        const seen = sql<boolean>`wanted = ${row.wanted}`;
        const next = state === 'retry' ? 'pending' : state;
        await own(scope, target, row.sourceId, owner)
          .set({
            state: sql<Row['state']>`case when ${seen} then ${next}::text else 'pending' end`,
            problem: problem?.slice(0, maxProblem) ?? null,
            next_attempt_at: sql<Date>`case when ${seen} then ${result.retryAt ?? now}::timestamptz else next_attempt_at end`,
            ...(state !== 'retry' && { attempts: 0 }),
            ...(remoteId !== undefined && { remote_id: remoteId }),
            ...(adopted !== undefined && { adopted }),
            ...(retired !== undefined && { retired }),
            ...(pushed !== undefined && { pushed: JSON.stringify(pushed) }),
            ...(version !== undefined && { pushed_version: version }),
            ...(etag !== undefined && { etag }),
            lease_owner: null,
            lease_until: null,
            updated_at: now,
          })
          .execute();
        if (isNew || (retired !== undefined && retired !== row.retired)) {
          await markGroupsAbove(scope, target, [row.sourceId], now);
        }
      });
    },

    /** It is not at the target any more, and is not to be. */
    async forget(target: Target, owner: string, row: PushedResource): Promise<void> {
      await writeIn(pool, target.directoryId, async (scope) => {
        const { numDeletedRows } = await scope
          .deleteFrom('outbound_resources')
          .where('directory_id', '=', target.directoryId)
          .where('target_id', '=', target.id)
          .where('source_id', '=', row.sourceId)
          .where('lease_owner', '=', owner)
          .where('wanted', '=', row.wanted)
          .executeTakeFirst();
        if (numDeletedRows > 0n) return;
        await own(scope, target, row.sourceId, owner)
          .set({ remote_id: null, pushed: null, etag: null, attempts: 0, lease_owner: null, lease_until: null })
          .execute();
      });
    },

    /** Everything that the target has is to be looked at again. */
    async markAll({ directoryId, id }: Target, now: Date): Promise<void> {
      await writeIn(pool, directoryId, (scope) =>
        sql`update outbound_resources set state = 'pending', wanted = wanted + 1, next_attempt_at = ${now}
          where directory_id = ${directoryId} and target_id = ${id}`.execute(scope),
      );
    },

    async countAll({ directoryId, id }: Target): Promise<TargetStatus['counts']> {
      const { rows } = await readIn(pool, [directoryId], (scope) =>
        sql<{ state: keyof TargetStatus['counts']; count: number }>`
          select state, count(*)::int as count from outbound_resources
          where directory_id = ${directoryId} and target_id = ${id} group by state`.execute(scope),
      );
      return { ok: 0, pending: 0, quarantined: 0, ...Object.fromEntries(rows.map((row) => [row.state, row.count])) };
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
