// The change feed: what happened since a cursor, told as the resulting states, with a long poll.

import type { StoredEvent } from '../../events/contracts.ts';
import type { EventReader } from '../../events/repository.ts';
import type { ChangeSignal } from '../../events/signal.ts';
import { createWaker } from '../../events/waker.ts';
import type { Clock } from '../../platform/clock.ts';
import { ApiError } from '../../platform/http/api-error.ts';
import type { ApiChanges, FederationItem, GroupItem, UserItem } from '../contracts.ts';
import { presentGroups } from '../groups/groups.ts';
import type { FeedReader } from '../repositories/consumers.ts';
import type { MembersQuery } from '../repositories/feed.ts';
import type { FederationRepository } from '../repository.ts';
import { beforeAllIds } from '../stored.ts';
import { isEnabled, reachOf, readOnlyOf, revisionOf, type Topology } from '../topology.ts';
import { requireTopology } from '../users/lookup.ts';
import { toApiUser } from '../users/user-mapper.ts';
import { type Cursor, decodeCursor, encodeCursor, type Place } from './cursor.ts';
import { isRename, keysOf, mergeByTime, type Plan, placedGroups, planChanges, type Touched } from './feed-plan.ts';

/** Events read from a directory for one answer. Each may hold a thousand ids, so this bounds the memory. */
const eventsPerDirectory = 200;
/** How often a waiting reader looks without having been woken. */
const recheckMs = 1_000;

const endingSessions = ['user.deactivated', 'user.deleted', 'user.password_changed'];

export interface FeedDeps {
  repository: FederationRepository;
  events: EventReader;
  clock: Clock;
  signal: Pick<ChangeSignal, 'subscribe'>;
}

export interface ChangesRequest {
  after?: string | undefined;
  waitSeconds: number;
  max: number;
  /** Ends the waiting when the client is gone. */
  gone?: AbortSignal | undefined;
  /** Who asks, to be noted with the place that it has reached. */
  reader?: FeedReader | undefined;
}

const expired = () => new ApiError('cursor_expired', 'The feed does not reach back to this cursor. Take an export.');

/** Keeps the order otherwise. */
function absentFirst<T extends { state: string }>(items: T[]): T[] {
  return [...items.filter(({ state }) => state === 'absent'), ...items.filter(({ state }) => state !== 'absent')];
}

function described(directory: string, { position, at }: Touched) {
  return { directory, position: String(position), at: at.getTime() };
}

