// What it takes to undo what somebody did in a window, from the events of a resource in their order. Pure: events in, items
// out.
import type { EventData, EventType } from '../../events/contracts.ts';
import { deepEqual, isJsonObject, type JsonObject, type JsonValue, own } from '../../scim/json.ts';
import type { Resource } from '../../scim/schema/model.ts';
import type { AttributeUndo, AttributeUndos, LaterChange, UndoAction, UndoItemState, UndoReason } from './contracts.ts';

/** An event of one resource. */
export interface PastEvent {
  type: EventType;
  data: EventData;
  /** Whether it is to be undone. */
  isTheirs: boolean;
  by: string;
  at: Date;
}

/**
 * Something that they changed. `former`: what it was before their last change, or before the first of several that nobody else's
 * came between. `since`: somebody else's change after theirs.
 */
export interface Cell<T> {
  now: T;
  former: T;
  since: LaterChange | null;
}

type Change = Pick<PastEvent, 'isTheirs' | 'by' | 'at'>;

const laterOf = ({ by, at }: Change): LaterChange => ({ by, at: at.toISOString() });

/** Takes one more change in; what they have not touched yet stays undefined. */
export function foldCell<T>(cell: Cell<T> | undefined, before: T, after: T, change: Change): Cell<T> | undefined {
  if (!change.isTheirs) return cell && { ...cell, now: after, since: laterOf(change) };
  return cell && cell.since === null ? { ...cell, now: after } : { now: after, former: before, since: null };
}

/** What the events of one resource have come to so far, members apart. */
export interface ResourceFold {
  exists: Cell<boolean> | undefined;
  /** Who deleted it, while it is gone. */
  deleted: LaterChange | undefined;
  /** Somebody else's last change, since they made it. */
  others: LaterChange | undefined;
  /** By name; those of extensions one by one. */
  attributes: ReadonlyMap<string, Cell<JsonValue>>;
  password: boolean;
}

export const emptyFold: ResourceFold = {
  exists: undefined,
  deleted: undefined,
  others: undefined,
  attributes: new Map(),
  password: false,
};

/** Events carry JSON. */
const toJson = (value: unknown): JsonValue => (value === undefined ? null : (value as JsonValue));

/** Names of core attributes have no colon; what an extension has is named by its URN, a colon and its own name. */
const isExtension = (name: string): boolean => name.includes(':');

const partsOf = (value: JsonValue): JsonObject => (isJsonObject(value) ? value : {});

type AttributeChange = [name: string, before: JsonValue, after: JsonValue];

function changesOf({ type, data }: PastEvent): AttributeChange[] {
  const found: AttributeChange[] = [];
  for (const [name, change] of Object.entries(data.changes ?? {})) {
    const [before, after] = [toJson(change.before), toJson(change.after)];
    if (name === 'active' && type === 'user.updated') {
      // Whoever takes `active` away, or says it again, neither lets a user in nor locks one out.
    } else if (name === 'active' && (type === 'user.activated' || type === 'user.deactivated')) {
      found.push([name, after !== true, after]);
    } else if (isExtension(name)) {
      const [was, is] = [partsOf(before), partsOf(after)];
      for (const part of new Set([...Object.keys(was), ...Object.keys(is)])) {
        const [partBefore, partAfter] = [own(was, part) ?? null, own(is, part) ?? null];
        if (!deepEqual(partBefore, partAfter)) found.push([`${name}:${part}`, partBefore, partAfter]);
      }
    } else {
      found.push([name, before, after]);
    }
  }
  if (data.wasActive !== undefined) found.push(['active', data.wasActive, null]);
  return found;
}

/** Takes one more event of the resource in. Changes of members are {@link memberChanges}. */
export function foldEvent(fold: ResourceFold, event: PastEvent): ResourceFold {
  const { type, isTheirs } = event;
  const isCreated = type.endsWith('.created');
  const isDeleted = type.endsWith('.deleted');
  const attributes = new Map(fold.attributes);
  for (const [name, before, after] of changesOf(event)) {
    const cell = foldCell(attributes.get(name), before, after, event);
    if (cell) attributes.set(name, cell);
  }
  const isMade = isCreated && isTheirs && fold.exists?.since !== null;
  return {
    exists: isCreated || isDeleted ? foldCell(fold.exists, isDeleted, isCreated, event) : fold.exists,
    deleted: isDeleted ? laterOf(event) : isCreated ? undefined : fold.deleted,
    others: isMade ? undefined : isTheirs ? fold.others : laterOf(event),
    attributes,
    password: fold.password || (isTheirs && type === 'user.password_changed'),
  };
}

/** Members that came (true) or went (false) with an event of their group. */
export const memberChanges = ({
  type,
  data,
}: Pick<PastEvent, 'type' | 'data'>): [member: string, isThere: boolean][] =>
  type === 'group.member_added' || type === 'group.member_removed'
    ? (data.members ?? []).map((member) => [member, type === 'group.member_added'])
    : [];

export interface PlannedItem {
  action: UndoAction;
  state: UndoItemState;
  reason?: UndoReason;
  since?: LaterChange;
  changes: AttributeUndos;
  /** What does not come back. */
  lost: string[];
}

