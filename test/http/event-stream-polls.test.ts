// What a poller may ask for, what it is refused, and what it is told of that it can't have any more.
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { shownEvent } from '../../bridge/events/presentation.ts';
import { appendEvents } from '../../bridge/events/repository.ts';
import { createRetentionRepository } from '../../bridge/events/retention-repository.ts';
import { createLocalSignal } from '../../bridge/events/signal.ts';
import { writeIn } from '../../bridge/platform/db/scope.ts';
import { newId } from '../../bridge/platform/ids.ts';
import { createPasswordHasher } from '../../bridge/platform/secrets/passwords.ts';
import { createServices } from '../../bridge/services.ts';
import { type Body, createTestBridge, type ScimClient, type TestBridge } from '../support/bridge.ts';
import { createEventStreamCalls, type EventStreamCalls, eventUri, positionOf } from '../support/event-streams.ts';
import { newUser } from '../support/scim.ts';

let aheadMs = 0;
const clock = { now: () => new Date(Date.now() + aheadMs) };
let bridge: TestBridge;
let calls: EventStreamCalls;

beforeAll(async () => {
  bridge = await createTestBridge({ clock });
  calls = createEventStreamCalls(bridge);
});
afterAll(async () => {
  bridge.services.streamPoll.close();
  await bridge.close();
});

interface Polled {
  slug: string;
  token: string;
  issuer: string;
  scim: ScimClient;
}

let count = 0;

/** A directory with a stream of its own that is polled. */
async function polled(over: Body = {}): Promise<Polled> {
  count += 1;
  const slug = `polled-${count}`;
  const scim = await bridge.directory(slug);
  const { pollToken: token, issuer } = await calls.made({ slug, delivery: 'poll', directory: slug, ...over });
  return { slug, token, issuer, scim };
}

const userNames = (scim: ScimClient, names: string[]) => Promise.all(names.map((name) => newUser(scim, name)));
const jtis = ({ sets }: Body): string[] => Object.keys(sets);
/** So many changes of users that there never were, in the log alone. */
async function append({ scim }: Polled, times: number): Promise<void> {
  const events = Array.from({ length: times }, () => ({
    ...{ type: 'user.updated' as const, resourceType: 'User', resourceId: newId() },
    data: { changes: { title: { before: null, after: 'Engineer' } } },
  }));
  const { id } = scim.directory;
  await writeIn(bridge.database.pool, id, (scope) => appendEvents(scope, id, events, { name: 'test' }, new Date()));
}

