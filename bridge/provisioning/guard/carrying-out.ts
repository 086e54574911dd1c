// Doing what an operator has released, in small transactions, each of which can be the last one of this process: what is done
// is forgotten in the same transaction, and what is not is found again by whoever goes on.
import { presentActor } from '../../events/actor.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Scope } from '../../platform/db/scope.ts';
import type { ResourceTypeDefinition } from '../../scim/schema/model.ts';
import { removeGroup, saveGroup } from '../groups/group-changes.ts';
import * as groups from '../groups/groups-repository.ts';
import type { DirectoryTypes } from '../schemas/catalogue.ts';
import { removeUser, saveUser, type Writer } from '../users/user-changes.ts';
import * as users from '../users/users-repository.ts';
import type { Held, HeldOperation } from './contracts.ts';
import { listReleased, takeReleased } from './held-repository.ts';

/** In one transaction. */
const atOnce: Readonly<Record<HeldOperation, number>> = {
  deactivate: 100,
  delete: 100,
  remove_member: 5_000,
  delete_group: 10,
};

export interface CarryingOut {
  directoryId: string;
  types: DirectoryTypes;
  clock: Clock;
}

const writerOf = (
  { directoryId, clock }: CarryingOut,
  resourceType: ResourceTypeDefinition,
  { actor, requestId }: Held,
): Writer => ({
  directoryId,
  resourceType,
  actor: { ...presentActor(), askedBy: { actor, requestId } },
  now: clock.now(),
});

/** Whoever holds it back, changes it or does it locks the resource first, and sees then what has become of it. */
const isStillThere = async (scope: Scope, { directoryId }: CarryingOut, { id }: Held): Promise<boolean> =>
  (await takeReleased(scope, directoryId, [id])).has(id);

async function deactivate(scope: Scope, out: CarryingOut, held: Held, id: string): Promise<void> {
  const before = await users.findUser(scope, out.directoryId, id, { lock: 'change' });
  if (!before || !(await isStillThere(scope, out, held)) || !before.active) return;
  await saveUser(scope, writerOf(out, out.types.user, held), before, {
    resource: { ...before.resource, active: false },
  });
}

async function deleteUser(scope: Scope, out: CarryingOut, held: Held, id: string): Promise<void> {
  await groups.lockGroupsOfMember(scope, out.directoryId, id);
  const before = await users.findUser(scope, out.directoryId, id, { lock: 'delete' });
  if (before && (await isStillThere(scope, out, held)))
    await removeUser(scope, writerOf(out, out.types.user, held), before);
}

async function deleteGroup(scope: Scope, out: CarryingOut, held: Held, id: string): Promise<void> {
  await groups.lockGroupsOfMember(scope, out.directoryId, id);
  const before = await groups.findGroup(scope, out.directoryId, id, { lock: 'delete' });
  if (before && (await isStillThere(scope, out, held)))
    await removeGroup(scope, writerOf(out, out.types.group, held), before);
}

async function removeMembers(scope: Scope, out: CarryingOut, id: string, ofGroup: readonly Held[]): Promise<void> {
  const before = await groups.findGroup(scope, out.directoryId, id, { lock: 'change' });
  if (!before) return;
  const there = await takeReleased(
    scope,
    out.directoryId,
    ofGroup.map((held) => held.id),
  );
  let present = before;
  const asked = ofGroup.filter((held) => there.has(held.id));
  for (const ofRequest of Map.groupBy(asked, ({ actor, requestId }) => `${requestId}/${actor}`).values()) {
    const [first] = ofRequest;
    if (!first) continue;
    const writer = writerOf(out, out.types.group, first);
    const values = ofRequest.flatMap(({ userId }) => (userId === null ? [] : [userId]));
    const { stored } = await saveGroup(scope, writer, present, present.resource, [{ kind: 'remove', values }]);
    present = { ...present, ...stored };
  }
}

/** Does a part of what was released. Answers how much; 0 when nothing is left. */
export async function carryOut(scope: Scope, out: CarryingOut): Promise<number> {
  const released = await listReleased(scope, out.directoryId, atOnce);
  for (const [groupId, ofGroup] of Map.groupBy(released, (held) => held.groupId)) {
    if (groupId !== null && ofGroup[0]?.operation === 'remove_member')
      await removeMembers(scope, out, groupId, ofGroup);
  }
  for (const held of released) {
    const { operation, userId, groupId } = held;
    if (operation === 'deactivate' && userId !== null) await deactivate(scope, out, held, userId);
    if (operation === 'delete' && userId !== null) await deleteUser(scope, out, held, userId);
    if (operation === 'delete_group' && groupId !== null) await deleteGroup(scope, out, held, groupId);
  }
  return released.length;
}
