// The use cases of SCIM users: one transaction each, the event rows inside it.
import type { EventType, NewEvent } from '../../events/contracts.ts';
import { appendEvents, eventInsertions } from '../../events/repository.ts';
import { mapWithBreaks } from '../../platform/breath.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Scope } from '../../platform/db/scope.ts';
import { isUuid } from '../../platform/ids.ts';
import type { PasswordHasher } from '../../platform/secrets/passwords.ts';
import { deepEqual, own } from '../../scim/json.ts';
import { parsePatch } from '../../scim/patch/parse.ts';
import { planPatch } from '../../scim/patch/plan.ts';
import type { PatchOperation } from '../../scim/patch/types.ts';
import { wantsAttribute } from '../../scim/projection.ts';
import { checkImmutable } from '../../scim/resource/declared-rules.ts';
import { validate } from '../../scim/resource/validate.ts';
import type { Resource } from '../../scim/schema/model.ts';
import { changesBetween } from '../changes.ts';
import type { ListQuery, ScimRequest, ShownList, ShownResource } from '../contracts.ts';
import * as groups from '../groups/groups-repository.ts';
import { removeMemberEverywhere } from '../groups/members-repository.ts';
import { inTime, parsePage, totalOf } from '../lists/list-page.ts';
import { requireVersion } from '../preconditions.ts';
import { groupsAttribute, show } from '../presentation.ts';
import { type UserColumns, userColumns } from '../resource-columns.ts';
import { changedKeys, mapKeyConflict } from '../schemas/attribute-keys.ts';
import { guardSchemas, schemaGuard } from '../schemas/schema-guard-repository.ts';
import { notFound, ScimFailure, valueOrThrow } from '../scim-failure.ts';
import type { ListPage, StoredResource, StoredUser } from '../stored-resource.ts';
import type { Transactions } from '../transactions.ts';
import { managerIdOf, wantsManager, withManagerName } from './managers.ts';
import { mapUserConflict, prepareUser, touchedKeys, withActive } from './new-user.ts';
import { countOfUsers, pageOfUsers, type ShownUser, toShownUser, userById } from './user-reads.ts';
import * as users from './users-repository.ts';

export interface UsersServiceDeps {
  transactions: Transactions;
  clock: Clock;
  passwords: PasswordHasher;
  /** Told the directory's id after each commit that wrote events. */
  onChange: (directoryId: string) => void;
}

/** Activation and deactivation are events of their own, beside `user.updated` for whatever else changed with them. */
function updateEvents(version: number, before: StoredUser, after: Resource, columns: UserColumns): NewEvent[] {
  const { id } = before;
  const keys = touchedKeys(userColumns(before.resource), columns);
  const all = changesBetween(before.resource, after);
  const isSwitched = columns.active !== before.active;
  const { active, ...withoutActive } = all;
  const others = isSwitched ? withoutActive : all;
  const event = (type: EventType, changes: typeof all): NewEvent => ({
    type,
    resourceType: 'User',
    resourceId: id,
    resourceVersion: version,
    data: { changes, keys },
  });
  return [
    ...(Object.keys(others).length > 0 ? [event('user.updated', others)] : []),
    ...(isSwitched && active ? [event(columns.active ? 'user.activated' : 'user.deactivated', { active })] : []),
  ];
}

function passwordEvent(id: string, version: number): NewEvent {
  return { type: 'user.password_changed', resourceType: 'User', resourceId: id, resourceVersion: version, data: {} };
}

/** The core schema's URN with an object as value may hold any core attribute. */
function touchesPassword({ path }: PatchOperation): boolean {
  if (path.kind === 'schema') return path.extension === undefined;
  return path.kind !== 'unknown' && path.path.attribute.name === 'password';
}

