// Brings one user or group at a target to what it should be, whatever it is there now: to be repeated at will, also by
// another process that doesn't know how far the first one came.
import { cloneObject, deepEqual, type JsonObject, own } from '../scim/json.ts';
import { differencesOf, patchOperations } from './compare.ts';
import type { Outcome, PushedResource, Target } from './contracts.ts';
import { deactivated, desiredOf, type Source } from './desired.ts';
import { TargetFailure } from './failure.ts';
import type { MembersPush, MembersPushed } from './push-members.ts';
import { nameAttributes, type Remote, type RemoteResource } from './remote.ts';
import type { ResourcesRepository } from './resources-repository.ts';
import type { Settlement } from './settlements-repository.ts';
import type { TargetTypes } from './target-types.ts';

export interface PushDeps {
  target: Target;
  owner: string;
  remote: Remote;
  types: TargetTypes;
  resources: ResourcesRepository;
  membersPush: MembersPush;
}

/** `forget`: it is gone there, or was never. */
export interface Pushed {
  outcome: Outcome;
  settlement: Settlement | 'forget';
  /** What was not as it had been left. */
  drift?: string;
}

interface Brought {
  outcome: 'created' | 'adopted' | 'updated' | 'same';
  id: string;
  adopted: boolean;
  etag: string | null;
  drift?: string;
}

const refused = (problem: string): Pushed => ({ outcome: 'refused', settlement: { state: 'quarantined', problem } });

