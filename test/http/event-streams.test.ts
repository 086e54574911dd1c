// Event streams from the management API to the receiver: SETs by poll and by push, verified with the keys that are served.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { projectFolder } from '../../bridge/dev/paths.ts';
import { createOutgoing } from '../../bridge/platform/http/outgoing.ts';
import { type Body, createTestBridge, readAnswer, type TestBridge } from '../support/bridge.ts';
import { createEventStreamCalls, type EventStreamCalls, eventUri } from '../support/event-streams.ts';
import { newUser } from '../support/scim.ts';
import { type SetReceiver, startSetReceiver } from '../support/set-receiver.ts';

const patience = { timeout: 25_000, interval: 50 };
let bridge: TestBridge;
let calls: EventStreamCalls;
let receiver: SetReceiver;

beforeAll(async () => {
  bridge = await createTestBridge({ outgoing: createOutgoing({ allow: ['127.0.0.0/8'] }) });
  calls = createEventStreamCalls(bridge);
  receiver = await startSetReceiver(calls.publishedKeys);
});
afterAll(async () => {
  bridge.services.streamPoll.close();
  await receiver.close();
  await bridge.close();
});

test('a poller gets what it has not acknowledged, again and with the same jti, until it does', async () => {
  const scim = await bridge.directory('polled');
  const { pollToken, issuer } = await calls.made({
    slug: 'polled',
    delivery: 'poll',
    directory: 'polled',
    content: 'full',
  });
  const anna = await newUser(scim, 'anna', { password: 'correct horse battery staple' });
  const berta = await newUser(scim, 'berta');

  const first = await calls.poll('polled', pollToken, { maxEvents: 1 });
  expect(first.moreAvailable).toBe(true);
  const [[jti, set]] = Object.entries<string>(first.sets) as [[string, string]];
  const claims = await calls.verified(set, issuer);
  expect(claims).toMatchObject({ jti, sub_id: { format: 'scim', uri: `/Users/${anna.id}` } });
  expect(claims['events']).toMatchObject({ [eventUri('prov:create:full')]: { data: { userName: 'anna' } } });
  expect(JSON.stringify(claims)).not.toContain('correct horse');

  const again = await calls.poll('polled', pollToken, {});
  expect(Object.keys(again.sets)[0]).toBe(jti);
  expect(again.moreAvailable).toBe(false);
  const [, second] = Object.keys(again.sets) as [string, string];
  const setErrs = { [second]: { err: 'invalid_request', description: 'no such type' } };
  expect(await calls.poll('polled', pollToken, { ack: [jti], setErrs })).toEqual({ sets: {}, moreAvailable: false });
  const dead = await calls.call('GET', '/event-streams/polled/deliveries?state=dead');
  expect(dead.body).toMatchObject([{ resource: { id: berta.id }, problem: expect.stringContaining('no such type') }]);
  const { events } = (await calls.call('GET', '/events?directory=polled&type=delivery.*')).body;
  expect(events).toMatchObject([
    { type: 'delivery.dead', resource: { type: 'EventStream' }, changes: { dead: { after: [dead.body[0].event] } } },
  ]);

  expect((await calls.call('POST', '/event-streams/polled/dead/replay', {})).body).toEqual({ replayed: 1 });
  expect(Object.keys((await calls.poll('polled', pollToken, {})).sets)).toEqual([second]);
  expect((await calls.poll('polled', pollToken, { ack: [second] })).sets).toEqual({});
  const state = await calls.call('GET', '/event-streams/polled');
  expect(state.body).toMatchObject({ behind: 0, waiting: 0, dead: 0, missed: 0 });
});

test('a poll waits for what happens, and another stream’s token gets nothing', async () => {
  const scim = await bridge.directory('waited');
  const { pollToken } = await calls.made({ slug: 'waited', delivery: 'poll', directory: 'waited' });
  const other = await calls.made({ slug: 'other', delivery: 'poll', directory: 'waited' });
  const waiting = calls.asked('waited', pollToken, {});
  await newUser(scim, 'carla');
  expect(Object.keys((await waiting).body.sets)).toHaveLength(1);

  const at = async (slug: string, token: string) => {
    const { status, body } = await calls.asked(slug, token, {});
    return { status, ...body, requestId: '' };
  };
  expect(await at('waited', other.pollToken)).toEqual(await at('absent', other.pollToken));
});

