// The SQL of claims: users of the new identity provider who wait for a person's decision.
import { sql } from 'kysely';
import type { Scope } from '../../platform/db/scope.ts';
import { newId } from '../../platform/ids.ts';
import type { MoveClaim } from './contracts.ts';
import type { ClaimReason, MatchAttribute } from './matching.ts';

export interface Decision {
  decision: 'adopt' | 'create';
  userId: string | null;
}

/** What was decided about the user of this name. */
export async function findDecision(
  scope: Scope,
  directoryId: string,
  userNameKey: string,
): Promise<Decision | undefined> {
  const row = await scope
    .selectFrom('directory_move_claims')
    .select(['decision', 'user_id'])
    .where('directory_id', '=', directoryId)
    .where('user_name_key', '=', userNameKey)
    .executeTakeFirst();
  return row?.decision ? { decision: row.decision, userId: row.user_id } : undefined;
}

/** Puts a user on the list, or notes that it came again; what was decided about it no longer holds then. */
export async function saveClaim(
  scope: Scope,
  directoryId: string,
  claim: {
    userNameKey: string;
    values: Record<MatchAttribute, string | null>;
    reason: ClaimReason;
    candidates: readonly string[];
  },
  now: Date,
): Promise<void> {
  const { userNameKey, reason, candidates, values } = claim;
  await sql`insert into directory_move_claims as known (directory_id, id, user_name_key, user_name, external_id, email,
      employee_number, reason, candidates, attempts, first_seen_at, last_seen_at)
    values (${directoryId}, ${newId()}, ${userNameKey}, ${values.userName}, ${values.externalId}, ${values.email},
      ${values.employeeNumber}, ${reason}, ${[...candidates]}::uuid[], 1, ${now}, ${now})
    on conflict on constraint directory_move_claims_user_name_key do update set external_id = excluded.external_id,
      email = excluded.email, employee_number = excluded.employee_number, reason = excluded.reason,
      candidates = excluded.candidates, decision = null, user_id = null, attempts = known.attempts + 1,
      last_seen_at = excluded.last_seen_at`.execute(scope);
}

/** Answers the user name of the claim, or undefined when there is no such claim. */
export async function decideClaim(
  scope: Scope,
  directoryId: string,
  claimId: string,
  { decision, userId }: Decision,
): Promise<string | undefined> {
  const row = await scope
    .updateTable('directory_move_claims')
    .set({ decision, user_id: userId })
    .where('directory_id', '=', directoryId)
    .where('id', '=', claimId)
    .returning('user_name')
    .executeTakeFirst();
  return row?.user_name;
}

/** The claim has been met. */
export async function deleteClaim(scope: Scope, directoryId: string, userNameKey: string): Promise<void> {
  await scope
    .deleteFrom('directory_move_claims')
    .where('directory_id', '=', directoryId)
    .where('user_name_key', '=', userNameKey)
    .execute();
}

export async function deleteOpenClaims(scope: Scope, directoryId: string): Promise<void> {
  await scope.deleteFrom('directory_move_claims').where('directory_id', '=', directoryId).execute();
}

interface ClaimRow {
  id: string;
  user_name: string;
  external_id: string | null;
  email: string | null;
  employee_number: string | null;
  reason: ClaimReason;
  candidates: MoveClaim['candidates'];
  decision: 'adopt' | 'create' | null;
  user_id: string | null;
  attempts: number;
  first_seen_at: Date;
  last_seen_at: Date;
}

function decisionOf({ decision, user_id: userId }: ClaimRow): MoveClaim['decision'] {
  if (decision === 'create') return { kind: 'create' };
  return decision === 'adopt' && userId !== null ? { kind: 'adopt', userId } : null;
}

/** The next claims by id, which is the order in which they came. */
export async function listClaims(
  scope: Scope,
  directoryId: string,
  after: string,
  limit: number,
): Promise<MoveClaim[]> {
  const { rows } = await sql<ClaimRow>`
    select c.id, c.user_name, c.external_id, c.email, c.employee_number, c.reason, c.decision, c.user_id, c.attempts,
      c.first_seen_at, c.last_seen_at, coalesce((select json_agg(json_build_object('id', m.user_id,
          'userName', m.resource ->> 'userName',
          'email', (select k.key from directory_move_keys k where k.directory_id = m.directory_id
            and k.user_id = m.user_id and k.attribute = 'email')) order by m.user_id)
        from directory_move_users m where m.directory_id = c.directory_id and m.user_id = any(c.candidates)), '[]') as candidates
    from directory_move_claims c where c.directory_id = ${directoryId} and c.id > ${after}::uuid
    order by c.id limit ${limit}`.execute(scope);
  return rows.map((row) => ({
    id: row.id,
    userName: row.user_name,
    externalId: row.external_id,
    email: row.email,
    employeeNumber: row.employee_number,
    reason: row.reason,
    candidates: row.candidates,
    decision: decisionOf(row),
    attempts: row.attempts,
    firstSeenAt: row.first_seen_at,
    lastSeenAt: row.last_seen_at,
  }));
}
