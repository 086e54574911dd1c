// The use cases of SCIM groups. A change of members becomes row changes; who really came and went becomes the events.
import { mapWithBreaks } from '../../platform/breath.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Scope } from '../../platform/db/scope.ts';
import { isUuid } from '../../platform/ids.ts';
import { own } from '../../scim/json.ts';
import { parsePatch } from '../../scim/patch/parse.ts';
import { planPatch } from '../../scim/patch/plan.ts';
import type { MemberChange } from '../../scim/patch/types.ts';
import { wantsAttribute, wantsWhole } from '../../scim/projection.ts';
import { checkImmutable } from '../../scim/resource/declared-rules.ts';
import { validate } from '../../scim/resource/validate.ts';
import type { Resource } from '../../scim/schema/model.ts';
import type { ListQuery, ScimRequest, ShownList, ShownResource } from '../contracts.ts';
import type { Guard } from '../guard/guard.ts';
import { cancelByGroupWrite, mayDeleteGroup, membersToKeep } from '../guard/guarded-groups.ts';
import { findToTakeOver } from '../guard/held-repository.ts';
import { inTime, parsePage } from '../lists/list-page.ts';
import { heldMembers, listTexts, membersTexts } from '../member-texts.ts';
import { guardGroupDeletion, guardOpenMove, noteGroupWrite, noteNewGroup, receiveGroup } from '../moves/adoption.ts';
import { requireVersion } from '../preconditions.ts';
import { listedGroup, membersAttribute, show } from '../presentation.ts';
import { mapKeyConflict } from '../schemas/attribute-keys.ts';
import { notFound, ScimFailure, undefinedIfGone, valueOrThrow } from '../scim-failure.ts';
import type { StoredGroup, StoredResource } from '../stored-resource.ts';
import type { Transactions } from '../transactions.ts';
import type { Writer } from '../users/user-changes.ts';
import { toStored } from '../users/users-repository.ts';
import { guardWrite } from '../write-guard-repository.ts';
import { createGroupAnswers } from './group-answers.ts';
import { removeGroup, saveGroup } from './group-changes.ts';
import { groupById, membersText, nextMembers, type ShownMembers } from './group-reads.ts';
import * as groups from './groups-repository.ts';
import type { RemovedMember } from './members-repository.ts';
import { insertPreparedGroup, mapGroupConflict, type PreparedGroup, prepareGroup } from './new-group.ts';

export interface GroupsServiceDeps {
  transactions: Transactions;
  clock: Clock;
  guard: Guard;
  /** Told the directory's id after each commit that wrote events. */
  onChange: (directoryId: string) => void;
}