export function createFeed({ repository, events, clock, signal }: FeedDeps) {
  const closing = new AbortController();

  /** Gives every committed event its position and answers where each directory's log ends. */
  async function readHeads(topology: Topology): Promise<Map<string, number>> {
    const heads = new Map<string, number>();
    for (const { directoryId, head, unplaced } of await repository.readHeads(reachOf(topology).attached)) {
      heads.set(directoryId, unplaced ? await events.placeEvents(directoryId) : head);
    }
    return heads;
  }

  const cursorAt = (topology: Topology, places: Map<string, Place>): Cursor => ({
    federationId: topology.federation.id,
    revision: revisionOf(topology),
    places,
  });

  async function cursorOfNow(topology: Topology): Promise<Cursor> {
    const heads = await readHeads(topology);
    return cursorAt(topology, new Map([...heads].map(([id, position]) => [id, { position }])));
  }

  /** @throws ApiError cursor_expired when the log doesn't go on right after `place`. */
  async function readEvents(directoryId: string, place: Place, head: number): Promise<StoredEvent[]> {
    if (place.position > head) throw expired();
    if (place.position === head) return [];
    const found = await events.listEvents(directoryId, place.position, eventsPerDirectory);
    // Positions have no gaps: when the next one is missing, the log was pruned.
    if (found[0]?.position !== place.position + 1) throw expired();
    return found;
  }

  /** Groups may be renamed again and again, and only the first of these events may have been told in part. */
  async function renamedMembers(
    renames: readonly StoredEvent[],
    places: ReadonlyMap<string, Place>,
    limit: number,
  ): Promise<Map<StoredEvent, string[]>> {
    const queryOf = ({ directoryId, resourceId, position }: StoredEvent): MembersQuery => {
      const place = places.get(directoryId);
      const within = place?.position === position - 1 ? place.within : undefined;
      return { directoryId, groupId: resourceId, afterUserId: within ?? beforeAllIds };
    };
    const keyOf = ({ groupId, afterUserId }: MembersQuery) => `${groupId} ${afterUserId}`;
    const queries = new Map(renames.map(queryOf).map((query) => [keyOf(query), query]));
    const lists = await repository.listMemberIds([...queries.values()], limit);
    const listOf = new Map([...queries.keys()].map((key, index) => [key, lists[index]]));
    return new Map(renames.map((event) => [event, listOf.get(keyOf(queryOf(event))) ?? []]));
  }

  /** The groups in which the events put or leave other groups, and what is in those: all of it may stand elsewhere now. */
  async function nestedGroups(news: readonly StoredEvent[]): Promise<Map<string, string[]>> {
    const nested = new Map<string, string[]>();
    for (const [directoryId, events] of Map.groupBy(news, (event) => event.directoryId)) {
      const roots = new Set(events.flatMap(placedGroups));
      for (const { root, id } of await repository.listNestedIds(directoryId, [...roots])) {
        nested.set(root, [...(nested.get(root) ?? []), id]);
      }
    }
    return nested;
  }

  async function plan(
    topology: Topology,
    news: StoredEvent[],
    places: Map<string, Place>,
    room: number,
  ): Promise<Plan> {
    const { enabled } = reachOf(topology);
    const { usernames, emails } = keysOf(news);
    const named = enabled.length < 2 ? [] : await repository.findNamed(enabled.slice(1), [...usernames], [...emails]);
    const memberLimit = room + 1;
    return planChanges(news, places, room, {
      enabled,
      named,
      nested: await nestedGroups(news.filter((event) => enabled.includes(event.directoryId))),
      members: await renamedMembers(news.filter(isRename), places, memberLimit),
      memberLimit,
    });
  }

  async function userItems(topology: Topology, { users }: Plan): Promise<UserItem[]> {
    const refs = [...users].map(([id, { directoryId }]) => ({ directoryId, id }));
    const rows = new Map((await repository.readUsers(reachOf(topology), refs)).map((row) => [row.id, row]));
    return [...users].flatMap(([id, touched]): UserItem[] => {
      const directory = topology.directories.find((candidate) => candidate.id === touched.directoryId);
      if (!directory) return [];
      const row = rows.get(id);
      const reasons = [...touched.reasons];
      const ended = reasons.some((reason) => endingSessions.includes(reason));
      const common = { kind: 'user' as const, id, reasons, ...described(directory.slug, touched) };
      if (row && isEnabled(directory) && row.visible) {
        return [
          {
            ...common,
            state: 'present',
            user: toApiUser(row, directory.slug, topology.attributes, directory, readOnlyOf(directory)),
            endSessions: ended,
          },
        ];
      }
      if (row && !isEnabled(directory))
        return touched.own ? [{ ...common, state: 'read-only', endSessions: ended }] : [];
      const isNews = touched.own || (touched.shadowing && row !== undefined);
      return isNews ? [{ ...common, state: 'absent', endSessions: true }] : [];
    });
  }

  async function groupItems(topology: Topology, { groups }: Plan): Promise<GroupItem[]> {
    const rows = await repository.readGroups(reachOf(topology).enabled, [...groups.keys()]);
    const shown = new Map((await presentGroups(repository, topology, rows)).map((group) => [group.id, group]));
    return [...groups].flatMap(([id, touched]): GroupItem[] => {
      const directory = topology.directories.find((candidate) => candidate.id === touched.directoryId);
      if (!directory) return [];
      const group = shown.get(id);
      const common = {
        kind: 'group' as const,
        id,
        reasons: [...touched.reasons],
        ...described(directory.slug, touched),
      };
      return [group ? { ...common, state: 'present', group } : { ...common, state: 'absent' }];
    });
  }

  /** One look at the log. The states are read after the events, so they are at least as new. */
  async function look(
    topology: Topology,
    cursor: Cursor,
    max: number,
  ): Promise<{ cursor: Cursor; more: boolean; items: ApiChanges['items'] }> {
    const heads = await readHeads(topology);
    // A directory that was attached since starts at its end: the export that follows a new revision has its users.
    const places = new Map([...heads].map(([id, head]) => [id, cursor.places.get(id) ?? { position: head }]));
    const queues: StoredEvent[][] = [];
    for (const [id, head] of heads) queues.push(await readEvents(id, places.get(id) ?? { position: head }, head));

    const federationItems: FederationItem[] = [];
    const revision = revisionOf(topology);
    if (revision !== cursor.revision) {
      federationItems.push({
        kind: 'federation',
        revision,
        reasons: ['federation.updated'],
        at: clock.now().getTime(),
      });
    }
    const planned = await plan(topology, mergeByTime(queues), places, max - federationItems.length);
    // Groups come before the users that name them, and what goes before what comes: it may free a name.
    const groups = absentFirst(await groupItems(topology, planned));
    const users = absentFirst(await userItems(topology, planned));
    const items = [...federationItems, ...groups, ...users];
    const more = [...planned.places].some(
      ([id, place]) => place.within !== undefined || place.position < (heads.get(id) ?? 0),
    );
    return { cursor: cursorAt(topology, planned.places), more, items };
  }

  return {
    cursorOfNow,

    async readChanges(federationId: string, request: ChangesRequest): Promise<ApiChanges> {
      const topicsOf = ({ federation, directories }: Topology) => [federation.id, ...directories.map(({ id }) => id)];
      if (request.after === undefined) {
        const cursor = await cursorOfNow(await requireTopology(repository, federationId));
        return { cursor: encodeCursor(cursor), more: false, items: [] };
      }
      let cursor = decodeCursor(request.after, federationId);
      if (request.reader) {
        // What is known of a reader is worth no refusal: a database that only reads for now still answers.
        await repository.noteReader(federationId, request.reader, request.after, clock.now()).catch(() => undefined);
      }
      const deadline = performance.now() + request.waitSeconds * 1_000;
      const stop = AbortSignal.any([closing.signal, ...(request.gone ? [request.gone] : [])]);
      using waker = createWaker(signal, stop);
      waker.watch([federationId]);
      for (;;) {
        waker.rearm();
        const topology = await requireTopology(repository, federationId);
        // What changes from here on wakes the reader, so nothing is lost between looking and waiting.
        waker.watch(topicsOf(topology));
        const { items, more, cursor: next } = await look(topology, cursor, request.max);
        const left = deadline - performance.now();
        if (items.length > 0 || stop.aborted || (!more && left <= 0)) {
          return { cursor: encodeCursor(next), more, items };
        }
        cursor = next;
        if (!more) await waker.wait(Math.min(recheckMs, left));
      }
    },

    /** Ends every wait at once; the readers get an empty answer. */
    close: () => closing.abort(),
  };
}
