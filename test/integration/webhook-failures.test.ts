// What becomes of webhooks that fail, are paused, replayed or changed; and which receivers are never called.

import { readFile } from 'node:fs/promises';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Directory } from '../../bridge/directories/contracts.ts';
import { writeIn } from '../../bridge/platform/db/scope.ts';
import { createOutgoing } from '../../bridge/platform/http/outgoing.ts';
import { newId } from '../../bridge/platform/ids.ts';
import { makeCertificates } from '../support/certificates.ts';
import { createWebhookStage, patience, type WebhookStage } from '../support/webhook-stage.ts';

let stage: WebhookStage;
let acme: Directory;
beforeEach(async () => {
  stage = await createWebhookStage();
  acme = await stage.services.directories.createDirectory({ slug: 'acme' });
});
afterEach(() => stage.close());

const webhook = (slug: string) => stage.services.webhooks.requireWebhook(slug);
const status = async (slug: string) => stage.services.webhooks.readStatus(await webhook(slug));
const pauseCause = async (slug: string) => (await webhook(slug)).pause?.cause ?? null;
const ids = (count: number) => Array.from({ length: count }, newId);
const audited = async () =>
  (await stage.services.auditLog.readAudit({ types: ['webhook.*'], limit: 100 })).entries.map(({ type, actor }) => [
    type,
    actor.name,
  ]);

describe('a message that fails for long', { timeout: 120_000 }, () => {
  it('is dead in the end, which lets those behind it go; it can be sent once more', async () => {
    const { receiver } = await stage.hook('app', { directory: 'acme' });
    let isBroken = true;
    receiver.reply = ({ event }) =>
      isBroken && event.changes.n.after === 1 ? { status: 500, text: 'no such tenant' } : 204;
    stage.replica({ timing: { giveUpMs: 300 } });
    const resource = newId();
    const [first] = await stage.happen(acme.id, [resource, resource]);
    await expect.poll(() => receiver.accepted.map(({ event }) => event.changes.n.after), patience).toEqual([2]);
    await expect.poll(async () => await status('app'), patience).toMatchObject({ behind: 0, waiting: 0, dead: 1 });
    const [dead] = await stage.services.webhooks.listFailed('app', { state: 'dead', limit: 10 });
    expect(dead).toMatchObject({
      position: Number(first?.split('.')[1]),
      directory: { slug: 'acme' },
      problem: 'The receiver answered 500.',
      nextAttemptAt: null,
    });
    expect(dead?.attempts).toBeGreaterThan(1);
    const attempts = await stage.services.webhooks.listAttempts('app', { limit: 100, failed: true });
    expect(attempts).toHaveLength(dead?.attempts ?? 0);
    expect(attempts[0]).toMatchObject({ status: 500, answer: 'no such tenant', type: 'user.updated' });

    isBroken = false;
    expect(await stage.services.webhooks.reviveDead('app', [`${acme.id}.999`])).toBe(0);
    expect(await stage.services.webhooks.reviveDead('app', first ? [first] : [])).toBe(1);
    await expect.poll(() => receiver.accepted.map(({ id }) => id), patience).toContain(first);
    await expect.poll(async () => (await status('app')).dead, patience).toBe(0);
  });
});