describe('a poller', () => {
  test('gets as many SETs as it wants, none when it only acknowledges, and 1,000 at most', async () => {
    const stream = await polled();
    const { slug, token } = stream;
    await append(stream, 1_205);
    const first = await calls.poll(slug, token, { maxEvents: 3 });
    expect([jtis(first).length, first.moreAvailable]).toEqual([3, true]);
    expect(await calls.poll(slug, token, { maxEvents: 0, ack: jtis(first) })).toEqual({
      sets: {},
      moreAvailable: false,
    });
    const usual = await calls.poll(slug, token);
    expect([jtis(usual).length, usual.moreAvailable]).toEqual([100, true]);
    expect(positionOf(jtis(usual)[0] ?? '')).toBe(positionOf(jtis(first)[2] ?? '') + 1);
    for (const maxEvents of [1_001, 1e300]) {
      const most = await calls.poll(slug, token, { maxEvents });
      expect([jtis(most).length, most.moreAvailable]).toEqual([1_000, true]);
    }
    const ack = jtis(await calls.poll(slug, token, { maxEvents: 1_000 }));
    const rest = await calls.poll(slug, token, { ack, maxEvents: 1_000 });
    expect([jtis(rest).length, rest.moreAvailable]).toEqual([202, false]);
  });

  test('is answered at once when it wants that, and else when there is something or the time is over', async () => {
    const { slug, token, scim } = await polled();
    const nothing = { sets: {}, moreAvailable: false };
    expect((await calls.asked(slug, token, { returnImmediately: true })).body).toEqual(nothing);
    const longPollMs = 300;
    const impatient = createServices({
      ...{ store: bridge.database, clock, passwords: createPasswordHasher(), signal: createLocalSignal() },
      eventStreams: { timing: { longPollMs } },
    });
    const started = performance.now();
    expect((await createEventStreamCalls({ services: impatient }).asked(slug, token, {})).body).toEqual(nothing);
    expect(performance.now() - started).toBeGreaterThan(longPollMs - 100);
    // A body that says nothing is a poll without any wish.
    const waiting = calls.asked(slug, token, '');
    await sleep(50);
    await newUser(scim, 'anna');
    expect(jtis((await waiting).body)).toHaveLength(1);
  });

  test('waits without a place when too many of the same stream wait, and keeps no other from its SETs', async () => {
    const { slug, token, scim } = await polled();
    const asked = Array.from({ length: 5 }, async () => (await calls.asked(slug, token, {})).body);
    expect(await Promise.race(asked)).toEqual({ sets: {}, moreAvailable: false });
    await newUser(scim, 'anna');
    expect((await Promise.all(asked)).map((answer) => jtis(answer).length).sort()).toEqual([0, 1, 1, 1, 1]);
  });

  test.each([
    ['{"ack":', 'JSON'],
    ['[]', 'body'],
    ['null', 'body'],
    ['{"maxEvents":-1}', 'maxEvents'],
    ['{"maxEvents":1.5}', 'maxEvents'],
    ['{"maxEvents":"10"}', 'maxEvents'],
    ['{"returnImmediately":"yes"}', 'returnImmediately'],
    ['{"ack":"x"}', 'ack'],
    ['{"ack":[7]}', 'ack.0'],
    [JSON.stringify({ ack: Array.from({ length: 5_001 }, String) }), 'ack'],
    [JSON.stringify({ ack: ['x'.repeat(301)] }), 'ack.0'],
    ['{"setErrs":{"x":"no"}}', 'setErrs.x'],
    ['{"setErrs":{"x":{"description":"no"}}}', 'setErrs.x.err'],
  ])('that sends %.60s is told what is wrong', async (text, part) => {
    const { slug, token } = await polled();
    const { status, body } = await calls.asked(slug, token, text);
    expect(status).toBe(400);
    expect(body).toMatchObject({ code: 'invalid_request', detail: expect.stringContaining(part) });
  });

  test('is refused another media type, and more than 2 MB', async () => {
    const { slug, token } = await polled();
    const form = await calls.asked(slug, token, '{}', { 'Content-Type': 'application/x-www-form-urlencoded' });
    expect([form.status, form.body.detail]).toEqual([400, expect.stringContaining('application/json')]);
    const utf8 = { 'Content-Type': 'application/json; charset=utf-8' };
    expect((await calls.asked(slug, token, '{"returnImmediately":true}', utf8)).status).toBe(200);
    expect((await calls.asked(slug, token, ' '.repeat(2 * 1024 * 1024 + 1))).status).toBe(413);
  });

  test('may name SETs that there are not, that are another stream’s, or that are settled: nothing becomes of it', async () => {
    const stream = await polled();
    const { slug, token, scim } = stream;
    const other = await calls.made({ slug: `${slug}-other`, delivery: 'poll', directory: slug });
    await userNames(scim, ['anna', 'berta']);
    const mine = jtis(await calls.poll(slug, token));
    const [first = '', second = ''] = mine;
    const ahead = first.replace(/\d+$/, '900000');
    const elsewhere = first.replace(/^[^.]+\.[^.]+/, `${first.split('.')[0]}.${newId()}`);
    const foreign = jtis(await calls.poll(other.slug, other.pollToken));
    const ack = ['', 'x', '__proto__', `${first}0`, ahead, elsewhere, ...foreign];
    const setErrs = Object.fromEntries(ack.map((jti) => [jti, { err: 'invalid_request' }]));
    expect(jtis(await calls.poll(slug, token, { ack, setErrs }))).toEqual(mine);
    // That of the future is no less new when it comes.
    await append(stream, 1);
    expect(jtis(await calls.poll(slug, token))).toHaveLength(3);

    expect(jtis(await calls.poll(slug, token, { ack: [first, first] }))).not.toContain(first);
    expect(await calls.poll(slug, token, { ack: [first], setErrs: { [first]: { err: 'late' } } })).toMatchObject({
      sets: { [second]: expect.any(String) },
    });
    expect(await calls.status(slug)).toMatchObject({ behind: 2, dead: 0 });
    expect(jtis(await calls.poll(other.slug, other.pollToken))).toEqual(expect.arrayContaining(foreign));
  });

  test('that refuses a SET it acknowledges in the same breath has refused it; its words are kept', async () => {
    const { slug, token, scim } = await polled();
    await newUser(scim, 'anna');
    const [jti = ''] = jtis(await calls.poll(slug, token));
    const description = `no \u0000 such \ud800 thing ${'x'.repeat(1_500)}`;
    const said = { ack: [jti], setErrs: { [jti]: { err: 'invalid_request', description } } };
    expect(await calls.poll(slug, token, said)).toEqual({ sets: {}, moreAvailable: false });
    expect(await calls.status(slug)).toMatchObject({ behind: 0, dead: 1 });
    const [dead] = (await calls.call('GET', `/event-streams/${slug}/deliveries?state=dead`)).body;
    expect(dead.problem).toContain('invalid_request (no \ufffd such \ufffd thing xxx');
  });

  test('may refuse thousands of SETs at once, and name them again: what is settled costs it nothing more', async () => {
    const stream = await polled();
    const { slug, token, scim } = stream;
    await append(stream, 2_100);
    const [first = ''] = jtis(await calls.poll(slug, token, { maxEvents: 1 }));
    const all = Array.from({ length: 2_100 }, (_, index) => first.replace(/\d+$/, String(positionOf(first) + index)));
    const setErrs = Object.fromEntries(all.map((jti, index) => [jti, { err: `error_${index}` }]));
    const statements = vi.spyOn(Client.prototype, 'query');
    const statementsOf = async (body: object) => {
      statements.mockClear();
      await calls.poll(slug, token, { maxEvents: 0, ...body });
      return statements.mock.calls.length;
    };
    try {
      expect(await statementsOf({ setErrs })).toBeLessThan(200);
      const nothing = await statementsOf({ setErrs: { [first]: { err: 'late' } } });
      expect(await statementsOf({ setErrs })).toBeLessThan(nothing + 10);
    } finally {
      statements.mockRestore();
    }
    expect(await calls.status(slug)).toMatchObject({ dead: 2_100 });
    const dead = (await calls.call('GET', `/event-streams/${slug}/deliveries?state=dead&limit=1000`)).body as Body[];
    expect(dead.at(-1)?.problem).toMatch(/error_\d+/);
    expect(new Set(dead.map(({ problem }) => problem)).size).toBe(dead.length);
    const request = { directory: scim.directory.slug, types: ['delivery.dead'], limit: 100, waitSeconds: 0 };
    const { events } = await bridge.services.eventLog.readEvents(request);
    const named = events.map((event) => shownEvent(event).changes.dead?.after as string[]);
    expect(named.map((ids) => ids.length)).toEqual([1_000, 1_000, 100]);
    expect(new Set(named.flat()).size).toBe(2_100);
  });

  test('is shown more than fits of what is sent once more, and told that there is more', async () => {
    const { slug, token, scim } = await polled();
    await userNames(scim, ['anna', 'berta', 'carla']);
    const all = jtis(await calls.poll(slug, token));
    const setErrs = Object.fromEntries(all.map((jti) => [jti, { err: 'invalid_request' }]));
    await calls.poll(slug, token, { setErrs });
    expect((await calls.call('POST', `/event-streams/${slug}/dead/replay`, {})).body).toEqual({ replayed: 3 });
    const first = await calls.poll(slug, token, { maxEvents: 2 });
    expect([jtis(first), first.moreAvailable]).toEqual([all.slice(0, 2), true]);
    const rest = await calls.poll(slug, token, { ack: all.slice(0, 2), maxEvents: 2 });
    expect([jtis(rest), rest.moreAvailable]).toEqual([all.slice(2), false]);
  });

  test('that never acknowledges one SET gets nothing that lies 10,000 behind it, and goes on when it does', async () => {
    const stream = await polled();
    const { slug, token } = stream;
    await append(stream, 10_020);
    const [held = '', , ...rest] = jtis(await calls.poll(slug, token, { maxEvents: 3 }));
    const first = positionOf(held);
    const jtiOf = (n: number) => held.replace(/\d+$/, String(first + n));
    expect(rest).toEqual([jtiOf(2)]);
    for (const start of [1, 5_001]) {
      const ack = Array.from({ length: 5_000 }, (_, index) => jtiOf(start + index));
      await calls.poll(slug, token, { ack, maxEvents: 0 });
    }
    expect(jtis(await calls.poll(slug, token))).toEqual([held]);
    const next = jtis(await calls.poll(slug, token, { ack: [held] }));
    expect(next).toEqual(Array.from({ length: 19 }, (_, index) => jtiOf(index + 10_001)));
    expect(await calls.poll(slug, token, { ack: next })).toEqual({ sets: {}, moreAvailable: false });
    expect(await calls.status(slug)).toMatchObject({ behind: 0, missed: 0 });
  });

  test('of a paused stream settles what it has and gets nothing more until it is resumed', async () => {
    const { slug, token, scim } = await polled();
    await userNames(scim, ['anna', 'berta']);
    const [first = '', second = ''] = jtis(await calls.poll(slug, token));
    await calls.call('PATCH', `/event-streams/${slug}`, { paused: true });
    expect((await calls.poll(slug, token, { ack: [first] })).sets).toEqual({});
    await calls.call('PATCH', `/event-streams/${slug}`, { paused: false });
    expect(jtis(await calls.poll(slug, token))).toEqual([second]);
  });
});

