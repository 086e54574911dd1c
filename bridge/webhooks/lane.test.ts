// A webhook's way through a log: whatever fails, is put back or is lost with the process, every message gets out, and those
// of one resource in their order.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createLane, type Lane, type LaneChanges, type Message, type Parked, type Work } from './lane.ts';

const epoch = Date.parse('2026-11-23T08:00:00Z');
const resources = ['a', 'b', 'c'] as const;

const messageOf = (resourceId: string, position: number): Message => ({
  ...{ position, type: 'user.updated', resourceType: 'User', resourceId, body: `body of ${position}` },
  createdAt: new Date(epoch),
});

/** The database, as far as a lane knows it. */
interface Stored {
  position: number;
  missed: number;
  rows: Map<number, Parked>;
}

/** Drives a lane through a log as the deliverer does, and keeps what the receiver and the database see. */
class Drive {
  readonly log: readonly Message[];
  readonly stored: Stored = { position: 0, missed: 0, rows: new Map() };
  readonly accepted: number[] = [];
  /** What may come behind its time after all, when the process dies before its place has moved on. */
  readonly givenUp = new Set<number>();
  lane: Lane;
  now = epoch;
  underway: Work[] = [];
  /** What is being written down, as it was when that began. */
  #writing: { taken: LaneChanges; state: LaneChanges } | undefined;
  /** Positions that this process has delivered. */
  #delivered = new Set<number>();

  constructor(log: readonly Message[]) {
    this.log = log;
    this.lane = createLane({ position: 0, waiting: [], hasDead: false });
  }

  read(count: number): void {
    const from = this.lane.readTo();
    for (const message of this.log.slice(from, from + count)) this.lane.add(message);
  }

  next(retries: boolean): boolean {
    const work = this.lane.next(this.now, retries);
    if (!work) return false;
    const { resourceId } = work.message ?? work.parked;
    const others = this.underway.map((one) => (one.message ?? one.parked).resourceId);
    expect(others, 'two messages of one resource are under way').not.toContain(resourceId);
    this.underway.push(work);
    return true;
  }

  #take(which: number): Work | undefined {
    return this.underway.splice(which % Math.max(1, this.underway.length), 1)[0];
  }

  #accept(work: Work): void {
    const { body, position } = work.message ?? work.parked;
    expect(body ?? this.stored.rows.get(position)?.body).toBe(`body of ${position}`);
    expect(this.#delivered, 'one process delivers a message once').not.toContain(position);
    this.#delivered.add(position);
    this.accepted.push(position);
  }

  deliver(which: number): void {
    const work = this.#take(which);
    if (!work) return;
    this.#accept(work);
    this.lane.settle(work, { kind: 'delivered' });
  }

  fail(which: number, forGood: boolean): void {
    const work = this.#take(which);
    if (!work) return;
    if (forGood) this.givenUp.add((work.message ?? work.parked).position);
    const next = forGood ? undefined : new Date(this.now + 1_000);
    this.lane.settle(work, { kind: 'failed', at: new Date(this.now), problem: 'no', next });
  }

  putBack(which: number): void {
    const work = this.#take(which);
    if (work) this.lane.putBack(work);
  }

  /** Begins to write down what there is, unless that is under way. */
  beginStore(): void {
    if (this.#writing) return;
    const taken = this.lane.takeChanges();
    if (taken) this.#writing = { taken, state: structuredClone(taken) };
  }

  endStore(succeeds: boolean): void {
    const writing = this.#writing;
    if (!writing) return;
    this.#writing = undefined;
    if (succeeds) {
      this.#write(writing.state);
      this.lane.stored(writing.taken);
    } else this.lane.notStored(writing.taken);
  }

  #write({ position, missed, rows }: LaneChanges): void {
    this.stored.position = position;
    this.stored.missed += missed;
    for (const [at, row] of rows) {
      const body = row?.body ?? this.stored.rows.get(at)?.body;
      if (row) this.stored.rows.set(at, { ...row, body });
      else this.stored.rows.delete(at);
    }
  }

  storeAll(): void {
    this.endStore(true);
    this.beginStore();
    this.endStore(true);
  }

  /** The process dies: the receiver may have got what was under way. Another goes on with what is stored. */
  crash(accepts: boolean, rewindTo = this.stored.position): void {
    for (const work of this.underway) if (accepts) this.#accept(work);
    this.underway = [];
    this.#writing = undefined;
    this.#delivered = new Set();
    this.stored.position = Math.min(this.stored.position, rewindTo);
    const rows = [...this.stored.rows.values()].toSorted((a, b) => a.position - b.position);
    this.lane = createLane({
      position: this.stored.position,
      waiting: rows.filter(({ state }) => state === 'waiting').map((row) => ({ ...row, body: undefined })),
      hasDead: rows.some(({ state }) => state === 'dead'),
    });
  }

  /** Everything gets through from now on. */
  finish(): void {
    for (let turn = 0; turn < 10_000; turn += 1) {
      this.read(1_000);
      while (this.next(true));
      while (this.underway.length > 0) this.deliver(0);
      this.now += 1_000;
      if (this.lane.openCount() + this.lane.parkedCount() === 0) break;
    }
    this.storeAll();
    expect([this.lane.openCount(), this.lane.parkedCount(), this.lane.bytes()]).toEqual([0, 0, 0]);
    expect(this.stored.position).toBe(this.log.length);
  }

  dead(): number[] {
    return [...this.stored.rows.values()].filter(({ state }) => state === 'dead').map(({ position }) => position);
  }
}