describe('a webhook', { timeout: 120_000 }, () => {
  it('is paused when nothing gets through, tried now and then, and resumes by itself', async () => {
    const { receiver } = await stage.hook('app', { directory: 'acme' });
    receiver.reply = () => 'reset';
    stage.replica({ timing: { messages: 3, pauseMs: 100 } });
    await stage.happen(acme.id, ids(20));
    await expect.poll(() => pauseCause('app'), patience).toBe('failing');
    expect((await webhook('app')).pause?.reason).toContain('did not answer');
    receiver.reply = () => 204;
    await expect.poll(() => receiver.accepted.length, patience).toBe(20);
    await expect.poll(() => pauseCause('app'), patience).toBe(null);
    expect(await audited()).toEqual([
      ['webhook.created', 'bridge'],
      ['webhook.paused', 'bridge'],
      ['webhook.resumed', 'bridge'],
    ]);
  });

  it('is left alone when the receiver answers 410, until an operator resumes it', async () => {
    const { receiver } = await stage.hook('app', { directory: 'acme' });
    receiver.reply = () => 410;
    stage.replica({ timing: { concurrency: 1 } });
    await stage.happen(acme.id, ids(5));
    await expect.poll(() => pauseCause('app'), patience).toBe('gone');
    const calls = receiver.received.length;
    receiver.reply = () => 204;
    await stage.happen(acme.id, ids(5));
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(receiver.received).toHaveLength(calls);
    await stage.services.webhooks.updateWebhook('app', { paused: false });
    await expect.poll(() => receiver.accepted.length, patience).toBe(10);
  });

  it('keeps its place while an operator pauses it', async () => {
    const { receiver } = await stage.hook('app', { directory: 'acme' });
    stage.replica();
    await stage.happen(acme.id, ids(3));
    await expect.poll(() => receiver.accepted.length, patience).toBe(3);
    await stage.services.webhooks.updateWebhook('app', { paused: true });
    await expect.poll(() => pauseCause('app'), patience).toBe('operator');
    // Its deliverer has to have noticed; until then an event may still go out.
    await expect
      .poll(async () => {
        const { rows } = await sql<{ free: boolean }>`select lease_owner is null as free from webhooks`.execute(
          stage.database.db,
        );
        return rows[0]?.free;
      }, patience)
      .toBe(true);
    await stage.happen(acme.id, ids(3));
    // Those, and that it was paused.
    await expect.poll(async () => (await status('app')).behind, patience).toBe(4);
    expect(receiver.accepted).toHaveLength(3);
    await stage.services.webhooks.updateWebhook('app', { paused: false });
    await expect.poll(() => receiver.accepted.length, patience).toBe(6);
  });

  it('signs with two secrets while one takes over from the other', async () => {
    const { receiver, secrets } = await stage.hook('app', { directory: 'acme' });
    stage.replica();
    const { secret } = await stage.services.webhooks.rotateSecret('app', 3_600);
    secrets.push(secret);
    await stage.happen(acme.id, ids(1));
    await expect.poll(() => receiver.accepted.length, patience).toBe(1);
    expect(receiver.accepted[0]?.headers['webhook-signature']?.split(' ')).toHaveLength(2);
    const { secret: third } = await stage.services.webhooks.rotateSecret('app', 0);
    secrets.splice(0, secrets.length, third);
    await stage.happen(acme.id, ids(1));
    await expect.poll(() => receiver.accepted.length, patience).toBe(2);
    expect(receiver.accepted[1]?.headers['webhook-signature']?.split(' ')).toHaveLength(1);
    expect((await status('app')).secrets).toHaveLength(1);
  });

  it('is sent to where it was changed to', async () => {
    const first = await stage.hook('app', { directory: 'acme' });
    const second = await stage.hook('second', { directory: 'acme', types: ['group.*'] });
    stage.replica();
    await stage.happen(acme.id, ids(1));
    await expect.poll(() => first.receiver.accepted.length, patience).toBe(1);
    second.secrets.splice(0, 1, ...first.secrets);
    await stage.services.webhooks.updateWebhook('app', { url: second.receiver.url, types: ['user.*'] });
    // One that was under way may still have gone to the first.
    const arrives = async () => {
      await stage.happen(acme.id, ids(1));
      return second.receiver.accepted.length;
    };
    await expect.poll(arrives, { ...patience, interval: 200 }).toBeGreaterThan(0);
    const before = first.receiver.accepted.length;
    const [id] = await stage.happen(acme.id, ids(1));
    await expect.poll(() => second.receiver.accepted.map((message) => message.id), patience).toContain(id);
    expect(first.receiver.accepted).toHaveLength(before);
  });

  it('says in its state what retention took before it could be sent, and goes on with what there is', async () => {
    const { receiver } = await stage.hook('app', { directory: 'acme', types: ['user.*'], start: 'beginning' });
    await stage.happen(acme.id, ids(10));
    expect((await status('app')).behind).toBeGreaterThanOrEqual(10);
    await writeIn(stage.database.pool, acme.id, (scope) =>
      sql`delete from events where directory_id = ${acme.id} and position <= 7`.execute(scope),
    );
    stage.replica();
    await expect.poll(() => receiver.accepted.length, patience).toBeGreaterThanOrEqual(3);
    await expect.poll(async () => await status('app'), patience).toMatchObject({ behind: 0, missed: 7 });
    expect((await status('app')).missedAt).toBeInstanceOf(Date);
  });

  it('of a directory that is deleted is gone with it, and others go on', async () => {
    const own = await stage.hook('own', { directory: 'acme' });
    const all = await stage.hook('all');
    const other = await stage.services.directories.createDirectory({ slug: 'other' });
    stage.replica();
    await stage.happen(acme.id, ids(2));
    await expect.poll(() => own.receiver.accepted.length, patience).toBe(2);
    await stage.services.directories.deleteDirectory('acme');
    await expect(webhook('own')).rejects.toMatchObject({ code: 'webhook_absent' });
    await stage.happen(other.id, ids(2));
    const ofOther = () => all.receiver.accepted.filter(({ event }) => event.resource.type === 'User');
    await expect.poll(() => ofOther().filter(({ event }) => event.directory.slug === 'other').length, patience).toBe(2);
  });
});

