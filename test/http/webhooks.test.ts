// Webhooks through the management API: made, seen, tested, changed and deleted; bad input gets a clear answer.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createApp } from '../../bridge/app.ts';
import { createOutgoing } from '../../bridge/platform/http/outgoing.ts';
import { createLogger } from '../../bridge/platform/log.ts';
import { type Answer, type Body, createTestBridge, readAnswer, type TestBridge } from '../support/bridge.ts';
import { newUser } from '../support/scim.ts';
import { startWebhookReceiver, type WebhookReceiver } from '../support/webhook-receiver.ts';

const adminToken = 'an-admin-token-of-at-least-32-characters';
const patience = { timeout: 25_000, interval: 50 };
let bridge: TestBridge;
let app: TestBridge['app'];
let receiver: WebhookReceiver;
const secrets: string[] = [];

beforeAll(async () => {
  bridge = await createTestBridge({ outgoing: createOutgoing({ allow: ['127.0.0.0/8'] }) });
  app = createApp({ services: bridge.services, logger: createLogger('silent'), adminToken });
  receiver = await startWebhookReceiver(() => secrets);
});
afterAll(async () => {
  await bridge.services.webhookWorker.close();
  await receiver.close();
  await bridge.close();
});

async function call(method: string, path: string, body?: unknown): Promise<Answer> {
  const init = {
    method,
    headers: {
      Authorization: `Bearer ${adminToken}`,
      ...(body !== undefined && { 'Content-Type': 'application/json' }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  };
  return readAnswer(await app.request(`/api/v1${path}`, init));
}

const made = async (slug: string, over: Body = {}): Promise<Body> => {
  const { status, body } = await call('POST', '/webhooks', { slug, url: receiver.url, ...over });
  expect(status, JSON.stringify(body)).toBe(201);
  return body;
};

test('from nothing to a delivered event', async () => {
  const scim = await bridge.directory('acme');
  const webhook = await made('app', { directory: 'acme', types: ['user.*'] });
  expect(webhook).toMatchObject({
    slug: 'app',
    directory: 'acme',
    types: ['user.*'],
    pause: null,
    secret: expect.stringMatching(/^whsec_[\w+/]{43}=$/),
  });
  secrets.splice(0, secrets.length, webhook.secret);

  const tested = await call('POST', '/webhooks/app/test');
  expect(tested).toMatchObject({ status: 200, body: { delivered: true, status: 204, problem: null } });
  expect(receiver.accepted[0]).toMatchObject({ id: tested.body.id, event: { type: 'webhook.test', webhook: 'app' } });

  bridge.services.webhookWorker.start();
  const { id } = await newUser(scim, 'anna');
  await expect.poll(() => receiver.accepted.length, patience).toBe(2);
  const [event] = (await call('GET', '/events?directory=acme&type=user.*')).body.events;
  expect(receiver.accepted[1]?.event).toEqual(event);
  expect(event).toMatchObject({ profile: 'auto', resource: { id } });

  await expect
    .poll(async () => (await call('GET', '/webhooks/app')).body, patience)
    .toMatchObject({
      ...{ behind: 0, waiting: 0, dead: 0, missed: 0, deliveredAt: expect.any(String) },
      secrets: [{ expiresAt: null }],
    });
  expect((await call('GET', '/webhooks/app/attempts')).body).toMatchObject([
    { event: event.id, type: 'user.created', directory: { slug: 'acme' }, status: 204, answer: '', problem: null },
  ]);
  expect((await call('GET', '/webhooks/app/attempts?failed=true')).body).toEqual([]);

  const replayed = await call('POST', '/webhooks/app/replay', { directory: 'acme', position: event.position });
  expect(replayed.body).toEqual({
    replayed: [{ directory: 'acme', from: event.position, to: event.position }],
  });
  await expect
    .poll(() => receiver.accepted.map((message) => message.id), patience)
    .toEqual([tested.body.id, event.id, event.id]);
});

test('the secret is shown once, by whatever way it was made', async () => {
  const { secret } = await made('quiet', { types: ['group.*'] });
  const { body: rotated } = await call('POST', '/webhooks/quiet/secret', { overlapSeconds: 60 });
  expect(rotated.secret).toMatch(/^whsec_/);
  expect(rotated.secret).not.toBe(secret);
  for (const path of ['/webhooks', '/webhooks/quiet', '/audit?type=webhook.*']) {
    const told = JSON.stringify((await call('GET', path)).body);
    expect(told).toContain('quiet');
    expect(told).not.toContain(secret.slice(6));
    expect(told).not.toContain(rotated.secret.slice(6));
  }
  const { rows } = await bridge.database.pool.query('select * from webhook_secrets');
  expect(JSON.stringify(rows)).not.toContain(Buffer.from(secret).toString('hex'));
});

test('it is changed, paused, resumed and deleted, and the audit log says by whom', async () => {
  await made('changing', { types: ['group.*'] });
  expect((await call('PATCH', '/webhooks/changing', { types: null, paused: true })).body).toMatchObject({
    types: null,
    pause: { cause: 'operator', reason: expect.any(String) },
  });
  expect((await call('PATCH', '/webhooks/changing', { paused: false })).body).toMatchObject({ pause: null });
  expect((await call('DELETE', '/webhooks/changing')).status).toBe(204);
  expect((await call('GET', '/webhooks/changing')).status).toBe(404);
  const { entries } = (await call('GET', '/audit?type=webhook.*')).body;
  const own = entries.filter(({ resource }: Body) => resource.name === 'changing');
  expect(own.map(({ type }: Body) => type)).toEqual([
    'webhook.created',
    'webhook.updated',
    'webhook.paused',
    'webhook.resumed',
    'webhook.deleted',
  ]);
  expect(new Set(own.map(({ actor }: Body) => actor))).toEqual(new Set(['token:ADMIN_TOKEN']));
});

describe('bad input is refused with its reason', () => {
  const url = 'https://hooks.example.com/';
  test.each<[string, string, string, Body, number, string, RegExp]>([
    [
      'a private address',
      'POST',
      '',
      { slug: 'x', url: 'https://10.0.0.1/' },
      400,
      'invalid_request',
      /OUTGOING_ALLOW/,
    ],
    ['no URL', 'POST', '', { slug: 'x', url: 'hooks' }, 400, 'invalid_request', /url/],
    ['a file', 'POST', '', { slug: 'x', url: 'file:///etc/passwd' }, 400, 'invalid_request', /https/],
    ['a slug in capitals', 'POST', '', { slug: 'X', url }, 400, 'invalid_request', /slug/],
    ['a slug that is taken', 'POST', '', { slug: 'app', url }, 409, 'conflict', /already/],
    ['a directory that is not', 'POST', '', { slug: 'x', url, directory: 'no' }, 404, 'directory_absent', /"no"/],
    ['a type that is not', 'POST', '', { slug: 'x', url, types: ['user.renamed'] }, 400, 'invalid_request', /renamed/],
    ['a member that is not', 'POST', '', { slug: 'x', url, secret: 'mine' }, 400, 'invalid_request', /secret/],
    ['a webhook that is not', 'PATCH', '/nobody', { paused: true }, 404, 'webhook_absent', /"nobody"/],
    ['a test of what is not', 'POST', '/nobody/test', undefined, 404, 'webhook_absent', /"nobody"/],
    ['an endless overlap', 'POST', '/app/secret', { overlapSeconds: 1e9 }, 400, 'invalid_request', /overlap/],
    ['a replay from nowhere', 'POST', '/app/replay', {}, 400, 'invalid_request', /where to begin/],
    ['a wrong cursor', 'POST', '/app/replay', { after: 'x' }, 400, 'invalid_request', /cursor/],
    ['a position of all', 'POST', '/app/replay', { position: 1 }, 400, 'invalid_request', /directory/],
    ['another directory', 'POST', '/app/replay', { directory: 'no', position: 1 }, 404, 'directory_absent', /"no"/],
    ['too many', 'GET', '/app/attempts?limit=5000', undefined, 400, 'invalid_request', /limit/],
  ])('%s', async (_, method, path, body, status, code, detail) => {
    const answer = await call(method, `/webhooks${path}`, body);
    expect(answer.status, JSON.stringify(answer.body)).toBe(status);
    expect(answer.body.code).toBe(code);
    expect(answer.body.detail).toMatch(detail);
  });
});
