// The SQL of what the guard counts. Counting is exact, however many replicas write: it is done under the lock of the
// operation's row, until the commit of the write that is counted.
import { type SqlBool, sql } from 'kysely';
import type { Scope } from '../../platform/db/scope.ts';
import { defaultSettings, type GuardedOperation, type GuardSettings, guardSettings } from './contracts.ts';

export interface GuardRow {
  enabled: boolean;
  settings: GuardSettings;
  isDefault: boolean;
  passingUntil: Date | null;
}

interface StoredGuard {
  enabled: boolean | null;
  settings: unknown;
  passing_until: Date | null;
}

const toGuard = ({ enabled, settings, passing_until: passingUntil }: StoredGuard): GuardRow => ({
  enabled: enabled ?? true,
  settings: settings === null ? defaultSettings : guardSettings.parse(settings),
  isDefault: settings === null,
  passingUntil,
});

export interface WindowRow {
  counted: number;
  /** Active users that the directory had within the window; 0: they were not counted. */
  known: number;
  knownAt: Date | null;
  trippedAt: Date | null;
}

export async function readGuard(scope: Scope, directoryId: string): Promise<GuardRow> {
  const row = await scope
    .selectFrom('guards')
    .select(['enabled', 'settings', 'passing_until'])
    .where('directory_id', '=', directoryId)
    .executeTakeFirst();
  return toGuard(row ?? { enabled: null, settings: null, passing_until: null });
}

/**
 * Holds the settings until the commit, also the default ones, for whoever changes some of them and keeps the others. To be
 * called before the windows are locked.
 */
export async function lockGuard(scope: Scope, directoryId: string): Promise<GuardRow> {
  await sql`insert into guards (directory_id) values (${directoryId}) on conflict do nothing`.execute(scope);
  await sql`select 1 from guards where directory_id = ${directoryId} for update`.execute(scope);
  return readGuard(scope, directoryId);
}

export async function saveGuard(
  scope: Scope,
  directoryId: string,
  { enabled, settings, isDefault, passingUntil }: GuardRow,
): Promise<void> {
  const row = { enabled, settings: isDefault ? null : JSON.stringify(settings), passing_until: passingUntil };
  await scope
    .insertInto('guards')
    .values({ directory_id: directoryId, ...row })
    .onConflict((conflict) => conflict.column('directory_id').doUpdateSet(row))
    .execute();
}

async function lockRow(scope: Scope, directoryId: string, operation: GuardedOperation) {
  const { rows } = await sql<
    StoredGuard & { counted: number; known: number; known_at: Date | null; tripped_at: Date | null }
  >`
    select w.counted, w.known, w.known_at, w.tripped_at, g.enabled, g.settings, g.passing_until
    from guard_windows w left join guards g on g.directory_id = w.directory_id
    where w.directory_id = ${directoryId} and w.operation = ${operation} for update of w`.execute(scope);
  const [row] = rows;
  if (!row) return undefined;
  const { counted, known, known_at: knownAt, tripped_at: trippedAt } = row;
  return { guard: toGuard(row), window: { counted, known, knownAt, trippedAt } };
}

/** Whoever turns the guard off takes the rows away: so nobody waits for a lock that nobody needs. */
export async function lockWindow(
  scope: Scope,
  directoryId: string,
  operation: GuardedOperation,
): Promise<{ guard: GuardRow; window: WindowRow } | undefined> {
  for (;;) {
    const locked = await lockRow(scope, directoryId, operation);
    if (locked) return locked.guard.enabled ? locked : undefined;
    if (!(await readGuard(scope, directoryId)).enabled) return undefined;
    await sql`insert into guard_windows (directory_id, operation) values (${directoryId}, ${operation})
      on conflict (directory_id, operation) do nothing`.execute(scope);
  }
}

