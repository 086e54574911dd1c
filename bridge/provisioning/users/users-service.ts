// The use cases of SCIM users: one transaction each, the event rows inside it.
import { appendEvents, eventInsertions } from '../../events/repository.ts';
import { mapWithBreaks } from '../../platform/breath.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Scope } from '../../platform/db/scope.ts';
import { isUuid } from '../../platform/ids.ts';
import type { PasswordHasher } from '../../platform/secrets/passwords.ts';
import type { ScimError } from '../../scim/errors.ts';
import { own } from '../../scim/json.ts';
import { parsePatch } from '../../scim/patch/parse.ts';
import { planPatch } from '../../scim/patch/plan.ts';
import { wantsAttribute } from '../../scim/projection.ts';
import { checkImmutable } from '../../scim/resource/declared-rules.ts';
import { validate } from '../../scim/resource/validate.ts';
import type { Resource } from '../../scim/schema/model.ts';
import type { ListQuery, ScimRequest, ShownList, ShownResource } from '../contracts.ts';
import * as groups from '../groups/groups-repository.ts';
import type { Guard } from '../guard/guard.ts';
import { asAskedFor, guardUserWrite, mayDeleteUser } from '../guard/guarded-users.ts';
import { findToTakeOver } from '../guard/held-repository.ts';
import { inTime, parsePage, totalOf } from '../lists/list-page.ts';
import { guardUserDeletion, noteAdoptedUser, noteNewUser, receiveUser, receiveWrite } from '../moves/adoption.ts';
import { requireVersion } from '../preconditions.ts';
import { groupsAttribute, show } from '../presentation.ts';
import { userColumns } from '../resource-columns.ts';
import { mapKeyConflict } from '../schemas/attribute-keys.ts';
import { notFound, ScimFailure, undefinedIfGone, valueOrThrow } from '../scim-failure.ts';
import type { ListPage, StoredResource, StoredUser } from '../stored-resource.ts';
import type { Transactions } from '../transactions.ts';
import { guardWrite, writeGuard } from '../write-guard-repository.ts';
import { managerIdOf, wantsManager, withManagerName } from './managers.ts';
import { mapUserConflict, type PreparedUser, prepareUser, withActive } from './new-user.ts';
import { type NextState, removeUser, saveUser, type Writer } from './user-changes.ts';
import { countOfUsers, pageOfUsers, type ShownUser, toShownUser, userById } from './user-reads.ts';
import * as users from './users-repository.ts';
import { createWrittenPasswords } from './written-passwords.ts';

export interface UsersServiceDeps {
  transactions: Transactions;
  clock: Clock;
  passwords: PasswordHasher;
  guard: Guard;
  /** Told the directory's id after each commit that wrote events. */
  onChange: (directoryId: string) => void;
}

/** What a write came to: the answer, or a refusal that is to be told after the commit. */
type Written = { result: ShownResource; changed: boolean } | { error: ScimError };