describe('what retention takes before it was acknowledged', () => {
  test('is counted on the stream; the poller goes on with what is left', async () => {
    const stream = await polled();
    const { slug, token, scim } = stream;
    await append(stream, 10);
    const all = jtis(await calls.poll(slug, token));
    // Those in the middle are no loss.
    await calls.poll(slug, token, { ack: all.slice(2, 4), maxEvents: 0 });
    const keep = 3;
    await createRetentionRepository(bridge.database.pool).pruneBatch(
      scim.directory.id,
      { before: undefined, keep },
      1_000,
    );
    expect(await calls.status(slug)).toMatchObject({ missed: 0, missedAt: null });
    const left = await calls.poll(slug, token);
    expect(jtis(left)).toEqual(all.slice(-keep));
    expect(await calls.status(slug)).toMatchObject({ missed: 5, missedAt: expect.any(String) });
    expect((await calls.poll(slug, token, { ack: all })).sets).toEqual({});
    expect(await calls.status(slug)).toMatchObject({ missed: 5, behind: 0 });
  });

  test('may be all that there was, and the next event comes all the same', async () => {
    const stream = await polled();
    const { slug, token, scim } = stream;
    await append(stream, 4);
    const { id } = scim.directory;
    await calls.poll(slug, token);
    await createRetentionRepository(bridge.database.pool).pruneBatch(
      id,
      { before: new Date(Date.now() + 60_000), keep: undefined },
      1_000,
    );
    expect((await calls.poll(slug, token)).sets).toEqual({});
    expect(await calls.status(slug)).toMatchObject({ missed: 4, behind: 0 });
    await newUser(scim, 'anna');
    expect(jtis(await calls.poll(slug, token))).toHaveLength(1);
  });
});

