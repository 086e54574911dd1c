// Security event tokens that are pushed (RFC 8935) to receivers that are slow, dead, broken, or that refuse.
import { decodeProtectedHeader } from 'jose';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createApp } from '../../bridge/app.ts';
import type { NewEventStream } from '../../bridge/event-streams/contracts.ts';
import { createLogger } from '../../bridge/platform/log.ts';
import type { Services } from '../../bridge/services.ts';
import type { Body } from '../support/bridge.ts';
import { readAnswer } from '../support/bridge.ts';
import { audience, createEventStreamCalls, eventUri } from '../support/event-streams.ts';
import { patchOp, userSchema } from '../support/scim.ts';
import { type SetReceiver, startSetReceiver } from '../support/set-receiver.ts';
import { createWebhookStage, patience, type WebhookStage } from '../support/webhook-stage.ts';

let stage: WebhookStage;
let receivers: SetReceiver[] = [];
beforeEach(async () => {
  stage = await createWebhookStage();
  await stage.services.directories.createDirectory({ slug: 'acme' });
});
afterEach(async () => {
  for (const receiver of receivers) await receiver.close();
  receivers = [];
  await stage.close();
});

const streamDefaults = { directory: 'acme', audience, start: 'now', baseUrl: 'https://bridge.test' } as const;

/** A stream that is pushed to a receiver of its own. */
async function pushed(slug: string, over: Partial<NewEventStream> = {}): Promise<SetReceiver> {
  const receiver = await startSetReceiver(() => stage.services.signingKeys.readJwks() as never);
  receivers.push(receiver);
  const input = { ...streamDefaults, slug, delivery: 'push', url: receiver.url, content: 'full', ...over } as const;
  await stage.services.eventStreams.createStream(input, undefined);
  return receiver;
}

/** What an identity provider does, at one of the bridges. */
async function provider(services: Services = stage.services) {
  const { token } = await stage.services.directories.createToken('acme', {});
  const app = createApp({ services, logger: createLogger('silent') });
  const send = async (method: string, path: string, body: object): Promise<Body> => {
    const headers = { Authorization: `Bearer ${token}`, 'Content-Type': 'application/scim+json' };
    const answer = await readAnswer(
      await app.request(`/scim/v2/acme${path}`, { method, headers, body: JSON.stringify(body) }),
    );
    expect(answer.status, JSON.stringify(answer.body)).toBeLessThan(300);
    return answer.body;
  };
  return {
    hire: async (userName: string): Promise<string> =>
      (await send('POST', '/Users', { schemas: [userSchema], userName, title: '0' })).id,
    promote: (id: string, title: string) =>
      send('PATCH', `/Users/${id}`, patchOp({ op: 'replace', path: 'title', value: title })),
  };
}

const showOf = (slug: string) => createEventStreamCalls({ services: stage.services }).status(slug);
/** The titles of a user that were told, in the order in which they were taken. */
const titles = ({ accepted }: SetReceiver, id: string): string[] =>
  accepted
    .filter(({ event }) => event.sub_id.uri === `/Users/${id}`)
    .map(({ event }) => {
      const { data } = event.events[eventUri('prov:create:full')] ?? event.events[eventUri('prov:patch:full')];
      return data.title ?? data.Operations[0].value;
    });
const numbers = (count: number) => Array.from({ length: count }, (_, index) => String(index));

