// Delivers the events of one webhook while this process has its lease: sends what log-reading.ts brings and what is due
// again. It is sent first and written down afterwards (bookkeeper.ts), so that a crash repeats messages and loses none.
import type { EventReader } from '../events/repository.ts';
import type { Clock } from '../platform/clock.ts';
import type { KeptConnections } from '../platform/http/outgoing.ts';
import { newId } from '../platform/ids.ts';
import type { Limiter } from '../platform/limiter.ts';
import { createBookkeeper } from './bookkeeper.ts';
import { type BreakerPlan, createBreaker } from './breaker.ts';
import { messageId, type Pause, type Webhook } from './contracts.ts';
import type { DeliveryRepository } from './deliveries-repository.ts';
import type { Envelope } from './envelope.ts';
import type { Lane, Work } from './lane.ts';
import { createLogReading } from './log-reading.ts';
import { nextAttempt, type RetryPlan } from './retries.ts';
import type { Sent } from './sender.ts';
import { isBehind, newTrack, type Track } from './track.ts';

export interface DeliveryTiming extends RetryPlan, BreakerPlan {
  /** For one call, from the look-up of the name to the last byte. */
  timeoutMs: number;
  /** Calls at once. */
  concurrency: number;
  /** Between one writing down and the next. */
  storeMs: number;
  /** How long a stop waits for calls that are under way. */
  drainMs: number;
}

/** Messages in memory; reading waits for room. */
const maxOpen = 1_000;
const maxBytes = 16 * 1024 * 1024;
/** Messages that wait for another attempt; beyond that the log itself has to wait. */
const maxParked = 10_000;
const troubleMs = 1_000;
const longestTimerMs = 60_000;

export interface DelivererMetrics {
  attempted(attempt: { webhook: string; outcome: 'delivered' | 'failed' | 'dead'; seconds: number }): void;
  /** From the change to its delivery, of messages that were delivered at their first attempt. */
  delivered(delivery: { webhook: string; seconds: number }): void;
  /** Events of the log that are not settled yet. */
  behind(webhook: string, events: number): void;
}

export interface DelivererDeps {
  webhook: Webhook;
  envelope: Envelope;
  connections: KeptConnections;
  reader: Pick<EventReader, 'listEvents'>;
  repository: Pick<DeliveryRepository, 'takePlace' | 'findBody' | 'store' | 'prune'>;
  limiter: Limiter;
  clock: Clock;
  timing: DeliveryTiming;
  /** Whether the lease still has time for a call. */
  maySend: () => boolean;
  /** Pauses the webhook, or ends its pause (null). */
  onPause: (pause: Pause | null) => void;
  onError: (error: unknown) => void;
  metrics?: DelivererMetrics | undefined;
}

/** Event streams have slugs of their own, so they are told apart. */
export const metricName = ({ kind, slug }: Webhook): string => (kind === 'webhook' ? slug : `event-stream/${slug}`);

