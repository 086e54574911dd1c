// The event log: a reader that goes by position misses nothing, whatever order transactions commit in.
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { NewEvent, StoredEvent } from '../../bridge/events/contracts.ts';
import { appendEvents, createEventReader, type EventReader } from '../../bridge/events/repository.ts';
import { readIn, writeIn } from '../../bridge/platform/db/scope.ts';
import { newId } from '../../bridge/platform/ids.ts';
import { createTestBridge, type TestBridge } from '../support/bridge.ts';
import { eventsOf, newGroup, newUser, patchOp } from '../support/scim.ts';

let bridge: TestBridge;
let reader: EventReader;

beforeAll(async () => {
  bridge = await createTestBridge({ poolSize: 24 });
  reader = createEventReader(bridge.database.pool);
});
afterAll(() => bridge.close());

const event = (resourceId: string, resourceVersion = 1): NewEvent => ({
  type: 'user.updated',
  resourceType: 'User',
  resourceId,
  resourceVersion,
  data: {},
});
const actor = { name: 'test' };

/** A directory that nobody made over the API, so that its log begins with the test's own events. */
async function newDirectory(): Promise<{ directory: { id: string } }> {
  const id = newId();
  const now = new Date();
  const values = { id, slug: `d-${id}`, name: 'Made by hand', kind: 'scim', profile: 'auto' } as const;
  await bridge.database.db
    .insertInto('directories')
    .values({ ...values, created_at: now, updated_at: now })
    .execute();
  return { directory: { id } };
}

const append = (directoryId: string, ...events: NewEvent[]) =>
  writeIn(bridge.database.pool, directoryId, (scope) => appendEvents(scope, directoryId, events, actor, new Date()));

/** Reads page by page behind a cursor until `isDone`, as a consumer does. */
async function poll(
  directoryId: string,
  isDone: (read: StoredEvent[]) => boolean,
  pageSize = 7,
): Promise<StoredEvent[]> {
  const read: StoredEvent[] = [];
  while (!isDone(read)) {
    await reader.placeEvents(directoryId);
    const page = await reader.listEvents(directoryId, read.at(-1)?.position ?? 0, pageSize);
    read.push(...page);
    if (page.length === 0) await sleep(2);
  }
  return read;
}

test('16 writers and a polling reader: every event once, positions without a gap, resources in order', async () => {
  const { directory } = await newDirectory();
  const writers = 16;
  const each = 12;
  const resources = Array.from({ length: writers }, () => newId());
  const reading = poll(directory.id, (read) => read.length >= writers * each);
  const writing = resources.map(async (resourceId, writer) => {
    for (let version = 1; version <= each; version += 1) {
      // Some transactions stay open for a while, so that commits overtake each other.
      await writeIn(bridge.database.pool, directory.id, async (scope) => {
        await appendEvents(scope, directory.id, [event(resourceId, version)], actor, new Date());
        if ((version + writer) % 4 === 0) await sleep(writer);
      });
    }
  });
  await Promise.all(writing);
  const read = await reading;
  expect(read.map((one) => one.position)).toEqual(Array.from({ length: writers * each }, (_, index) => index + 1));
  for (const resourceId of resources) {
    const versions = read.filter((one) => one.resourceId === resourceId).map((one) => one.resourceVersion);
    expect(versions).toEqual(Array.from({ length: each }, (_, index) => index + 1));
  }
});

test('an event that commits late is read later, not missed', async () => {
  const { directory } = await newDirectory();
  const [late, early] = [newId(), newId()];
  let commit = () => {};
  const held = new Promise<void>((resolve) => {
    commit = resolve;
  });
  let written = () => {};
  const isWritten = new Promise<void>((resolve) => {
    written = resolve;
  });
  const slow = writeIn(bridge.database.pool, directory.id, async (scope) => {
    await appendEvents(scope, directory.id, [event(late)], actor, new Date());
    written();
    await held;
  });
  await isWritten;
  await append(directory.id, event(early));
  expect((await poll(directory.id, (read) => read.length === 1)).map((one) => [one.position, one.resourceId])).toEqual([
    [1, early],
  ]);
  commit();
  await slow;
  expect(await reader.placeEvents(directory.id)).toBe(2);
  expect((await reader.listEvents(directory.id, 1, 10)).map((one) => [one.position, one.resourceId])).toEqual([
    [2, late],
  ]);
});

