// The SQL of a move itself: its state, and the access that it closes and gives back.
import { type Selectable, sql } from 'kysely';
import type { DirectoryKind, DirectoryMovesTable, MoveState } from '../../platform/db/database.ts';
import { isLeasableBy, leaseOf } from '../../platform/db/lease.ts';
import type { Scope } from '../../platform/db/scope.ts';
import { isProfileName, type ProfileName } from '../../scim/interop/profiles.ts';
import type { Leftovers, Move, PreviousAccess } from './contracts.ts';
import { isMatchAttribute, type MatchAttribute } from './matching.ts';

function toMove(row: Selectable<DirectoryMovesTable>): Move {
  // The JSON columns hold what this file wrote.
  const previous = row.previous as unknown as PreviousAccess;
  return {
    id: row.id,
    state: row.state,
    match: row.match.filter(isMatchAttribute),
    previous: { ...previous, profile: isProfileName(previous.profile) ? previous.profile : 'auto' },
    leftovers: row.leftovers as Leftovers | null,
    startedAt: row.started_at,
    endedAt: row.ended_at,
  };
}

/** The latest move; `lock` keeps others from changing its state until the commit. */
export async function findMove(
  scope: Scope,
  directoryId: string,
  options: { lock?: boolean } = {},
): Promise<Move | undefined> {
  const row = await scope
    .selectFrom('directory_moves')
    .selectAll()
    .where('directory_id', '=', directoryId)
    .$if(options.lock === true, (query) => query.forUpdate())
    .executeTakeFirst();
  return row && toMove(row);
}

/** Keeps others from starting a move of the directory, or giving access to it, until the commit, and answers how it is now. */
export async function lockDirectory(
  scope: Scope,
  directoryId: string,
): Promise<{ kind: DirectoryKind; profile: ProfileName } | undefined> {
  const row = await scope
    .selectFrom('directories')
    .select(['kind', 'profile'])
    .where('id', '=', directoryId)
    .forNoKeyUpdate()
    .executeTakeFirst();
  return row && { kind: row.kind, profile: isProfileName(row.profile) ? row.profile : 'auto' };
}

/** For whoever writes while a move is open: its rule, held open until the commit. Undefined when it is not open. */
export async function holdOpenMove(scope: Scope, directoryId: string): Promise<MatchAttribute[] | undefined> {
  const row = await scope
    .selectFrom('directory_moves')
    .select('match')
    .where('directory_id', '=', directoryId)
    .where('state', '=', 'open')
    .forShare()
    .executeTakeFirst();
  return row?.match.filter(isMatchAttribute);
}

/** In the place of the move before, with all that was known of it. */
export async function insertMove(scope: Scope, directoryId: string, move: Move): Promise<void> {
  await deleteMove(scope, directoryId);
  await scope
    .insertInto('directory_moves')
    .values({
      directory_id: directoryId,
      id: move.id,
      state: move.state,
      match: move.match,
      previous: JSON.stringify(move.previous),
      leftovers: null,
      started_at: move.startedAt,
      ended_at: null,
      lease_owner: null,
      lease_until: null,
    })
    .execute();
}

/** A whole company in one statement takes its time. */
export async function allowLongStatements(scope: Scope): Promise<void> {
  await sql`set local statement_timeout = 0`.execute(scope);
}

export async function deleteMove(scope: Scope, directoryId: string): Promise<void> {
  await allowLongStatements(scope);
  await scope.deleteFrom('directory_moves').where('directory_id', '=', directoryId).execute();
}

export async function updateMove(
  scope: Scope,
  directoryId: string,
  change: { state: MoveState; leftovers?: Leftovers; endedAt?: Date | null },
): Promise<void> {
  const { state, leftovers, endedAt } = change;
  await scope
    .updateTable('directory_moves')
    .set({
      state,
      ...(leftovers && { leftovers: JSON.stringify(leftovers) }),
      ...(endedAt !== undefined && { ended_at: endedAt }),
    })
    .where('directory_id', '=', directoryId)
    .execute();
}

/**
 * Takes or renews the right to work on the move, by the database's clock. False while another has it, and when the move is
 * no longer in the state that the work is for.
 */
export async function takeMoveLease(
  scope: Scope,
  directoryId: string,
  { id, state }: Pick<Move, 'id' | 'state'>,
  owner: string,
  seconds: number,
): Promise<boolean> {
  const result = await scope
    .updateTable('directory_moves')
    .set(leaseOf(owner, seconds))
    .where('directory_id', '=', directoryId)
    .where('id', '=', id)
    .where('state', '=', state)
    .where(isLeasableBy(owner))
    .executeTakeFirst();
  return result.numUpdatedRows > 0n;
}

export async function releaseMoveLease(scope: Scope, directoryId: string, owner: string): Promise<void> {
  await scope
    .updateTable('directory_moves')
    .set({ lease_owner: null, lease_until: null })
    .where('directory_id', '=', directoryId)
    .where('lease_owner', '=', owner)
    .execute();
}

export async function updateMovingDirectory(
  scope: Scope,
  directoryId: string,
  change: { moving: boolean; kind?: 'scim' | 'ldap'; profile?: string },
  now: Date,
): Promise<void> {
  await scope
    .updateTable('directories')
    .set({ ...change, updated_at: now })
    .where('id', '=', directoryId)
    .execute();
}

/** Ids of the tokens and trusted issuers by which somebody may get in now. */
export async function listAccess(
  scope: Scope,
  directoryId: string,
  now: Date,
): Promise<{ tokenIds: string[]; issuerIds: string[] }> {
  const tokens = await scope
    .selectFrom('directory_tokens')
    .select('id')
    .where('directory_id', '=', directoryId)
    .where('revoked_at', 'is', null)
    .where((eb) => eb.or([eb('expires_at', 'is', null), eb('expires_at', '>', now)]))
    .execute();
  const issuers = await scope
    .selectFrom('directory_issuers')
    .select('id')
    .where('directory_id', '=', directoryId)
    .where('enabled', '=', true)
    .execute();
  return { tokenIds: tokens.map(({ id }) => id), issuerIds: issuers.map(({ id }) => id) };
}

export interface Access {
  tokenIds: readonly string[];
  issuerIds: readonly string[];
}

export async function closeAccess(
  scope: Scope,
  directoryId: string,
  { tokenIds, issuerIds }: Access,
  at: Date,
): Promise<void> {
  await scope
    .updateTable('directory_tokens')
    .set({ revoked_at: at })
    .where('directory_id', '=', directoryId)
    .where('id', '=', sql<string>`any(${[...tokenIds]}::uuid[])`)
    .execute();
  await switchIssuers(scope, directoryId, issuerIds, false);
}

/** Gives back what was closed at that time. */
export async function reopenAccess(
  scope: Scope,
  directoryId: string,
  { tokenIds, issuerIds }: Access,
  closedAt: Date,
): Promise<void> {
  await scope
    .updateTable('directory_tokens')
    .set({ revoked_at: null })
    .where('directory_id', '=', directoryId)
    .where('id', '=', sql<string>`any(${[...tokenIds]}::uuid[])`)
    .where('revoked_at', '=', closedAt)
    .execute();
  await switchIssuers(scope, directoryId, issuerIds, true);
}

async function switchIssuers(
  scope: Scope,
  directoryId: string,
  issuerIds: readonly string[],
  enabled: boolean,
): Promise<void> {
  await scope
    .updateTable('directory_issuers')
    .set({ enabled })
    .where('directory_id', '=', directoryId)
    .where('id', '=', sql<string>`any(${[...issuerIds]}::uuid[])`)
    .execute();
}