function attributeUndos(attributes: ResourceFold['attributes']): AttributeUndos {
  const changes: AttributeUndos = {};
  for (const [name, { now, former: to, since }] of attributes) {
    if (!deepEqual(now, to)) changes[name] = { now, to, ...(since && { since }) };
  }
  return changes;
}

function updateAction(changes: AttributeUndos): UndoAction {
  const active = changes['active'];
  if (!active || Object.keys(changes).length > 1) return 'update';
  return active.to === true ? 'activate' : 'deactivate';
}

const passwordLost = 'password';
const activeLost = 'active';

function restoring(type: string, { exists, attributes }: ResourceFold): PlannedItem {
  const changes = attributeUndos(attributes);
  const lost = type === 'User' ? [passwordLost] : [];
  // Nobody is let in whom the log doesn't know to have been let in.
  if (type === 'User' && typeof changes['active']?.to !== 'boolean') {
    changes['active'] = { now: null, to: false };
    lost.push(activeLost);
  }
  if (!exists?.since) return { action: 'restore', state: 'ready', changes, lost };
  return {
    action: 'restore',
    state: 'impossible',
    reason: 'deleted_since',
    since: exists.since,
    changes: {},
    lost: [],
  };
}

/** What is to be done about the resource itself; undefined: nothing. */
export function planResource(type: string, fold: ResourceFold): PlannedItem | undefined {
  const { exists, deleted, others, attributes, password } = fold;
  if (exists && exists.now !== exists.former) {
    if (exists.former) return restoring(type, fold);
    const plain = { action: 'delete' as const, changes: {}, lost: [] };
    return others
      ? { ...plain, state: 'conflict', reason: 'changed_since', since: others }
      : { ...plain, state: 'ready' };
  }
  const changes = attributeUndos(attributes);
  const all = Object.values(changes);
  const action = updateAction(changes);
  if (deleted) {
    // Of what they themselves made and deleted, nothing is left to undo.
    if (all.length === 0 || exists?.former === false) return undefined;
    return { action, state: 'impossible', reason: 'deleted_since', since: deleted, changes: {}, lost: [] };
  }
  const lost = password ? [passwordLost] : [];
  if (all.length === 0) {
    return password
      ? { action: 'password', state: 'impossible', reason: 'password_unknown', changes, lost }
      : undefined;
  }
  const since = all.every((change) => change.since) ? all[0]?.since : undefined;
  return since
    ? { action, state: 'conflict', reason: 'changed_since', since, changes, lost }
    : { action, state: 'ready', changes, lost };
}

function valueAt(resource: JsonObject, name: string): JsonValue {
  if (!isExtension(name)) return own(resource, name) ?? null;
  const [urn, part] = splitName(name);
  return own(partsOf(own(resource, urn) ?? null), part) ?? null;
}

function splitName(name: string): [urn: string, part: string] {
  const end = name.lastIndexOf(':');
  return [name.slice(0, end), name.slice(end + 1)];
}

/** A copy with the value, or without it when it is null. An extension goes with its last value. */
function withValue(resource: Resource, name: string, value: JsonValue): Resource {
  const set = (object: JsonObject, key: string, to: JsonValue): JsonObject => {
    const { [key]: _former, ...rest } = object;
    return to === null ? rest : { ...rest, [key]: to };
  };
  if (!isExtension(name)) return set(resource, name, value);
  const [urn, part] = splitName(name);
  const extension = set(partsOf(own(resource, urn) ?? null), part, value);
  return set(resource, urn, Object.keys(extension).length === 0 ? null : extension);
}

export interface Undone {
  resource: Resource;
  /** Attributes that are not as the plan saw them. */
  changed: string[];
  /** Whether anything is, or was already, as it is to be. */
  isAny: boolean;
}

const isLeft = ({ since, takenBy }: AttributeUndo, overwrite: boolean): boolean =>
  !overwrite && (since !== undefined || takenBy !== undefined);

/**
 * The resource with its attributes set back. `active` counts where the resource has none. What is neither as the plan saw it
 * nor as it is to be stays.
 */
export function undoAttributes(
  current: Resource,
  changes: AttributeUndos,
  { overwrite, active }: { overwrite: boolean; active?: boolean },
): Undone {
  let resource = current;
  const changed: string[] = [];
  let isAny = false;
  for (const [name, change] of Object.entries(changes)) {
    if (isLeft(change, overwrite)) continue;
    const found = valueAt(current, name);
    const value = name === 'active' && active !== undefined && found === null ? active : found;
    if (deepEqual(value, change.to)) {
      isAny = true;
    } else if (deepEqual(value, change.now)) {
      resource = withValue(resource, name, change.to);
      isAny = true;
    } else {
      changed.push(name);
    }
  }
  return { resource, changed, isAny };
}

/** The attributes of a resource that is made again. */
export function restoredAttributes(changes: AttributeUndos, overwrite: boolean): Resource {
  let resource: Resource = {};
  for (const [name, change] of Object.entries(changes)) {
    if (!isLeft(change, overwrite)) resource = withValue(resource, name, change.to);
  }
  return resource;
}
