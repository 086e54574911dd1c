// The event log for readers outside: in order per directory, from a cursor on, waiting for news when there are none.
import type { Directory } from '../directories/contracts.ts';
import { ApiError } from '../platform/http/api-error.ts';
import { type EventType, eventTypes, type LoggedEvent } from './contracts.ts';
import { decodeLogCursor, encodeLogCursor, type LogCursor } from './log-cursor.ts';
import type { EventReader, LogSpan } from './repository.ts';
import type { ChangeSignal } from './signal.ts';
import { typesMeant } from './types-meant.ts';
import { createWaker } from './waker.ts';

/** Events looked at for one answer: with a filter for a rare type most of them don't match. */
const maxScanned = 50_000;
const scanAtOnce = 1_000;
/** So many places fit into a cursor that still fits into a URL. */
const maxDirectories = 400;
/** A wake-up may be lost with the connection that brings it. */
const recheckMs = 2_000;
const noEvents: LogSpan = { head: 0, pruned: 0 };

/** The cursor of a reader who wants only what comes from now on. */
const now = 'now';

export interface EventsRequest {
  /** A directory's slug; all directories without it. */
  directory?: string;
  /** A cursor, or `now`; without it the log is read from its beginning. */
  after?: string;
  /** Instead of a cursor: so many of each directory's latest events, and what comes after them. */
  last?: number;
  /** Types such as `user.created`, or `user.*` for all that begin so; all types without it. */
  types?: readonly string[];
  limit: number;
  waitSeconds: number;
  /** Aborted when nobody waits for the answer any more. */
  gone?: AbortSignal;
}

export interface LogPage {
  /** Where to go on. */
  cursor: string;
  /** Whether the next page won't have to wait. */
  more: boolean;
  events: (LoggedEvent & { directory: Pick<Directory, 'id' | 'slug'> })[];
}

export interface EventLogDeps {
  reader: EventReader;
  directories: {
    requireDirectory(slug: string): Promise<Directory>;
    listDirectories(): Promise<Directory[]>;
  };
  signal: Pick<ChangeSignal, 'subscribe'>;
}

/** Told when the log has no longer, or not yet, what comes after a cursor. */
function requireWithin(slug: string, position: number, { head, pruned }: LogSpan): void {
  const problem =
    position < pruned
      ? `was shortened since this cursor was given: it begins at position ${pruned + 1} now`
      : position > head
        ? 'ends before this cursor, as after the restoration of a backup'
        : undefined;
  if (problem === undefined) return;
  throw new ApiError(
    'cursor_expired',
    `after: the log of directory "${slug}" ${problem}. Read what is there now (by SCIM or the export of a federation) and go on with after=now, or read what is left of the log without a cursor.`,
  );
}

export function createEventLog({ reader, directories, signal }: EventLogDeps) {
  const closing = new AbortController();

  async function directoriesOf(slug: string | undefined): Promise<Directory[]> {
    if (slug !== undefined) return [await directories.requireDirectory(slug)];
    const all = await directories.listDirectories();
    if (all.length <= maxDirectories) return all;
    throw new ApiError(
      'invalid_request',
      `directory: must be given, because there are more than ${maxDirectories} directories. Read them one by one.`,
    );
  }

  /** One look at the log, directory by directory, so that what is read stays small however far behind the reader is. */
  async function look(
    read: readonly Directory[],
    from: LogCursor,
    wanted: ReadonlySet<EventType> | undefined,
    limit: number,
  ): Promise<LogPage & { places: Map<string, number> }> {
    const spans = await reader.placeAll(read.map(({ id }) => id));
    const headOf = (id: string) => spans.get(id)?.head ?? 0;
    const places = new Map(from);
    const events: LogPage['events'] = [];
    let scanned = 0;
    for (const { id, slug } of read) {
      const head = headOf(id);
      let position = places.get(id) ?? 0;
      requireWithin(slug, position, spans.get(id) ?? noEvents);
      while (position < head && events.length < limit && scanned < maxScanned) {
        const size = wanted ? scanAtOnce : Math.min(scanAtOnce, limit - events.length);
        const batch = await reader.listEvents(id, position, size);
        // Positions have no gaps: what is missing was removed a moment ago.
        const first = batch[0]?.position ?? head + 1;
        if (first !== position + 1) requireWithin(slug, position, { head, pruned: first - 1 });
        scanned += batch.length;
        for (const event of batch) {
          if (events.length === limit) break;
          position = event.position;
          if (!wanted || wanted.has(event.type)) events.push({ ...event, directory: { id, slug } });
        }
      }
      places.set(id, position);
    }
    const more = read.some(({ id }) => (places.get(id) ?? 0) < headOf(id));
    return { cursor: encodeLogCursor(places), more, events, places };
  }

  async function startOf({ after, last }: EventsRequest, read: readonly Directory[]): Promise<LogCursor> {
    if (after !== undefined) return decodeLogCursor(after);
    const spans = await reader.placeAll(read.map(({ id }) => id));
    const back = last ?? Number.POSITIVE_INFINITY;
    return new Map([...spans].map(([id, { head, pruned }]) => [id, Math.max(pruned, head - back)]));
  }

  return {
    /**
     * A page of the log. Without events it is answered when `waitSeconds` are over, or the server stops.
     *
     * @throws ApiError invalid_request for a wrong cursor or type, directory_absent, cursor_expired.
     */
    async readEvents(request: EventsRequest): Promise<LogPage> {
      const wanted = request.types && typesMeant(eventTypes, request.types);
      let read = await directoriesOf(request.directory);
      if (request.after !== undefined && request.last !== undefined) {
        throw new ApiError('invalid_request', 'last: can’t be given together with after.');
      }
      if (request.after === now) {
        const spans = await reader.placeAll(read.map(({ id }) => id));
        const cursor = encodeLogCursor(new Map([...spans].map(([id, { head }]) => [id, head])));
        return { cursor, more: false, events: [] };
      }
      let from = await startOf(request, read);
      const deadline = performance.now() + request.waitSeconds * 1_000;
      const stop = AbortSignal.any([closing.signal, ...(request.gone ? [request.gone] : [])]);
      using waker = createWaker(signal, stop);
      for (;;) {
        // What changes from here on wakes the reader, so nothing is lost between looking and waiting.
        waker.watch(read.map(({ id }) => id));
        waker.rearm();
        const { places, ...page } = await look(read, from, wanted, request.limit);
        const left = deadline - performance.now();
        if (page.events.length > 0 || page.more || stop.aborted || left <= 0) return page;
        from = places;
        await waker.wait(Math.min(recheckMs, left));
        read = await directoriesOf(request.directory);
      }
    },

    /** Ends every wait at once; the readers get an empty page. */
    close: () => closing.abort(),
  };
}

export type EventLog = ReturnType<typeof createEventLog>;
