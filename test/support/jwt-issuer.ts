// An issuer of JWTs with keys behind a real HTTP server, which can fail in several ways.
import { createServer } from 'node:http';
import { exportJWK, generateKeyPair, type JWK, type JWTPayload, SignJWT } from 'jose';

export interface TestIssuer {
  url: string;
  jwksUrl: string;
  /** Paths that were asked for. */
  requests: string[];
  /** How it answers from now on. */
  behave(how: 'well' | 'error' | 'nonsense' | 'hang' | 'cut' | 'redirect'): void;
  /** A token with good claims of now, but for those given; undefined leaves a claim out. */
  sign(claims?: Record<string, unknown>, header?: Record<string, unknown>): Promise<string>;
  /** The published key that signs, as its owner's public PEM would be in a forger's hands. */
  publicKey(): JWK;
  /** Signs with a new key; the old one is published no longer. */
  rotate(): Promise<void>;
  close(): Promise<void>;
}

export const audience = 'api://realmbridge';
export const subject = 'provisioning-client';

export async function startIssuer(now: () => Date): Promise<TestIssuer> {
  const requests: string[] = [];
  let how: Parameters<TestIssuer['behave']>[0] = 'well';
  let generation = 0;
  let privateKey: Awaited<ReturnType<typeof generateKeyPair>>['privateKey'];
  let published: JWK = {};
  let url = '';

  async function rotate(): Promise<void> {
    const pair = await generateKeyPair('RS256', { extractable: true });
    privateKey = pair.privateKey;
    published = { ...(await exportJWK(pair.publicKey)), kid: `key-${++generation}`, alg: 'RS256', use: 'sig' };
  }

  const server = createServer((request, response) => {
    requests.push(request.url ?? '');
    if (how === 'hang') return;
    if (how === 'cut') return void request.socket.destroy();
    if (how === 'error') return void response.writeHead(500).end();
    if (how === 'redirect') return void response.writeHead(302, { Location: `${url}/elsewhere` }).end();
    if (how === 'nonsense') return void response.end('<html>');
    const documents: Record<string, unknown> = {
      '/.well-known/openid-configuration': { issuer: url, jwks_uri: `${url}/jwks` },
      '/jwks': { keys: [published] },
    };
    const document = documents[request.url ?? ''];
    if (document === undefined) response.writeHead(404).end();
    else response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify(document));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new TypeError('the issuer listens on no port');
  url = `http://127.0.0.1:${address.port}`;
  await rotate();

  return {
    url,
    jwksUrl: `${url}/jwks`,
    requests,
    behave: (wanted) => {
      how = wanted;
    },
    sign(claims = {}, header = {}) {
      const seconds = Math.floor(now().getTime() / 1_000);
      const payload: JWTPayload = {
        iss: url,
        aud: audience,
        sub: subject,
        iat: seconds,
        exp: seconds + 600,
        ...claims,
      };
      for (const [name, value] of Object.entries(payload)) if (value === undefined) delete payload[name];
      return new SignJWT(payload)
        .setProtectedHeader({ alg: 'RS256', typ: 'at+jwt', kid: `key-${generation}`, ...header })
        .sign(privateKey);
    },
    publicKey: () => published,
    rotate,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