export function createUsersService({ transactions, clock, passwords, onChange }: UsersServiceDeps) {
  async function shown(scope: Scope, stored: StoredResource, request: ScimRequest): Promise<ShownResource> {
    const memberships = wantsAttribute(request.projection, 'groups')
      ? await users.listGroupsOfUsers(scope, request.directory.id, [stored.id])
      : [];
    const named = await withManager(scope, stored, request);
    return show(request.types.user, named, groupsAttribute(memberships, request.baseUrl), request);
  }

  async function withManager(scope: Scope, stored: StoredResource, request: ScimRequest): Promise<StoredResource> {
    const managerId = wantsManager(request.projection) ? managerIdOf(stored.resource) : undefined;
    if (managerId === undefined) return stored;
    const names = await users.listDisplayNames(scope, request.directory.id, [managerId]);
    return { ...stored, resource: withManagerName(stored.resource, names.get(managerId)) };
  }

  const showUser = ({ stored, groups: ofUser }: ShownUser, request: ScimRequest): ShownResource =>
    show(request.types.user, stored, groupsAttribute(ofUser, request.baseUrl), request);

  async function countUsers(directoryId: string, page: ListPage): Promise<number> {
    const [[counted]] = await transactions.readAtOnce(directoryId, [countOfUsers(directoryId, page)]);
    return counted?.total ?? 0;
  }

  async function locked(
    scope: Scope,
    request: ScimRequest,
    id: string,
    lock: 'change' | 'delete' = 'change',
  ): Promise<StoredUser> {
    const stored = isUuid(id) ? await users.findUser(scope, request.directory.id, id, { lock }) : undefined;
    if (!stored) throw notFound('User', id);
    requireVersion(stored, request);
    return stored;
  }

  interface NextState {
    resource: Resource;
    /** Absent: keep it. null: remove it. */
    passwordHash?: string | null | undefined;
  }

  /** Writes what differs; an unchanged user keeps its version and lastModified (RFC 7644 §3.5.2). */
  async function save(
    scope: Scope,
    request: ScimRequest,
    before: StoredUser,
    { resource, ...next }: NextState,
  ): Promise<{ stored: StoredResource; changed: boolean }> {
    const directoryId = request.directory.id;
    const now = clock.now();
    const passwordChanged =
      next.passwordHash === undefined
        ? false
        : next.passwordHash === null
          ? await users.removePassword(scope, directoryId, before.id)
          : true;
    const resourceChanged = !deepEqual(resource, before.resource);
    if (!resourceChanged && !passwordChanged) return { stored: before, changed: false };

    const version = before.version + 1;
    // Whoever takes `active` away neither lets a user in nor locks one out.
    const columns = userColumns(resource, before.active);
    await users.updateUser(scope, directoryId, {
      id: before.id,
      resource,
      columns,
      version,
      now,
      emailsChanged: !deepEqual(own(resource, 'emails'), own(before.resource, 'emails')),
      keys: changedKeys(request.types.user, before.resource, resource),
    });
    if (typeof next.passwordHash === 'string')
      await users.setPassword(scope, directoryId, before.id, next.passwordHash, now);
    const events = [
      ...updateEvents(version, before, resource, columns),
      ...(passwordChanged ? [passwordEvent(before.id, version)] : []),
    ];
    await appendEvents(scope, directoryId, events, request.actor, now);
    return { stored: { ...before, resource, version, lastModifiedAt: now }, changed: true };
  }

  async function update(
    request: ScimRequest,
    id: string,
    plan: (before: StoredUser) => NextState,
  ): Promise<ShownResource> {
    const { id: directoryId } = request.directory;
    let attempted: Resource | undefined;
    try {
      const { result, changed } = await transactions.write(
        directoryId,
        async (scope) => {
          await guardSchemas(scope, request);
          const before = await locked(scope, request, id);
          const next = plan(before);
          attempted = next.resource;
          const saved = await save(scope, request, before, next);
          return { result: await shown(scope, saved.stored, request), changed: saved.changed };
        },
        id,
      );
      if (changed) onChange(directoryId);
      return result;
    } catch (error) {
      throw mapKeyConflict(
        mapUserConflict(error, attempted && own(attempted, 'userName')),
        request.types.user,
        attempted,
      );
    }
  }

  /** The hash is slow, so it is made outside the transaction, from a plan on the user as it is now. */
  async function plannedPasswordHash(
    request: ScimRequest,
    id: string,
    operations: readonly PatchOperation[],
  ): Promise<string | null | undefined> {
    const draft = isUuid(id)
      ? await transactions.read(request.directory.id, (scope) => users.findUser(scope, request.directory.id, id))
      : undefined;
    if (!draft) throw notFound('User', id);
    const { tolerances } = request;
    const { password } = valueOrThrow(planPatch(request.types.user, { ...draft.resource, id }, operations, tolerances));
    return typeof password === 'string' ? newPasswordHash(request, id, password) : password;
  }

  /** Undefined when it is the password that the user has: providers repeat it, and that must end no sessions. */
  async function newPasswordHash(request: ScimRequest, id: string, password: string): Promise<string | undefined> {
    const { id: directoryId } = request.directory;
    const known = isUuid(id)
      ? await transactions.read(directoryId, (scope) => users.findPasswordHash(scope, directoryId, id))
      : undefined;
    if (known !== undefined && (await passwords.verify(known, password)) === true) return undefined;
    return passwords.hash(password);
  }

  return {
    /** @throws ScimFailure 400 for what validate() refuses, 409 uniqueness for a userName that is taken. */
    async createUser(request: ScimRequest, body: unknown): Promise<ShownResource> {
      const { id: directoryId } = request.directory;
      const { stored, columns, passwordHash, keys, created } = await prepareUser(request, body, { clock, passwords });
      const { id, resource, createdAt: now } = stored;
      try {
        await transactions.writeAtOnce(directoryId, [
          ...schemaGuard(request),
          ...users.insertions(directoryId, { id, resource, columns, passwordHash, keys, now }),
          ...eventInsertions(directoryId, [created], request.actor, now),
        ]);
      } catch (error) {
        throw mapKeyConflict(mapUserConflict(error, columns.user_name), request.types.user, resource);
      }
      onChange(directoryId);
      const isPlain = !wantsManager(request.projection) || managerIdOf(resource) === undefined;
      const named = isPlain
        ? stored
        : await transactions.read(directoryId, (scope) => withManager(scope, stored, request));
      return show(request.types.user, named, {}, request);
    },

    async readUser(request: ScimRequest, id: string): Promise<ShownResource> {
      if (!isUuid(id)) throw notFound('User', id);
      const { directory, projection } = request;
      const [[row]] = await transactions.readAtOnce(directory.id, [userById(directory.id, id, projection)]);
      if (!row) throw notFound('User', id);
      return showUser(toShownUser(row), request);
    },

    async listUsers(request: ScimRequest, query: ListQuery): Promise<ShownList> {
      const page = parsePage(request.types.user, query, request);
      const { id: directoryId } = request.directory;
      const wanted = pageOfUsers(directoryId, page, request.projection);
      const list = async (): Promise<ShownList> => {
        const [rows] = page.count === 0 ? [[]] : await transactions.readAtOnce(directoryId, [wanted]);
        const resources = await mapWithBreaks(
          rows.slice(0, page.count),
          (row) => showUser(toShownUser(row), request).body,
        );
        const totalResults = totalOf(page, rows.length) ?? (await countUsers(directoryId, page));
        return { resources, totalResults, startIndex: page.startIndex };
      };
      return inTime(list);
    },

    /** PUT: what the body doesn't name is cleared, but password and active are kept (RFC 7644 §3.5.1). */
    async replaceUser(request: ScimRequest, id: string, body: unknown): Promise<ShownResource> {
      const valid = valueOrThrow(validate(request.types.user, body, 'replace', request.tolerances));
      const passwordHash =
        valid.password === undefined ? undefined : await newPasswordHash(request, id, valid.password);
      return update(request, id, (before) => {
        const changed = checkImmutable(request.types.user, before.resource, valid.resource);
        if (changed !== undefined) throw new ScimFailure(changed);
        const active = own(before.resource, 'active');
        const isKept = typeof active === 'boolean';
        return { resource: isKept ? withActive(valid.resource, active) : valid.resource, passwordHash };
      });
    },

    async patchUser(request: ScimRequest, id: string, body: unknown): Promise<ShownResource> {
      const { tolerances } = request;
      const operations = valueOrThrow(parsePatch(body, request.types.user, tolerances));
      const passwordHash = operations.some(touchesPassword)
        ? await plannedPasswordHash(request, id, operations)
        : undefined;
      return update(request, id, (before) => {
        const plan = valueOrThrow(planPatch(request.types.user, { ...before.resource, id }, operations, tolerances));
        const { id: _id, ...resource } = plan.resource;
        return { resource, passwordHash };
      });
    },

    /** Deletes the user and its memberships. Groups are locked before the user: see lockGroupsOfMember. */
    async deleteUser(request: ScimRequest, id: string): Promise<void> {
      const { id: directoryId } = request.directory;
      if (!isUuid(id)) throw notFound('User', id);
      await transactions.write(directoryId, async (scope) => {
        await groups.lockGroupsOfMember(scope, directoryId, id);
        const before = await locked(scope, request, id, 'delete');
        const now = clock.now();
        const left = await removeMemberEverywhere(scope, directoryId, id);
        const versions = await groups.touchGroups(scope, directoryId, left, now);
        await users.deleteUser(scope, directoryId, id);
        const events: NewEvent[] = [...versions].map(([groupId, version]) => ({
          type: 'group.member_removed',
          resourceType: 'Group',
          resourceId: groupId,
          resourceVersion: version,
          data: { members: [id] },
        }));
        events.push({
          type: 'user.deleted',
          resourceType: 'User',
          resourceId: id,
          resourceVersion: before.version,
          data: { changes: changesBetween(before.resource, {}), keys: touchedKeys(userColumns(before.resource)) },
        });
        await appendEvents(scope, directoryId, events, request.actor, now);
      });
      onChange(directoryId);
    },
  };
}

export type UsersService = ReturnType<typeof createUsersService>;