const which = fc.nat(5);
const step = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('read' as const), count: fc.integer({ min: 1, max: 4 }) }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('next' as const), retries: fc.boolean() }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('deliver' as const), which }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('fail' as const), which, forGood: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('putBack' as const), which }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('beginStore' as const) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('endStore' as const), succeeds: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('wait' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('crash' as const), accepts: fc.boolean() }) },
);
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

function apply(drive: Drive, one: Step): void {
  if (one.kind === 'read') drive.read(one.count);
  if (one.kind === 'next') drive.next(one.retries);
  if (one.kind === 'deliver') drive.deliver(one.which);
  if (one.kind === 'fail') drive.fail(one.which, one.forGood);
  if (one.kind === 'putBack') drive.putBack(one.which);
  if (one.kind === 'beginStore') drive.beginStore();
  if (one.kind === 'endStore') drive.endStore(one.succeeds);
  if (one.kind === 'wait') drive.now += 1_000;
  if (one.kind === 'crash') drive.crash(one.accepts);
}

const log = fc
  .array(fc.constantFrom(...resources), { minLength: 1, maxLength: 20, size: 'max' })
  .map((ids) => ids.map((id, index) => messageOf(id, index + 1)));
const steps = fc.array(step, { maxLength: 80, size: 'max' });

/** Of each resource: what was accepted and never given up, at its first time. */
function firstTimes({ log: messages, accepted, givenUp }: Drive): number[][] {
  const distinct = [...new Set(accepted)].filter((position) => !givenUp.has(position));
  return resources.map((id) => distinct.filter((position) => messages[position - 1]?.resourceId === id));
}

describe('a lane', () => {
  test('loses nothing and keeps the order of each resource, whatever fails and whenever its process dies', () => {
    fc.assert(
      fc.property(log, steps, (messages, all) => {
        const drive = new Drive(messages);
        for (const one of all) apply(drive, one);
        drive.finish();
        const known = new Set([...drive.accepted, ...drive.dead()]);
        expect([...known].sort((a, b) => a - b)).toEqual(messages.map(({ position }) => position));
        for (const positions of firstTimes(drive)) expect(positions).toEqual(positions.toSorted((a, b) => a - b));
        // What waits nowhere is delivered or dead, and nothing else is left in the store.
        expect([...drive.stored.rows.values()].every(({ state }) => state === 'dead')).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  test('sends all again after a place that is moved back, dead ones among them', () => {
    fc.assert(
      fc.property(log, steps, fc.nat(20), (messages, all, back) => {
        const drive = new Drive(messages);
        for (const one of all) apply(drive, one);
        drive.storeAll();
        const from = Math.min(back, drive.stored.position);
        drive.crash(false, from);
        drive.accepted.length = 0;
        drive.givenUp.clear();
        drive.finish();
        const again = messages.map(({ position }) => position).filter((position) => position > from);
        expect([...new Set(drive.accepted)].filter((position) => position > from).sort((a, b) => a - b)).toEqual(again);
        expect(drive.dead().filter((position) => position > from)).toEqual([]);
        for (const positions of firstTimes(drive)) expect(positions).toEqual(positions.toSorted((a, b) => a - b));
      }),
      { numRuns: 1000 },
    );
  });

  test('tries what a dead process had parked once the log is read to it, so that nothing goes out twice', () => {
    const drive = new Drive([messageOf('a', 1), messageOf('c', 2)]);
    drive.read(2);
    while (drive.next(false));
    drive.fail(1, false);
    drive.storeAll();
    drive.crash(false);
    drive.now += 1_000;
    expect([drive.next(true), drive.lane.nextDueAt(drive.now), drive.lane.parkedCount()]).toEqual([
      false,
      undefined,
      0,
    ]);
    drive.finish();
    expect(drive.accepted.toSorted()).toEqual([1, 2]);
  });

  test('counts what the log had no longer', () => {
    const lane = createLane({ position: 3, waiting: [], hasDead: false });
    lane.passed(7, 4);
    lane.add(messageOf('a', 8));
    expect(lane.takeChanges()).toMatchObject({ position: 7, missed: 4 });
  });

  test('counts as missed nothing that waits in the store, and is sent all the same', () => {
    const drive = new Drive([1, 2, 3, 4, 5].map((position) => messageOf('a', position)));
    drive.read(2);
    drive.next(false);
    drive.fail(0, false);
    drive.storeAll();
    drive.crash(false, 0);
    drive.lane.passed(4, 4);
    drive.lane.add(messageOf('a', 5));
    expect(drive.lane.takeChanges()).toMatchObject({ position: 5, missed: 2 });
    drive.now += 1_000;
    expect(drive.next(true)).toBe(true);
    expect(drive.underway.map(({ parked }) => parked?.position)).toEqual([1]);
  });

  test('says when the next attempt is due, and gives it not before', () => {
    const drive = new Drive([messageOf('a', 1), messageOf('a', 2), messageOf('b', 3)]);
    drive.read(3);
    drive.next(true);
    drive.fail(0, false);
    expect(drive.lane.nextDueAt(drive.now)).toBe(epoch + 1_000);
    expect([drive.lane.openCount(), drive.lane.parkedCount()]).toEqual([1, 2]);
    drive.next(true);
    expect(drive.underway.map((work) => work.message?.resourceId)).toEqual(['b']);
    expect(drive.next(true)).toBe(false);
    drive.now += 1_000;
    expect(drive.next(false)).toBe(false);
    expect(drive.next(true)).toBe(true);
    expect(drive.lane.nextDueAt(drive.now)).toBeUndefined();
  });
});
