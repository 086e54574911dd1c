// How often a token may ask, and how often an address may fail to authenticate.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createApp } from '../../bridge/app.ts';
import { createLogger } from '../../bridge/platform/log.ts';
import { type Answer, createTestBridge, readAnswer, type ScimClient, type TestBridge } from '../support/bridge.ts';
import { errorSchema, userSchema } from '../support/scim.ts';

const rateLimit = { perSecond: 1, burst: 5 };
const failuresAllowed = 30;

let bridge: TestBridge;
let scim: ScimClient;
let app: TestBridge['app'];

beforeAll(async () => {
  bridge = await createTestBridge();
});
beforeEach(async () => {
  scim = await bridge.directory();
  app = limited(true);
});
afterAll(() => bridge.close());

const limited = (trustProxy: boolean) =>
  createApp({ services: bridge.services, logger: createLogger('silent'), trustProxy, rateLimit });

interface From {
  token?: string;
  address?: string;
  forwarded?: string;
  slug?: string;
}

async function ask({
  token = scim.token,
  address = '192.0.2.1',
  forwarded,
  slug = scim.directory.slug,
}: From = {}): Promise<Answer> {
  const headers = {
    Authorization: `Bearer ${token}`,
    ...(forwarded !== undefined && { 'X-Forwarded-For': forwarded }),
  };
  const env = { incoming: { socket: { remoteAddress: address } } };
  return readAnswer(await app.request(`/scim/v2/${slug}/Users?count=0`, { headers }, env));
}

async function statuses(times: number, from: From): Promise<number[]> {
  const all: number[] = [];
  for (let count = 0; count < times; count += 1) all.push((await ask(from)).status);
  return all;
}

const times = (count: number, status: number): number[] => new Array(count).fill(status);

test('a token that asks too often hears 429 and when to come back', async () => {
  expect(await statuses(5, {})).toEqual(times(5, 200));
  const refused = await ask();
  expect(refused.status).toBe(429);
  expect(refused.headers.get('content-type')).toContain('application/scim+json');
  expect(Number(refused.headers.get('retry-after'))).toBe(1);
  expect(refused.body).toEqual({ schemas: [errorSchema], status: '429', detail: expect.any(String) });
});

test('other tokens and directories notice nothing', async () => {
  const other = await bridge.directory();
  const { token } = await bridge.services.directories.createToken(scim.directory.slug, {});
  await statuses(6, {});
  expect((await ask()).status).toBe(429);
  expect((await ask({ token })).status).toBe(200);
  expect((await ask({ token: other.token, slug: other.directory.slug })).status).toBe(200);
});

test('a refused write is not done', async () => {
  await statuses(5, {});
  const answer = await app.request(`/scim/v2/${scim.directory.slug}/Users`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${scim.token}`, 'Content-Type': 'application/scim+json' },
    body: JSON.stringify({ schemas: [userSchema], userName: 'anna' }),
  });
  expect(answer.status).toBe(429);
  expect((await scim.get('/Users?count=0')).body.totalResults).toBe(0);
});

describe('guessing tokens', () => {
  test('ends in 429, even for a right guess', async () => {
    expect(await statuses(failuresAllowed, { token: 'guess' })).toEqual(times(failuresAllowed, 401));
    const refused = await ask({ token: 'guess' });
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await ask()).status).toBe(429);
  });

  test('harms neither other addresses nor other directories nor a token in use', async () => {
    const other = await bridge.directory();
    const { token } = await bridge.services.directories.createToken(scim.directory.slug, {});
    expect((await ask()).status).toBe(200);
    await statuses(failuresAllowed + 1, { token: 'guess' });
    expect((await ask({ token: 'guess' })).status).toBe(429);
    expect((await ask()).status).toBe(200);
    expect((await ask({ token, address: '192.0.2.2' })).status).toBe(200);
    expect((await ask({ token: other.token, slug: other.directory.slug })).status).toBe(200);
  });

  test('is told by the address that the proxy saw, not by what the client says', async () => {
    const through = (client: string) => ({
      token: 'guess',
      address: '10.0.0.1',
      forwarded: `${Math.random()}, ${client}`,
    });
    await statuses(failuresAllowed, through('192.0.2.7'));
    expect((await ask(through('192.0.2.7'))).status).toBe(429);
    expect((await ask(through('192.0.2.8'))).status).toBe(401);
  });

  test('can not be hidden behind a header when there is no proxy', async () => {
    app = limited(false);
    let count = 0;
    const said = () => ({ token: 'guess', forwarded: `192.0.2.${count++}` });
    for (let guess = 0; guess < failuresAllowed; guess += 1) expect((await ask(said())).status).toBe(401);
    expect((await ask(said())).status).toBe(429);
  });
});
