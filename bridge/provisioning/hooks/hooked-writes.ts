// The use cases that write, with the operator's hooks around them. They are put around the services and not into them, so that
// a bridge without hooks runs as if there were none, and every way in (single requests, bulk, LDAP) passes them.
import { scimError } from '../../scim/errors.ts';
import { weakEtag } from '../../scim/etag.ts';
import { cloneObject, deepEqual, isJsonObject, isObject, type JsonObject, own } from '../../scim/json.ts';
import { parsePatch } from '../../scim/patch/parse.ts';
import { planPatch } from '../../scim/patch/plan.ts';
import type { MemberChange } from '../../scim/patch/types.ts';
import { parseProjection } from '../../scim/projection.ts';
import type { ValueOptions } from '../../scim/resource/options.ts';
import { entryOf } from '../../scim/resource/schemas.ts';
import { validate } from '../../scim/resource/validate.ts';
import type { ResourceTypeDefinition } from '../../scim/schema/model.ts';
import { groupResourceType, userResourceType } from '../../scim/schema/resource-types.ts';
import type { BulkCreates, PreparedCreate } from '../bulk/bulk-creates.ts';
import type { ListQuery, ScimRequest, ShownResource } from '../contracts.ts';
import type { GroupsService } from '../groups/groups-service.ts';
import type { ResourcesService } from '../resources/resources-service.ts';
import { ScimFailure, valueOrThrow } from '../scim-failure.ts';
import type { UsersService } from '../users/users-service.ts';
import type { AfterContext, HookContext, HookedOperation, HookMemberChange } from './contracts.ts';
import type { HookRunner } from './runner.ts';

export interface Writes {
  users: UsersService;
  groups: GroupsService;
  resources: ResourcesService;
  creates: BulkCreates;
}

type Read = (request: ScimRequest, id: string) => Promise<ShownResource>;

/** The use cases of one kind of resource; those of which there is one type only have no need of the last argument. */
interface Operations {
  read(request: ScimRequest, id: string, type: ResourceTypeDefinition): Promise<ShownResource>;
  create(request: ScimRequest, body: unknown, type: ResourceTypeDefinition): Promise<ShownResource>;
  replace(request: ScimRequest, id: string, body: unknown, type: ResourceTypeDefinition): Promise<ShownResource>;
  patch(request: ScimRequest, id: string, body: unknown, type: ResourceTypeDefinition): Promise<ShownResource>;
  remove(request: ScimRequest, id: string, type: ResourceTypeDefinition): Promise<void>;
}

/** A resource that is changed by others between a hook's look at it and the write is looked at anew. */
const maxLooks = 4;
const alwaysChanging = scimError(503, 'The resource is being changed by others all the time. Send it again.');

/** What is read of a resource for a hook: all but what is computed from others, which may be long. */
function withoutComputed(request: ScimRequest, type: ResourceTypeDefinition): ScimRequest {
  const { ifMatch: _ifMatch, ...rest } = request;
  const excluded = { [userResourceType.name]: 'groups', [groupResourceType.name]: 'members' }[type.name];
  return { ...rest, isEmbedded: true, projection: valueOrThrow(parseProjection(undefined, excluded, type)) };
}

const isPassword = (name: string, type: ResourceTypeDefinition): boolean =>
  type.name === userResourceType.name && name.toLowerCase() === 'password';

interface Sent {
  shown: JsonObject;
  /** What a hook is not shown, and what goes on as it was sent. */
  hidden: Record<string, unknown>;
}

/** What is valid is shown under the schema's own names, however it was spelt; the rest as it was sent, for a hook to mend. */
function split(
  body: Record<string, unknown>,
  type: ResourceTypeDefinition,
  mode: 'create' | 'replace',
  tolerances: ValueOptions,
): Sent {
  const entries = Object.entries(body);
  const hidden = Object.fromEntries(entries.filter(([name]) => isPassword(name, type)));
  const valid = validate(type, body, mode, tolerances);
  if (valid.ok) {
    const { resource, members } = valid.value;
    const refs = members?.map((member): JsonObject => ({ ...member }));
    return { shown: { ...cloneObject(resource), ...(refs && { members: refs }) }, hidden };
  }
  const shown = entries.filter(([name]) => !isPassword(name, type));
  return { shown: JSON.parse(JSON.stringify(Object.fromEntries(shown))), hidden };
}

/** To look at a change is not to need a tolerance: that is counted where it is made. */
function uncounted({ tolerances: { used: _used, ...tolerances } }: ScimRequest): ValueOptions {
  return tolerances;
}

function memberChange(change: MemberChange): HookMemberChange {
  switch (change.kind) {
    case 'add':
    case 'replaceAll':
      return { kind: change.kind, ids: change.members.map(({ value }) => value) };
    case 'remove':
      return { kind: 'remove', ids: [...change.values] };
    case 'removeAll':
    case 'removeWhere':
      return { kind: change.kind };
  }
}

