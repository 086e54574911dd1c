// One webhook's way through the log of one directory: which message may be sent now, and how far everything is settled.
// Messages of one resource go one after the other, those of different resources beside each other. One that fails is
// parked until its next attempt, and so is what follows it of the same resource; the others go on. Pure: knows no clock,
// no HTTP and no SQL.

export interface Message {
  position: number;
  type: string;
  resourceType: string;
  resourceId: string;
  body: string;
  /** When the change was made. */
  createdAt: Date;
}

/** A message that failed or waits behind one that did, as it is stored. */
export interface Parked {
  position: number;
  state: 'waiting' | 'dead';
  type: string;
  resourceType: string;
  resourceId: string;
  /** Undefined once it is stored. */
  body: string | undefined;
  attempts: number;
  firstFailedAt: Date | null;
  lastFailedAt: Date | null;
  nextAttemptAt: Date | null;
  problem: string | null;
}

/** What is to be sent. */
export type Work = { message: Message; parked?: undefined } | { message?: undefined; parked: Parked };

export type Verdict =
  | { kind: 'delivered' }
  /** `next` undefined: there will be no further attempt. */
  | { kind: 'failed'; at: Date; problem: string; next: Date | undefined };

export interface LaneChanges {
  /** Everything up to here is settled. */
  position: number;
  missed: number;
  /** By position; undefined: delivered, so there is nothing to keep. */
  rows: Map<number, Parked | undefined>;
}

const keyOf = ({ resourceType, resourceId }: Message | Parked): string => `${resourceType}/${resourceId}`;

const parkedFrom = ({ position, type, resourceType, resourceId, body }: Message): Parked => ({
  ...{ position, type, resourceType, resourceId, body, state: 'waiting', attempts: 0 },
  ...{ firstFailedAt: null, lastFailedAt: null, nextAttemptAt: null, problem: null },
});

export interface LaneStart {
  position: number;
  /** What is stored as waiting, by position. */
  waiting: readonly Parked[];
  /** Whether dead messages are stored, which a replay may deliver after all. */
  hasDead: boolean;
}

