// Events reach webhooks: signed, all of them, in order per resource, whatever fails in between.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createApp } from '../../bridge/app.ts';
import type { Directory } from '../../bridge/directories/contracts.ts';
import { newId } from '../../bridge/platform/ids.ts';
import { createLogger } from '../../bridge/platform/log.ts';
import { userSchema } from '../support/scim.ts';
import type { Received, WebhookReceiver } from '../support/webhook-receiver.ts';
import { createWebhookStage, patience, type WebhookStage } from '../support/webhook-stage.ts';

let stage: WebhookStage;
let acme: Directory;
beforeEach(async () => {
  stage = await createWebhookStage();
  acme = await stage.services.directories.createDirectory({ slug: 'acme' });
});
afterEach(() => stage.close());

const distinct = (messages: readonly Received[]) => new Set(messages.map(({ id }) => id)).size;

/** Of each resource: the numbers of its events, in the order in which they were first accepted. */
function orders({ accepted }: WebhookReceiver): Map<string, number[]> {
  const found = new Map<string, number[]>();
  for (const { event } of accepted) {
    const seen = found.get(event.resource.id) ?? [];
    if (!seen.includes(event.changes.n.after)) seen.push(event.changes.n.after);
    found.set(event.resource.id, seen);
  }
  return found;
}

function expectInOrder(receiver: WebhookReceiver): void {
  for (const numbers of orders(receiver).values()) expect(numbers).toEqual(numbers.map((_, index) => index + 1));
}

const status = async (slug: string) =>
  stage.services.webhooks.readStatus(await stage.services.webhooks.requireWebhook(slug));

const inTurn = (resources: number, rounds: number): string[] => {
  const ids = Array.from({ length: resources }, newId);
  return Array.from({ length: rounds }, () => ids).flat();
};

describe('a webhook', { timeout: 120_000 }, () => {
  it('gets each event as the event log shows it, signed, once', async () => {
    const { receiver } = await stage.hook('app', { directory: 'acme' });
    stage.replica();
    const resource = newId();
    const [id] = await stage.happen(acme.id, [resource]);
    await expect.poll(() => receiver.accepted, patience).toHaveLength(1);
    expect(receiver.accepted[0]).toMatchObject({
      id,
      headers: { 'content-type': 'application/json', 'webhook-timestamp': expect.stringMatching(/^\d{10}$/) },
      event: {
        id,
        type: 'user.updated',
        directory: { id: acme.id, slug: 'acme' },
        actor: 'test',
        resource: { type: 'User', id: resource },
        changes: { n: { before: 0, after: 1 } },
      },
    });
    await expect.poll(async () => (await status('app')).behind, patience).toBe(0);
    expect(receiver.received).toHaveLength(1);
    expect(receiver.forged).toEqual([]);
  });

  it('gets what comes after it was made, or everything, of one directory or of all', async () => {
    await stage.happen(acme.id, [newId()]);
    const other = await stage.services.directories.createDirectory({ slug: 'other' });
    await stage.happen(other.id, [newId()]);
    const types = ['user.*'];
    const now = await stage.hook('now', { directory: 'acme', types });
    const beginning = await stage.hook('beginning', { directory: 'acme', start: 'beginning', types });
    const all = await stage.hook('all', { start: 'beginning', types });
    stage.replica();
    await stage.happen(acme.id, [newId()]);
    const later = await stage.services.directories.createDirectory({ slug: 'later' });
    await stage.happen(later.id, [newId()]);
    await expect.poll(() => all.receiver.accepted.length, patience).toBe(4);
    await expect.poll(() => beginning.receiver.accepted.length, patience).toBe(2);
    await expect.poll(() => now.receiver.accepted.length, patience).toBe(1);
    expect(new Set(all.receiver.accepted.map(({ event }) => event.directory.slug))).toEqual(
      new Set(['acme', 'other', 'later']),
    );
    expect(beginning.receiver.accepted.every(({ event }) => event.directory.slug === 'acme')).toBe(true);
  });

  it('gets the types it wants, and comes past the others', async () => {
    const { receiver } = await stage.hook('app', { types: ['group.*', 'user.deleted'], directory: 'acme' });
    stage.replica();
    await stage.happen(acme.id, inTurn(5, 50));
    await stage.store.newEvent(acme.id, 'user.deleted', newId());
    await stage.store.newEvent(acme.id, 'group.created', newId());
    await stage.happen(acme.id, [newId()]);
    await expect.poll(() => receiver.accepted.length, patience).toBe(2);
    await expect.poll(async () => (await status('app')).behind, patience).toBe(0);
    expect(receiver.accepted.map(({ event }) => event.type).sort()).toEqual(['group.created', 'user.deleted']);
  });
});

