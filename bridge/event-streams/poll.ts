// Event streams that are polled (RFC 8936): a poller gets the oldest SETs that it has not acknowledged, again and again
// until it does. All that is remembered is in the database, so that any replica may answer and any may die.
import type { LoggedEvent } from '../events/contracts.ts';
import type { EventReader } from '../events/repository.ts';
import type { ChangeSignal } from '../events/signal.ts';
import { createWaker } from '../events/waker.ts';
import type { Clock } from '../platform/clock.ts';
import type { DeliveryRepository } from '../webhooks/deliveries-repository.ts';
import type { Upkeep } from '../webhooks/upkeep.ts';
import { webhooksTopic } from '../webhooks/worker.ts';
import { maxAcknowledged, newPlace, type PollPlace, type PollRepository, type Refused } from './poll-repository.ts';
import { isOpenedBy, type Poller } from './poller.ts';
import { claimsOf, type Refusal, refusalText, type TypesOf } from './push.ts';
import type { StoredStream, StreamRepository } from './repository.ts';
import { parseJti, type SetClaims, verificationEvent } from './security-event.ts';
import type { SigningKeys } from './signing-keys.ts';

/** RFC 8936 §2.2. */
export interface PollRequest {
  maxEvents: number;
  returnImmediately: boolean;
  /** Each a `jti`. */
  ack: readonly string[];
  setErrs: Readonly<Record<string, Refusal>>;
}

/** RFC 8936 §2.3. */
export interface PollAnswer {
  /** Signed, by `jti`. */
  sets: Record<string, string>;
  moreAvailable: boolean;
}

export interface PollTiming {
  /** How long a poll waits for something to tell. */
  longPollMs: number;
}

const usualTiming: PollTiming = { longPollMs: 30_000 };
/** Of one stream, in one process; a poll beyond them doesn't wait. */
const maxWaiting = 4;
const maxBytes = 4 * 1024 * 1024;
const maxScanned = 20_000;
const scanAtOnce = 200;
/** A wake-up may be lost with the connection that brings it. */
const recheckMs = 2_000;

export interface PollDeps {
  streams: StreamRepository;
  repository: PollRepository;
  deliveries: Pick<DeliveryRepository, 'prune'>;
  reader: EventReader;
  upkeep: Pick<Upkeep, 'directoriesOf'>;
  keys: Pick<SigningKeys, 'sign'>;
  typesOf: TypesOf;
  signal: Pick<ChangeSignal, 'subscribe'>;
  clock: Clock;
  timing?: Partial<PollTiming> | undefined;
}

interface Directory {
  id: string;
  slug: string;
}

type Settling = Pick<PollRequest, 'ack' | 'setErrs'>;

/** What a poller says of SETs of one directory. */
interface Said {
  acknowledged: number[];
  errors: Map<number, Refusal>;
}

/** What one look at the logs has found. */
interface Basket {
  claims: SetClaims[];
  bytes: number;
  limit: number;
  more: boolean;
  scanned: number;
}

const isFull = ({ claims, bytes, limit }: Basket): boolean => claims.length >= limit || bytes >= maxBytes;

function put(basket: Basket, claims: SetClaims, bytes: number): void {
  basket.claims.push(claims);
  basket.bytes += bytes;
}

