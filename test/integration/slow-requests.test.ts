// Senders that drip, stop or go away, on a real socket: they are cut off, and leave nothing behind.
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readConfig } from '../../bridge/config.ts';
import { createLocalSignal } from '../../bridge/events/signal.ts';
import { type RunningBridge, serve } from '../../bridge/main.ts';
import { systemClock } from '../../bridge/platform/clock.ts';
import { createPasswordHasher } from '../../bridge/platform/secrets/passwords.ts';
import { createServices, type Services } from '../../bridge/services.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';

let database: TestDatabase;
let services: Services;
let bridge: RunningBridge;
let token: string;

beforeAll(async () => {
  database = await createTestDatabase();
  services = createServices({
    store: database,
    clock: systemClock,
    passwords: createPasswordHasher(),
    signal: createLocalSignal(),
  });
  await services.directories.createDirectory({ slug: 'acme' });
  ({ token } = await services.directories.createToken('acme', {}));
  bridge = await serve(
    await readConfig({
      DATABASE_URL: database.url,
      HOST: '127.0.0.1',
      PORT: '0',
      METRICS_PORT: '0',
      LOG_LEVEL: 'silent',
      REQUEST_TIMEOUT_SECONDS: '1',
    }),
  );
});
afterAll(async () => {
  await bridge?.close();
  services?.federations.close();
  await database?.drop();
});

const body = JSON.stringify({ schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'], userName: 'slow' });

const head = (length: number | 'chunked') =>
  [
    'POST /scim/v2/acme/Users HTTP/1.1',
    'Host: bridge.test',
    `Authorization: Bearer ${token}`,
    'Content-Type: application/scim+json',
    length === 'chunked' ? 'Transfer-Encoding: chunked' : `Content-Length: ${length}`,
    '',
    '',
  ].join('\r\n');

interface Connection {
  socket: Socket;
  /** All that came back, once the other side has closed. */
  closed: Promise<string>;
}

function open(): Connection {
  const socket = connect(Number(new URL(bridge.url).port), '127.0.0.1');
  let text = '';
  socket.on('data', (chunk) => {
    text += chunk;
  });
  socket.on('error', () => undefined);
  return { socket, closed: new Promise((resolve) => socket.on('close', () => resolve(text))) };
}

/** Writes the text a byte at a time until it is cut off. */
async function drip(socket: Socket, text: string): Promise<void> {
  for (const byte of text) {
    if (socket.destroyed || socket.writableEnded) return;
    socket.write(byte);
    await sleep(100);
  }
}

async function countUsers(): Promise<number> {
  const answer = await fetch(`${bridge.url}/scim/v2/acme/Users?count=0`, {
    headers: { Authorization: `Bearer ${token}` },
  });
  expect(answer.status).toBe(200);
  const list: unknown = await answer.json();
  return typeof list === 'object' && list !== null && 'totalResults' in list ? Number(list.totalResults) : Number.NaN;
}

test('a request that keeps its time is answered', async () => {
  const { socket, closed } = open();
  const missing = { ...JSON.parse(body), userName: 'quick' };
  socket.write(head(JSON.stringify(missing).length).replace('Host:', 'Connection: close\r\nHost:'));
  socket.write(JSON.stringify(missing));
  expect(await closed).toMatch(/^HTTP\/1.1 201 /);
  expect(await countUsers()).toBe(1);
});

test.each([
  ['with a length', false],
  ['in chunks', true],
])('a dripping body %s is cut off with 408', async (_how, chunked) => {
  const before = await countUsers();
  const { socket, closed } = open();
  socket.write(head(chunked ? 'chunked' : body.length));
  const dripping = drip(socket, chunked ? `1000\r\n${body}` : body);
  const answer = await closed;
  expect(answer).toMatch(/^HTTP\/1.1 408 /);
  await dripping;
  expect(await countUsers()).toBe(before);
});

test('dripping headers are cut off', async () => {
  const { socket, closed } = open();
  const dripping = drip(socket, head(body.length));
  expect(await closed).toMatch(/^HTTP\/1.1 408 /);
  await dripping;
});

test('an upload that is aborted leaves nothing behind, and the next request finds the bridge well', async () => {
  const before = await countUsers();
  const aborted = Array.from({ length: 20 }, () => {
    const connection = open();
    connection.socket.write(head(body.length));
    connection.socket.write(body.slice(0, -5));
    return connection;
  });
  await sleep(200);
  for (const { socket } of aborted) socket.destroy();
  await Promise.all(aborted.map(({ closed }) => closed));
  expect(await countUsers()).toBe(before);
  const { rows } = await database.pool.query(
    `select count(*) as n from pg_stat_activity where datname = current_database() and state like 'idle in transaction%'`,
  );
  expect(rows).toEqual([{ n: 0 }]);
});

test('a chunked body above the limit is refused while it comes', async () => {
  const { socket, closed } = open();
  socket.write(head('chunked').replace('/Users', '/Bulk').replace('Host:', 'Connection: close\r\nHost:'));
  const chunk = 'x'.repeat(65_536);
  for (let sent = 0; sent < 40 && !socket.destroyed; sent += 1) {
    socket.write(`${chunk.length.toString(16)}\r\n${chunk}\r\n`);
    await sleep(1);
  }
  expect(await closed).toMatch(/^HTTP\/1.1 413 [\s\S]*maxPayloadSize/);
});
