// The end of a move in small transactions, each of which can be the last one of this process: what was not taken over goes,
// or everything goes back to how it was.
import type { Scope } from '../../platform/db/scope.ts';
import { bringBackGroup, removeGroup, saveGroup } from '../groups/group-changes.ts';
import * as groups from '../groups/groups-repository.ts';
import type { DirectoryTypes } from '../schemas/catalogue.ts';
import { bringBackUser, removeUser, saveUser, type Writer } from '../users/user-changes.ts';
import * as users from '../users/users-repository.ts';
import { deleteOpenClaims } from './claims-repository.ts';
import type { Leftovers } from './contracts.ts';
import * as restore from './restore-repository.ts';

/** In one transaction. */
const usersAtOnce = 200;
const groupsAtOnce = 20;
const membersAtOnce = 5_000;

/** Who ends the move. */
export type Ending = Omit<Writer, 'resourceType'> & { types: DirectoryTypes };

const userWriter = (ending: Ending): Writer => ({ ...ending, resourceType: ending.types.user });
const groupWriter = (ending: Ending): Writer => ({ ...ending, resourceType: ending.types.group });

async function removeUsers(scope: Scope, ending: Ending, ids: readonly string[]): Promise<void> {
  for (const id of ids) {
    await groups.lockGroupsOfMember(scope, ending.directoryId, id);
    const before = await users.findUser(scope, ending.directoryId, id, { lock: 'delete' });
    if (before) await removeUser(scope, userWriter(ending), before);
  }
}

async function removeGroups(scope: Scope, ending: Ending, ids: readonly string[]): Promise<void> {
  for (const id of ids) {
    await groups.lockGroupsOfMember(scope, ending.directoryId, id);
    const before = await groups.findGroup(scope, ending.directoryId, id, { lock: 'delete' });
    if (before) await removeGroup(scope, groupWriter(ending), before);
  }
}

async function deactivate(scope: Scope, ending: Ending, ids: readonly string[]): Promise<void> {
  for (const id of ids) {
    const before = await users.findUser(scope, ending.directoryId, id, { lock: 'change' });
    if (!before) continue;
    await saveUser(scope, userWriter(ending), before, { resource: { ...before.resource, active: false } });
  }
}

/** Does a part of what was decided about leftovers; false when nothing is left to do. */
export async function clearLeftovers(scope: Scope, ending: Ending, leftovers: Leftovers): Promise<boolean> {
  const { directoryId } = ending;
  if (leftovers.users === 'deactivate' || leftovers.users === 'delete') {
    const activeOnly = leftovers.users === 'deactivate';
    const ids = await restore.listLeftUsers(scope, directoryId, usersAtOnce, { activeOnly });
    if (ids.length > 0) {
      await (activeOnly ? deactivate : removeUsers)(scope, ending, ids);
      return true;
    }
  }
  if (leftovers.groups === 'delete') {
    const ids = await restore.listLeftGroups(scope, directoryId, groupsAtOnce);
    if (ids.length > 0) {
      await removeGroups(scope, ending, ids);
      return true;
    }
  }
  if (leftovers.members === 'remove') {
    const found = await restore.findUnconfirmed(scope, directoryId, membersAtOnce);
    const before = found && (await groups.findGroup(scope, directoryId, found.groupId, { lock: 'change' }));
    if (before) {
      const changes = [{ kind: 'remove' as const, values: found.members }];
      await saveGroup(scope, groupWriter(ending), before, before.resource, changes);
      return true;
    }
  }
  await deleteOpenClaims(scope, directoryId);
  return false;
}

async function restoreUser(scope: Scope, ending: Ending, found: restore.FoundResource): Promise<void> {
  const { directoryId } = ending;
  const { id, resource, active } = found;
  const before = await users.findUser(scope, directoryId, id, { lock: 'change' });
  if (before) {
    const password = (await users.findPasswordHash(scope, directoryId, id)) ?? null;
    const passwordHash = password === found.passwordHash ? undefined : found.passwordHash;
    await saveUser(scope, userWriter(ending), before, { resource, active, passwordHash });
    return;
  }
  await bringBackUser(scope, userWriter(ending), { ...found, passwordHash: found.passwordHash ?? undefined });
}

async function restoreGroup(scope: Scope, ending: Ending, found: restore.FoundResource): Promise<void> {
  const { directoryId } = ending;
  const { id, resource } = found;
  const before = await groups.findGroup(scope, directoryId, id, { lock: 'change' });
  if (before) {
    await saveGroup(scope, groupWriter(ending), before, resource, []);
    return;
  }
  await bringBackGroup(scope, groupWriter(ending), found);
}

async function restoreNext(scope: Scope, ending: Ending, kind: 'User' | 'Group'): Promise<boolean> {
  const { directoryId } = ending;
  const limit = kind === 'User' ? usersAtOnce : groupsAtOnce;
  const found = await restore.listFound(scope, directoryId, kind, { limit });
  // Those who bear the names of these come along, and those who bear theirs.
  let named = found.map(({ id }) => id);
  while (named.length > 0) {
    const known = new Set(found.map(({ id }) => id));
    const bearers = await restore.freeNames(scope, directoryId, kind, named);
    const ids = bearers.filter((id) => !known.has(id));
    const more = ids.length === 0 ? [] : await restore.listFound(scope, directoryId, kind, { ids });
    named = more.map(({ id }) => id);
    found.push(...more);
  }
  for (const one of found) await (kind === 'User' ? restoreUser : restoreGroup)(scope, ending, one);
  await restore.markRestored(
    scope,
    directoryId,
    kind,
    found.map(({ id }) => id),
  );
  return found.length > 0;
}

async function restoreMembers(scope: Scope, ending: Ending): Promise<boolean> {
  const { directoryId } = ending;
  const changed = await restore.findChangedMembers(scope, directoryId, membersAtOnce);
  const before = changed && (await groups.findGroup(scope, directoryId, changed.groupId, { lock: 'change' }));
  if (!before) return false;
  const members = changed.gone.map(({ value, display }) => ({ value, ...(display !== null && { display }) }));
  const changes = [
    { kind: 'remove' as const, values: changed.come },
    { kind: 'add' as const, members },
  ];
  await saveGroup(scope, groupWriter(ending), before, before.resource, changes);
  await restore.restoreMemberOrder(scope, directoryId, before.id);
  return true;
}

/** Does a part of the way back; false when everything is as the move found it. */
export async function restoreSome(scope: Scope, ending: Ending): Promise<boolean> {
  const made = await restore.listMade(scope, ending.directoryId, 'User', usersAtOnce);
  if (made.length > 0) {
    await removeUsers(scope, ending, made);
    return true;
  }
  const madeGroups = await restore.listMade(scope, ending.directoryId, 'Group', groupsAtOnce);
  if (madeGroups.length > 0) {
    await removeGroups(scope, ending, madeGroups);
    return true;
  }
  return (
    (await restoreNext(scope, ending, 'User')) ||
    (await restoreNext(scope, ending, 'Group')) ||
    (await restoreMembers(scope, ending))
  );
}
