// Whatever two identity providers did, undoing what one of them did in a window brings back what it changed, and nothing of
// what the other one did, or it did itself outside the window, is overwritten.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { EventType } from '../../bridge/events/contracts.ts';
import {
  type Cell,
  emptyFold,
  foldCell,
  foldEvent,
  memberChanges,
  type PastEvent,
  planResource,
  restoredAttributes,
  undoAttributes,
} from '../../bridge/provisioning/undo/planner.ts';
import { deepEqual, type JsonObject, type JsonValue } from '../../bridge/scim/json.ts';

const urn = 'urn:acme:User';
const ids = ['u1', 'u2'];
const group = 'g';
const text = fc.constantFrom('a', 'b', 'c');
const step = fc.record({
  isA: fc.boolean(),
  act: fc.oneof(
    fc.record({ kind: fc.constant('create' as const), id: fc.constantFrom(...ids), title: text }),
    fc.record({ kind: fc.constant('delete' as const), id: fc.constantFrom(...ids) }),
    fc.record({
      kind: fc.constant('set' as const),
      id: fc.constantFrom(...ids),
      name: fc.constantFrom('title', 'nickName', `${urn}:department`, `${urn}:division`, 'active'),
      value: fc.option(text),
    }),
    fc.record({ kind: fc.constant('join' as const), id: fc.constantFrom(...ids) }),
    fc.record({ kind: fc.constant('leave' as const), id: fc.constantFrom(...ids) }),
  ),
});

/** Attributes apart, those of extensions one by one; null: there is none. `members` are the group's. */
interface World {
  users: Record<string, JsonObject | null>;
  members: string[];
}
type Logged = PastEvent & { id: string };

const flat = (user: JsonObject | null): JsonObject => {
  const { [urn]: extension, ...rest } = user ?? {};
  const parts = Object.entries((extension as JsonObject | undefined) ?? {});
  return { ...rest, ...Object.fromEntries(parts.map(([name, value]) => [`${urn}:${name}`, value])) };
};

function withFlat(user: JsonObject, name: string, value: JsonValue): JsonObject {
  const { [urn]: extension, ...rest } = user;
  const part = name.startsWith(`${urn}:`) ? name.slice(urn.length + 1) : undefined;
  const set = (object: JsonObject, key: string): JsonObject => {
    const { [key]: _old, ...others } = object;
    return value === null ? others : { ...others, [key]: value };
  };
  if (part === undefined) return { ...set(rest, name), ...(extension !== undefined && { [urn]: extension }) };
  const next = set((extension as JsonObject | undefined) ?? {}, part);
  return Object.keys(next).length === 0 ? rest : { ...rest, [urn]: next };
}

function changes(before: JsonObject, after: JsonObject) {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  const differing = [...names].filter((name) => !deepEqual(before[name], after[name]));
  return Object.fromEntries(
    differing.map((name) => [name, { before: before[name] ?? null, after: after[name] ?? null }]),
  );
}

/** What a store would have logged, and has then. */
function run(world: World, { isA, act }: typeof step extends fc.Arbitrary<infer S> ? S : never, at: Date) {
  const by = isA ? 'A' : 'B';
  const log: Omit<Logged, 'isTheirs'>[] = [];
  const user = world.users[act.id] ?? null;
  const note = (type: EventType, before: JsonObject, after: JsonObject) =>
    log.push({ type, id: act.id, by, at, data: { changes: changes(before, after) } });
  const member = (isAdded: boolean) => {
    const type = isAdded ? 'group.member_added' : 'group.member_removed';
    log.push({ type, id: group, by, at, data: { members: [act.id] } });
    const others = world.members.filter((one) => one !== act.id);
    world.members = isAdded ? [...others, act.id] : others;
  };
  const put = (next: JsonObject | null) => {
    world.users[act.id] = next;
  };
  if (act.kind === 'create' && user === null) {
    const made = { userName: act.id, active: true, title: act.title };
    note('user.created', {}, made);
    put(made);
  }
  if (user === null) return log;
  const isIn = world.members.includes(act.id);
  if (act.kind === 'join' && !isIn) member(true);
  if (act.kind === 'leave' && isIn) member(false);
  if (act.kind === 'delete') {
    if (isIn) member(false);
    note('user.deleted', user, {});
    put(null);
  }
  if (act.kind === 'set') {
    const value = act.name === 'active' ? act.value === null : act.value;
    const next = withFlat(user, act.name, value);
    const isSwitch = act.name === 'active';
    if (!deepEqual(user, next))
      note(isSwitch ? (value ? 'user.activated' : 'user.deactivated') : 'user.updated', user, next);
    put(next);
  }
  return log;
}

const copy = (world: World): World => structuredClone(world);

/** Everything that can be changed, by name. */
function cells(world: World): Record<string, JsonValue> {
  const found: Record<string, JsonValue> = {};
  for (const id of ids) {
    found[`${id}?`] = (world.users[id] ?? null) !== null;
    found[`${id} in group`] = world.members.includes(id);
    for (const [name, value] of Object.entries(flat(world.users[id] ?? null))) found[`${id}.${name}`] = value;
  }
  return found;
}