export function createDeliverer(deps: DelivererDeps) {
  const { webhook, envelope, connections, repository, limiter, clock, timing, metrics } = deps;
  const breaker = createBreaker(timing, { concurrency: timing.concurrency, open: webhook.pause?.cause === 'failing' });
  const name = metricName(webhook);
  const tracks = new Map<string, Track>();
  /** Those that may have something to send, in turn. */
  const busy = new Set<Track>();
  const calls = new Set<Promise<void>>();
  let retries = 0;
  let isPaused = webhook.pause !== null;
  let timer: NodeJS.Timeout | undefined;
  let timerAt = Number.POSITIVE_INFINITY;
  let pumping: NodeJS.Immediate | undefined;
  let stopping = false;
  let aborted = false;

  const now = (): number => clock.now().getTime();

  function hasRoom(): boolean {
    let [open, parked, bytes] = [0, 0, 0];
    for (const { lane } of tracks.values()) {
      open += lane?.openCount() ?? 0;
      parked += lane?.parkedCount() ?? 0;
      bytes += lane?.bytes() ?? 0;
    }
    if (parked >= maxParked || bytes >= maxBytes) return false;
    return breaker.isOpen() ? open + calls.size === 0 && !isRetryNear() : open < maxOpen;
  }

  /** While nothing gets through, one message is enough to try with, if there is one before long. */
  function isRetryNear(): boolean {
    const at = now();
    return [...tracks.values()].some(({ lane }) => {
      const dueAt = lane?.nextDueAt(at);
      return dueAt !== undefined && dueAt <= at + timing.maxProbeMs;
    });
  }

  const loseTrack = (track: Track): void => {
    track.lane = undefined;
    track.attempts = [];
    pumpSoon();
  };
  const troubled = (error: unknown): void => {
    deps.onError(error);
    pumpWithin(troubleMs);
  };
  const reading = createLogReading({
    ...{ webhookId: webhook.id, envelope, tracks, reader: deps.reader, repository, limiter, hasRoom },
    onRead(track) {
      busy.add(track);
      books.schedule();
      pumpSoon();
    },
    onError: troubled,
  });
  const books = createBookkeeper({
    ...{ webhook, tracks, repository, limiter, clock, storeMs: timing.storeMs },
    onPlaceLost: loseTrack,
    onStored() {
      const behind = ({ head, lane }: Track) => Math.max(0, head - (lane?.storedPosition() ?? 0));
      metrics?.behind(
        name,
        [...tracks.values()].reduce((total, track) => total + behind(track), 0),
      );
    },
    onError: deps.onError,
  });

  function pumpSoon(): void {
    if (!stopping) pumping ??= setImmediate(pump);
  }

  function pumpWithin(ms: number): void {
    const wait = Math.min(ms, longestTimerMs);
    const at = performance.now() + wait;
    if (stopping || at >= timerAt) return;
    clearTimeout(timer);
    timerAt = at;
    timer = setTimeout(() => {
      timerAt = Number.POSITIVE_INFINITY;
      pumpSoon();
    }, wait);
  }

  function nextWork(): { track: Track; lane: Lane; work: Work } | undefined {
    // Half of the calls are for what never failed, so that many failing ones can't hold up all others.
    const mayRetry = retries < Math.max(1, timing.concurrency / 2);
    for (const track of busy) {
      busy.delete(track);
      const { lane } = track;
      const work = lane?.next(now(), mayRetry);
      if (!lane || !work) continue;
      busy.add(track);
      return { track, lane, work };
    }
    return undefined;
  }

  function sendWhatMay(): void {
    const opensAt = breaker.opensAt(now());
    if (opensAt !== undefined) pumpWithin(opensAt - now());
    while (breaker.room(now(), calls.size) > 0) {
      const next = nextWork();
      if (!next) return;
      start(next.track, next.lane, next.work);
    }
  }

  function pump(): void {
    pumping = undefined;
    if (stopping) return;
    if (!deps.maySend()) {
      pumpWithin(troubleMs);
      return;
    }
    let behind = false;
    for (const track of tracks.values()) {
      behind ||= isBehind(track);
      const dueAt = track.lane?.nextDueAt(now());
      if (dueAt === undefined) continue;
      if (dueAt <= now()) busy.add(track);
      else pumpWithin(dueAt - now());
    }
    sendWhatMay();
    if (behind) reading.start();
  }

  function start(track: Track, lane: Lane, work: Work): void {
    if (work.parked) retries += 1;
    const call = deliver(track, lane, work)
      .catch((error: unknown) => {
        // It was not sent, for reasons of ours.
        lane.putBack(work);
        troubled(error);
      })
      .finally(() => {
        calls.delete(call);
        if (work.parked) retries -= 1;
        busy.add(track);
        pumpSoon();
      });
    calls.add(call);
  }

  async function deliver(track: Track, lane: Lane, work: Work): Promise<void> {
    const { directory } = track;
    const { body: held, position } = work.message ?? work.parked;
    const body = held ?? (await limiter.run(() => repository.findBody(directory.id, webhook.id, position)));
    if (body === undefined) return loseTrack(track);
    const message = { id: messageId(directory.id, position), body, timeoutMs: timing.timeoutMs };
    const sent = await envelope.send(connections.call, message);
    // What a stop has cut off, or belongs to a place that is no longer ours, is for somebody else to send.
    if (!aborted && track.lane === lane) note(track, lane, work, sent);
  }

  function note(track: Track, lane: Lane, work: Work, sent: Sent): void {
    const { position, type } = work.message ?? work.parked;
    const { at, status, durationMs, answer, problem } = sent;
    track.attempts.push({ id: newId(), position, type, at, status, durationMs, answer, problem });
    if (sent.gone) {
      lane.putBack(work);
      pause('gone', 'The receiver answered 410: it wants no more messages.');
      stopping = true;
    }
    const outcome = problem === null ? delivered(track, lane, work) : failed(track, lane, work, sent, problem);
    metrics?.attempted({ webhook: name, outcome, seconds: durationMs / 1_000 });
    books.noted();
  }

  function delivered(track: Track, lane: Lane, work: Work): 'delivered' {
    breaker.succeeded();
    if (isPaused) {
      isPaused = false;
      deps.onPause(null);
    }
    lane.settle(work, { kind: 'delivered' });
    track.delivered = true;
    if (work.message) {
      const seconds = Math.max(0, (now() - work.message.createdAt.getTime()) / 1_000);
      metrics?.delivered({ webhook: name, seconds });
    }
    return 'delivered';
  }

  function failed(track: Track, lane: Lane, work: Work, sent: Sent, problem: string): 'failed' | 'dead' {
    if (sent.gone) return 'failed';
    const { retryAfterMs, status } = sent;
    const at = clock.now();
    const { attempts, firstFailedAt } = work.parked ?? { attempts: 0, firstFailedAt: null };
    const failure = { attempts: attempts + 1, firstFailedAt: firstFailedAt ?? at, now: at, retryAfterMs };
    const next = sent.final ? undefined : nextAttempt(timing, failure, Math.random());
    lane.settle(work, { kind: 'failed', at, problem, next });
    if (retryAfterMs !== undefined && (status === 429 || status === 503)) {
      breaker.holdUntil(at.getTime() + Math.min(retryAfterMs, timing.maxRetryAfterMs));
    }
    const { position } = work.message ?? work.parked;
    if (breaker.failed(at.getTime(), messageId(track.directory.id, position)) && !isPaused) {
      pause('failing', `Nothing has got through for a while; the latest attempt: ${problem}`);
    }
    return next ? 'failed' : 'dead';
  }

  function pause(cause: Pause['cause'], reason: string): void {
    isPaused = true;
    deps.onPause({ cause, reason, since: clock.now() });
  }

  return {
    /** The log of one of the webhook's directories goes up to `head`. */
    onHead(directory: Track['directory'], head: number): void {
      const track = tracks.get(directory.id);
      if (!track && head === 0) return;
      if (track) track.head = Math.max(track.head, head);
      else tracks.set(directory.id, newTrack(directory, head));
      pumpSoon();
    },
    /** The directory is gone. */
    forget(directoryId: string): void {
      const track = tracks.get(directoryId);
      if (track) busy.delete(track);
      tracks.delete(directoryId);
    },
    /** Ends what runs, and writes down what came of it. */
    async stop(): Promise<void> {
      stopping = true;
      clearTimeout(timer);
      clearImmediate(pumping);
      await reading.close();
      let drain: NodeJS.Timeout | undefined;
      const patience = new Promise<void>((resolve) => {
        drain = setTimeout(resolve, timing.drainMs);
      });
      await Promise.race([Promise.all(calls), patience]);
      clearTimeout(drain);
      aborted = calls.size > 0;
      connections.close();
      await Promise.all(calls);
      await books.close();
    },
  };
}

export type Deliverer = ReturnType<typeof createDeliverer>;
