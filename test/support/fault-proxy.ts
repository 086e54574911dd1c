// Stands between Keycloak and the bridge and misbehaves on demand, in the ways in which real networks, proxies and
// servers do. It listens on one port all the time, so that Keycloak's component needn't change.
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { createServer as createTcpServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from './postgres-setup.ts';

/** With each of these not one answer of the bridge gets through. */
export const outrightFaults = [
  'refused',
  '401',
  '403',
  '404-html',
  '404-json',
  '429',
  '500',
  '503',
  'empty',
  'html',
  'truncated',
  'wrong-json',
  'hang',
  'drip-feed',
] as const;

/**
 * How the proxy answers. `pass` is no fault; `slow` answers late, `flapping` every other time, the versions are those of
 * another bridge, `no-feed` fails for the change feed alone, `no-export` for the export, and `half-export` holds the second half
 * of each export back.
 */
export type Fault =
  | (typeof outrightFaults)[number]
  | 'pass'
  | 'slow'
  | 'flapping'
  | 'older-version'
  | 'newer-version'
  | 'no-feed'
  | 'no-export'
  | 'half-export';

export interface FaultProxy {
  readonly url: string;
  /** An address whose port takes TCP connections and then says nothing, as a stalled TLS handshake does. */
  readonly silentUrl: string;
  /**
   * From now on; requests under way are cut off. After `hang` they stay hung on purpose: a connection that outlives its
   * outage is what a client meets in reality.
   */
  set(fault: Fault): Promise<void>;
  /** Requests since the last reset, by path without the query. */
  counts(): ReadonlyMap<string, number>;
  total(): number;
  resetCounts(): void;
  /** Requests that wait for their answer now, by path. */
  waiting(): ReadonlyMap<string, number>;
  /** The longest time in milliseconds that a client has waited for an answer on such a path since the last reset. */
  longestWait(path: RegExp): number;
  close(): Promise<void>;
}

interface Canned {
  status: number;
  headers: Record<string, string>;
  body: string;
}

const versioned = { 'Realmbridge-Api': '1', 'Content-Type': 'application/json' };
const html = { 'Content-Type': 'text/html' };
const page = '<!doctype html><title>Gateway</title><h1>Something went wrong</h1>';

const canned: Partial<Record<Fault, Canned>> = {
  '401': { status: 401, headers: { ...versioned, 'WWW-Authenticate': 'Bearer' }, body: '{"code":"unauthorized"}' },
  '403': { status: 403, headers: html, body: page },
  '404-html': { status: 404, headers: html, body: page },
  // The closest that something else can come to the bridge's proof of absence: the words, but not the header.
  '404-json': { status: 404, headers: { 'Content-Type': 'application/json' }, body: '{"code":"user_absent"}' },
  '429': { status: 429, headers: { ...versioned, 'Retry-After': '1' }, body: '{"code":"too_many_requests"}' },
  '500': { status: 500, headers: versioned, body: '{"code":"internal_error"}' },
  '503': { status: 503, headers: html, body: page },
  empty: { status: 200, headers: versioned, body: '' },
  html: { status: 200, headers: { ...html, 'Realmbridge-Api': '1' }, body: page },
  'older-version': { status: 200, headers: { ...versioned, 'Realmbridge-Api': '0' }, body: '{}' },
  'newer-version': { status: 200, headers: { ...versioned, 'Realmbridge-Api': '2' }, body: '{}' },
  'wrong-json': { status: 200, headers: versioned, body: '{"hello":"world","users":7,"items":{}}' },
};

const slowMs = 2_500;
const dripMs = 250;

async function readAll(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}

/** Forwards the request and answers with what came back, whole. */
function forward(target: URL, incoming: IncomingMessage, body: Buffer, signal: AbortSignal): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const outgoing = request(
      new URL(incoming.url ?? '/', target),
      { method: incoming.method, headers: { ...incoming.headers, host: target.host }, agent: false, signal },
      resolve,
    );
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

async function drip(response: ServerResponse, upstream: IncomingMessage): Promise<void> {
  const body = await readAll(upstream);
  response.writeHead(upstream.statusCode ?? 502, upstream.headers);
  for (const byte of body) {
    if (response.destroyed) return;
    response.write(Buffer.from([byte]));
    await sleep(dripMs);
  }
  response.end();
}

async function truncate(response: ServerResponse, upstream: IncomingMessage): Promise<void> {
  const body = await readAll(upstream);
  const half = body.subarray(0, Math.floor(body.length / 2));
  const { 'content-length': _, 'transfer-encoding': __, ...headers } = upstream.headers;
  response.writeHead(upstream.statusCode ?? 502, { ...headers, 'Content-Length': half.length });
  response.end(half);
}

async function half(response: ServerResponse, upstream: IncomingMessage): Promise<void> {
  const body = await readAll(upstream);
  response.writeHead(upstream.statusCode ?? 502, upstream.headers);
  response.write(body.subarray(0, Math.floor(body.length / 2)));
}

async function pass(response: ServerResponse, upstream: IncomingMessage): Promise<void> {
  response.writeHead(upstream.statusCode ?? 502, upstream.headers);
  response.flushHeaders();
  for await (const chunk of upstream) response.write(chunk);
  response.end();
}

export async function startFaultProxy(bridgeUrl: string): Promise<FaultProxy> {
  const target = new URL(bridgeUrl);
  const sockets = new Set<Socket>();
  const counts = new Map<string, number>();
  const waiting = new Map<string, number>();
  const longest = new Map<string, number>();
  let fault: Fault = 'pass';
  let turn = 0;
  let epoch = new AbortController();

  function modeFor(path: string): Fault {
    if (fault === 'flapping') return turn++ % 2 === 0 ? '503' : 'pass';
    if (fault === 'half-export') return path.endsWith('/export') ? 'half-export' : 'pass';
    if (fault === 'no-export') return path.endsWith('/export') ? '503' : 'pass';
    if (fault === 'no-feed') return path.endsWith('/changes') ? '503' : 'pass';
    return fault;
  }

  async function answer(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = new URL(incoming.url ?? '/', target).pathname;
    counts.set(path, (counts.get(path) ?? 0) + 1);
    waiting.set(path, (waiting.get(path) ?? 0) + 1);
    const arrived = performance.now();
    response.once('close', () => {
      waiting.set(path, (waiting.get(path) ?? 0) - 1);
      longest.set(path, Math.max(longest.get(path) ?? 0, performance.now() - arrived));
    });
    const { signal } = epoch;
    const mode = modeFor(path);
    const body = await readAll(incoming);
    if (mode === 'hang') return;
    const reply = canned[mode];
    if (reply) {
      response.writeHead(reply.status, reply.headers).end(reply.body);
      return;
    }
    if (mode === 'slow') await sleep(slowMs, undefined, { signal });
    const upstream = await forward(target, incoming, body, signal);
    if (mode === 'drip-feed') await drip(response, upstream);
    else if (mode === 'truncated') await truncate(response, upstream);
    else if (mode === 'half-export') await half(response, upstream);
    else await pass(response, upstream);
  }

  const server = createServer((incoming, response) => {
    answer(incoming, response).catch(() => {
      // The bridge is gone, or the fault has changed: Keycloak's connection stays open in `hang` and breaks otherwise.
      if (fault !== 'hang') response.destroy();
    });
  });
  server.keepAliveTimeout = 60_000;
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => undefined);
  });
  const silent = createTcpServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => undefined);
  });
  const port = await freePort();
  const listen = () => new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  await listen();
  const silentPort = await freePort();
  await new Promise<void>((resolve) => silent.listen(silentPort, '127.0.0.1', resolve));

  function cut(): void {
    for (const socket of sockets) socket.destroy();
  }

  return {
    url: `http://127.0.0.1:${port}`,
    silentUrl: `https://127.0.0.1:${silentPort}`,
    async set(next) {
      const before = fault;
      fault = next;
      turn = 0;
      epoch.abort();
      epoch = new AbortController();
      if (before === 'refused' && next !== 'refused') await listen();
      if (next === 'refused' && before !== 'refused') {
        const closed = new Promise<void>((resolve) => server.close(() => resolve()));
        cut();
        await closed;
      } else if (next !== 'hang' && before !== 'hang') cut();
    },
    counts: () => counts,
    total: () => [...counts.values()].reduce((sum, count) => sum + count, 0),
    resetCounts() {
      counts.clear();
      longest.clear();
    },
    waiting: () => waiting,
    longestWait: (path) => Math.max(0, ...[...longest].filter(([each]) => path.test(each)).map(([, ms]) => ms)),
    async close() {
      epoch.abort();
      cut();
      silent.close();
      await new Promise<void>((resolve) => {
        if (server.listening) server.close(() => resolve());
        else resolve();
      });
    },
  };
}