describe('a replay', { timeout: 120_000 }, () => {
  it('sends everything again from a position, a time or a cursor on, with the same ids', async () => {
    const { receiver } = await stage.hook('app', { directory: 'acme', types: ['user.*'] });
    stage.replica();
    const sent = await stage.happen(acme.id, ids(10));
    const cursor = (await stage.services.eventLog.readEvents({ directory: 'acme', last: 4, limit: 1, waitSeconds: 0 }))
      .cursor;
    await expect.poll(async () => (await status('app')).behind, patience).toBe(0);
    const again = async (asked: Parameters<typeof stage.services.webhooks.replay>[1], expected: string[]) => {
      receiver.accepted.length = 0;
      await stage.services.webhooks.replay('app', asked);
      await expect.poll(() => receiver.accepted.map(({ id }) => id).sort(), patience).toEqual(expected.toSorted());
      await expect.poll(async () => (await status('app')).behind, patience).toBe(0);
    };
    const first = Number(sent[0]?.split('.')[1]);
    await again({ directory: 'acme', position: first + 5 }, sent.slice(5));
    await again({ after: cursor }, sent.slice(7));
    await again({ since: new Date(Date.now() - 3_600_000).toISOString() }, sent);
    await again({ directory: 'acme', position: first + 2, to: first + 4 }, sent.slice(2, 5));
    receiver.accepted.length = 0;
    const more = await stage.happen(acme.id, ids(2));
    await expect.poll(() => receiver.accepted.map(({ id }) => id).sort(), patience).toEqual(more.toSorted());
  });
});

describe('a receiver', { timeout: 120_000 }, () => {
  const problemOf = async (slug: string) =>
    (await stage.services.webhooks.listAttempts(slug, { limit: 1, failed: true }))[0]?.problem ?? '';

  it('that redirects gets nothing elsewhere', async () => {
    const elsewhere = await stage.hook('elsewhere', { directory: 'acme', types: ['group.*'] });
    const { receiver } = await stage.hook('app', { directory: 'acme' });
    receiver.reply = () => ({ status: 307, headers: { Location: elsewhere.receiver.url } });
    stage.replica();
    await stage.happen(acme.id, ids(1));
    await expect.poll(() => problemOf('app'), patience).toContain('307; redirects are not followed');
    expect(elsewhere.receiver.received).toEqual([]);
  });

  it('at a private address is refused when it is entered, and when its name leads there', async () => {
    const shut = createOutgoing({ allow: [] });
    const strict = stage.replica({ outgoing: shut });
    for (const url of ['https://10.0.0.1/', 'http://example.com/', 'https://user:secret@example.com/']) {
      await expect(strict.webhooks.createWebhook({ slug: 'x', url, start: 'now' })).rejects.toMatchObject({
        code: 'invalid_request',
      });
    }
    await strict.webhooks.createWebhook({ slug: 'x', url: 'https://localhost:1/', start: 'now' });
    await stage.happen(acme.id, ids(1));
    await expect.poll(() => problemOf('x'), patience).toContain('OUTGOING_ALLOW');
  });

  it('whose name leads elsewhere when it is called than when it was checked is not called', async () => {
    let address = '93.184.215.14';
    const outgoing = createOutgoing({
      allow: [],
      resolve: (_hostname, _options, callback) => callback(null, [{ address, family: 4 }]),
    });
    const replica = stage.replica({ outgoing, timing: { timeoutMs: 300 } });
    const { receiver } = await stage.hook('target', { types: ['group.*'] });
    await replica.webhooks.createWebhook({
      slug: 'x',
      url: `https://rebound.test:${receiver.port}/`,
      start: 'now',
    });
    address = '127.0.0.1';
    await stage.happen(acme.id, ids(1));
    await expect.poll(() => problemOf('x'), patience).toContain('no address that may be called');
    expect(receiver.connections).toBe(0);
  });

  it('that does not answer, or whose certificate is not proven, has a readable reason', async () => {
    const certificates = await makeCertificates();
    const { certificate, key } = certificates.good;
    const server = createServer({ cert: await readFile(certificate), key: await readFile(key) }, (_, response) =>
      response.end(),
    );
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    try {
      const { port } = server.address() as AddressInfo;
      const { webhooks } = stage.services;
      await webhooks.createWebhook({ slug: 'unproven', url: `https://127.0.0.1:${port}/`, start: 'now' });
      await webhooks.createWebhook({ slug: 'away', url: 'http://127.0.0.1:9/', start: 'now' });
      stage.replica();
      await stage.happen(acme.id, ids(1));
      await expect.poll(() => problemOf('unproven'), patience).toMatch(/certificate/);
      await expect.poll(() => problemOf('away'), patience).toMatch(/ECONNREFUSED/);
    } finally {
      server.close();
      await certificates.remove();
    }
  });
});
