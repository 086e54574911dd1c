// What happened to a user or group, and what it was at a past moment: read from the event log, for whoever must say why.
import type { Pool } from 'pg';
import type { Directory } from '../../directories/contracts.ts';
import type { LoggedEvent } from '../../events/contracts.ts';
import type { EventReader } from '../../events/repository.ts';
import { ApiError } from '../../platform/http/api-error.ts';
import { isUuid } from '../../platform/ids.ts';
import type { JsonObject } from '../../scim/json.ts';
import { tellableResource } from '../../scim/never-returned.ts';
import { readCurrent } from '../resources/current-repository.ts';
import type { TypeCatalogue } from '../schemas/catalogue.ts';
import { createHistoryRepository, type FoundResource } from './repository.ts';
import { rewind, rewindMembers, rewindMemberships } from './rewind.ts';

/** More changes than this since a moment are not taken back one by one. */
const maxLater = 20_000;

export interface HistoryRequest {
  directory: string;
  /** An id, a userName, an e-mail or a group's displayName. */
  of: string;
  /** How many of the latest events. */
  limit: number;
  /** Also what it was then. */
  at?: Date;
}

export interface PastState {
  at: Date;
  /** Null: there was none. Without `schemas`, `id` and `meta`. */
  resource: JsonObject | null;
  /** Ids of a group's members. */
  members?: string[];
  /** The groups that a user was in, with today's names; undefined for one that is gone. */
  groups?: { id: string; displayName: string | undefined }[];
}

export interface History {
  resource: FoundResource & { exists: boolean };
  /** The latest first. */
  events: LoggedEvent[];
  /** Where the log begins, when events from before it are gone. */
  beginsAt?: Date;
  past?: PastState;
}

export interface HistoryDeps {
  pool: Pool;
  requireDirectory: (slug: string) => Promise<Directory>;
  reader: Pick<EventReader, 'placeEvents' | 'positionBefore'>;
  catalogue: TypeCatalogue;
}

export function createHistoryService({ pool, requireDirectory, reader, catalogue }: HistoryDeps) {
  const repository = createHistoryRepository(pool);

  async function requireResource({ id: directoryId, slug }: Directory, of: string): Promise<FoundResource> {
    const found = await repository.findResources(directoryId, of, isUuid(of) ? of.toLowerCase() : undefined);
    const [first, ...others] = found;
    if (!first) {
      throw new ApiError(
        'not_found',
        `Nobody and no group in "${slug}" is called "${of.slice(0, 100)}", and the event log remembers none.`,
      );
    }
    if (others.length === 0) return first;
    const ids = found.map(({ type, id }) => `${type} ${id}`).join(', ');
    throw new ApiError('conflict', `of: "${of.slice(0, 100)}" may be each of these; name one by its id: ${ids}.`);
  }

  /** The changes after `at`, of which none may be missing. */
  function complete<E>(later: readonly E[]): readonly E[] {
    if (later.length <= maxLater) return later;
    throw new ApiError('invalid_request', `at: there are more than ${maxLater} changes since then. Name a later time.`);
  }

  /** What is never returned isn't in the log, and isn't to be seen here. */
  async function tellableNow(directory: Directory, { type: name, id }: FoundResource): Promise<JsonObject | null> {
    const [current] = await readCurrent(pool, directory.id, [id]);
    const type = (await catalogue.typesOf(directory)).all.find((one) => one.name === name);
    return current && type ? tellableResource(type, current.resource) : null;
  }

  async function pastOf(directory: Directory, found: FoundResource, at: Date): Promise<PastState> {
    const { id: directoryId } = directory;
    const { type, id } = found;
    const later = complete(await repository.listLater(directoryId, id, at, maxLater + 1));
    const resource = rewind(await tellableNow(directory, found), later);
    if (type === 'Group') {
      const members = rewindMembers(await repository.listMembers(directoryId, id), later);
      return { at, resource, members: resource ? [...members].toSorted() : [] };
    }
    if (type !== 'User') return { at, resource };
    const from = await reader.positionBefore(directoryId, at);
    const changes = complete(await repository.listLaterMemberships(directoryId, id, at, from, maxLater + 1));
    const groups = [...rewindMemberships(await repository.listGroups(directoryId, id), changes)].toSorted();
    const names = await repository.listGroupNames(directoryId, groups);
    return { at, resource, groups: groups.map((group) => ({ id: group, displayName: names.get(group) })) };
  }

  return {
    /**
     * @throws ApiError directory_absent; not_found where there is and was nobody of that name; conflict where there are
     * several; invalid_request for a time before the log begins, or one since which too much has changed.
     */
    async readHistory({ directory: slug, of, limit, at }: HistoryRequest): Promise<History> {
      const directory = await requireDirectory(slug);
      await reader.placeEvents(directory.id);
      const resource = await requireResource(directory, of);
      const beginsAt = await repository.findBeginning(directory.id);
      if (at && beginsAt && at < beginsAt) {
        throw new ApiError(
          'invalid_request',
          `at: the event log of "${slug}" begins at ${beginsAt.toISOString()}; older events have been removed.`,
        );
      }
      const events = await repository.listEvents(directory.id, resource.id, limit);
      const exists = (await readCurrent(pool, directory.id, [resource.id])).length > 0;
      const past = at && (await pastOf(directory, resource, at));
      return { resource: { ...resource, exists }, events, ...(beginsAt && { beginsAt }), ...(past && { past }) };
    },
  };
}

export type HistoryService = ReturnType<typeof createHistoryService>;