function applied(now: World, log: readonly Logged[], overwrite: boolean): World {
  const after = copy(now);
  for (const id of ids) {
    const events = log.filter((event) => event.id === id);
    const item = planResource('User', events.reduce(foldEvent, emptyFold));
    if (!item || item.state === 'impossible' || (item.state === 'conflict' && !overwrite)) continue;
    const user = now.users[id] ?? null;
    if (item.action === 'delete') {
      after.users[id] = null;
      after.members = after.members.filter((one) => one !== id);
    } else if (item.action === 'restore') {
      expect(user).toBeNull();
      after.users[id] = restoredAttributes(item.changes, overwrite);
    } else if (user) {
      const undone = undoAttributes(user, item.changes, { overwrite });
      expect(undone.changed).toEqual([]);
      after.users[id] = undone.resource;
    }
  }
  const members = new Map<string, Cell<boolean>>();
  for (const event of log) {
    for (const [id, isThere] of memberChanges(event)) {
      const cell = foldCell(members.get(id), !isThere, isThere, event);
      if (cell) members.set(id, cell);
    }
  }
  for (const [id, { now: isIn, former, since }] of members) {
    if (isIn === former || (since && !overwrite) || (former && !after.users[id])) continue;
    after.members = after.members.filter((one) => one !== id);
    if (former) after.members.push(id);
  }
  return after;
}

const story = fc.record({
  before: fc.array(step, { maxLength: 6 }),
  during: fc.array(step, { minLength: 1, maxLength: 12 }),
  later: fc.array(step, { maxLength: 4 }),
});

test('undoing what one of two did', () => {
  fc.assert(
    fc.property(story, ({ before, during, later }) => {
      const world: World = { users: { u1: null, u2: null }, members: [] };
      let minute = 0;
      const log: Logged[] = [];
      const all = (steps: typeof before, isWindow: boolean) => {
        for (const one of steps) {
          minute += 1;
          const logged = run(world, one, new Date(minute * 60_000));
          for (const event of logged) log.push({ ...event, isTheirs: isWindow && one.isA });
        }
      };
      all(before, false);
      const start = copy(world);
      all(during, true);
      all(later, false);
      const now = copy(world);
      const after = applied(now, log, false);

      const was = cells(start);
      const is = cells(now);
      const came = cells(after);
      // What each event touched, with whether it is to be undone.
      const touched = new Map<string, boolean[]>();
      const windowed = log.filter(({ at }) => at.getTime() > before.length * 60_000);
      for (const { id, type, data, isTheirs } of windowed) {
        const names = type.startsWith('group.')
          ? (data.members ?? []).map((one) => `${one} in group`)
          : [
              ...(/created|deleted/.test(type) ? [`${id}?`] : []),
              ...Object.entries(data.changes ?? {}).flatMap(([name, change]) =>
                name === urn
                  ? Object.keys(changes((change.before ?? {}) as JsonObject, (change.after ?? {}) as JsonObject)).map(
                      (part) => `${id}.${urn}:${part}`,
                    )
                  : [`${id}.${name}`],
              ),
            ];
        for (const name of names) touched.set(name, [...(touched.get(name) ?? []), isTheirs]);
      }
      for (const id of ids) {
        const ofUser = [...touched].filter(([name]) => name.startsWith(`${id}.`) || name === `${id}?`);
        const areTheirs = ofUser.every(([, by]) => by.every(Boolean));
        for (const [name] of Object.entries({ ...was, ...is }).filter(([key]) => key.startsWith(id))) {
          const by = touched.get(name) ?? [];
          const isMember = name.endsWith('group');
          const [wasThen, isNow, cameTo] = [was, is, came].map((state) => state[name] ?? null);
          // Nobody comes back into a group without coming back.
          const isKept = isMember ? came[`${id}?`] === true : true;
          if (by.length === 0 && areTheirs && !isMember) expect(cameTo, name).toEqual(wasThen);
          if (areTheirs && by.every(Boolean) && isKept) expect(cameTo, name).toEqual(wasThen);
          // What somebody else has changed last stays, as long as the user does.
          if (by.at(-1) === false && came[`${id}?`] === is[`${id}?`]) expect(cameTo, name).toEqual(isNow);
        }
        // A user whom others have changed since it was made is not deleted.
        if (is[`${id}?`] === true && came[`${id}?`] === false) {
          const made = windowed.findLastIndex((event) => event.id === id && event.type === 'user.created');
          expect(
            windowed
              .slice(made)
              .filter((event) => event.id === id)
              .every(({ isTheirs }) => isTheirs),
          ).toBe(true);
        }
      }
      // When nobody else did anything from the window on, everything is as it was.
      if (windowed.every(({ isTheirs }) => isTheirs)) expect(after.users).toEqual(start.users);
      // Nothing is left to be undone of what is undone already.
      expect(cells(applied(after, [...log, ...undoing(now, after, minute + 1)], false))).toEqual(came);
    }),
    { numRuns: 2_000 },
  );
});

/** What applying a plan is logged as: by somebody else, after all. */
function undoing(now: World, after: World, minute: number): Logged[] {
  const at = new Date(minute * 60_000);
  const log: Logged[] = [];
  for (const id of ids) {
    const [was, is] = [now.users[id] ?? null, after.users[id] ?? null];
    if (deepEqual(was, is)) continue;
    const type = was === null ? 'user.created' : is === null ? 'user.deleted' : 'user.updated';
    const { active, ...others } = changes(was ?? {}, is ?? {});
    const isSwitch = type === 'user.updated' && active !== undefined;
    const event = { id, by: 'operator', at, isTheirs: false };
    if (isSwitch) {
      log.push({
        ...event,
        type: active.after === true ? 'user.activated' : 'user.deactivated',
        data: { changes: { active } },
      });
    }
    log.push({ ...event, type, data: { changes: isSwitch || !active ? others : { active, ...others } } });
  }
  for (const id of ids) {
    const [was, is] = [now.members.includes(id), after.members.includes(id)];
    const type = is ? 'group.member_added' : 'group.member_removed';
    if (was !== is) log.push({ id: group, by: 'operator', at, isTheirs: false, type, data: { members: [id] } });
  }
  return log;
}