test('an event that was rolled back is never read and leaves no gap', async () => {
  const { directory } = await newDirectory();
  await append(directory.id, event(newId()));
  const failed = writeIn(bridge.database.pool, directory.id, async (scope) => {
    await appendEvents(scope, directory.id, [event(newId())], actor, new Date());
    throw new Error('changed my mind');
  });
  await expect(failed).rejects.toThrow('changed my mind');
  await append(directory.id, event(newId()));
  expect(await reader.placeEvents(directory.id)).toBe(2);
  expect((await reader.listEvents(directory.id, 0, 10)).map((one) => one.position)).toEqual([1, 2]);
});

test('several readers place the same events at once without a gap or a double', async () => {
  const { directory } = await newDirectory();
  await append(directory.id, ...Array.from({ length: 300 }, () => event(newId())));
  const heads = await Promise.all(Array.from({ length: 8 }, () => reader.placeEvents(directory.id)));
  expect(heads).toEqual(Array.from({ length: 8 }, () => 300));
  const read = await reader.listEvents(directory.id, 0, 1_000);
  expect(read.map((one) => one.position)).toEqual(Array.from({ length: 300 }, (_, index) => index + 1));
});

test('more events than one batch are all placed', async () => {
  const { directory } = await newDirectory();
  for (let batch = 0; batch < 6; batch += 1) {
    await append(directory.id, ...Array.from({ length: 2_000 }, () => event(newId())));
  }
  expect(await reader.placeEvents(directory.id)).toBe(12_000);
  expect((await reader.listEvents(directory.id, 11_998, 10)).map((one) => one.position)).toEqual([11_999, 12_000]);
});

test('each directory counts for itself', async () => {
  const [one, two] = [await newDirectory(), await newDirectory()];
  await append(one.directory.id, event(newId()), event(newId()));
  await append(two.directory.id, event(newId()));
  expect(await reader.placeEvents(one.directory.id)).toBe(2);
  expect(await reader.placeEvents(two.directory.id)).toBe(1);
  expect(await reader.listEvents(two.directory.id, 1, 10)).toEqual([]);
});

test('provisioning events tell who, what and in which order', async () => {
  const scim = await bridge.directory();
  const { id } = await newUser(scim, 'teller', { title: 'A' });
  const group = await newGroup(scim, 'Tellers', [id]);
  await scim.patch(`/Users/${id}`, patchOp({ op: 'replace', path: 'title', value: 'B' }));
  await scim.delete(`/Users/${id}`);
  const events = await eventsOf(bridge, scim);
  expect(events.map(({ type, resourceId, resourceVersion }) => [type, resourceId, resourceVersion])).toEqual([
    ['user.created', id, 1],
    ['group.created', group.id, 1],
    ['group.member_added', group.id, 1],
    ['user.updated', id, 2],
    ['group.member_removed', group.id, 2],
    ['user.deleted', id, 2],
  ]);
  expect(events[3]?.data).toMatchObject({
    changes: { title: { before: 'A', after: 'B' } },
    keys: { usernames: ['teller'] },
  });
  const rows = await readIn(bridge.database.pool, [scim.directory.id], (scope) =>
    scope
      .selectFrom('events')
      .select(['actor', 'request_id'])
      .where('resource_type', 'in', ['User', 'Group'])
      .execute(),
  );
  for (const row of rows) {
    expect(row.actor).toBe(`token:${scim.token.slice(0, 'rb_scim_'.length + 6)}`);
    expect(row.request_id).toMatch(/^[0-9a-f-]{36}$/);
  }
});