export function createPush({ target, owner, remote, types, resources, membersPush }: PushDeps) {
  const { settings, mode } = target;

  /** By our own id, which nobody else gives; else by its name, as somebody else made it. */
  async function findThere(row: PushedResource, desired: JsonObject, byName: boolean) {
    const externalId = own(desired, 'externalId');
    const ours = typeof externalId === 'string' ? await remote.find(row.type, 'externalId', externalId) : undefined;
    if (ours || !byName) return ours && { found: ours, adopted: row.adopted };
    const attribute = nameAttributes[row.type];
    const name = own(desired, attribute);
    const found = typeof name === 'string' ? await remote.find(row.type, attribute, name) : undefined;
    return found && { found, adopted: true };
  }

  async function withMembers(row: PushedResource, desired: JsonObject): Promise<JsonObject> {
    if (row.type === 'User') return desired;
    const wanted = await membersPush.listWanted(row.sourceId);
    return { ...desired, members: wanted.map((value) => ({ value })) };
  }

  async function change(
    row: PushedResource,
    id: string,
    desired: JsonObject,
    { before, etag }: { before: JsonObject | undefined; etag: string | null },
  ) {
    const operations = patchOperations(before, desired);
    const whole = remote.features.patch ? desired : await withMembers(row, desired);
    return remote.change(row.type, id, { etag, operations, whole });
  }

  async function adopt(
    row: PushedResource,
    desired: JsonObject,
    { found, adopted }: { found: RemoteResource; adopted: boolean },
  ): Promise<Brought | undefined> {
    await resources.noteRemote(target, owner, row, { remoteId: found.id, adopted });
    const answer = await change(row, found.id, desired, { before: undefined, etag: found.etag ?? null });
    if (answer.kind === 'absent') return undefined;
    return { outcome: 'adopted', id: found.id, adopted, etag: answer.etag ?? null };
  }

  async function create(row: PushedResource, desired: JsonObject): Promise<Brought> {
    // An earlier attempt may have created it without hearing of it.
    const left = row.attempts > 1 ? await findThere(row, desired, false) : undefined;
    const taken = left && (await adopt(row, desired, left));
    if (taken) return taken;
    const answer = await remote.create(row.type, desired);
    if (answer.kind === 'created') {
      const { id, etag } = answer.remote;
      if (row.type === 'Group') await resources.noteRemote(target, owner, row, { remoteId: id, adopted: false });
      return { outcome: 'created', id, adopted: false, etag: etag ?? null };
    }
    const other = await findThere(row, desired, true);
    const adopted = other && (await adopt(row, desired, other));
    if (adopted) return adopted;
    const name = nameAttributes[row.type];
    throw new TargetFailure(
      'resource',
      `Creating the ${row.type}: ${answer.detail}. That says that there is one already, and none is shown with ${name} ${JSON.stringify(own(desired, name))}.`,
      { status: 409 },
    );
  }

  async function recreate(row: PushedResource, desired: JsonObject): Promise<Brought> {
    if (row.type === 'Group') await membersPush.noteAll(row.sourceId, []);
    return create({ ...row, remoteId: null, pushed: null }, desired);
  }

  /** Compares with what the target really has. */
  async function verify(row: PushedResource, id: string, desired: JsonObject): Promise<Brought> {
    const isGroup = row.type === 'Group';
    const present = await remote.read(row.type, id, isGroup && remote.features.membersShown);
    if (!present) return { ...(await recreate(row, desired)), drift: 'it was gone' };
    const drifts: string[] = [];
    if (isGroup && remote.features.membersShown) {
      const moved = await membersPush.noteShown(row.sourceId, present.body);
      if (moved !== undefined && row.pushed) drifts.push(moved);
    }
    const told = () => (drifts.length > 0 ? { drift: drifts.join('; ') } : {});
    const differing = differencesOf(desired, present.body);
    const isSame = differing.length === 0 && deepEqual(row.pushed ?? undefined, desired);
    if (isSame) return { outcome: 'same', id, adopted: row.adopted, etag: present.etag ?? null, ...told() };
    const before = cloneObject(row.pushed ?? {});
    for (const key of differing) delete before[key.includes(':') ? key.slice(0, key.lastIndexOf(':')) : key];
    const answer = await change(row, id, desired, { before, etag: present.etag ?? null });
    if (answer.kind === 'absent') return { ...(await recreate(row, desired)), drift: 'it was gone' };
    const after = differing.length === 0 ? undefined : await remote.read(row.type, id, false);
    const dropped = after ? differencesOf(desired, after.body) : [];
    if (dropped.length > 0) {
      throw new TargetFailure('resource', `The target takes and does not keep: ${dropped.join(', ')}.`);
    }
    const drifted = differing.filter((key) => row.pushed && deepEqual(own(row.pushed, key), own(desired, key)));
    if (drifted.length > 0) drifts.unshift(`${drifted.join(', ')} had been changed there`);
    const etag = answer.etag ?? after?.etag ?? null;
    return { outcome: 'updated', id, adopted: row.adopted, etag, ...told() };
  }

  async function bring(row: PushedResource, desired: JsonObject, verifying: boolean): Promise<Brought> {
    const { remoteId: id, adopted, etag } = row;
    if (id === null) return create(row, desired);
    if (verifying) return verify(row, id, desired);
    if (row.pushed && deepEqual(row.pushed, desired)) return { outcome: 'same', id, adopted, etag };
    const answer = await change(row, id, desired, { before: row.pushed ?? undefined, etag });
    if (answer.kind === 'absent') return recreate(row, desired);
    return { outcome: 'updated', id, adopted, etag: answer.etag ?? null };
  }

  /** For a target without PATCH: the group once more, with all that it is to have. */
  async function replaceMembers(row: PushedResource, desired: JsonObject, id: string): Promise<MembersPushed> {
    const { add, remove } = await membersPush.differs(row.sourceId);
    const changes = add.length + remove.length;
    if (changes === 0) return { kind: 'done', changes };
    const whole = await withMembers(row, desired);
    const answer = await remote.change('Group', id, { etag: null, operations: [], whole });
    if (answer.kind === 'absent') return answer;
    await membersPush.noteShown(row.sourceId, whole);
    return { kind: 'done', changes };
  }

  /** Members after the group itself. */
  async function bringMembers(
    row: PushedResource,
    desired: JsonObject,
    id: string,
    verifying: boolean,
  ): Promise<MembersPushed> {
    const answer = remote.features.patch
      ? await membersPush.push(row.sourceId, id)
      : await replaceMembers(row, desired, id);
    if (answer.kind === 'absent' || answer.changes === 0 || answer.problem !== undefined) return answer;
    if (!verifying || !remote.features.membersShown) return answer;
    const after = await remote.read('Group', id);
    if (!after) return { kind: 'absent' };
    await membersPush.noteShown(row.sourceId, after.body);
    const { add } = await membersPush.differs(row.sourceId);
    if (add.length === 0) return answer;
    return { ...answer, problem: `The target takes and does not keep ${add.length} of the members.` };
  }

  async function pushPresent(row: PushedResource, source: Source, verifying: boolean): Promise<Pushed> {
    const wished = desiredOf(source, settings, types);
    if (!wished.ok) return refused(wished.problem);
    const desired = wished.resource;
    const brought = await bring(row, desired, verifying);
    const { id, adopted, etag, drift } = brought;
    let { outcome } = brought;
    let problem: string | undefined;
    if (row.type === 'Group') {
      const members = await bringMembers(row, desired, id, verifying);
      if (members.kind === 'absent') {
        if (!verifying) return pushPresent({ ...row, remoteId: id }, source, true);
        throw new TargetFailure('target', `Group ${id} vanished while it was being pushed.`);
      }
      if (members.changes > 0 && outcome === 'same') outcome = 'updated';
      problem = members.problem;
    }
    const learned = { remoteId: id, adopted, retired: false, pushed: desired, version: source.version, etag };
    if (problem !== undefined) {
      return { outcome: 'refused', settlement: { ...learned, state: 'quarantined', problem } };
    }
    return { outcome, settlement: { ...learned, state: 'ok' }, ...(drift !== undefined && { drift }) };
  }

  async function deactivate(row: PushedResource, id: string, verifying: boolean): Promise<Pushed> {
    if (row.retired && !verifying) return { outcome: 'same', settlement: { state: 'ok' } };
    if (row.retired) {
      const present = await remote.read('User', id);
      if (!present) return { outcome: 'same', settlement: 'forget' };
      if (own(present.body, 'active') === false) return { outcome: 'same', settlement: { state: 'ok' } };
    }
    const pushed = { ...(row.pushed ?? {}), ...deactivated };
    const operations = [{ op: 'replace', path: 'active', value: false }];
    const answer = await remote.change('User', id, { etag: row.etag, operations, whole: pushed });
    if (answer.kind === 'absent') return { outcome: 'same', settlement: 'forget' };
    return {
      outcome: 'retired',
      settlement: { state: 'ok', retired: true, pushed, etag: answer.etag ?? null },
    };
  }

  /** What the target is not to have, or not any more. */
  async function pushAbsent(row: PushedResource, verifying: boolean): Promise<Pushed> {
    const gone: Pushed = { outcome: 'same', settlement: 'forget' };
    let id = row.remoteId;
    if (id === null) {
      if (row.attempts <= 1) return gone;
      id = (await remote.find(row.type, 'externalId', row.sourceId))?.id ?? null;
      if (id === null) return gone;
    }
    if (mode === 'purging') {
      // What was there before the bridge came stays.
      if (!row.adopted) await remote.remove(row.type, id);
      return { outcome: row.adopted ? 'same' : 'retired', settlement: 'forget' };
    }
    if (settings.leavers === 'keep') return gone;
    if (row.type === 'User' && settings.leavers === 'deactivate') return deactivate(row, id, verifying);
    await remote.remove(row.type, id);
    return { outcome: 'retired', settlement: 'forget' };
  }

  return {
    /** `source` undefined: the target is not to have it. @throws TargetFailure */
    push: (row: PushedResource, source: Source | undefined, verifying: boolean): Promise<Pushed> =>
      source && mode !== 'purging' ? pushPresent(row, source, verifying) : pushAbsent(row, verifying),
  };
}

export type Push = ReturnType<typeof createPush>;
