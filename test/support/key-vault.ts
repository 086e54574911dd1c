// What the bridge asks Azure for, spoken by a server of the tests: a Key Vault with its token challenge and secrets, the
// authority that gives tokens for a client's secret or a workload's token, and the endpoint of a managed identity.
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createServer as createHttpServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';

export type VaultBehaviour =
  | 'well'
  | 'forbidden'
  | 'throttled'
  | 'throttled once'
  | 'failing'
  | 'silent'
  | 'cut'
  | 'nonsense'
  | 'redirecting'
  | 'no token';

export interface TestVault {
  url: string;
  /** What makes the bridge ask here, with the secret of a client. */
  env: Record<string, string>;
  /** Of a managed identity, which the platform tells of in the process's own environment. */
  platform: { IDENTITY_ENDPOINT: string; IDENTITY_HEADER: string };
  federatedToken: string;
  clientSecret: string;
  secrets: Map<string, string>;
  /** Those of the vault, each as `METHOD path status`. */
  requests: string[];
  behave(how: VaultBehaviour): void;
  /** Accepts none of the tokens given so far. */
  forgetTokens(): void;
  close(): Promise<void>;
}

const tenant = '6d5e4f3a-2b1c-4d0e-9f8a-7b6c5d4e3f2a';
const client = '11111111-2222-4333-8444-555555555555';

async function textOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return text;
}

function answer(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): ServerResponse {
  return response.writeHead(status, { 'Content-Type': 'application/json', ...headers }).end(JSON.stringify(body));
}

const refusal = (code: string, message: string) => ({ error: { code, message } });

async function listening(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new TypeError('the server listens on no port');
  return address.port;
}

export async function startKeyVault(files: { certificate: string; key: string }): Promise<TestVault> {
  const secrets = new Map<string, string>();
  const requests: string[] = [];
  const tokens = new Set<string>();
  const [clientSecret, federatedToken, identityHeader] = [randomUUID(), randomUUID(), randomUUID()];
  let how: VaultBehaviour = 'well';
  let authority = '';

  function newToken(): { access_token: string; token_type: string; expires_in: number } {
    const token = randomUUID();
    tokens.add(token);
    return { access_token: token, token_type: 'Bearer', expires_in: 3_600 };
  }

  async function answerAuthority(
    path: string,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<ServerResponse> {
    if (path.endsWith('/.well-known/openid-configuration')) {
      const at = `${authority}/${tenant}`;
      return answer(response, 200, {
        issuer: `${at}/v2.0`,
        authorization_endpoint: `${at}/oauth2/v2.0/authorize`,
        token_endpoint: `${at}/oauth2/v2.0/token`,
        jwks_uri: `${at}/keys`,
      });
    }
    const form = new URLSearchParams(await textOf(request));
    const isKnown =
      form.get('client_id') === client &&
      form.get('scope')?.startsWith('https://vault.test/.default') === true &&
      (form.get('client_secret') === clientSecret || form.get('client_assertion') === federatedToken);
    if (isKnown && how !== 'no token') return answer(response, 200, newToken());
    const error_description = 'AADSTS7000215: Invalid client secret provided.\r\nTrace ID: 0';
    return answer(response, 401, { error: 'invalid_client', error_description, error_codes: [7_000_215] });
  }

  function answerVault(path: string, request: IncomingMessage, response: ServerResponse): ServerResponse {
    if (how === 'forbidden') return answer(response, 403, refusal('Forbidden', 'Caller is not authorized.'));
    if (how === 'failing') return answer(response, 503, refusal('ServiceUnavailable', 'Not now.'));
    if (how === 'throttled' || how === 'throttled once') {
      const wait = how === 'throttled' ? '30' : '1';
      if (how === 'throttled once') how = 'well';
      return answer(response, 429, refusal('Throttled', 'Too many requests.'), { 'Retry-After': wait });
    }
    if (how === 'nonsense') return response.writeHead(200, { 'Content-Type': 'text/html' }).end('<html>');
    if (how === 'redirecting') {
      return response.writeHead(302, { Location: 'https://elsewhere.vault.test/' }).end();
    }
    const token = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1];
    if (token === undefined || !tokens.has(token)) {
      const challenge = `Bearer authorization="${authority}/${tenant}", resource="https://vault.test"`;
      return answer(response, 401, refusal('Unauthorized', 'Token is missing.'), { 'WWW-Authenticate': challenge });
    }
    const name = /^\/secrets\/([\w-]+)\/?$/.exec(path)?.[1];
    const value = name === undefined ? undefined : secrets.get(name);
    if (value === undefined) {
      return answer(response, 404, refusal('SecretNotFound', 'A secret with this name was not found.'));
    }
    return answer(response, 200, {
      value,
      id: `${vault.url}/secrets/${name}/${randomUUID()}`,
      attributes: { enabled: true },
    });
  }

  const server = createServer(
    { cert: await readFile(files.certificate), key: await readFile(files.key) },
    async (request, response) => {
      const { pathname: path } = new URL(request.url ?? '/', 'https://vault.test');
      if (path.startsWith(`/${tenant}/`)) return void answerAuthority(path, request, response);
      response.on('finish', () => requests.push(`${request.method} ${path} ${response.statusCode}`));
      if (how === 'silent') return;
      if (how === 'cut') return void request.socket.destroy();
      answerVault(path, request, response);
    },
  );
  const port = await listening(server);
  authority = `https://127.0.0.1:${port}`;

  const identity = createHttpServer((request, response) => {
    const isKnown = request.headers['x-identity-header'] === identityHeader && how !== 'no token';
    if (!isKnown) return answer(response, 400, { error: 'invalid_request', error_description: 'Identity not found' });
    const expires_on = String(Math.floor(Date.now() / 1_000) + 3_600);
    answer(response, 200, { ...newToken(), expires_on, resource: 'https://vault.test' });
  });
  const identityPort = await listening(identity);

  const vault: TestVault = {
    url: `https://realmbridge.vault.test:${port}`,
    env: {
      KEY_VAULT_URL: `https://realmbridge.vault.test:${port}`,
      OUTGOING_ALLOW: '127.0.0.0/8',
      AZURE_AUTHORITY_HOST: authority,
      AZURE_TENANT_ID: tenant,
      AZURE_CLIENT_ID: client,
      AZURE_CLIENT_SECRET: clientSecret,
    },
    platform: { IDENTITY_ENDPOINT: `http://127.0.0.1:${identityPort}/msi/token`, IDENTITY_HEADER: identityHeader },
    federatedToken,
    clientSecret,
    secrets,
    requests,
    behave: (wanted) => {
      how = wanted;
    },
    forgetTokens: () => tokens.clear(),
    async close() {
      for (const each of [server, identity]) {
        each.closeAllConnections();
        await Promise.race([new Promise((resolve) => each.close(resolve)), sleep(5_000, undefined, { ref: false })]);
      }
    },
  };
  return vault;
}
