// The SQL of what pushes have come to. Only who has leased a row may settle it, and settles no more than the changes that
// it has seen.
import { sql } from 'kysely';
import type { Pool } from 'pg';
import { type Scope, writeIn } from '../platform/db/scope.ts';
import type { JsonObject } from '../scim/json.ts';
import type { PushedResource, Target } from './contracts.ts';
import { writeAgain } from './write-again-repository.ts';

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

export interface Settled {
  row: PushedResource;
  settlement: Settlement;
}

const maxProblem = 1_000;

/** What a target said, as PostgreSQL can keep it. */
const storable = (text: string): string => text.slice(0, maxProblem).toWellFormed().replaceAll('\0', ' ');

/** Users and groups whose pushes name these: the groups that they are in, and those above. */
const groupsAbove = (directoryId: string, ids: readonly string[]) => sql`
  with recursive up (group_id) as (
    select m.group_id from group_members m
    where m.directory_id = ${directoryId} and m.member_id = any(${ids}::text[])
    union select m.group_id from up u
      join group_members m on m.directory_id = ${directoryId} and m.member_id = u.group_id::text
  )`;

/** Groups that the target has, or is to have, and that name these users and groups. */
export async function markGroupsAbove(
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

/** Retired accounts that somebody new has taken over are nobody else's any more. */
async function takeOver(
  scope: Scope,
  { directoryId, id }: Target,
  taken: readonly { row: PushedResource; remoteId: string }[],
): Promise<void> {
  if (taken.length === 0) return;
  const [ids, kinds] = [taken.map(({ row }) => row.sourceId), taken.map(({ row }) => row.type)];
  await sql`
    delete from outbound_resources r
    using unnest(${ids}::uuid[], ${kinds}::text[], ${taken.map(({ remoteId }) => remoteId)}::text[])
      as t (source_id, kind, remote_id)
    where r.directory_id = ${directoryId} and r.target_id = ${id} and r.retired
      and r.resource_type = t.kind and r.remote_id = t.remote_id and r.source_id <> t.source_id`.execute(scope);
}

export const ownRow = (scope: Scope, { directoryId, id }: Target, sourceId: string, owner: string) =>
  scope
    .updateTable('outbound_resources')
    .where('directory_id', '=', directoryId)
    .where('target_id', '=', id)
    .where('source_id', '=', sourceId)
    .where('lease_owner', '=', owner);

export function createSettlements(pool: Pool) {
  return {
    /** Keeps what was learned at once, before more is sent. */
    async noteRemote(
      target: Target,
      owner: string,
      row: PushedResource,
      { remoteId, adopted }: { remoteId: string; adopted: boolean },
    ): Promise<void> {
      await writeIn(pool, target.directoryId, async (scope) => {
        await takeOver(scope, target, [{ row, remoteId }]);
        await ownRow(scope, target, row.sourceId, owner).set({ remote_id: remoteId, adopted }).execute();
      });
    },

    /** Ends the leases: of all, or of none. What has changed since a row was leased stays to be pushed. */
    async settle(target: Target, owner: string, all: readonly Settled[], now: Date): Promise<void> {
      const { directoryId, id } = target;
      const records = all.map(({ row, settlement: { state, problem, retryAt, etag, ...learned } }) => ({
        source_id: row.sourceId,
        seen: row.wanted,
        state: state === 'retry' ? 'pending' : state,
        retry_at: retryAt ?? now,
        is_done: state !== 'retry',
        problem: problem == null ? null : storable(problem),
        remote_id: learned.remoteId,
        adopted: learned.adopted,
        retired: learned.retired,
        pushed: learned.pushed,
        pushed_version: learned.version,
        has_etag: etag !== undefined,
        etag,
      }));
      const taken = all.flatMap(({ row, settlement: { remoteId } }) =>
        remoteId !== undefined && remoteId !== row.remoteId ? [{ row, remoteId }] : [],
      );
      const seenByGroups = all.filter(
        ({ row, settlement: { remoteId = row.remoteId, retired = row.retired } }) =>
          remoteId !== row.remoteId || retired !== row.retired,
      );
      await writeAgain(pool, directoryId, async (scope) => {
        await takeOver(scope, target, taken);
        await sql`
          with settled as (
            select * from jsonb_to_recordset(${JSON.stringify(records)}::jsonb) as s (
              source_id uuid, seen bigint, state text, retry_at timestamptz, is_done boolean, problem text,
              remote_id text, adopted boolean, retired boolean, pushed jsonb, pushed_version bigint,
              has_etag boolean, etag text)
          ), mine as (
            select source_id from outbound_resources
            where directory_id = ${directoryId} and target_id = ${id} and lease_owner = ${owner}
              and source_id = any(${all.map(({ row }) => row.sourceId)}::uuid[])
            order by source_id for update
          )
          update outbound_resources r set
            state = case when r.wanted = s.seen then s.state else 'pending' end,
            problem = s.problem,
            next_attempt_at = case when r.wanted = s.seen then s.retry_at else r.next_attempt_at end,
            attempts = case when s.is_done then 0 else r.attempts end,
            remote_id = coalesce(s.remote_id, r.remote_id),
            adopted = coalesce(s.adopted, r.adopted),
            retired = coalesce(s.retired, r.retired),
            pushed = coalesce(s.pushed, r.pushed),
            pushed_version = coalesce(s.pushed_version, r.pushed_version),
            etag = case when s.has_etag then s.etag else r.etag end,
            lease_owner = null, lease_until = null, updated_at = ${now}
          from settled s join mine m on m.source_id = s.source_id
          where r.directory_id = ${directoryId} and r.target_id = ${id} and r.source_id = s.source_id`.execute(scope);
        await markGroupsAbove(
          scope,
          target,
          seenByGroups.map(({ row }) => row.sourceId),
          now,
        );
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
        await ownRow(scope, target, row.sourceId, owner)
          .set({ remote_id: null, pushed: null, etag: null, attempts: 0, lease_owner: null, lease_until: null })
          .execute();
      });
    },
  };
}