describe('order', { timeout: 120_000 }, () => {
  it('is kept per resource, while different resources go beside each other', async () => {
    const { receiver } = await stage.hook('app', { directory: 'acme' });
    receiver.reply = async () => {
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 20));
      return 200;
    };
    stage.replica();
    await stage.happen(acme.id, inTurn(20, 20));
    await expect.poll(() => receiver.accepted.length, patience).toBe(400);
    expectInOrder(receiver);
    expect(receiver.most).toBeGreaterThan(5);
  });

  it('is kept while one message in three fails, and nothing is lost', async () => {
    const { receiver } = await stage.hook('app', { directory: 'acme' });
    receiver.reply = () => (Math.random() < 0.33 ? 500 : 204);
    stage.replica();
    await stage.happen(acme.id, inTurn(20, 10));
    await expect.poll(() => distinct(receiver.accepted), patience).toBe(200);
    expectInOrder(receiver);
    await expect.poll(async () => await status('app'), patience).toMatchObject({ behind: 0, waiting: 0, dead: 0 });
  });

  it('is kept when two replicas run at once and the one that delivers goes away in the middle', async () => {
    const { receiver } = await stage.hook('app', { directory: 'acme' });
    receiver.reply = async () => {
      await new Promise((resolve) => setTimeout(resolve, 10));
      return 200;
    };
    const replicas = [stage.replica(), stage.replica()];
    const resources = inTurn(10, 30);
    await stage.happen(acme.id, resources);
    for (const replica of replicas) {
      const before = distinct(receiver.accepted);
      await expect.poll(() => distinct(receiver.accepted), patience).toBeGreaterThan(Math.min(before + 20, 299));
      await replica.webhookWorker.close();
      stage.replica();
    }
    await expect.poll(() => distinct(receiver.accepted), patience).toBe(300);
    expectInOrder(receiver);
  });

  it('holds back what follows a failing message of one resource alone', async () => {
    const { receiver } = await stage.hook('app', { directory: 'acme' });
    const [stuck, free] = [newId(), newId()];
    let isStuck = true;
    receiver.reply = ({ event }) => (isStuck && event.resource.id === stuck ? 503 : 204);
    stage.replica();
    await stage.happen(acme.id, Array.from({ length: 30 }, () => [stuck, free]).flat());
    await expect.poll(() => receiver.accepted.length, patience).toBe(30);
    // The cursor has come past them: they wait in a table of their own, and only the first is tried.
    await expect.poll(async () => await status('app'), patience).toMatchObject({ behind: 0, waiting: 30 });
    expect(distinct(receiver.received.filter(({ event }) => event.resource.id === stuck))).toBe(1);
    isStuck = false;
    await expect.poll(() => receiver.accepted.length, patience).toBe(60);
    expectInOrder(receiver);
    await expect.poll(async () => (await status('app')).waiting, patience).toBe(0);
  });
});

describe('a slow or dead receiver', { timeout: 120_000 }, () => {
  it('delays neither another one nor a SCIM write', async () => {
    const types = ['user.*'];
    const slow = await stage.hook('slow', { types });
    const dead = await stage.hook('dead', { types });
    const good = await stage.hook('good', { types });
    slow.receiver.reply = () => 'hang';
    dead.receiver.reply = () => 'reset';
    // No call of the slow one ends before this test has: nothing may wait for one.
    const replica = stage.replica({
      timing: { timeoutMs: 10 * patience.timeout, leaseSeconds: 3_600, concurrency: 32 },
    });
    await stage.happen(acme.id, inTurn(50, 4));
    await expect.poll(() => good.receiver.accepted.length, patience).toBe(200);
    // More calls hang than there are connections to the database.
    await expect.poll(() => slow.receiver.received.length, patience).toBe(32);
    const app = createApp({ services: replica, logger: createLogger('silent') });
    const { token } = await stage.services.directories.createToken('acme', {});
    const headers = { Authorization: `Bearer ${token}`, 'Content-Type': 'application/scim+json' };
    for (let n = 0; n < 50; n += 1) {
      const body = JSON.stringify({ schemas: [userSchema], userName: `user-${n}` });
      const made = await app.request('/scim/v2/acme/Users', { method: 'POST', headers, body });
      expect(made.status).toBe(201);
    }
    await expect.poll(() => good.receiver.accepted.length, patience).toBe(250);
    expectInOrder({ ...good.receiver, accepted: good.receiver.accepted.slice(0, 200) });
    expect(slow.receiver.received).toHaveLength(32);
    expect(dead.receiver.accepted).toEqual([]);
    expect((await status('slow')).behind).toBeGreaterThanOrEqual(200);
  });

  it('is tried again after a while, and not for each of its messages', async () => {
    const { receiver } = await stage.hook('app', { directory: 'acme' });
    receiver.reply = () => 502;
    stage.replica({ timing: { concurrency: 8, messages: 5 } });
    await stage.happen(acme.id, inTurn(300, 2));
    await expect.poll(() => receiver.received.length, patience).toBeGreaterThan(12);
    expect(distinct(receiver.received)).toBeLessThan(40);
    receiver.reply = () => 204;
    await expect.poll(() => distinct(receiver.accepted), patience).toBe(600);
    expectInOrder(receiver);
  });

  it('is left alone for as long as it asks', async () => {
    const { receiver } = await stage.hook('app', { directory: 'acme' });
    receiver.reply = () => (receiver.received.length === 1 ? { status: 429, headers: { 'Retry-After': '1' } } : 204);
    stage.replica({ timing: { concurrency: 1 } });
    await stage.happen(acme.id, inTurn(3, 1));
    await expect.poll(() => receiver.accepted.length, patience).toBe(3);
    const [first, second] = receiver.received;
    expect((second?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThan(900);
  });

  it('keeps its connections', async () => {
    const { receiver } = await stage.hook('app', { directory: 'acme' });
    stage.replica({ timing: { concurrency: 4 } });
    await stage.happen(acme.id, inTurn(50, 10));
    await expect.poll(() => receiver.accepted.length, patience).toBe(500);
    expect(receiver.connections).toBeLessThanOrEqual(4);
  });
});
