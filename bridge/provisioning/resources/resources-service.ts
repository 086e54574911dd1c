// The use cases of resources whose types a directory declares. Lists are the search service's.
import { eventInsertions } from '../../events/repository.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Scope } from '../../platform/db/scope.ts';
import { isUuid } from '../../platform/ids.ts';
import { parsePatch } from '../../scim/patch/parse.ts';
import { planPatch } from '../../scim/patch/plan.ts';
import { checkImmutable } from '../../scim/resource/declared-rules.ts';
import { validate } from '../../scim/resource/validate.ts';
import type { Resource, ResourceTypeDefinition } from '../../scim/schema/model.ts';
import type { ScimRequest, ShownResource } from '../contracts.ts';
import { requireVersion } from '../preconditions.ts';
import { show } from '../presentation.ts';
import { mapKeyConflict } from '../schemas/attribute-keys.ts';
import { notFound, ScimFailure, valueOrThrow } from '../scim-failure.ts';
import type { RowLock, StoredResource } from '../stored-resource.ts';
import type { Transactions } from '../transactions.ts';
import type { Writer } from '../users/user-changes.ts';
import { toStored } from '../users/users-repository.ts';
import { guardWrite, writeGuard } from '../write-guard-repository.ts';
import { prepareResource } from './new-resource.ts';
import { removeResource, saveResource } from './resource-changes.ts';
import * as resources from './resources-repository.ts';

export interface ResourcesServiceDeps {
  transactions: Transactions;
  clock: Clock;
  /** Told the directory's id after each commit that wrote events. */
  onChange: (directoryId: string) => void;
}

export function createResourcesService({ transactions, clock, onChange }: ResourcesServiceDeps) {
  async function locked(
    scope: Scope,
    request: ScimRequest,
    type: ResourceTypeDefinition,
    id: string,
    lock: RowLock,
  ): Promise<StoredResource> {
    const stored = isUuid(id)
      ? await resources.findResource(scope, request.directory.id, type.name, id, lock)
      : undefined;
    if (!stored) throw notFound(type.name, id);
    requireVersion(stored, request);
    return stored;
  }

  const writerOf = ({ directory, actor }: ScimRequest, resourceType: ResourceTypeDefinition): Writer => ({
    directoryId: directory.id,
    resourceType,
    actor,
    now: clock.now(),
  });

  async function update(
    request: ScimRequest,
    type: ResourceTypeDefinition,
    id: string,
    plan: (before: StoredResource) => Resource,
  ): Promise<ShownResource> {
    const { id: directoryId } = request.directory;
    let attempted: Resource | undefined;
    try {
      const { before, after } = await transactions.write(
        directoryId,
        async (scope) => {
          const [, stored] = await Promise.all([
            guardWrite(scope, request),
            locked(scope, request, type, id, 'change'),
          ]);
          attempted = plan(stored);
          return { before: stored, after: await saveResource(scope, writerOf(request, type), stored, attempted) };
        },
        id,
      );
      if (after !== before) onChange(directoryId);
      return show(type, after, {}, request);
    } catch (error) {
      throw mapKeyConflict(error, type, attempted);
    }
  }

  return {
    /** @throws ScimFailure 400 for what validate() refuses, 409 uniqueness for a unique value that is taken. */
    async createResource(request: ScimRequest, body: unknown, type: ResourceTypeDefinition): Promise<ShownResource> {
      const { id: directoryId } = request.directory;
      const prepared = prepareResource(request, type, body, clock);
      const { stored, created } = prepared;
      try {
        await transactions.writeAtOnce(directoryId, [
          ...writeGuard(request),
          ...resources.insertions(directoryId, prepared),
          ...eventInsertions(directoryId, [created], request.actor, stored.createdAt),
        ]);
      } catch (error) {
        throw mapKeyConflict(error, type, stored.resource);
      }
      onChange(directoryId);
      return show(type, stored, {}, request);
    },

    async readResource(request: ScimRequest, id: string, type: ResourceTypeDefinition): Promise<ShownResource> {
      if (!isUuid(id)) throw notFound(type.name, id);
      const { id: directoryId } = request.directory;
      const [[row]] = await transactions.readAtOnce(directoryId, [resources.resourceById(directoryId, type.name, id)]);
      if (!row) throw notFound(type.name, id);
      return show(type, toStored(row), {}, request);
    },

    /** PUT: what the body doesn't name is cleared (RFC 7644 §3.5.1). */
    async replaceResource(
      request: ScimRequest,
      id: string,
      body: unknown,
      type: ResourceTypeDefinition,
    ): Promise<ShownResource> {
      const { resource } = valueOrThrow(validate(type, body, 'replace', request.tolerances));
      return update(request, type, id, (before) => {
        const changed = checkImmutable(type, before.resource, resource);
        if (changed !== undefined) throw new ScimFailure(changed);
        return resource;
      });
    },

    async patchResource(
      request: ScimRequest,
      id: string,
      body: unknown,
      type: ResourceTypeDefinition,
    ): Promise<ShownResource> {
      const { tolerances } = request;
      const operations = valueOrThrow(parsePatch(body, type, tolerances));
      return update(request, type, id, (before) => {
        const plan = valueOrThrow(planPatch(type, { ...before.resource, id }, operations, tolerances));
        const { id: _id, ...resource } = plan.resource;
        return resource;
      });
    },

    async deleteResource(request: ScimRequest, id: string, type: ResourceTypeDefinition): Promise<void> {
      const { id: directoryId } = request.directory;
      await transactions.write(directoryId, async (scope) => {
        const [, before] = await Promise.all([guardWrite(scope, request), locked(scope, request, type, id, 'delete')]);
        await removeResource(scope, writerOf(request, type), before);
      });
      onChange(directoryId);
    },
  };
}

export type ResourcesService = ReturnType<typeof createResourcesService>;