describe('the token of a poller', () => {
  test('is followed by another, and refused when its overlap is over', async () => {
    const { slug, token } = await polled();
    const rotated = async (body: object) => {
      const answer = await calls.call('POST', `/event-streams/${slug}/token`, body);
      expect(answer.status).toBe(200);
      return answer.body.pollToken as string;
    };
    const answers = async (...tokens: string[]) =>
      Promise.all(tokens.map(async (one) => (await calls.asked(slug, one, { returnImmediately: true })).status));
    const second = await rotated({});
    expect(await answers(token, second)).toEqual([200, 200]);
    const third = await rotated({ overlapSeconds: 3_600 });
    expect(await answers(token, second, third)).toEqual([401, 200, 200]);
    aheadMs += 3_601_000;
    expect(await answers(second, third)).toEqual([401, 200]);
    const fourth = await rotated({ overlapSeconds: 0 });
    expect(await answers(token, second, third, fourth)).toEqual([401, 401, 401, 200]);
    const refused = await calls.asked(slug, third, {});
    expect(refused.headers.get('www-authenticate')).toMatch(/^Bearer realm="Realmbridge event stream".*invalid_token/);
  });

  test('ends a poll that waits with it once it is good no more, and no other', async () => {
    const { slug, token, scim } = await polled();
    const rotated = async (overlapSeconds: number) =>
      (await calls.call('POST', `/event-streams/${slug}/token`, { overlapSeconds })).body.pollToken as string;
    const patient = calls.asked(slug, token, {});
    await sleep(200);
    const second = await rotated(3_600);
    await newUser(scim, 'anna');
    const { status, body } = await patient;
    expect([status, jtis(body).length]).toEqual([200, 1]);

    const leaked = [token, second].map((one) => calls.asked(slug, one, { ack: jtis(body) }));
    await sleep(200);
    const third = await rotated(0);
    await newUser(scim, 'berta');
    for (const refused of await Promise.all(leaked)) {
      expect(refused.status).toBe(401);
      expect(refused.headers.get('www-authenticate')).toMatch(/^Bearer .*invalid_token/);
    }
    expect(jtis(await calls.poll(slug, third))).toHaveLength(1);
  });

  test('opens nothing when the stream is gone', async () => {
    const { slug, token } = await polled();
    await calls.call('DELETE', `/event-streams/${slug}`);
    expect((await calls.asked(slug, token, {})).status).toBe(401);
  });
});

