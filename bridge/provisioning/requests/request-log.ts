// Remembers every SCIM request. It is written a moment later and many at once, so that no request waits for it; what a kill
// takes with it are requests of the last moment, never changes, which are in the event log.
import type { Directory } from '../../directories/contracts.ts';
import type { Clock } from '../../platform/clock.ts';
import { violatedConstraint } from '../../platform/db/errors.ts';
import { createIdsByTime } from '../../platform/ids.ts';
import type { LoggedRequest, RequestQuery, SeenRequest } from './contracts.ts';
import type { RequestRepository } from './repository.ts';

const writeAfterMs = 500;
const batchSize = 500;
/** More than this is not held in memory: the oldest are forgotten, and counted. */
const maxWaiting = 20_000;
/** Of requests that nobody was authenticated for, a directory keeps so many a minute: anybody can send them. */
const strangersPerMinute = 60;
const maxStrangers = 1_000;

export interface RequestLogDeps {
  repository: Pick<RequestRepository, 'insertRequests' | 'listRequests'>;
  directories: {
    findDirectory(slug: string): Promise<Directory | undefined>;
    requireDirectory(slug: string): Promise<Directory>;
  };
  clock: Clock;
  /** Told of what could not be written. */
  onError: (error: unknown) => void;
}

interface Waiting {
  directory: SeenRequest['directory'];
  request: LoggedRequest;
}

export function createRequestLog({ repository, directories, clock, onError }: RequestLogDeps) {
  const idAt = createIdsByTime();
  let waiting: Waiting[] = [];
  let timer: NodeJS.Timeout | undefined;
  let writing: Promise<void> = Promise.resolve();
  let queued: Promise<void> | undefined;
  let forgotten = 0;
  let strangers = new Map<string, number>();
  let strangersSince = 0;

  function mayKeep(directory: SeenRequest['directory']): boolean {
    if ('id' in directory) return true;
    const now = performance.now();
    if (now - strangersSince > 60_000) {
      strangers = new Map();
      strangersSince = now;
    }
    const known = strangers.get(directory.slug) ?? 0;
    if (known >= strangersPerMinute || (known === 0 && strangers.size >= maxStrangers)) return false;
    strangers.set(directory.slug, known + 1);
    return true;
  }

  async function writeOf(directoryId: string, requests: readonly LoggedRequest[]): Promise<void> {
    for (let start = 0; start < requests.length; start += batchSize) {
      try {
        await repository.insertRequests(directoryId, requests.slice(start, start + batchSize));
      } catch (error) {
        // The directory has been deleted in between.
        if (violatedConstraint(error)?.endsWith('directory_id_fkey')) return;
        forgotten += Math.min(batchSize, requests.length - start);
        onError(error);
      }
    }
  }

  async function idOf(directory: SeenRequest['directory']): Promise<string | undefined> {
    return 'id' in directory ? directory.id : (await directories.findDirectory(directory.slug))?.id;
  }

  async function write(taken: readonly Waiting[]): Promise<void> {
    const bySource = Map.groupBy(taken, ({ directory }) => ('id' in directory ? directory.id : `/${directory.slug}`));
    for (const group of bySource.values()) {
      const [first] = group;
      try {
        const id = first && (await idOf(first.directory));
        if (id !== undefined) {
          await writeOf(
            id,
            group.map(({ request }) => request),
          );
        }
      } catch (error) {
        forgotten += group.length;
        onError(error);
      }
    }
  }

  /** Writes what has been seen so far. */
  function flush(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    // What is taken is taken when it is its turn: while a database holds up one write, no more than that is held.
    queued ??= writing.then(() => {
      queued = undefined;
      const taken = waiting;
      waiting = [];
      return write(taken);
    });
    writing = queued;
    return writing;
  }

  return {
    flush,

    /** Remembers a request that has been answered. */
    record({ directory, ...request }: SeenRequest): void {
      if (!mayKeep(directory)) return;
      if (waiting.length >= maxWaiting) {
        // Many at once, because each time all others move up.
        waiting = waiting.slice(batchSize);
        forgotten += batchSize;
      }
      const at = clock.now();
      waiting.push({ directory, request: { ...request, id: idAt(at), at } });
      timer ??= setTimeout(() => void flush(), writeAfterMs).unref();
    },

    /** How many requests could not be written. */
    forgotten: () => forgotten,

    /** The latest first. Those of other replicas' last moment may be missing. @throws ApiError directory_absent */
    async listRequests(slug: string, query: RequestQuery): Promise<LoggedRequest[]> {
      const { id } = await directories.requireDirectory(slug);
      await flush();
      return repository.listRequests(id, query);
    },

    async close(): Promise<void> {
      await flush();
    },
  };
}

export type RequestLog = ReturnType<typeof createRequestLog>;
