// The log of a directory says how its deliveries do, and never tells an endpoint of itself.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Directory } from '../../bridge/directories/contracts.ts';
import { shownEvent } from '../../bridge/events/presentation.ts';
import { newId } from '../../bridge/platform/ids.ts';
import { createWebhookStage, patience, type WebhookStage } from '../support/webhook-stage.ts';

let stage: WebhookStage;
let acme: Directory;
beforeEach(async () => {
  stage = await createWebhookStage();
  acme = await stage.services.directories.createDirectory({ slug: 'acme' });
  await stage.services.directories.createDirectory({ slug: 'other' });
});
afterEach(() => stage.close());

const ids = (count: number) => Array.from({ length: count }, newId);
const idOf = async (slug: string) => (await stage.services.webhooks.requireWebhook(slug)).id;
const status = async (slug: string) =>
  stage.services.webhooks.readStatus(await stage.services.webhooks.requireWebhook(slug));

async function told(directory: string) {
  const request = { directory, types: ['delivery.*'], limit: 100, waitSeconds: 0 };
  const { events } = await stage.services.eventLog.readEvents(request);
  return events.map((event) => shownEvent(event));
}

const typesTold = async (directory: string) => (await told(directory)).map(({ type }) => type);

describe('the log of a directory', { timeout: 120_000 }, () => {
  it('says that a webhook is paused and goes on, who or what did it, and not in which words it failed', async () => {
    const { receiver } = await stage.hook('app', { directory: 'acme' });
    const watcher = await stage.hook('watcher', { directory: 'acme', types: ['delivery.*'] });
    receiver.reply = () => 'reset';
    stage.replica({ timing: { messages: 3, pauseMs: 100 } });
    await stage.happen(acme.id, ids(5));
    await expect.poll(() => typesTold('acme'), patience).toEqual(['delivery.paused']);
    receiver.reply = () => 204;
    await expect.poll(() => typesTold('acme'), patience).toEqual(['delivery.paused', 'delivery.resumed']);
    await stage.services.webhooks.updateWebhook('app', { paused: true });
    const id = await idOf('app');
    const failing = { cause: 'failing' };
    const events = await told('acme');
    expect(events).toMatchObject([
      { type: 'delivery.paused', actor: 'bridge', changes: { pause: { before: null, after: failing } } },
      { type: 'delivery.resumed', actor: 'bridge', changes: { pause: { before: failing, after: null } } },
      { type: 'delivery.paused', changes: { pause: { before: null, after: { cause: 'operator' } } } },
    ]);
    expect(events.map(({ resource }) => resource)).toEqual(
      Array.from({ length: 3 }, () => ({ type: 'Webhook', id, version: null })),
    );
    expect(JSON.stringify(events)).not.toContain('did not answer');
    await expect.poll(() => watcher.receiver.accepted.map(({ event }) => event), patience).toEqual(events);
    expect(receiver.accepted.every(({ event }) => event.type === 'user.updated')).toBe(true);
    expect(await told('other')).toEqual([]);
  });

  it('says it of a webhook of all directories, too, and so does each other log', async () => {
    await stage.hook('app');
    await stage.services.webhooks.updateWebhook('app', { paused: true });
    await stage.services.webhooks.updateWebhook('app', { paused: true });
    await stage.services.webhooks.updateWebhook('app', { paused: false });
    for (const directory of ['acme', 'other'])
      expect(await typesTold(directory)).toEqual(['delivery.paused', 'delivery.resumed']);
  });

  it('names the messages that are dead', async () => {
    const { receiver } = await stage.hook('app', { directory: 'acme' });
    receiver.reply = ({ event }) => (event.changes.n.after === 1 ? 500 : 204);
    stage.replica({ timing: { giveUpMs: 0 } });
    const resource = newId();
    const [first] = await stage.happen(acme.id, [resource, resource]);
    await expect.poll(async () => (await status('app')).dead, patience).toBe(1);
    expect(await told('acme')).toMatchObject([
      {
        type: 'delivery.dead',
        actor: 'bridge',
        resource: { type: 'Webhook', id: await idOf('app') },
        changes: { dead: { before: null, after: [first] } },
      },
    ]);
    await expect.poll(async () => (await status('app')).behind, patience).toBe(0);
    expect(receiver.received.every(({ event }) => event.type === 'user.updated')).toBe(true);
  });

  it('does not grow for ever where receivers that are away hear of each other', async () => {
    const hooks = [
      await stage.hook('one', { directory: 'acme' }),
      await stage.hook('two', { directory: 'acme' }),
      await stage.hook('three'),
    ];
    for (const { receiver } of hooks) receiver.reply = () => 500;
    stage.replica({ timing: { giveUpMs: 0 } });
    const happened = await stage.happen(acme.id, ids(2));
    const dead = async () => (await told('acme')).filter(({ type }) => type === 'delivery.dead');
    const named = async () => (await dead()).flatMap(({ changes }) => changes['dead']?.after);
    await expect.poll(async () => (await named()).length, patience).toBe(6);
    for (const slug of ['one', 'two', 'three']) {
      await expect.poll(async () => (await status(slug)).behind, patience).toBe(0);
    }
    expect(new Set(await named())).toEqual(new Set(happened));
    expect(await named()).toHaveLength(6);
    // Each was told of the others alone.
    for (const { slug, receiver } of hooks) {
      const own = await idOf(slug);
      const ofDeliveries = receiver.received.filter(({ event }) => event.type.startsWith('delivery.'));
      expect(ofDeliveries.length).toBeGreaterThan(0);
      expect(ofDeliveries.map(({ event }) => event.resource.id)).not.toContain(own);
    }
  });
});
