// A copy of a directory as somebody has it who reads nothing but its events.
import { expect } from 'vitest';
import type { Changes } from '../../bridge/events/contracts.ts';
import type { Body } from './bridge.ts';

export interface ReplayedEvent {
  type: string;
  resourceId: string;
  changes: Changes;
  members: readonly string[];
}

export interface DirectoryCopy {
  resources: Map<string, Record<string, unknown>>;
  /** Of groups. */
  members: Map<string, Set<string>>;
}

/** Replays events of users and groups from the log's beginning; fails where one doesn't follow from those before it. */
export function replayEvents(events: readonly ReplayedEvent[]): DirectoryCopy {
  const copy: DirectoryCopy = { resources: new Map(), members: new Map() };
  for (const { type, resourceId, changes, members: ids } of events) {
    const isMade = type.endsWith('.created');
    expect(copy.resources.has(resourceId), `${type} of ${isMade ? 'what is there' : 'nothing'}`).toBe(!isMade);
    if (type.endsWith('.deleted')) {
      copy.resources.delete(resourceId);
      copy.members.delete(resourceId);
      continue;
    }
    const resource = copy.resources.get(resourceId) ?? {};
    copy.resources.set(resourceId, resource);
    for (const [name, { before, after }] of Object.entries(changes)) {
      // Each change begins where the last one ended.
      expect(before ?? null).toEqual(resource[name] ?? null);
      if (after === null) delete resource[name];
      else resource[name] = after;
    }
    const members = copy.members.get(resourceId) ?? new Set();
    copy.members.set(resourceId, members);
    for (const id of ids) {
      if (type === 'group.member_added') {
        expect(members, 'added twice').not.toContain(id);
        members.add(id);
      }
      if (type === 'group.member_removed') expect(members.delete(id), 'removed twice').toBe(true);
    }
  }
  return copy;
}

/** What the server adds to each answer is no part of the resource, and `schemas` says nothing that the attributes don't. */
function ownAttributes({ id: _id, meta: _meta, schemas: _schemas, groups: _groups, members: _members, ...own }: Body) {
  return own;
}

/** Fails unless the copy is what SCIM shows of all users and groups. */
export function expectSame(copy: DirectoryCopy, users: readonly Body[], groups: readonly Body[]): void {
  const shown = [...users, ...groups];
  expect([...copy.resources.keys()].sort()).toEqual(shown.map(({ id }) => id).sort());
  for (const resource of shown) {
    const { schemas: _schemas, ...own } = copy.resources.get(resource.id) ?? {};
    expect(own).toEqual(ownAttributes(resource));
  }
  for (const group of groups) {
    const members = (group.members ?? []).map(({ value }: { value: string }) => value);
    expect(copy.members.get(group.id)).toEqual(new Set(members));
  }
}