export function createGroupsService({ transactions, clock, guard, onChange }: GroupsServiceDeps) {
  const { shown, shownAfterPatch } = createGroupAnswers(transactions);
  const writerOf = ({ directory, types, actor }: ScimRequest): Writer => ({
    directoryId: directory.id,
    resourceType: types.group,
    actor,
    now: clock.now(),
  });

  async function locked(
    scope: Scope,
    request: ScimRequest,
    id: string,
    lock: 'change' | 'delete' = 'change',
  ): Promise<StoredGroup> {
    const stored = isUuid(id) ? await groups.findGroup(scope, request.directory.id, id, { lock }) : undefined;
    if (!stored) throw notFound('Group', id);
    requireVersion(stored, request);
    return stored;
  }

  /** Members whom the guard keeps in the group are there still, and are not shown to whoever has taken them out. */
  async function save(
    scope: Scope,
    request: ScimRequest,
    before: StoredGroup,
    resource: Resource,
    changes: readonly MemberChange[],
  ): Promise<{ stored: StoredResource; changed: boolean; which: ShownMembers }> {
    let noted = await cancelByGroupWrite(guard, scope, request, before, changes);
    let withoutHeld = before.held.includes('remove_member');
    const keep = async (removed: readonly RemovedMember[]) => {
      const decided = await membersToKeep(guard, scope, request, before, removed);
      noted ||= decided.noted;
      withoutHeld ||= decided.noted;
      return decided.kept;
    };
    const isGuarded = request.directory.kind === 'scim';
    const saved = await saveGroup(scope, writerOf(request), before, resource, changes, isGuarded ? keep : undefined);
    return { ...saved, changed: saved.changed || noted, which: { withoutHeld } };
  }

  /** Creates a group in a directory that moves, or takes over the one of its name; who is in that stays in it. */
  async function createInMove(scope: Scope, request: ScimRequest, group: PreparedGroup): Promise<ShownResource> {
    const { stored, columns, members } = group;
    const now = clock.now();
    const id = await receiveGroup(scope, request, columns.display_name_key);
    if (id === undefined) {
      await insertPreparedGroup(scope, request, group);
      await noteNewGroup(scope, request, stored.id, now);
      return shown(scope, stored, request);
    }
    const before = await locked(scope, request, id);
    const changes: MemberChange[] = [{ kind: 'add', members }];
    const saved = await save(scope, request, before, stored.resource, changes);
    await noteGroupWrite(scope, request, saved.stored, changes, now);
    return shown(scope, saved.stored, request, saved.which);
  }

  async function update(
    request: ScimRequest,
    id: string,
    plan: (before: StoredResource) => { resource: Resource; members: readonly MemberChange[] },
    showAs = shown,
  ): Promise<ShownResource> {
    const { id: directoryId } = request.directory;
    let attempted: Resource | undefined;
    try {
      const { result, changed } = await transactions.write(
        directoryId,
        async (scope) => {
          const [, before] = await Promise.all([guardWrite(scope, request), locked(scope, request, id)]);
          const next = plan(before);
          attempted = next.resource;
          const { moving } = request.directory;
          if (moving) await guardOpenMove(scope, request);
          const saved = await save(scope, request, before, next.resource, next.members);
          if (moving) await noteGroupWrite(scope, request, saved.stored, next.members, clock.now());
          const result = await showAs(scope, saved.stored, request, saved.which);
          return { result, changed: saved.changed || moving };
        },
        id,
      );
      if (changed) onChange(directoryId);
      return result;
    } catch (error) {
      throw mapKeyConflict(
        mapGroupConflict(error, attempted && own(attempted, 'displayName')),
        request.types.group,
        attempted,
      );
    }
  }

  /** Like users: a group whose deletion the guard holds, and that is created again. Who is not named leaves it. */
  async function takeOverHeld(request: ScimRequest, group: PreparedGroup): Promise<ShownResource | undefined> {
    const { id: directoryId } = request.directory;
    const { stored, columns } = group;
    const { display_name_key: key, external_id: externalId } = columns;
    const id = await transactions.read(directoryId, (scope) =>
      findToTakeOver(scope, directoryId, 'Group', key, externalId),
    );
    if (id === undefined) return undefined;
    const members = [{ kind: 'replaceAll' as const, members: group.members }];
    return update(request, id, () => ({ resource: stored.resource, members })).catch(undefinedIfGone);
  }

  return {
    takeOverHeld,

    /** @throws ScimFailure 400 for what validate() refuses, 409 uniqueness for a displayName that is taken. */
    async createGroup(request: ScimRequest, body: unknown): Promise<ShownResource> {
      const { id: directoryId } = request.directory;
      const group = prepareGroup(request, body, clock);
      try {
        const result = await transactions.write(directoryId, async (scope) => {
          await guardWrite(scope, request);
          if (request.directory.moving) return createInMove(scope, request, group);
          await insertPreparedGroup(scope, request, group);
          return shown(scope, group.stored, request);
        });
        onChange(directoryId);
        return result;
      } catch (error) {
        const conflict = mapGroupConflict(error, group.columns.display_name);
        const takenOver = conflict === error ? undefined : await takeOverHeld(request, group);
        if (takenOver) return takenOver;
        throw mapKeyConflict(conflict, request.types.group, group.stored.resource);
      }
    },

    async readGroup(request: ScimRequest, id: string): Promise<ShownResource> {
      if (!isUuid(id)) throw notFound('Group', id);
      const { directory, baseUrl, projection } = request;
      const group = groupById(directory.id, id);
      const isWhole = wantsWhole(projection, 'members');
      if (!isWhole && wantsAttribute(projection, 'members')) {
        return transactions.read(directory.id, async (scope) => {
          const stored = await groups.findGroup(scope, directory.id, id);
          if (!stored) throw notFound('Group', id);
          return shown(scope, stored, request);
        });
      }
      const [[row], members] = isWhole
        ? await transactions.readAtOnce(directory.id, [group, membersText(directory.id, id, baseUrl)])
        : [...(await transactions.readAtOnce(directory.id, [group])), []];
      if (!row) throw notFound('Group', id);
      const after = nextMembers(members);
      return {
        ...show(request.types.group, toStored(row), {}, request),
        members: members.map((part) => part.members),
        ...(after !== undefined && { furtherMembers: membersTexts(transactions, request, id, { after }) }),
      };
    },

    async listGroups(request: ScimRequest, query: ListQuery): Promise<ShownList> {
      const page = parsePage(request.types.group, query, request);
      const list = async (scope: Scope): Promise<ShownList> => {
        const { total, groups: found } = await groups.listGroups(scope, request.directory.id, page);
        const ids = wantsAttribute(request.projection, 'members') ? found.map(({ id }) => id) : [];
        const rest = { totalResults: total, startIndex: page.startIndex };
        if (await groups.haveMoreMembersThan(scope, request.directory.id, ids, heldMembers)) {
          const listed = found.map((group) => listedGroup(request.types.group, group, request));
          const texts = listTexts(transactions, request, listed);
          return { resources: [], streamed: { count: listed.length, texts }, ...rest };
        }
        const members = await groups.listMembers(scope, request.directory.id, ids);
        const byGroup = Map.groupBy(members, (member) => member.groupId);
        const resources = await mapWithBreaks(
          found,
          (group) =>
            show(request.types.group, group, membersAttribute(byGroup.get(group.id) ?? [], request.baseUrl), request)
              .body,
        );
        return { resources, ...rest };
      };
      return inTime(() => transactions.read(request.directory.id, list));
    },

    /** PUT: what the body doesn't name is cleared, members included (RFC 7644 §3.5.1). */
    async replaceGroup(request: ScimRequest, id: string, body: unknown): Promise<ShownResource> {
      const { resource, members = [] } = valueOrThrow(
        validate(request.types.group, body, 'replace', request.tolerances),
      );
      return update(request, id, (before) => {
        const changed = checkImmutable(request.types.group, before.resource, resource);
        if (changed !== undefined) throw new ScimFailure(changed);
        return { resource, members: [{ kind: 'replaceAll', members }] };
      });
    },

    async patchGroup(request: ScimRequest, id: string, body: unknown): Promise<ShownResource> {
      const tolerances = request.tolerances;
      const operations = valueOrThrow(parsePatch(body, request.types.group, tolerances));
      const planned = (before: StoredResource) => {
        const plan = valueOrThrow(planPatch(request.types.group, { ...before.resource, id }, operations, tolerances));
        const { id: _id, ...resource } = plan.resource;
        return { resource, members: plan.members };
      };
      return update(request, id, planned, shownAfterPatch);
    },

    async deleteGroup(request: ScimRequest, id: string): Promise<void> {
      const { id: directoryId } = request.directory;
      if (!isUuid(id)) throw notFound('Group', id);
      await transactions.write(directoryId, async (scope) => {
        await Promise.all([guardWrite(scope, request), groups.lockGroupsOfMember(scope, directoryId, id)]);
        const before = await locked(scope, request, id, 'delete');
        if (request.directory.moving) await guardGroupDeletion(scope, request, id);
        if (await mayDeleteGroup(guard, scope, request, before)) await removeGroup(scope, writerOf(request), before);
      });
      onChange(directoryId);
    },
  };
}

export type GroupsService = ReturnType<typeof createGroupsService>;
