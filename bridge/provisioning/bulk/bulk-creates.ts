// Creating many resources at once, for bulk requests: all of a group in one transaction, or none.
import { appendEvents } from '../../events/repository.ts';
import type { Clock } from '../../platform/clock.ts';
import type { PasswordHasher } from '../../platform/secrets/passwords.ts';
import type { JsonObject } from '../../scim/json.ts';
import { wantsAttribute } from '../../scim/projection.ts';
import type { Resource, ResourceTypeDefinition } from '../../scim/schema/model.ts';
import type { ScimRequest, ShownResource } from '../contracts.ts';
import { listMembers } from '../groups/groups-repository.ts';
import type { GroupsService } from '../groups/groups-service.ts';
import { insertPreparedGroup, mapGroupConflict, type PreparedGroup, prepareGroup } from '../groups/new-group.ts';
import { membersAttribute, show } from '../presentation.ts';
import { type PreparedResource, prepareResource } from '../resources/new-resource.ts';
import { mapKeyConflict } from '../schemas/attribute-keys.ts';
import type { Transactions } from '../transactions.ts';
import { mapUserConflict, type PreparedUser, prepareUser } from '../users/new-user.ts';
import type { UsersService } from '../users/users-service.ts';
import { guardWrite } from '../write-guard-repository.ts';
import { insertResources, insertUsers } from './bulk-repository.ts';

/** A creation that has passed every check which needs no database. */
export type PreparedCreate = { request: ScimRequest } & (
  | { kind: 'User'; user: PreparedUser }
  | { kind: 'Group'; group: PreparedGroup }
  | { kind: 'declared'; resource: PreparedResource }
);

export interface BulkCreatesDeps {
  transactions: Transactions;
  clock: Clock;
  passwords: PasswordHasher;
  users: Pick<UsersService, 'takeOverHeld'>;
  groups: Pick<GroupsService, 'takeOverHeld'>;
  /** Told the directory's id after each commit that wrote events. */
  onChange: (directoryId: string) => void;
}

function keyedOf(create: PreparedCreate): [ResourceTypeDefinition, Resource] {
  const { user, group } = create.request.types;
  if (create.kind === 'User') return [user, create.user.stored.resource];
  if (create.kind === 'Group') return [group, create.group.stored.resource];
  return [create.resource.resourceType, create.resource.stored.resource];
}

const byName = (a: PreparedGroup, b: PreparedGroup): number =>
  a.columns.display_name_key < b.columns.display_name_key ? -1 : 1;

/** All creations of one call are of the same directory. */
export function createBulkCreates({
  transactions,
  clock,
  passwords,
  users: held,
  groups: heldGroups,
  onChange,
}: BulkCreatesDeps) {
  /** A name that is taken by what the guard keeps from being deleted; undefined for any other. */
  function takeOver(create: PreparedCreate): Promise<ShownResource | undefined> | undefined {
    if (create.kind === 'User') return held.takeOverHeld(create.request, create.user);
    return create.kind === 'Group' ? heldGroups.takeOverHeld(create.request, create.group) : undefined;
  }

  return {
    /** `id`: that of the new user or group, if it must be known before. @throws ScimFailure 400 for what validate() refuses. */
    async prepare(
      request: ScimRequest,
      resourceType: ResourceTypeDefinition,
      body: unknown,
      id?: string,
    ): Promise<PreparedCreate> {
      switch (resourceType.name) {
        case 'User':
          return { kind: 'User', request, user: await prepareUser(request, body, { clock, passwords }, id) };
        case 'Group':
          return { kind: 'Group', request, group: prepareGroup(request, body, clock, id) };
        default:
          return { kind: 'declared', request, resource: prepareResource(request, resourceType, body, clock) };
      }
    },

    /**
     * Creates all of them in one transaction and answers them in the same order.
     * @throws ScimFailure 409 uniqueness when a name is taken; with several, it does not say whose.
     */
    async create(directoryId: string, creates: readonly PreparedCreate[]): Promise<ShownResource[]> {
      const [first] = creates;
      if (first === undefined) return [];
      const users = creates.flatMap((create) => (create.kind === 'User' ? [create.user] : []));
      const groups = creates.flatMap((create) => (create.kind === 'Group' ? [create] : []));
      const declared = creates.flatMap((create) => (create.kind === 'declared' ? [create.resource] : []));
      const wanted = groups.filter(({ request }) => wantsAttribute(request.projection, 'members'));
      try {
        const members = await transactions.write(directoryId, async (scope) => {
          await guardWrite(scope, first.request);
          if (users.length > 0) {
            const events = users.map(({ created }) => created);
            await Promise.all([
              insertUsers(scope, directoryId, users),
              appendEvents(scope, directoryId, events, first.request.actor, clock.now()),
            ]);
          }
          await insertResources(scope, directoryId, declared);
          await appendEvents(
            scope,
            directoryId,
            declared.map(({ created }) => created),
            first.request.actor,
            clock.now(),
          );
          // In one order everywhere, so that two transactions never wait for each other's names in a circle.
          for (const group of groups.map((create) => create.group).toSorted(byName)) {
            await insertPreparedGroup(scope, first.request, group);
          }
          return listMembers(
            scope,
            directoryId,
            wanted.map(({ group }) => group.stored.id),
          );
        });
        onChange(directoryId);
        const byGroup = Map.groupBy(members, (member) => member.groupId);
        return creates.map((create) => {
          if (create.kind === 'User') return show(create.request.types.user, create.user.stored, {}, create.request);
          if (create.kind === 'declared') {
            return show(create.resource.resourceType, create.resource.stored, {}, create.request);
          }
          const { stored } = create.group;
          const computed: JsonObject = membersAttribute(byGroup.get(stored.id) ?? [], create.request.baseUrl);
          return show(create.request.types.group, stored, computed, create.request);
        });
      } catch (error) {
        const byName = mapGroupConflict(error, groups[0]?.group.columns.display_name);
        const byKey = mapKeyConflict(byName, ...keyedOf(first));
        const conflict = mapUserConflict(byKey, users[0]?.columns.user_name);
        // Of several, whoever calls tries each alone.
        const takenOver = conflict !== error && creates.length === 1 ? await takeOver(first) : undefined;
        if (takenOver) return [takenOver];
        throw conflict;
      }
    },
  };
}

export type BulkCreates = ReturnType<typeof createBulkCreates>;
