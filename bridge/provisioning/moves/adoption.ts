// What SCIM writes mean while a directory moves to another identity provider: which of the users that are there a new one
// is. Every function works in the caller's transaction, in which the move stays open.
import { appendEvents } from '../../events/repository.ts';
import type { Scope } from '../../platform/db/scope.ts';
import { quote, type ScimError, scimError } from '../../scim/errors.ts';
import type { MemberChange } from '../../scim/patch/types.ts';
import type { Resource } from '../../scim/schema/model.ts';
import type { ScimRequest } from '../contracts.ts';
import { userColumns } from '../resource-columns.ts';
import { ScimFailure } from '../scim-failure.ts';
import { deleteClaim, findDecision, saveClaim } from './claims-repository.ts';
import { type ClaimReason, judge, keysOf, type MatchAttribute, matchValues, sameBy } from './matching.ts';
import { holdOpenMove } from './moves-repository.ts';
import * as snapshot from './snapshot-repository.ts';

/** By what an identity provider has found a user or group itself. */
const byId = 'id';
const byReview = 'review';

const notOpen = scimError(503, 'The directory is being moved; nothing was written. Send it again.');

const reasons: Record<ClaimReason, (by: string) => string> = {
  ambiguous: (by) => `several users of this directory have its ${by}`,
  conflicting: () => 'its attributes belong to different users of this directory',
  taken: (by) => `the user of this directory with its ${by} was taken over by another one`,
  name_taken: () => 'its userName belongs to a user of this directory who is matched by nothing else',
  unmatched: () => 'it has been found by an attribute that the move is not to match by',
};

function refusal(userName: string, reason: ClaimReason, by: string): ScimError {
  const detail = `This directory moves from another identity provider, and ${quote(userName)} is on its review list: ${reasons[reason](by)}. An operator must say who it is; send it again then.`;
  return scimError(409, detail, 'uniqueness');
}

/** The rule by which users are matched. @throws ScimFailure 503 when the move is no longer open, or not yet. */
async function requireRule(scope: Scope, { directory }: ScimRequest): Promise<MatchAttribute[]> {
  const rule = await holdOpenMove(scope, directory.id);
  if (!rule) throw new ScimFailure(notOpen);
  return rule;
}

export type Arrival =
  | { kind: 'new' }
  | { kind: 'adopt'; id: string; by: string }
  /** To be answered after the commit, with which it stands on the review list. */
  | { kind: 'refuse'; error: ScimError };

/** Who of the directory the user is that the identity provider wants to create. */
export async function receiveUser(scope: Scope, request: ScimRequest, resource: Resource, now: Date): Promise<Arrival> {
  const { id: directoryId } = request.directory;
  const rule = await requireRule(scope, request);
  const { user_name: userName, user_name_key: userNameKey } = userColumns(resource);
  const values = matchValues(resource);
  const keys = keysOf(values);
  const refuse = async (reason: ClaimReason, by: string, candidates: readonly string[]): Promise<Arrival> => {
    await saveClaim(scope, directoryId, { userNameKey, values, reason, candidates }, now);
    return { kind: 'refuse', error: refusal(userName, reason, by) };
  };
  const candidates = await snapshot.lockCandidates(scope, directoryId, rule, keys);
  const holder = await snapshot.findNameHolder(scope, directoryId, userNameKey);
  // The new identity provider has that name already: an ordinary conflict, after which it looks the user up.
  if (holder && holder.state !== 'waiting') return { kind: 'new' };
  const decided = await findDecision(scope, directoryId, userNameKey);
  const verdict = decided ? undefined : judge(rule, keys, candidates);
  if (verdict?.kind === 'review') return refuse(verdict.reason, verdict.by, verdict.ids);
  const target =
    decided?.decision === 'adopt' && decided.userId !== null
      ? { id: decided.userId, by: byReview }
      : verdict?.kind === 'match'
        ? verdict
        : undefined;
  if (holder && holder.id !== target?.id) return refuse('name_taken', 'userName', [holder.id]);
  if (!target) return { kind: 'new' };
  const moved = await snapshot.lockMovedUser(scope, directoryId, target.id);
  if (moved?.state !== 'waiting') return refuse('taken', target.by, [target.id]);
  return { kind: 'adopt', id: target.id, by: target.by };
}

/** Notes that a user was taken over; `version` is that after the change. */
export async function noteAdoptedUser(
  scope: Scope,
  request: ScimRequest,
  user: { id: string; version: number; userNameKey: string; by: string },
  now: Date,
): Promise<void> {
  const { id: directoryId } = request.directory;
  await snapshot.markUserAdopted(scope, directoryId, user.id, user.by, now);
  await deleteClaim(scope, directoryId, user.userNameKey);
  const event = {
    type: 'user.adopted' as const,
    resourceType: 'User',
    resourceId: user.id,
    resourceVersion: user.version,
    data: { matchedBy: user.by },
  };
  await appendEvents(scope, directoryId, [event], request.actor, now);
}