describe('a slow, dead or broken receiver', { timeout: 120_000 }, () => {
  it('delays neither another stream nor a SCIM write', async () => {
    const [slow, dead, broken, good] = [
      await pushed('slow'),
      await pushed('dead'),
      await pushed('broken'),
      await pushed('good'),
    ];
    slow.reply = () => 'hang';
    dead.reply = () => 'reset';
    broken.reply = () => 500;
    const { token } = await stage.services.eventStreams.createStream(
      { ...streamDefaults, slug: 'polled', delivery: 'poll', content: 'notice' },
      undefined,
    );
    // No call of the slow one ends before this test has: nothing may wait for one.
    const replica = stage.replica({
      timing: { timeoutMs: 10 * patience.timeout, leaseSeconds: 3_600, concurrency: 16, messages: 3, pauseMs: 100 },
    });
    const { hire, promote } = await provider(replica);
    const ids = await Promise.all(numbers(20).map((n) => hire(`user-${n}`)));
    await expect.poll(() => slow.received.length, patience).toBe(16);
    for (const title of numbers(4).slice(1)) for (const id of ids) await promote(id, title);
    await expect.poll(() => good.accepted.length, patience).toBe(80);
    for (const id of ids) expect(titles(good, id)).toEqual(numbers(4));
    const calls = createEventStreamCalls({ services: replica });
    expect(Object.keys((await calls.poll('polled', token ?? '')).sets)).toHaveLength(80);

    expect((await showOf('slow')).behind).toBeGreaterThanOrEqual(80);
    await expect.poll(async () => (await showOf('dead')).pause?.reason, patience).toContain('did not answer');
    await expect.poll(async () => (await showOf('broken')).pause?.reason, patience).toContain('answered 500');
    expect(await showOf('good')).toMatchObject({ pause: null, waiting: 0, dead: 0 });
    expect([slow, dead, broken].flatMap(({ accepted }) => accepted)).toEqual([]);
  });

  it('that comes back gets everything, in order, and its pause is over', async () => {
    const receiver = await pushed('app');
    receiver.reply = () => 503;
    stage.replica({ timing: { messages: 3, pauseMs: 100 } });
    const { hire, promote } = await provider();
    const ids = await Promise.all(numbers(5).map((n) => hire(`user-${n}`)));
    for (const title of numbers(6).slice(1)) for (const id of ids) await promote(id, title);
    await expect.poll(async () => (await showOf('app')).pause?.cause, patience).toBe('failing');
    receiver.reply = () => 202;
    await expect.poll(() => receiver.accepted.length, patience).toBe(30);
    for (const id of ids) expect(titles(receiver, id)).toEqual(numbers(6));
    await expect.poll(() => showOf('app'), patience).toMatchObject({ pause: null, behind: 0, waiting: 0, dead: 0 });
    expect((await showOf('app')).deliveredAt).toEqual(expect.any(String));
  });

  it('is sent what waited signed by a key that is published now', async () => {
    const receiver = await pushed('app');
    receiver.reply = () => 503;
    stage.replica();
    const { hire } = await provider();
    const id = await hire('anna');
    await expect.poll(() => receiver.received.length, patience).toBeGreaterThan(0);
    const [first] = receiver.received;
    const [signing] = await stage.services.signingKeys.rotate({ aheadSeconds: 0, overlapSeconds: 0 });
    expect(decodeProtectedHeader(first?.text ?? '').kid).not.toBe(signing?.id);
    // Another bridge signs with the key from before for some seconds, which the receiver refuses by what is published.
    receiver.reply = ({ text }) => (decodeProtectedHeader(text).kid === signing?.id ? 202 : 503);
    await expect.poll(() => titles(receiver, id), patience).toEqual(['0']);
    expect(receiver.accepted[0]?.id).toBe(first?.id);
  });
});

describe('a receiver that refuses with 400 and an error code (RFC 8935 §2.3)', { timeout: 120_000 }, () => {
  const refusal = (err: unknown, description?: string) => ({
    status: 400,
    headers: { 'Content-Type': 'application/json', 'Content-Language': 'en' },
    text: JSON.stringify({ err, description }),
  });

  it.each(['invalid_request', 'jwtHdr'])('%s gets no such SET again, and the next one of the resource', async (err) => {
    const receiver = await pushed('app');
    receiver.reply = ({ event }) =>
      eventUri('prov:create:full') in event.events ? refusal(err, 'not understood') : 202;
    stage.replica();
    const { hire, promote } = await provider();
    const id = await hire('anna');
    await promote(id, '1');
    await expect.poll(() => titles(receiver, id), patience).toEqual(['1']);
    await expect.poll(() => showOf('app'), patience).toMatchObject({ behind: 0, waiting: 0, dead: 1, pause: null });
    const [dead] = await stage.services.eventStreams.listFailed('app', { state: 'dead', limit: 10 });
    expect(dead).toMatchObject({ attempts: 1, problem: `The receiver refused it: ${err} (not understood).` });
    expect(receiver.received).toHaveLength(2);

    receiver.reply = () => 202;
    expect(await stage.services.eventStreams.reviveDead('app', undefined)).toBe(1);
    await expect.poll(() => titles(receiver, id), patience).toEqual(['1', '0']);
    expect(receiver.accepted.at(-1)?.id).toBe(receiver.received[0]?.id);
  });

  it.each(['invalid_key', 'invalid_issuer', 'invalid_audience', 'authentication_failed', 'access_denied'])(
    '%s gets the SET again when it takes it, before the next one',
    async (err) => {
      const receiver = await pushed('app');
      receiver.reply = () => (receiver.received.length < 4 ? refusal(err) : 202);
      stage.replica();
      const { hire, promote } = await provider();
      const id = await hire('anna');
      await promote(id, '1');
      await expect.poll(() => titles(receiver, id), patience).toEqual(['0', '1']);
      expect(new Set(receiver.received.slice(0, 4).map((set) => set.id)).size).toBe(1);
      const [attempt] = await stage.services.eventStreams.listAttempts('app', { limit: 1, failed: true });
      expect(attempt).toMatchObject({ status: 400, problem: `The receiver refused it: ${err}.` });
      await expect.poll(() => showOf('app'), patience).toMatchObject({ behind: 0, waiting: 0, dead: 0 });
    },
  );

  it.each([['no JSON'], ['{"error":"invalid_request"}'], ['{"err":7}'], ['null'], ['']])(
    'but %j says no code: it is tried again as any failure',
    async (text) => {
      const receiver = await pushed('app');
      receiver.reply = () => (receiver.received.length < 2 ? { status: 400, text } : 202);
      stage.replica();
      const { hire } = await provider();
      const id = await hire('anna');
      await expect.poll(() => titles(receiver, id), patience).toEqual(['0']);
      const [attempt] = await stage.services.eventStreams.listAttempts('app', { limit: 1, failed: true });
      expect(attempt?.problem).toBe('The receiver answered 400.');
    },
  );
});