export function createLane({ position: start, waiting, hasDead }: LaneStart) {
  let readTo = start;
  /** From the log and not settled, in the order of the log. */
  const open = new Map<number, Message>();
  /** Of those, by resource; the first is ready or under way. */
  const queues = new Map<string, Message[]>();
  const ready: Message[] = [];
  /** By resource, in the order of the log; only the first is tried. */
  const parked = new Map<string, Parked[]>();
  const retrying = new Set<string>();
  let parkedCount = 0;
  /**
   * Stored as waiting, in the order of the log, but not read again yet: the place may lie before what is parked, after a
   * crash or a replay.
   */
  const ahead = new Set<number>();
  let nextDueAt = 0;
  let bytes = 0;
  let storedDead = hasDead;
  let storedPosition = start;
  let missed = 0;
  let rows: LaneChanges['rows'] = new Map();

  function park(row: Parked): void {
    const key = keyOf(row);
    const chain = parked.get(key);
    if (!chain) parked.set(key, [row]);
    else {
      // A replay may bring what lies before.
      const behind = chain.findIndex(({ position }) => position >= row.position);
      if (behind >= 0 && chain[behind]?.position === row.position) return;
      chain.splice(behind < 0 ? chain.length : behind, 0, row);
    }
    parkedCount += 1;
    nextDueAt = 0;
  }
  for (const row of waiting) {
    park(row);
    if (row.position > start) ahead.add(row.position);
  }

  /** Answers how many that are stored as waiting it has come to. */
  function advance(position: number): number {
    readTo = Math.max(readTo, position);
    let reached = 0;
    for (const one of ahead) {
      if (one > readTo) break;
      ahead.delete(one);
      reached += 1;
      nextDueAt = 0;
    }
    return reached;
  }

  function store(row: Parked): void {
    rows.set(row.position, row);
    if (row.state === 'dead') storedDead = true;
  }

  function settle(message: Message): void {
    open.delete(message.position);
    bytes -= message.body.length;
  }

  function unpark(row: Parked): void {
    const key = keyOf(row);
    const chain = parked.get(key);
    const at = chain?.indexOf(row) ?? -1;
    if (!chain || at < 0) return;
    chain.splice(at, 1);
    parkedCount -= 1;
    if (chain.length === 0) parked.delete(key);
    nextDueAt = 0;
  }

  function failed(row: Parked, { at, problem, next }: Extract<Verdict, { kind: 'failed' }>): void {
    row.attempts += 1;
    row.firstFailedAt ??= at;
    row.lastFailedAt = at;
    row.problem = problem;
    row.nextAttemptAt = next ?? null;
    row.state = next ? 'waiting' : 'dead';
    store(row);
    nextDueAt = 0;
  }

  function settleFromLog(message: Message, verdict: Verdict): void {
    const key = keyOf(message);
    const [, ...behind] = queues.get(key) ?? [];
    settle(message);
    if (verdict.kind === 'delivered') {
      // A replayed message may be stored as dead.
      if (storedDead) rows.set(message.position, undefined);
      const [next] = behind;
      if (next) {
        queues.set(key, behind);
        ready.push(next);
      } else queues.delete(key);
      return;
    }
    const row = parkedFrom(message);
    failed(row, verdict);
    queues.delete(key);
    if (row.state === 'dead') {
      if (behind[0]) {
        queues.set(key, behind);
        ready.push(behind[0]);
      }
      return;
    }
    park(row);
    for (const one of behind) {
      settle(one);
      const follower = parkedFrom(one);
      park(follower);
      store(follower);
    }
  }

  /** The first of each resource that may be tried again, when it is due. What is ahead would be sent twice. */
  function* retries(): Generator<{ head: Parked; at: number }> {
    for (const [key, [head]] of parked) {
      if (head && !retrying.has(key) && !ahead.has(head.position))
        yield { head, at: head.nextAttemptAt?.getTime() ?? 0 };
    }
  }

  function dueRetry(now: number): Parked | undefined {
    if (now < nextDueAt) return undefined;
    let soonest = Number.POSITIVE_INFINITY;
    for (const { head, at } of retries()) {
      if (at <= now) return head;
      soonest = Math.min(soonest, at);
    }
    nextDueAt = soonest;
    return undefined;
  }

  return {
    /** Where reading the log goes on. */
    readTo: () => readTo,
    storedPosition: () => storedPosition,
    openCount: () => open.size,
    /** Those that wait for another attempt, or behind one; not those that the log has to be read to first. */
    parkedCount: () => parkedCount - ahead.size,
    /** Of the messages that are held in memory. */
    bytes: () => bytes,

    /** Takes note that the log was read up to `position`, where `lost` events were not in it any more. */
    passed(position: number, lost = 0): void {
      const reached = advance(position);
      // What is stored is sent from there.
      if (lost > 0) missed += lost - reached;
    },

    /** The next message of the log; it must be wanted, and lie after all that came before. */
    add(message: Message): void {
      advance(message.position);
      const key = keyOf(message);
      if (parked.has(key)) {
        const row = parkedFrom(message);
        park(row);
        if (parked.get(key)?.includes(row)) store(row);
        return;
      }
      open.set(message.position, message);
      bytes += message.body.length;
      const queue = queues.get(key);
      if (queue) queue.push(message);
      else {
        queues.set(key, [message]);
        ready.push(message);
      }
    },

    /** What may be sent now, another attempt only if it `mayRetry`. Each must be settled or put back. */
    next(now: number, mayRetry: boolean): Work | undefined {
      const retry = mayRetry ? dueRetry(now) : undefined;
      if (retry) {
        retrying.add(keyOf(retry));
        return { parked: retry };
      }
      const message = ready.shift();
      return message && { message };
    },

    /** When the next parked message is due; undefined when none is. */
    nextDueAt(now: number): number | undefined {
      if (nextDueAt > now) return Number.isFinite(nextDueAt) ? nextDueAt : undefined;
      let soonest: number | undefined;
      for (const { at } of retries()) soonest = Math.min(soonest ?? at, at);
      return soonest;
    },

    settle(work: Work, verdict: Verdict): void {
      if (work.message) {
        settleFromLog(work.message, verdict);
        return;
      }
      const row = work.parked;
      retrying.delete(keyOf(row));
      if (verdict.kind === 'delivered') rows.set(row.position, undefined);
      else failed(row, verdict);
      if (verdict.kind === 'delivered' || row.state === 'dead') unpark(row);
    },

    /** Gives back what was not sent after all. */
    putBack(work: Work): void {
      if (work.message) ready.unshift(work.message);
      else retrying.delete(keyOf(work.parked));
      nextDueAt = 0;
    },

    /** What is to be stored, if there is anything; the caller says afterwards whether it was. */
    takeChanges(): LaneChanges | undefined {
      const [first] = open.keys();
      const position = first === undefined ? readTo : first - 1;
      if (position === storedPosition && rows.size === 0 && missed === 0) return undefined;
      const taken = { position, missed, rows };
      rows = new Map();
      missed = 0;
      return taken;
    },

    stored(taken: LaneChanges): void {
      storedPosition = taken.position;
      for (const row of taken.rows.values()) if (row && rows.get(row.position) !== row) row.body = undefined;
    },

    notStored(taken: LaneChanges): void {
      rows = new Map([...taken.rows, ...rows]);
      missed += taken.missed;
    },
  };
}

export type Lane = ReturnType<typeof createLane>;
