import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { createOutgoing, isAddressRange, isPublicAddress } from './outgoing.ts';

const limits = { timeoutMs: 5_000, maxBytes: 1_000 };
const seen: string[] = [];
const server = createServer((request, response) => {
  seen.push(request.url ?? '');
  if (request.url === '/redirect') response.writeHead(302, { Location: '/elsewhere' }).end();
  else if (request.url === '/long') response.end('x'.repeat(1_001));
  else if (request.url === '/drip') response.write('x');
  else if (request.url !== '/hang') response.end('hello');
});
let port = 0;
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  port = (server.address() as AddressInfo).port;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const at = (path: string, host = '127.0.0.1') => new URL(`http://${host}:${port}${path}`);
const open = createOutgoing({ allow: ['127.0.0.0/8', '::1'] });
const shut = createOutgoing({ allow: [] });

test.each([
  ...['127.0.0.1', '10.1.2.3', '172.16.0.1', '172.31.255.255', '192.168.1.1', '169.254.169.254', '100.64.0.1'],
  ...['0.0.0.0', '224.0.0.1', '255.255.255.255', '::1', '::', 'fe80::1', 'fd00::1', 'ff02::1', '::ffff:10.0.0.1'],
  ...['::ffff:8.8.8.8', '64:ff9b::a00:1', '2002:a00:1::', '2001:db8::1', '2001::1', 'localhost', ''],
])('%j is not public', (address) => expect(isPublicAddress(address)).toBe(false));

test.each(['8.8.8.8', '172.32.0.1', '100.128.0.1', '2606:4700::1111', '2a00:1450::1'])('%s is public', (address) =>
  expect(isPublicAddress(address)).toBe(true),
);

test('ranges are told from what is none', () => {
  for (const range of ['10.0.0.0/8', '127.0.0.1', '::1', 'fd00::/8']) expect(isAddressRange(range)).toBe(true);
  for (const text of ['', '10.0.0.0/33', '10.0.0/8', 'host', '::1/129', '10.0.0.0/8/8', '10.0.0.0/x'])
    expect(isAddressRange(text)).toBe(false);
});

describe('a call', () => {
  it('reaches what is allowed, by its address and by its name', async () => {
    expect(await open.call(at('/'), limits)).toMatchObject({ status: 200, text: 'hello' });
    expect(await open.call(at('/', 'localhost'), limits)).toMatchObject({ status: 200, text: 'hello' });
  });

  it.each([
    ['a private address', () => new URL('https://127.0.0.1/')],
    ['a private address in brackets', () => new URL('https://[::1]/')],
    ['a private address in other spelling', () => new URL('https://0x7f.1/')],
    ['a name that resolves to one', () => new URL(`https://localhost:${port}/`)],
    ['a URL without TLS', () => new URL('http://example.com/')],
    ['a file', () => new URL('file:///etc/passwd')],
    ['a URL with a password', () => new URL('https://user:secret@example.com/')],
  ])('refuses %s before anything is sent', async (_, url) => {
    seen.length = 0;
    await expect(shut.call(url(), limits)).rejects.toThrow(/OUTGOING_ALLOW|https|no user/);
    expect(seen).toEqual([]);
  });

  it('without TLS goes to allowed addresses only', async () => {
    const elsewhere = createOutgoing({ allow: ['10.0.0.0/8'] });
    await expect(elsewhere.call(at('/', 'localhost'), limits)).rejects.toThrow(/OUTGOING_ALLOW/);
  });

  it('does not follow redirects', async () => {
    seen.length = 0;
    expect((await open.call(at('/redirect'), limits)).status).toBe(302);
    expect(seen).toEqual(['/redirect']);
  });

  it('ends at its limits of bytes and time', async () => {
    await expect(open.call(at('/long'), limits)).rejects.toThrow(/1000 bytes/);
    await expect(open.call(at('/hang'), { ...limits, timeoutMs: 100 })).rejects.toThrow(/did not answer/);
    await expect(open.call(at('/drip'), { ...limits, timeoutMs: 100 })).rejects.toThrow(/did not answer/);
  });
});