describe('a verification event', () => {
  const verification = 'https://schemas.openid.net/secevent/ssf/event-type/verification';

  test('comes with the next poll, before all others, until it is acknowledged', async () => {
    const { slug, token, scim, issuer } = await polled();
    await newUser(scim, 'anna');
    const { jti, state, delivered } = (await calls.call('POST', `/event-streams/${slug}/verify`)).body;
    expect(delivered).toBeNull();
    const answer = await calls.poll(slug, token, { maxEvents: 1 });
    expect([jtis(answer), answer.moreAvailable]).toEqual([[jti], true]);
    const claims = await calls.verified(answer.sets[jti], issuer);
    expect(claims).toMatchObject({ jti, sub_id: { format: 'opaque' }, events: { [verification]: { state } } });
    expect(jtis(await calls.poll(slug, token))).toContain(jti);
    expect((await calls.status(slug)).verifiedAt).toBeNull();
    expect(jtis(await calls.poll(slug, token, { ack: [jti] }))).toHaveLength(1);
    expect(await calls.status(slug)).toMatchObject({ verifiedAt: expect.any(String), verificationProblem: null });
  });

  test('that the poller refuses has verified nothing, and its reason is on the stream', async () => {
    const { slug, token } = await polled();
    const { jti } = (await calls.call('POST', `/event-streams/${slug}/verify`)).body;
    await calls.poll(slug, token);
    const setErrs = { [jti]: { err: 'invalid_key', description: 'the key is not known' } };
    expect((await calls.poll(slug, token, { setErrs })).sets).toEqual({});
    expect(await calls.status(slug)).toMatchObject({
      verifiedAt: null,
      verificationProblem: 'The receiver refused it: invalid_key (the key is not known).',
    });
    const again = (await calls.call('POST', `/event-streams/${slug}/verify`)).body;
    // What is said of the one before says nothing of this one.
    expect(jtis(await calls.poll(slug, token, { ack: [jti] }))).toEqual([again.jti]);
    expect(await calls.status(slug)).toMatchObject({ verifiedAt: null, verificationProblem: null });
  });
});

test('a SET from before a rotation of the keys is verified by what is published, until the overlap is over', async () => {
  const { slug, token, scim, issuer } = await polled();
  await newUser(scim, 'anna');
  const [before] = Object.values<string>((await calls.poll(slug, token)).sets);
  const kid = (set: string | undefined) =>
    JSON.parse(Buffer.from(set?.split('.')[0] ?? '', 'base64url').toString()).kid as string;
  const rotated = (await calls.call('POST', '/signing-keys/rotate', { aheadSeconds: 0, overlapSeconds: 3_600 })).body;
  expect(rotated).toMatchObject([{ state: 'signing' }, { id: kid(before), state: 'retired' }]);
  const [after] = Object.values<string>((await calls.poll(slug, token)).sets);
  expect(kid(after)).toBe(rotated[0].id);
  const claims = await calls.verified(before, issuer);
  expect(claims.events).toHaveProperty(eventUri('prov:create:notice'));
  expect({ ...(await calls.verified(after, issuer)), iat: 0 }).toEqual({ ...claims, iat: 0 });
  aheadMs += 3_601_000;
  await expect(calls.verified(before, issuer)).rejects.toThrow('no applicable key');
  await calls.verified(after, issuer);
});
