import { describe, expect, it } from 'vitest';
import type { EventData, EventType, StoredEvent } from '../../events/contracts.ts';
import { isRename, mergeByTime, planChanges, type Surroundings } from './feed-plan.ts';

const uuid = (n: number) => `00000000-0000-7000-8000-${String(n).padStart(12, '0')}`;
const event = (
  directoryId: string,
  position: number,
  type: EventType,
  of: number,
  data: EventData = {},
  at = position,
): StoredEvent => ({
  directoryId,
  position,
  type,
  resourceType: type.startsWith('group.') ? 'Group' : 'User',
  resourceId: uuid(of),
  data,
  createdAt: new Date(at),
});
const nothingElse: Surroundings = {
  enabled: ['a', 'b'],
  named: [],
  members: new Map(),
  nested: new Map(),
  memberLimit: 100,
};
const start = new Map([
  ['a', { position: 0 }],
  ['b', { position: 5 }],
]);

describe('mergeByTime', () => {
  it('goes by time between directories and by position within one, whatever its clock says', () => {
    const a = [event('a', 1, 'user.created', 1, {}, 50), event('a', 2, 'user.created', 2, {}, 10)];
    const b = [event('b', 1, 'user.created', 3, {}, 20), event('b', 2, 'user.created', 4, {}, 60)];
    expect(mergeByTime([a, b, []]).map(({ directoryId, position }) => `${directoryId}${position}`)).toEqual([
      'b1',
      'a1',
      'a2',
      'b2',
    ]);
  });
});

describe('isRename', () => {
  it('is sure only when the changes say that the name stayed', () => {
    const changes = (name: string) => ({ changes: { [name]: { before: 1, after: 2 } } });
    expect(isRename(event('a', 1, 'group.updated', 1, changes('displayName')))).toBe(true);
    expect(isRename(event('a', 1, 'group.updated', 1))).toBe(true);
    expect(isRename(event('a', 1, 'group.updated', 1, changes('externalId')))).toBe(false);
    expect(isRename(event('a', 1, 'group.created', 1))).toBe(false);
  });
});

describe('planChanges', () => {
  it('leaves an event that does not fit for the next answer, whole', () => {
    const events = [
      event('a', 1, 'user.created', 1),
      event('a', 2, 'group.member_added', 9, { members: [uuid(2), uuid(3)] }),
      event('a', 3, 'user.created', 4),
    ];
    const { users, places } = planChanges(events, start, 2, nothingElse);
    expect([...users.keys()]).toEqual([uuid(1)]);
    expect(places.get('a')).toEqual({ position: 1 });
    expect(places.get('b')).toEqual({ position: 5 });
  });

  it('takes an event that names only users who are named already, however full it is', () => {
    const events = [event('a', 1, 'user.created', 1), event('a', 2, 'user.updated', 1)];
    const { users, places } = planChanges(events, start, 1, nothingElse);
    expect([...(users.get(uuid(1))?.reasons ?? [])]).toEqual(['user.created', 'user.updated']);
    expect(places.get('a')).toEqual({ position: 2 });
  });

  it('splits an event that fits in no answer and goes on within it', () => {
    const events = [
      event('a', 1, 'group.deleted', 9, { affectedUsers: [uuid(3), uuid(1), 'nobody', uuid(2), uuid(1)] }),
    ];
    const one = planChanges(events, start, 2, nothingElse);
    expect([[...one.groups.keys()], [...one.users.keys()]]).toEqual([[uuid(9)], [uuid(1)]]);
    expect(one.places.get('a')).toEqual({ position: 0, within: uuid(1) });
    const two = planChanges(events, one.places, 2, nothingElse);
    expect([[...two.groups.keys()], [...two.users.keys()]]).toEqual([[], [uuid(2), uuid(3)]]);
    expect(two.places.get('a')).toEqual({ position: 1 });
  });

  it('makes progress with room for one', () => {
    const events = [event('a', 1, 'group.deleted', 9, { affectedUsers: [uuid(1)] })];
    const one = planChanges(events, start, 1, nothingElse);
    expect([one.groups.size, one.users.size]).toEqual([1, 0]);
    const two = planChanges(events, one.places, 1, nothingElse);
    expect([two.groups.size, two.users.size]).toEqual([0, 1]);
    expect(two.places.get('a')).toEqual({ position: 1 });
  });

  it('takes nothing without room', () => {
    const { users, places } = planChanges([event('a', 1, 'user.created', 1)], start, 0, nothingElse);
    expect([users.size, places]).toEqual([0, start]);
  });

  it('knows that there are more members than were read', () => {
    const renamed = event('a', 1, 'group.updated', 9, { affectedUsers: [uuid(5), uuid(3)] });
    const members = new Map([[renamed, [uuid(1), uuid(2), uuid(4)]]]);
    const { users, places } = planChanges([renamed], start, 10, { ...nothingElse, members, memberLimit: 3 });
    expect([...users.keys()]).toEqual([uuid(1), uuid(2), uuid(3), uuid(4)]);
    expect(places.get('a')).toEqual({ position: 0, within: uuid(4) });
  });

  it('names the users of lower directories that a name or e-mail concerns', () => {
    const named = [
      { directoryId: 'b', id: uuid(2), userNameKey: 'anna', emailKey: null },
      { directoryId: 'b', id: uuid(3), userNameKey: 'other', emailKey: 'anna@example.com' },
      { directoryId: 'a', id: uuid(4), userNameKey: 'anna', emailKey: null },
    ];
    const keys = { usernames: ['Anna'], emails: ['ANNA@example.com'] };
    const plan = (directoryId: string) =>
      planChanges([event(directoryId, 6, 'user.updated', 1, { keys })], start, 10, { ...nothingElse, named }).users;
    expect([...plan('a')].map(([id, { own, shadowing, position }]) => [id, own, shadowing, position])).toEqual([
      [uuid(1), true, false, 6],
      [uuid(2), false, true, 5],
      [uuid(3), false, true, 5],
    ]);
    expect([...plan('b').keys()]).toEqual([uuid(1)]);
    expect([...plan('switched-off').keys()]).toEqual([uuid(1)]);
  });
});