export function createUsersService({ transactions, clock, passwords, guard, onChange }: UsersServiceDeps) {
  const { newPasswordHash, plannedPasswordHash } = createWrittenPasswords({ transactions, passwords });
  const writerOf = ({ directory, types, actor }: ScimRequest): Writer => ({
    directoryId: directory.id,
    resourceType: types.user,
    actor,
    now: clock.now(),
  });

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

  /** What the guard holds of it is shown as if it had been done. */
  async function save(scope: Scope, request: ScimRequest, before: StoredUser, wished: NextState) {
    const { next, isDeactivationHeld, noted } = await guardUserWrite(guard, scope, request, before, wished);
    const { stored, changed } = await saveUser(scope, writerOf(request), before, next);
    const answered = isDeactivationHeld ? { ...stored, resource: { ...stored.resource, active: false } } : stored;
    return { stored, answered, changed: changed || noted };
  }

  async function write(scope: Scope, request: ScimRequest, before: StoredUser, next: NextState): Promise<Written> {
    const { answered, changed } = await save(scope, request, before, next);
    return { result: await shown(scope, answered, request), changed };
  }

  /** To a user whom the identity provider that the directory moves to has found by itself, it may be the first one. */
  async function writeInMove(
    scope: Scope,
    request: ScimRequest,
    before: StoredUser,
    next: NextState,
  ): Promise<Written> {
    const received = await receiveWrite(scope, request, before.id, next.resource, clock.now());
    if (!received) return write(scope, request, before, next);
    if ('error' in received) return received;
    return adopt(scope, request, before, next, received.by);
  }

  async function adopt(
    scope: Scope,
    request: ScimRequest,
    before: StoredUser,
    next: NextState,
    by: string,
  ): Promise<Written> {
    const { stored, answered } = await save(scope, request, before, next);
    const userNameKey = userColumns(stored.resource).user_name_key;
    await noteAdoptedUser(scope, request, { id: stored.id, version: stored.version, userNameKey, by }, clock.now());
    return { result: await shown(scope, answered, request), changed: true };
  }

  /** Creates a user in a directory that moves, or takes over the one who is there already. */
  async function createInMove(request: ScimRequest, prepared: PreparedUser): Promise<ShownResource> {
    const { stored, columns, passwordHash, keys, created } = prepared;
    const { id: directoryId } = request.directory;
    const written = await transactions.write(directoryId, async (scope): Promise<Written> => {
      await guardWrite(scope, request);
      const now = clock.now();
      const arrival = await receiveUser(scope, request, stored.resource, now);
      if (arrival.kind === 'refuse') return arrival;
      if (arrival.kind === 'adopt') {
        const before = await locked(scope, request, arrival.id);
        // An absent `active` never re-activates anybody.
        const resource = prepared.isActiveGiven ? stored.resource : { ...stored.resource, active: before.active };
        return adopt(scope, request, before, { resource, passwordHash }, arrival.by);
      }
      const { id, resource } = stored;
      await users.insertUser(scope, directoryId, { id, resource, columns, passwordHash, keys, now });
      await appendEvents(scope, directoryId, [created], request.actor, now);
      await noteNewUser(scope, request, { id, userNameKey: columns.user_name_key }, now);
      return { result: await shown(scope, stored, request), changed: true };
    });
    if ('error' in written) throw new ScimFailure(written.error);
    onChange(directoryId);
    return written.result;
  }

  async function update(
    request: ScimRequest,
    id: string,
    plan: (before: StoredUser) => NextState,
  ): Promise<ShownResource> {
    const { id: directoryId } = request.directory;
    let attempted: Resource | undefined;
    try {
      const written = await transactions.write(
        directoryId,
        async (scope): Promise<Written> => {
          const [, before] = await Promise.all([guardWrite(scope, request), locked(scope, request, id)]);
          const next = plan(asAskedFor(before));
          attempted = next.resource;
          const { moving } = request.directory;
          return moving ? writeInMove(scope, request, before, next) : write(scope, request, before, next);
        },
        id,
      );
      if ('error' in written) throw new ScimFailure(written.error);
      if (written.changed) onChange(directoryId);
      return written.result;
    } catch (error) {
      throw mapKeyConflict(
        mapUserConflict(error, attempted && own(attempted, 'userName')),
        request.types.user,
        attempted,
      );
    }
  }

  /**
   * A user whose deletion the guard holds, and who is created again: the identity provider has what it asks for, and everything
   * that hangs on the id stays. Undefined when the name is anybody else's, or the deletion was released meanwhile.
   */
  async function takeOverHeld(request: ScimRequest, prepared: PreparedUser): Promise<ShownResource | undefined> {
    const { id: directoryId } = request.directory;
    const { stored, columns, passwordHash } = prepared;
    const { user_name_key: key, external_id: externalId } = columns;
    const id = await transactions.read(directoryId, (scope) =>
      findToTakeOver(scope, directoryId, 'User', key, externalId),
    );
    if (id === undefined) return undefined;
    return update(request, id, () => ({ resource: stored.resource, passwordHash })).catch(undefinedIfGone);
  }

  return {
    takeOverHeld,

    /** @throws ScimFailure 400 for what validate() refuses, 409 uniqueness for a userName that is taken. */
    async createUser(request: ScimRequest, body: unknown): Promise<ShownResource> {
      const { id: directoryId } = request.directory;
      const prepared = await prepareUser(request, body, { clock, passwords });
      const { stored, columns, passwordHash, keys, created } = prepared;
      const { id, resource, createdAt: now } = stored;
      try {
        if (request.directory.moving) return await createInMove(request, prepared);
        await transactions.writeAtOnce(directoryId, [
          ...writeGuard(request),
          ...users.insertions(directoryId, { id, resource, columns, passwordHash, keys, now }),
          ...eventInsertions(directoryId, [created], request.actor, now),
        ]);
      } catch (error) {
        const conflict = mapUserConflict(error, columns.user_name);
        const takenOver = conflict === error ? undefined : await takeOverHeld(request, prepared);
        if (takenOver) return takenOver;
        throw mapKeyConflict(conflict, request.types.user, resource);
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
      const passwordHash = await plannedPasswordHash(request, id, operations);
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
        await Promise.all([guardWrite(scope, request), groups.lockGroupsOfMember(scope, directoryId, id)]);
        const before = await locked(scope, request, id, 'delete');
        if (request.directory.moving) await guardUserDeletion(scope, request, id);
        if (await mayDeleteUser(guard, scope, request, before)) await removeUser(scope, writerOf(request), before);
      });
      onChange(directoryId);
    },
  };
}

export type UsersService = ReturnType<typeof createUsersService>;