/** Forgets whom it was done to until `since`, notes `userIds`, and answers who of them is new and how many there are now. */
export async function countChanges(
  scope: Scope,
  directoryId: string,
  operation: GuardedOperation,
  change: { userIds: readonly string[]; counted: number; since: Date; now: Date },
): Promise<{ added: string[]; counted: number }> {
  const { userIds, since, now } = change;
  const [expired, noted] = await Promise.all([
    sql`delete from guard_changes
      where directory_id = ${directoryId} and operation = ${operation} and at <= ${since}`.execute(scope),
    sql<{ user_id: string; added: boolean }>`
      insert into guard_changes (directory_id, operation, user_id, at)
      select ${directoryId}::uuid, ${operation}, id, ${now}::timestamptz from unnest(${[...userIds]}::uuid[]) as changed (id)
      order by id
      on conflict (directory_id, operation, user_id) do update set at = excluded.at
      returning user_id, (xmax = 0) as added`.execute(scope),
  ]);
  const added = noted.rows.filter((row) => row.added).map((row) => row.user_id);
  return { added, counted: change.counted - Number(expired.numAffectedRows ?? 0n) + added.length };
}

/** Takes back that they were counted. */
export async function forgetChanges(
  scope: Scope,
  directoryId: string,
  operation: GuardedOperation,
  userIds: readonly string[],
): Promise<void> {
  await sql`delete from guard_changes where directory_id = ${directoryId} and operation = ${operation}
    and user_id = any(${[...userIds]}::uuid[])`.execute(scope);
}

export async function saveWindow(
  scope: Scope,
  directoryId: string,
  operation: GuardedOperation,
  { counted, known, knownAt, trippedAt }: WindowRow,
): Promise<void> {
  await scope
    .updateTable('guard_windows')
    .set({ counted, known, known_at: knownAt, tripped_at: trippedAt })
    .where('directory_id', '=', directoryId)
    .where('operation', '=', operation)
    .execute();
}

/** Of guard_changes `c`: those whose user can't log in any more, or is gone. */
const isGone = sql<SqlBool>`not exists (select from users u
  where u.directory_id = c.directory_id and u.id = c.user_id and u.active)`;

/** Former employees who pile up in a directory make no wave look small. */
export async function countActiveUsers(scope: Scope, directoryId: string): Promise<number> {
  const { count } = await scope
    .selectFrom('users')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('directory_id', '=', directoryId)
    .where('active', '=', true)
    .executeTakeFirstOrThrow();
  return count;
}

/** Of those to whom it was done after `since`, who are no active users any more: a directory shrinks while it is emptied. */
export async function countGone(
  scope: Scope,
  directoryId: string,
  operation: GuardedOperation,
  since: Date,
): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*) as count from guard_changes c where c.directory_id = ${directoryId} and c.operation = ${operation}
      and c.at > ${since} and ${isGone}`.execute(scope);
  return rows[0]?.count ?? 0;
}

/** Locks what is counted of the directory, in one order everywhere. */
export async function lockWindows(scope: Scope, directoryId: string): Promise<void> {
  await sql`select operation from guard_windows where directory_id = ${directoryId} order by operation for update`.execute(
    scope,
  );
}

/** The windows begin anew: nothing has been done, nothing has tripped. */
export async function restartWindows(
  scope: Scope,
  directoryId: string,
  operations: readonly GuardedOperation[],
): Promise<void> {
  for (const table of ['guard_changes', 'guard_windows'] as const) {
    await scope
      .deleteFrom(table)
      .where('directory_id', '=', directoryId)
      .where('operation', '=', sql<GuardedOperation>`any(${[...operations]}::text[])`)
      .execute();
  }
}

export interface CountedWindow {
  operation: GuardedOperation;
  /** Users to whom it was done within the window. */
  counted: number;
  /** Those of them who are no active users any more. */
  gone: number;
  /** As when they were last counted within the window. */
  known: number;
  trippedAt: Date | null;
}

export async function listWindows(scope: Scope, directoryId: string, since: Date): Promise<CountedWindow[]> {
  const { rows } = await sql<CountedWindow>`
    select w.operation, case when w.known_at > ${since} then w.known else 0 end as known, w.tripped_at as "trippedAt",
      c.counted, c.gone
    from guard_windows w cross join lateral (
      select count(*) as counted, count(*) filter (where ${isGone}) as gone from guard_changes c
      where c.directory_id = w.directory_id and c.operation = w.operation and c.at > ${since}) as c
    where w.directory_id = ${directoryId}`.execute(scope);
  return rows;
}