/** The operations that make of `planned` what the hook made of it. */
function operationsBetween(planned: JsonObject, wished: JsonObject): JsonObject[] {
  const operation = (path: string, value: JsonObject[string] | undefined): JsonObject =>
    value === undefined ? { op: 'remove', path } : { op: 'replace', path, value };
  const operations: JsonObject[] = [];
  for (const name of new Set([...Object.keys(planned), ...Object.keys(wished)])) {
    const [before, after] = [own(planned, name), own(wished, name)];
    if (name === 'schemas' || deepEqual(before, after)) continue;
    if (!name.startsWith('urn:')) {
      operations.push(operation(name, after));
      continue;
    }
    const [old, next] = [before, after].map((value) => (isJsonObject(value) ? value : {}));
    for (const part of new Set([...Object.keys(old ?? {}), ...Object.keys(next ?? {})])) {
      const [was, is] = [own(old ?? {}, part), own(next ?? {}, part)];
      if (!deepEqual(was, is)) operations.push(operation(`${name}:${part}`, is));
    }
  }
  return operations;
}

/** Puts hooks around the use cases. */
export function hookWrites({ users, groups, resources, creates }: Writes, runner: HookRunner): Writes {
  const contextOf = (request: ScimRequest, type: ResourceTypeDefinition, operation: HookedOperation): HookContext => {
    const { id, slug, kind, profile } = request.directory;
    const { name, requestId } = request.actor;
    return {
      operation,
      resourceType: type.name,
      directory: { id, slug, kind, profile },
      actor: name,
      ...(requestId !== undefined && { requestId }),
    };
  };

  const toolsOf = (request: ScimRequest) => ({
    async countActiveUsers(): Promise<number> {
      const query: ListQuery = { filter: 'active eq true', count: 0, startIndex: 1, sortOrder: 'ascending' };
      const { totalResults } = await users.listUsers(withoutComputed(request, request.types.user), query);
      return totalResults;
    },
  });

  /** The body of a create or, where there is a resource already, of a replace. */
  async function bodyToStore(
    request: ScimRequest,
    type: ResourceTypeDefinition,
    body: unknown,
    current?: ShownResource,
  ): Promise<unknown> {
    if (!isObject(body)) return body;
    const mode = current ? 'replace' : 'create';
    const { shown, hidden } = split(body, type, mode, uncounted(request));
    const context = {
      ...contextOf(request, type, mode),
      ...(current && { id: current.id, current: current.body }),
      resource: shown,
      setsPassword: Object.keys(hidden).length > 0,
    };
    const changed = await runner.before(context, toolsOf(request));
    return changed === undefined ? body : { ...changed, ...hidden };
  }

  /** A PATCH that can't be planned goes on as it is, to be refused with its own error. */
  async function bodyToPatch(
    request: ScimRequest,
    type: ResourceTypeDefinition,
    body: unknown,
    { id, body: stored }: ShownResource,
  ): Promise<unknown> {
    const tolerances = uncounted(request);
    const operations = parsePatch(body, type, tolerances);
    if (!operations.ok || !isObject(body)) return body;
    const { meta: _meta, groups: _groups, ...current } = stored;
    const plan = planPatch(type, current, operations.value, tolerances);
    if (!plan.ok) return body;
    const { resource, members, password } = plan.value;
    const context = {
      ...contextOf(request, type, 'patch'),
      id,
      current,
      resource,
      ...(type.name === groupResourceType.name && { members: members.map(memberChange) }),
      setsPassword: password !== undefined,
    };
    const changed = await runner.before(context, toolsOf(request));
    const more = changed === undefined ? [] : operationsBetween(resource, changed);
    if (more.length === 0) return body;
    const sent = entryOf(body, 'Operations');
    return { schemas: entryOf(body, 'schemas'), Operations: [...(Array.isArray(sent) ? sent : []), ...more] };
  }

  /**
   * Runs a write on a resource that was looked at before. What the hook allowed is written only to what it has seen; of a
   * group, whose members change all the time, that is not asked for.
   */
  async function onLooked<T>(
    request: ScimRequest,
    type: ResourceTypeDefinition,
    read: () => Promise<ShownResource>,
    write: (current: ShownResource, request: ScimRequest) => Promise<T>,
  ): Promise<T> {
    for (let look = 1; ; look += 1) {
      const current = await read();
      const isPinned = request.ifMatch === undefined && type.name !== groupResourceType.name;
      try {
        return await write(current, isPinned ? { ...request, ifMatch: weakEtag(current.version) } : request);
      } catch (error) {
        const isStale = isPinned && error instanceof ScimFailure && error.error.status === 412;
        if (!isStale) throw error;
        // Not 412: the client named no version.
        if (look === maxLooks) throw new ScimFailure(alwaysChanging, { cause: error });
      }
    }
  }

  function tellAfter(
    request: ScimRequest,
    type: ResourceTypeDefinition,
    operation: HookedOperation,
    id: string,
    read?: Read,
  ): void {
    if (!runner.hasAfter) return;
    const context = contextOf(request, type, operation);
    runner.after(async (): Promise<AfterContext> => {
      const shown = await read?.(withoutComputed(request, type), id).catch((error: unknown) => {
        // Somebody was faster to delete it.
        if (error instanceof ScimFailure) return undefined;
        throw error;
      });
      return { ...context, id, ...(shown && { resource: shown.body }) };
    });
  }

  /** The writes of one kind of resource with the hooks around them. */
  function around({ read, create, replace, patch, remove }: Operations): Omit<Operations, 'read'> {
    const readAs =
      (type: ResourceTypeDefinition): Read =>
      (request, id) =>
        read(request, id, type);
    const looked = <T>(
      request: ScimRequest,
      id: string,
      type: ResourceTypeDefinition,
      write: (current: ShownResource, request: ScimRequest) => Promise<T>,
    ) => onLooked(request, type, () => read(withoutComputed(request, type), id, type), write);
    const change =
      (operation: 'replace' | 'patch', bodyTo: typeof bodyToPatch, write: Operations['patch']): Operations['patch'] =>
      async (request, id, body, type) => {
        const changed = await looked(request, id, type, async (current, pinned) =>
          write(pinned, id, await bodyTo(request, type, body, current), type),
        );
        tellAfter(request, type, operation, id, readAs(type));
        return changed;
      };
    return {
      async create(request, body, type) {
        const created = await create(request, await bodyToStore(request, type, body), type);
        tellAfter(request, type, 'create', created.id, readAs(type));
        return created;
      },
      replace: change('replace', bodyToStore, replace),
      patch: change('patch', bodyToPatch, patch),
      async remove(request, id, type) {
        await looked(request, id, type, async ({ body: current }, pinned) => {
          const context = { ...contextOf(request, type, 'delete'), id, current, setsPassword: false };
          await runner.before(context, toolsOf(request));
          await remove(pinned, id, type);
        });
        tellAfter(request, type, 'delete', id);
      },
    };
  }

  const user = around({
    read: users.readUser,
    create: users.createUser,
    replace: users.replaceUser,
    patch: users.patchUser,
    remove: users.deleteUser,
  });
  const group = around({
    read: groups.readGroup,
    create: groups.createGroup,
    replace: groups.replaceGroup,
    patch: groups.patchGroup,
    remove: groups.deleteGroup,
  });
  const declared = around({
    read: resources.readResource,
    create: resources.createResource,
    replace: resources.replaceResource,
    patch: resources.patchResource,
    remove: resources.deleteResource,
  });

  const typeOfCreate = (created: PreparedCreate): ResourceTypeDefinition => {
    const { types } = created.request;
    if (created.kind === 'declared') return created.resource.resourceType;
    return created.kind === 'User' ? types.user : types.group;
  };
  const readerOf = (type: ResourceTypeDefinition): Read => {
    if (type.name === userResourceType.name) return users.readUser;
    if (type.name === groupResourceType.name) return groups.readGroup;
    return (request, id) => resources.readResource(request, id, type);
  };

  return {
    users: {
      ...users,
      createUser: (request, body) => user.create(request, body, request.types.user),
      replaceUser: (request, id, body) => user.replace(request, id, body, request.types.user),
      patchUser: (request, id, body) => user.patch(request, id, body, request.types.user),
      deleteUser: (request, id) => user.remove(request, id, request.types.user),
    },
    groups: {
      ...groups,
      createGroup: (request, body) => group.create(request, body, request.types.group),
      replaceGroup: (request, id, body) => group.replace(request, id, body, request.types.group),
      patchGroup: (request, id, body) => group.patch(request, id, body, request.types.group),
      deleteGroup: (request, id) => group.remove(request, id, request.types.group),
    },
    resources: {
      ...resources,
      createResource: declared.create,
      replaceResource: declared.replace,
      patchResource: declared.patch,
      deleteResource: declared.remove,
    },
    creates: {
      prepare: async (request, type, body, id) =>
        creates.prepare(request, type, await bodyToStore(request, type, body), id),
      async create(directoryId, prepared) {
        const shown = await creates.create(directoryId, prepared);
        for (const [index, { id }] of shown.entries()) {
          const one = prepared[index];
          if (!one) continue;
          const type = typeOfCreate(one);
          tellAfter(one.request, type, 'create', id, readerOf(type));
        }
        return shown;
      },
    },
  };
}
