// Event streams from the management API to the receiver: SETs by poll and by push, verified with the keys that are served.
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createLocalJWKSet, type JWTPayload, jwtVerify } from 'jose';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createApp } from '../../bridge/app.ts';
import { createOutgoing } from '../../bridge/platform/http/outgoing.ts';
import { createLogger } from '../../bridge/platform/log.ts';
import { type Answer, type Body, createTestBridge, readAnswer, type TestBridge } from '../support/bridge.ts';
import { newUser } from '../support/scim.ts';

const adminToken = 'an-admin-token-of-at-least-32-characters';
const patience = { timeout: 25_000, interval: 50 };
const uri = (name: string) => `urn:ietf:params:scim:event:${name}`;
let bridge: TestBridge;
let app: TestBridge['app'];
let server: Server;
let port = 0;
const pushed: { type: string | undefined; authorization: string | undefined; text: string }[] = [];
let reply: () => { status: number; text?: string } = () => ({ status: 202 });

beforeAll(async () => {
  bridge = await createTestBridge({ outgoing: createOutgoing({ allow: ['127.0.0.0/8'] }) });
  app = createApp({ services: bridge.services, logger: createLogger('silent'), adminToken });
  server = createServer(async (request, response) => {
    let text = '';
    for await (const chunk of request) text += String(chunk);
    pushed.push({ type: request.headers['content-type'], authorization: request.headers.authorization, text });
    const { status, text: said } = reply();
    response.writeHead(status, { 'Content-Type': 'application/json' }).end(said);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  port = (server.address() as AddressInfo).port;
});
afterAll(async () => {
  bridge.services.streamPoll.close();
  server.closeAllConnections();
  server.close();
  await bridge.close();
});

async function call(path: string, body?: unknown, token = adminToken, method = 'POST'): Promise<Answer> {
  const headers = { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' };
  return readAnswer(
    await app.request(path, { method, headers, ...(body !== undefined && { body: JSON.stringify(body) }) }),
  );
}

const made = async (over: Body): Promise<Body> => {
  const { status, body } = await call('/api/v1/event-streams', { audience: 'https://receiver.test', ...over });
  expect(status, JSON.stringify(body)).toBe(201);
  return body;
};
const poll = async (slug: string, token: string, body: object): Promise<Body> => {
  const answer = await call(`/event-streams/v1/${slug}/poll`, { returnImmediately: true, ...body }, token);
  expect(answer.status, JSON.stringify(answer.body)).toBe(200);
  return answer.body;
};

async function verified(set: string, issuer: string): Promise<JWTPayload & Body> {
  const { body, headers } = await readAnswer(await app.request('/.well-known/jwks.json'));
  expect(headers.get('cache-control')).toBe('public, max-age=300');
  expect(JSON.stringify(body)).not.toMatch(/"(d|p|q)":/);
  const rules = { issuer, audience: 'https://receiver.test', typ: 'secevent+jwt' };
  return (await jwtVerify(set, createLocalJWKSet(body), rules)).payload;
}

test('a poller gets what it has not acknowledged, again and with the same jti, until it does', async () => {
  const scim = await bridge.directory('polled');
  const { pollToken, issuer } = await made({ slug: 'polled', delivery: 'poll', directory: 'polled', content: 'full' });
  const anna = await newUser(scim, 'anna', { password: 'correct horse battery staple' });
  const berta = await newUser(scim, 'berta');

  const first = await poll('polled', pollToken, { maxEvents: 1 });
  expect(first.moreAvailable).toBe(true);
  const [[jti, set]] = Object.entries<string>(first.sets) as [[string, string]];
  const claims = await verified(set, issuer);
  expect(claims).toMatchObject({ jti, sub_id: { format: 'scim', uri: `/Users/${anna.id}` } });
  expect(claims['events']).toMatchObject({ [uri('prov:create:full')]: { data: { userName: 'anna' } } });
  expect(JSON.stringify(claims)).not.toContain('correct horse');

  const again = await poll('polled', pollToken, {});
  expect(Object.keys(again.sets)[0]).toBe(jti);
  expect(again.moreAvailable).toBe(false);
  const [, second] = Object.keys(again.sets) as [string, string];
  const setErrs = { [second]: { err: 'invalid_request', description: 'no such type' } };
  expect(await poll('polled', pollToken, { ack: [jti], setErrs })).toEqual({ sets: {}, moreAvailable: false });
  const dead = await call('/api/v1/event-streams/polled/deliveries?state=dead', undefined, adminToken, 'GET');
  expect(dead.body).toMatchObject([{ resource: { id: berta.id }, problem: expect.stringContaining('no such type') }]);

  expect((await call('/api/v1/event-streams/polled/dead/replay', {})).body).toEqual({ replayed: 1 });
  expect(Object.keys((await poll('polled', pollToken, {})).sets)).toEqual([second]);
  expect((await poll('polled', pollToken, { ack: [second] })).sets).toEqual({});
  const state = await call('/api/v1/event-streams/polled', undefined, adminToken, 'GET');
  expect(state.body).toMatchObject({ behind: 0, waiting: 0, dead: 0, missed: 0 });
});

test('a poll waits for what happens, and another stream’s token or bad input gets nothing', async () => {
  const scim = await bridge.directory('waited');
  const { pollToken } = await made({ slug: 'waited', delivery: 'poll', directory: 'waited' });
  const other = await made({ slug: 'other', delivery: 'poll', directory: 'waited' });
  const waiting = call('/event-streams/v1/waited/poll', {}, pollToken);
  await newUser(scim, 'carla');
  expect(Object.keys((await waiting).body.sets)).toHaveLength(1);

  const at = async (slug: string, token: string) => {
    const { status, body } = await call(`/event-streams/v1/${slug}/poll`, {}, token);
    return { status, ...body, requestId: '' };
  };
  expect(await at('waited', other.pollToken)).toEqual(await at('absent', other.pollToken));
  for (const bad of [{ maxEvents: -1 }, { ack: 'x' }, { setErrs: { x: 1 } }]) {
    expect((await call('/event-streams/v1/waited/poll', bad, pollToken)).status).toBe(400);
  }
});

test('SETs are pushed; one that is refused for itself is not sent again', async () => {
  const scim = await bridge.directory('pushed');
  const stream = await made({
    ...{ slug: 'pushed', delivery: 'push', directory: 'pushed', url: `http://127.0.0.1:${port}/sets` },
    ...{ authorization: 'Bearer receiver-secret', content: 'notice' },
  });
  expect(JSON.stringify(stream)).not.toContain('receiver-secret');
  expect((await call('/api/v1/event-streams/pushed/verify')).body).toMatchObject({ delivered: true, status: 202 });

  bridge.services.webhookWorker.start();
  const { id } = await newUser(scim, 'dora');
  await expect.poll(() => pushed.length, patience).toBe(2);
  expect(pushed[1]).toMatchObject({ type: 'application/secevent+jwt', authorization: 'Bearer receiver-secret' });
  const claims = await verified(pushed[1]?.text ?? '', stream.issuer);
  expect(claims).toMatchObject({ sub_id: { uri: `/Users/${id}` } });
  expect(JSON.stringify(claims)).not.toContain('dora');

  reply = () => ({ status: 400, text: JSON.stringify({ err: 'invalid_request', description: 'not understood' }) });
  await scim.delete(`/Users/${id}`);
  const dead = () => call('/api/v1/event-streams/pushed/deliveries?state=dead', undefined, adminToken, 'GET');
  await expect
    .poll(async () => (await dead()).body, patience)
    .toMatchObject([{ attempts: 1, problem: expect.stringContaining('invalid_request (not understood)') }]);
  expect(pushed).toHaveLength(3);
});

test('a new signing key is published before it signs, and the old one after', async () => {
  const before = (await call('/api/v1/signing-keys', undefined, adminToken, 'GET')).body;
  const rotated = (await call('/api/v1/signing-keys/rotate', {})).body;
  expect(rotated.map(({ state }: Body) => state)).toEqual(['ahead', 'signing']);
  expect(rotated[1].id).toBe(before[0].id);
  const keys = async () => (await readAnswer(await app.request('/.well-known/jwks.json'))).body.keys;
  expect((await keys()).map(({ kid }: Body) => kid)).toEqual(rotated.map(({ id }: Body) => id));
  const now = (await call('/api/v1/signing-keys/rotate', { aheadSeconds: 0, overlapSeconds: 0 })).body;
  expect(now).toMatchObject([{ state: 'signing', publishedUntil: null }]);
  expect((await keys()).map(({ kid }: Body) => kid)).toEqual([now[0].id]);
});