test('SETs are pushed; one that is refused for itself is not sent again', async () => {
  const scim = await bridge.directory('pushed');
  const stream = await calls.made({
    ...{ slug: 'pushed', delivery: 'push', directory: 'pushed', url: receiver.url },
    ...{ authorization: 'Bearer receiver-secret', content: 'notice' },
  });
  expect(JSON.stringify(stream)).not.toContain('receiver-secret');
  const verification = await calls.call('POST', '/event-streams/pushed/verify');
  expect(verification.body).toMatchObject({ delivered: true, status: 202 });

  bridge.services.webhookWorker.start();
  const { id } = await newUser(scim, 'dora');
  await expect.poll(() => receiver.accepted.length, patience).toBe(2);
  const [, told] = receiver.accepted;
  expect(told?.headers['authorization']).toBe('Bearer receiver-secret');
  expect(told?.event).toMatchObject({ iss: stream.issuer, sub_id: { uri: `/Users/${id}` } });
  expect(JSON.stringify(told?.event)).not.toContain('dora');

  // Longer than what is kept of an answer.
  const description = `not understood ${'x'.repeat(2_000)}`;
  receiver.reply = () => ({ status: 400, text: JSON.stringify({ description, err: 'invalid_request' }) });
  await scim.delete(`/Users/${id}`);
  const dead = () => calls.call('GET', '/event-streams/pushed/deliveries?state=dead');
  await expect
    .poll(async () => (await dead()).body, patience)
    .toMatchObject([{ attempts: 1, problem: expect.stringContaining('invalid_request (not understood') }]);
  expect(receiver.received).toHaveLength(3);
  expect(receiver.forged).toEqual([]);
  const { body } = await calls.call('GET', '/events?directory=pushed&type=delivery.*');
  expect(body.events).toMatchObject([
    { type: 'delivery.dead', resource: { type: 'EventStream', id: stream.id }, changes: { dead: { before: null } } },
  ]);
});

test('a new signing key is published before it signs, and the old one after', async () => {
  const before = (await calls.call('GET', '/signing-keys')).body;
  const rotated = (await calls.call('POST', '/signing-keys/rotate', {})).body;
  const jwks = await readAnswer(await calls.app.request('/.well-known/jwks.json'));
  expect(jwks.headers.get('content-type')).toBe('application/jwk-set+json');
  expect(jwks.headers.get('cache-control')).toBe('public, max-age=300');
  expect(JSON.stringify(jwks.body)).not.toMatch(/"(d|p|q)":/);
  expect(rotated.map(({ state }: Body) => state)).toEqual(['ahead', 'signing']);
  expect(rotated[1].id).toBe(before[0].id);
  const published = async () => (await calls.publishedKeys()).keys.map(({ kid }) => kid);
  expect(await published()).toEqual(rotated.map(({ id }: Body) => id));
  const now = (await calls.call('POST', '/signing-keys/rotate', { aheadSeconds: 0, overlapSeconds: 0 })).body;
  expect(now).toMatchObject([{ state: 'signing', publishedUntil: null }]);
  expect(await published()).toEqual([now[0].id]);
});

test('the page shows a SET as it is', async () => {
  const scim = await bridge.directory('acme');
  const baseUrl = 'https://bridge.example.com';
  const over = { slug: 'audit', delivery: 'poll', directory: 'acme', content: 'full', baseUrl };
  const { pollToken } = await calls.made({ ...over, audience: 'https://app.example.com' });
  const name = { givenName: 'Anna', familyName: 'Meier' };
  await newUser(scim, 'anna@acme.example', { externalId: 'e-17', name, active: true });
  const [set = ''] = Object.values<string>((await calls.poll('audit', pollToken)).sets);
  const page = await readFile(join(projectFolder, 'docs/security-event-tokens.md'), 'utf8');
  const [, example = '{}'] = /```json\n(.*?)```/s.exec(page) ?? [];
  /** Ids and times are others each time. */
  const shape = (claims: object) =>
    JSON.parse(
      JSON.stringify({ ...claims, iat: 0, toe: 0 }).replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, 'ID'),
    );
  expect(shape(decodeJwt(set))).toEqual(shape(JSON.parse(example)));
});