/** Notes a user whom the directory did not have before the move. */
export async function noteNewUser(
  scope: Scope,
  request: ScimRequest,
  user: { id: string; userNameKey: string },
  now: Date,
): Promise<void> {
  await snapshot.noteNewUser(scope, request.directory.id, user.id, now);
  await deleteClaim(scope, request.directory.id, user.userNameKey);
}

/**
 * Whether a write to a user whom the identity provider has found by itself takes that user over. Answers by what, undefined
 * for one that is not waiting, or the refusal.
 */
export async function receiveWrite(
  scope: Scope,
  request: ScimRequest,
  id: string,
  after: Resource,
  now: Date,
): Promise<{ by: string } | { error: ScimError } | undefined> {
  const { id: directoryId } = request.directory;
  const rule = await requireRule(scope, request);
  const moved = await snapshot.lockMovedUser(scope, directoryId, id);
  if (moved?.state !== 'waiting') return undefined;
  const { user_name: userName, user_name_key: userNameKey } = userColumns(after);
  const values = matchValues(after);
  const keys = keysOf(values);
  const decided = await findDecision(scope, directoryId, userNameKey);
  if (decided?.decision === 'adopt' && decided.userId === id) return { by: byReview };
  if (sameBy(rule, moved.keys, keys) !== undefined) return { by: byId };
  const isComparable = rule.some((attribute) => moved.keys[attribute] !== undefined && keys[attribute] !== undefined);
  const reason: ClaimReason = isComparable ? 'conflicting' : 'unmatched';
  await saveClaim(scope, directoryId, { userNameKey, values, reason, candidates: [id] }, now);
  return { error: refusal(userName, reason, byId) };
}

const notTakenOver = (resourceType: string): ScimFailure =>
  new ScimFailure(
    scimError(
      409,
      `This directory moves from another identity provider, and this ${resourceType} was not taken over yet. It can be deleted when the move is finished.`,
    ),
  );

/** @throws ScimFailure 409 for a user that is still the former identity provider's. */
export async function guardUserDeletion(scope: Scope, request: ScimRequest, id: string): Promise<void> {
  await requireRule(scope, request);
  const moved = await snapshot.lockMovedUser(scope, request.directory.id, id);
  if (moved?.state === 'waiting') throw notTakenOver('User');
}

/** The group that the one to be created is: one of the same name which nobody has taken over yet. */
export async function receiveGroup(
  scope: Scope,
  request: ScimRequest,
  displayNameKey: string,
): Promise<string | undefined> {
  await requireRule(scope, request);
  return snapshot.lockWaitingGroup(scope, request.directory.id, displayNameKey);
}

export async function noteNewGroup(scope: Scope, request: ScimRequest, id: string, now: Date): Promise<void> {
  await snapshot.noteNewGroup(scope, request.directory.id, id, now);
}

/** @throws ScimFailure 503 when the move is no longer open, or not yet. */
export async function guardOpenMove(scope: Scope, request: ScimRequest): Promise<void> {
  await requireRule(scope, request);
}

/** Notes after a write to a group that it was taken over, if it wasn't yet, and which members the write has named. */
export async function noteGroupWrite(
  scope: Scope,
  request: ScimRequest,
  group: { id: string; version: number },
  changes: readonly MemberChange[],
  now: Date,
): Promise<void> {
  const { id: directoryId } = request.directory;
  for (const change of changes) {
    if (change.kind === 'add') {
      await snapshot.confirmMembers(
        scope,
        directoryId,
        group.id,
        change.members.map(({ value }) => value),
      );
    } else if (change.kind === 'replaceAll') await snapshot.confirmMembers(scope, directoryId, group.id);
  }
  if (!(await snapshot.markGroupAdopted(scope, directoryId, group.id, now))) return;
  const event = {
    type: 'group.adopted' as const,
    resourceType: 'Group',
    resourceId: group.id,
    resourceVersion: group.version,
    data: {},
  };
  await appendEvents(scope, directoryId, [event], request.actor, now);
}

/** @throws ScimFailure 409 for a group that is still the former identity provider's. */
export async function guardGroupDeletion(scope: Scope, request: ScimRequest, id: string): Promise<void> {
  await requireRule(scope, request);
  if (await snapshot.isGroupWaiting(scope, request.directory.id, id)) throw notTakenOver('Group');
}