export function createPoll(deps: PollDeps) {
  const { streams, repository, deliveries, reader, upkeep, keys, typesOf, signal, clock } = deps;
  const timing = { ...usualTiming, ...deps.timing };
  const closing = new AbortController();
  const waiting = new Map<string, number>();
  let turn = 0;

  /** What is to be kept of SETs that the poller refuses, at these positions that are open. */
  async function refusedOf(
    stream: StoredStream,
    directory: Directory,
    positions: readonly number[],
    errors: ReadonlyMap<number, Refusal>,
  ): Promise<Refused[]> {
    const refused: Refused[] = [];
    for (let start = 0; start < positions.length; start += scanAtOnce) {
      const events = await reader.listEventsAt(directory.id, positions.slice(start, start + scanAtOnce));
      const all = await claimsOf(stream, typesOf, directory, events);
      for (const [index, { position, type, resourceType, resourceId }] of events.entries()) {
        const [claims, refusal] = [all[index], errors.get(position)];
        if (!claims || !refusal) continue;
        const problem = refusalText(refusal);
        refused.push({ position, type, resourceType, resourceId, body: JSON.stringify(claims), problem });
      }
    }
    return refused;
  }

  async function settleVerification({ id, verification }: StoredStream, { ack, setErrs }: Settling): Promise<void> {
    if (!verification) return;
    const { jti } = verification;
    const refusal = Object.hasOwn(setErrs, jti) ? setErrs[jti] : undefined;
    if (refusal) await streams.refuseVerification(id, jti, refusalText(refusal));
    else if (ack.includes(jti)) await streams.noteVerified(id, jti, clock.now());
  }

  /** Takes note of what the poller says of earlier SETs. What names none of this stream is passed over. */
  async function settle(stream: StoredStream, { ack, setErrs }: Settling): Promise<void> {
    await settleVerification(stream, { ack, setErrs });
    if (ack.length === 0 && Object.keys(setErrs).length === 0) return;
    const said = new Map<string, Said>();
    const ofDirectory = (id: string): Said => {
      const known: Said = said.get(id) ?? { acknowledged: [], errors: new Map() };
      said.set(id, known);
      return known;
    };
    for (const jti of ack) {
      const named = parseJti(stream.id, jti);
      if (named) ofDirectory(named.directoryId).acknowledged.push(named.position);
    }
    for (const [jti, error] of Object.entries(setErrs)) {
      const named = parseJti(stream.id, jti);
      if (named) ofDirectory(named.directoryId).errors.set(named.position, error);
    }
    const own = (await upkeep.directoriesOf(stream)).filter(({ id }) => said.has(id));
    const spans = await reader.placeAll(own.map(({ id }) => id));
    for (const directory of own) {
      const { acknowledged, errors } = ofDirectory(directory.id);
      const head = spans.get(directory.id)?.head ?? 0;
      // What is settled is not read again, however often a poller names it.
      const open = await repository.listOpen([directory.id, stream.id], head, [...errors.keys()]);
      const refused = await refusedOf(stream, directory, open, errors);
      await repository.settle(directory.id, stream.id, { acknowledged, refused, head, now: clock.now() });
      if (refused.length > 0) await deliveries.prune(directory.id, stream.id);
    }
  }

  /** Puts what is open of these events into the basket. Answers up to where all is settled, when that is beyond `settled`. */
  async function gather(
    stream: StoredStream,
    directory: Directory,
    place: PollPlace,
    events: readonly LoggedEvent[],
    basket: Basket,
    settled: { to: number; isOpen: boolean },
  ): Promise<void> {
    const last = place.acknowledged.size < maxAcknowledged ? Number.POSITIVE_INFINITY : Math.max(...place.acknowledged);
    const all = await claimsOf(stream, typesOf, directory, events);
    for (const [index, { position }] of events.entries()) {
      const claims = all[index];
      const isSkipped = position > place.skipAfter && position <= place.skipTo;
      if (!claims || isSkipped || place.acknowledged.has(position)) {
        if (!settled.isOpen) settled.to = position;
        continue;
      }
      settled.isOpen = true;
      // Once all of them are settled there is room for as many again.
      if (position > last && settled.to < last) continue;
      if (isFull(basket)) {
        basket.more = true;
        return;
      }
      put(basket, claims, JSON.stringify(claims).length);
    }
  }

  async function look(stream: StoredStream, directory: Directory, place: PollPlace, head: number, basket: Basket) {
    const settled = { to: place.position, isOpen: false };
    let [from, missed] = [place.position, 0];
    while (from < head && !basket.more) {
      if (basket.scanned >= maxScanned) basket.more = true;
      if (basket.more) break;
      const events = await reader.listEvents(directory.id, from, scanAtOnce);
      // Positions have no gaps: what is lacking has been cut off.
      const gone = (events[0]?.position ?? head + 1) - 1;
      if (gone > from && !settled.isOpen) {
        const arrived = [...place.acknowledged].filter((position) => position > from && position <= gone).length;
        [settled.to, missed] = [gone, missed + gone - from - arrived];
      }
      basket.scanned += events.length;
      await gather(stream, directory, place, events, basket, settled);
      from = events.at(-1)?.position ?? head;
    }
    if (settled.to > place.position) {
      const owner = [directory.id, stream.id] as const;
      await repository.advance(owner, place, settled.to, { missed, now: clock.now() });
    }
  }

  async function gatherRevived(stream: StoredStream, ids: readonly string[], basket: Basket): Promise<void> {
    for (const { body } of await repository.listRevived(stream.id, ids, basket.limit + 1)) {
      if (isFull(basket)) basket.more = true;
      // Its claims were stored when it was refused.
      else put(basket, JSON.parse(body) as SetClaims, body.length);
    }
  }

  async function lookAll(stream: StoredStream, directories: readonly Directory[], limit: number): Promise<Basket> {
    const basket: Basket = { claims: [], bytes: 0, limit, more: false, scanned: 0 };
    if (stream.verification && stream.verification.problem === undefined) {
      const { jti, state, requestedAt } = stream.verification;
      put(basket, verificationEvent(stream, { jti, state, now: new Date(requestedAt) }), 0);
    }
    const ids = directories.map(({ id }) => id);
    const spans = await reader.placeAll(ids);
    const places = await repository.listPlaces(stream.id, ids);
    await gatherRevived(stream, ids, basket);
    // Each directory begins once, so that a busy one leaves room for the others.
    turn = (turn + 1) % Math.max(1, directories.length);
    for (const directory of [...directories.slice(turn), ...directories.slice(0, turn)]) {
      const head = spans.get(directory.id)?.head ?? 0;
      const place = places.get(directory.id) ?? newPlace;
      if (place.position < head && !basket.more) await look(stream, directory, place, head, basket);
    }
    return basket;
  }

  async function answerOf({ claims, more }: Basket): Promise<PollAnswer> {
    const sets: PollAnswer['sets'] = {};
    const signed = await Promise.all(claims.map(async (one) => [one.jti, await keys.sign(one)] as const));
    for (const [jti, set] of signed) sets[jti] = set;
    return { sets, moreAvailable: more };
  }

  /** The stream as it is now; undefined once it is gone, or the poller's token is good no more. */
  async function reopen({ stream, digest }: Poller): Promise<StoredStream | undefined> {
    const present = await streams.findStreamById(stream.id);
    return isOpenedBy(present?.token, digest, clock.now()) ? present : undefined;
  }

  /** Looks until there is something, the time is over, nobody waits any more, or whoever waits may not any more. */
  async function wait(
    poller: Poller,
    limit: number,
    waitMs: number,
    gone: AbortSignal,
  ): Promise<PollAnswer | undefined> {
    const deadline = performance.now() + waitMs;
    const stop = AbortSignal.any([closing.signal, gone]);
    using waker = createWaker(signal, stop);
    for (let current: StoredStream | undefined = poller.stream; current; ) {
      const directories = await upkeep.directoriesOf(current);
      waker.watch([webhooksTopic, ...directories.map(({ id }) => id)]);
      waker.rearm();
      // What happens from here on wakes us, so nothing is lost between looking and waiting.
      const basket = current.pause ? undefined : await lookAll(current, directories, limit);
      if (basket && basket.claims.length > 0) return answerOf(basket);
      const left = deadline - performance.now();
      if (left <= 0 || stop.aborted) return { sets: {}, moreAvailable: basket?.more ?? false };
      if (!basket?.more) await waker.wait(Math.min(recheckMs, left));
      current = await reopen(poller);
    }
    return undefined;
  }

  return {
    /**
     * Settles what the poller says of earlier SETs, and answers those that it has not acknowledged; undefined when its token
     * is good no more meanwhile.
     */
    async poll(poller: Poller, request: PollRequest, gone: AbortSignal): Promise<PollAnswer | undefined> {
      const { stream } = poller;
      await settle(stream, request);
      // RFC 8936 §2.4.2: it only wants to acknowledge.
      if (request.maxEvents === 0) return { sets: {}, moreAvailable: false };
      const present = await reopen(poller);
      if (!present) return undefined;
      const count = waiting.get(stream.id) ?? 0;
      const isPatient = !request.returnImmediately && count < maxWaiting;
      waiting.set(stream.id, count + 1);
      try {
        return await wait({ ...poller, stream: present }, request.maxEvents, isPatient ? timing.longPollMs : 0, gone);
      } finally {
        const left = (waiting.get(stream.id) ?? 1) - 1;
        if (left > 0) waiting.set(stream.id, left);
        else waiting.delete(stream.id);
      }
    },

    /** Ends every wait at once; the pollers get an empty answer. */
    close: () => closing.abort(),
  };
}

export type Poll = ReturnType<typeof createPoll>;
