// Every call ends, and every failure is told in words, whatever answers at the other side.
import { createServer, type RequestListener, type Server } from 'node:http';
import { afterEach, expect, test } from 'vitest';
import { createAdmin } from './admin-client.ts';
import { KeycloakError } from './errors.ts';

const servers: Server[] = [];

afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

async function listen(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return `http://127.0.0.1:${address.port}`;
}

const jsonOf =
  (status: number, body: object): RequestListener =>
  (_request, response) =>
    void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));

/** Logs everybody in, and answers everything else as `listener` does. */
const afterLogin =
  (listener: RequestListener): RequestListener =>
  (request, response) => {
    if (request.url?.endsWith('/token'))
      return jsonOf(200, { access_token: 'a.e30.c', refresh_token: 'a.e30.c' })(request, response);
    return listener(request, response);
  };

async function failureAt(url: string): Promise<KeycloakError> {
  const credentials = { username: 'admin', password: 'hidden-password' };
  const admin = createAdmin({ url, realm: 'shop', credentials, timeoutMs: 300 });
  try {
    await admin.call('reading the realm', (client) => client.realms.findOne({ realm: 'shop' }));
  } catch (error) {
    if (error instanceof KeycloakError) return error;
  }
  throw new Error('it did not fail as a KeycloakError');
}

test.each<[string, string, RequestListener]>([
  ['hangs', 'timeout', () => undefined],
  ['hangs after the headers', 'timeout', (_request, response) => void response.writeHead(200).write('{')],
  [
    'refuses the login',
    'login_refused',
    jsonOf(401, { error: 'invalid_grant', error_description: 'Invalid user credentials' }),
  ],
  ['has no such realm to log in to', 'login_refused', jsonOf(404, { error: 'Realm does not exist' })],
  ['forbids', 'forbidden', afterLogin(jsonOf(403, { error: 'HTTP 403 Forbidden' }))],
  ['fails', 'refused', afterLogin(jsonOf(500, { error: 'unknown_error' }))],
  ['is no Keycloak', 'not_keycloak', (_request, response) => void response.writeHead(200).end('<html>')],
])('a server that %s', async (_name, code, listener) => {
  const failure = await failureAt(await listen(listener));
  expect(failure.code, failure.message).toBe(code);
  expect(`${failure.message} ${failure.remedy}`).not.toContain('hidden-password');
  expect(failure.message).not.toContain('\n');
});

test('nobody is there', async () => {
  const url = await listen(() => undefined);
  servers.pop()?.close();
  expect(await failureAt(url)).toMatchObject({ code: 'unreachable', remedy: expect.stringContaining('--keycloak') });
});
