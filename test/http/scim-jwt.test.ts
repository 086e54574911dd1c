// JWTs of an issuer that a directory trusts, in the place of the directory's own tokens (RFC 7523, RFC 9068, RFC 8725).
import { base64url, exportSPKI, importJWK, SignJWT, UnsecuredJWT } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createApp } from '../../bridge/app.ts';
import type { JwtRefusal } from '../../bridge/directories/issuers/verifier.ts';
import { readIn } from '../../bridge/platform/db/scope.ts';
import { createOutgoing } from '../../bridge/platform/http/outgoing.ts';
import { createLogger } from '../../bridge/platform/log.ts';
import { type Answer, createTestBridge, readAnswer, type TestBridge } from '../support/bridge.ts';
import { audience, startIssuer, subject, type TestIssuer } from '../support/jwt-issuer.ts';
import { errorSchema, searchSchema, userSchema } from '../support/scim.ts';

let now = new Date('2026-11-22T12:00:00Z');
const passed = (seconds: number): void => {
  now = new Date(now.getTime() + seconds * 1_000);
};
let bridge: TestBridge;
let refusals: JwtRefusal[] = [];
let issuer: TestIssuer;
let slug: string;
let count = 0;

beforeAll(async () => {
  bridge = await createTestBridge({
    clock: { now: () => now },
    outgoing: createOutgoing({ allow: ['127.0.0.1'] }),
    onJwtRefused: (refusal) => refusals.push(refusal),
  });
});
beforeEach(async () => {
  refusals = [];
  issuer = await startIssuer(() => now);
  slug = `jwt-${++count}`;
  await bridge.services.directories.createDirectory({ slug });
  return () => issuer.close();
});
afterAll(() => bridge.close());

const trust = (over: Record<string, unknown> = {}) =>
  bridge.services.issuers.addIssuer(slug, {
    issuer: issuer.url,
    audience,
    jwksUrl: issuer.jwksUrl,
    requiredClaims: { sub: [subject] },
    scopes: ['read', 'write'],
    ...over,
  });

const ask = (token: string, path = '/Users', init: RequestInit = {}, directory = slug): Promise<Answer> =>
  bridge.send(`/scim/v2/${directory}${path}`, {
    ...init,
    headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/scim+json' },
  });
const status = async (token: string): Promise<number> => (await ask(token)).status;
const create = (token: string, userName = 'anna') =>
  ask(token, '/Users', { method: 'POST', body: JSON.stringify({ schemas: [userSchema], userName }) });

/** Who made the changes of the directory's users. */
async function actors(): Promise<string[]> {
  const { id } = await bridge.services.directories.requireDirectory(slug);
  const rows = await readIn(bridge.database.pool, [id], (scope) =>
    scope.selectFrom('events').select('actor').where('resource_type', '=', 'User').execute(),
  );
  return rows.map(({ actor }) => actor);
}

function expectRefused(answer: Answer): void {
  expect(answer.status).toBe(401);
  expect(answer.headers.get('www-authenticate')).toBe('Bearer realm="Realmbridge SCIM", error="invalid_token"');
  expect(answer.body).toEqual({
    schemas: [errorSchema],
    status: '401',
    detail: 'A valid bearer token for this directory is required.',
  });
}

function expectUnavailable(answer: Answer): void {
  expect(answer.status).toBe(503);
  expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
  expect(answer.body).toEqual({
    schemas: [errorSchema],
    status: '503',
    detail: "The token can not be checked now, because its issuer's keys can not be had.",
  });
}

describe('a good token', () => {
  test('provisions, and the events say whose it was', async () => {
    await trust();
    const token = await issuer.sign();
    expect((await create(token)).status).toBe(201);
    expect(await actors()).toEqual([`jwt:${new URL(issuer.url).host}/${subject}`]);
    expect((await bridge.services.issuers.listIssuers(slug))[0]?.lastUsedAt).toEqual(now);
  });

  test('is checked with keys found through discovery, which are fetched once', async () => {
    await trust({ jwksUrl: undefined });
    for (let request = 0; request < 5; request += 1) {
      expect(await status(await issuer.sign({ jti: String(request) }))).toBe(200);
    }
    expect(issuer.requests).toEqual(['/.well-known/openid-configuration', '/jwks']);
  });

  test('stands beside the tokens of the directory', async () => {
    await trust();
    const { token } = await bridge.services.directories.createToken(slug, {});
    expect([await status(token), await status(await issuer.sign())]).toEqual([200, 200]);
  });

  test('is not believed beyond its end, though it was accepted a moment ago', async () => {
    await trust();
    const token = await issuer.sign({ exp: Math.floor(now.getTime() / 1_000) + 1 });
    expect(await status(token)).toBe(200);
    passed(32);
    expectRefused(await ask(token));
  });

  test('may be as long as a token with many roles is', async () => {
    await trust();
    expect(
      await status(await issuer.sign({ roles: Array.from({ length: 150 }, (_, n) => `a-role-${n}-of-many`) })),
    ).toBe(200);
  });

  test('has an actor of bounded length and printable characters', async () => {
    const sub = `a\u0000b\n${'x'.repeat(1_000)}`;
    await trust({ requiredClaims: { azp: ['me'] } });
    expect((await create(await issuer.sign({ sub, azp: 'me' }))).status).toBe(201);
    const [actor] = await actors();
    expect(actor).toMatch(/^jwt:127\.0\.0\.1:\d+\/a\ufffdb\ufffdx+$/);
    expect(actor?.length).toBeLessThanOrEqual(200);
  });
});

describe('a token that is refused looks like any wrong one:', () => {
  const seconds = () => Math.floor(now.getTime() / 1_000);
  test.each<[string, RegExp, () => Promise<string>]>([
    ['one that has expired', /exp/, () => issuer.sign({ iat: seconds() - 700, exp: seconds() - 31 })],
    ['one without an end', /exp/, () => issuer.sign({ exp: undefined })],
    ['one without a beginning', /iat/, () => issuer.sign({ iat: undefined })],
    ['one of the day before yesterday', /iat/, () => issuer.sign({ iat: seconds() - 90_000 })],
    ['one of the future', /iat/, () => issuer.sign({ iat: seconds() + 60, exp: seconds() + 120 })],
    ['one that is not valid yet', /nbf/, () => issuer.sign({ nbf: seconds() + 60 })],
    ['one for another audience', /aud/, () => issuer.sign({ aud: 'api://somebody-else' })],
    ['one for nobody', /aud/, () => issuer.sign({ aud: undefined })],
    ['one of another client of the issuer', /sub/, () => issuer.sign({ sub: 'another-client' })],
    ['one without its subject', /sub/, () => issuer.sign({ sub: undefined })],
    ['one with a subject that is no text', /sub/, () => issuer.sign({ sub: { toString: subject } })],
    ['a logout token', /access token/, () => issuer.sign({}, { typ: 'logout+jwt' })],
    ['a token of an unknown type', /access token/, () => issuer.sign({}, { typ: 'x+jwt' })],
    [
      'one with an extension that must be understood',
      /crit|recognized/,
      async () => {
        const header = base64url.encode(JSON.stringify({ alg: 'RS256', kid: 'key-1', crit: ['x'], x: 1 }));
        return [header, ...(await issuer.sign()).split('.').slice(1)].join('.');
      },
    ],
    [
      'one with changed claims',
      /signature/,
      async () => {
        const [header, , signature] = (await issuer.sign()).split('.');
        const [, payload] = (await issuer.sign({ admin: true })).split('.');
        return [header, payload, signature].join('.');
      },
    ],
    [
      'one without a signature',
      /alg/,
      async () =>
        new UnsecuredJWT({ sub: subject })
          .setIssuer(issuer.url)
          .setAudience(audience)
          .setIssuedAt(now)
          .setExpirationTime('1h')
          .encode(),
    ],
    [
      'one signed with the public key as a secret',
      /alg/,
      async () => {
        const key = await importJWK({ ...issuer.publicKey() }, 'RS256', { extractable: true });
        if (!('type' in key)) throw new TypeError('expected a public key');
        const secret = new TextEncoder().encode(await exportSPKI(key));
        return new SignJWT({ sub: subject, iss: issuer.url, aud: audience, iat: seconds(), exp: seconds() + 60 })
          .setProtectedHeader({ alg: 'HS256', kid: 'key-1' })
          .sign(secret);
      },
    ],
    [
      'one with a key that the issuer does not have',
      /no applicable key/,
      () => issuer.sign({}, { kid: 'key-of-a-forger' }),
    ],
    [
      'one that brings its own key',
      /signature/,
      async () => {
        const forger = await startIssuer(() => now);
        try {
          return await forger.sign({ iss: issuer.url }, { jwk: forger.publicKey(), jku: forger.jwksUrl });
        } finally {
          await forger.close();
        }
      },
    ],
  ])('%s', async (_, reason, make) => {
    await trust();
    expectRefused(await ask(await make()));
    expect(refusals).toEqual([expect.objectContaining({ issuer: issuer.url, reason: expect.stringMatching(reason) })]);
    expect(await status(await issuer.sign())).toBe(200);
  });

  test.each<[string, () => Promise<string>]>([
    ['of an issuer that is not trusted', () => issuer.sign({ iss: `${issuer.url}/` })],
    ['without an issuer', () => issuer.sign({ iss: undefined })],
    ['with an issuer that is no text', () => issuer.sign({ iss: 7 })],
    ['with an issuer that can not be stored', () => issuer.sign({ iss: `${issuer.url}\u0000` })],
    ['of which only the first part is right', async () => `${(await issuer.sign()).split('.')[0]}.e30x.AA`],
  ])('one %s, and nobody is asked about it', async (_, make) => {
    await trust();
    expectRefused(await ask(await make()));
    expect(issuer.requests).toEqual([]);
  });

  test('one for another directory, and one of an issuer that was disabled or removed', async () => {
    const trusted = await trust();
    await bridge.services.directories.createDirectory({ slug: `${slug}-other` });
    const token = await issuer.sign();
    expectRefused(await ask(token, '/Users', {}, `${slug}-other`));
    expect(issuer.requests).toEqual([]);

    expect(await status(token)).toBe(200);
    await bridge.services.issuers.setIssuerEnabled(slug, trusted.id, false);
    expectRefused(await ask(token));
    await bridge.services.issuers.setIssuerEnabled(slug, trusted.id, true);
    expect(await status(token)).toBe(200);
    await bridge.services.issuers.removeIssuer(slug, trusted.id);
    expectRefused(await ask(token));
  });
});

describe('keys', () => {
  test('that are new are fetched when the first token needs them, and those that are gone open nothing', async () => {
    await trust();
    const old = await issuer.sign();
    expect(await status(old)).toBe(200);
    passed(31);
    await issuer.rotate();
    expect(await status(await issuer.sign())).toBe(200);
    expectRefused(await ask(old));
  });

  test('that nobody has are looked for once in half a minute, however many strangers ask', async () => {
    await trust();
    expect(await status(await issuer.sign())).toBe(200);
    passed(31);
    const forged = await Promise.all(
      Array.from({ length: 20 }, (_, n) => issuer.sign({ jti: String(n) }, { kid: `unknown-${n}` })),
    );
    for (const token of forged) expectRefused(await ask(token));
    expect(issuer.requests).toEqual(['/jwks', '/jwks']);
  });

  test.each(['error', 'nonsense', 'cut', 'redirect'] as const)(
    'of an issuer that answers with %s: 503, at a bounded rate',
    async (how) => {
      await trust();
      issuer.behave(how);
      for (let request = 0; request < 5; request += 1)
        expectUnavailable(await ask(await issuer.sign({ jti: `${request}` })));
      expect(issuer.requests).toHaveLength(1);
      issuer.behave('well');
      passed(11);
      expect(await status(await issuer.sign())).toBe(200);
    },
  );

  test('of an issuer that hangs are waited for no longer than some seconds, by all who wait together', async () => {
    await trust();
    issuer.behave('hang');
    const tokens = await Promise.all(['a', 'b', 'c'].map((jti) => issuer.sign({ jti })));
    const started = performance.now();
    for (const answer of await Promise.all(tokens.map((token) => ask(token)))) expectUnavailable(answer);
    expect(performance.now() - started).toBeLessThan(20_000);
    expect(issuer.requests).toHaveLength(1);
  });

  test('that are known go on working while their issuer is down, for a day', async () => {
    await trust();
    expect(await status(await issuer.sign())).toBe(200);
    issuer.behave('cut');
    passed(3_600);
    expect(await status(await issuer.sign())).toBe(200);
    expectUnavailable(await ask(await issuer.sign({}, { kid: 'a-new-one' })));
    passed(22 * 3_600);
    expect(await status(await issuer.sign())).toBe(200);
    passed(3_600);
    expectUnavailable(await ask(await issuer.sign()));
  });

  test('are not taken from a discovery document of another issuer', async () => {
    await trust({ issuer: `${issuer.url}/`, jwksUrl: undefined });
    expectUnavailable(await ask(await issuer.sign({ iss: `${issuer.url}/` })));
  });

  test('are not asked for at private addresses that were not allowed', async () => {
    const strict = await createTestBridge({ clock: { now: () => now } });
    try {
      await strict.services.directories.createDirectory({ slug: 'strict' });
      const add = strict.services.issuers.addIssuer('strict', {
        issuer: 'https://login.example.com',
        jwksUrl: issuer.jwksUrl.replace('http:', 'https:'),
        audience,
        requiredClaims: { sub: [subject] },
        scopes: ['read'],
      });
      await expect(add).rejects.toMatchObject({
        code: 'invalid_request',
        message: expect.stringContaining('OUTGOING_ALLOW'),
      });
    } finally {
      await strict.close();
    }
  });
});

describe('what a token may do', () => {
  const allowed = async (token: string): Promise<[number, number]> => [
    (await ask(token, '/Users/.search', { method: 'POST', body: JSON.stringify({ schemas: [searchSchema] }) })).status,
    (await create(token)).status,
  ];

  test('is fixed for the issuer', async () => {
    await trust({ scopes: ['read'] });
    expect(await allowed(await issuer.sign({ scope: 'write' }))).toEqual([200, 403]);
    const answer = await create(await issuer.sign());
    expect(answer.headers.get('www-authenticate')).toBe(
      'Bearer realm="Realmbridge SCIM", error="insufficient_scope", scope="write"',
    );
  });

  test.each([
    ['scope', { scope: 'openid scim.read' }, [200, 403]],
    ['scope', { scope: 'scim.read scim.write' }, [200, 201]],
    ['scope', { scope: 'scim.write' }, [403, 201]],
    ['scope', { scope: 'scim.reader xscim.write' }, [401, 401]],
    ['scope', {}, [401, 401]],
    ['scp', { scp: ['scim.read', 'scim.write'] }, [200, 201]],
    ['roles', { roles: ['scim.read'] }, [200, 403]],
    ['roles', { scope: 'scim.read scim.write' }, [401, 401]],
    ['roles', { roles: { 0: 'scim.read' } }, [401, 401]],
  ])('comes from the claim %s: %j', async (scopeClaim, claims, expected) => {
    await trust({ scopes: undefined, scopeClaim, readValue: 'scim.read', writeValue: 'scim.write' });
    expect(await allowed(await issuer.sign(claims))).toEqual(expected);
  });

  test('may depend on several claims, each with several values', async () => {
    await trust({ requiredClaims: { appid: ['one', 'two'], tid: ['tenant'], groups: ['scim'] } });
    const claims = { appid: 'two', tid: 'tenant', groups: ['all', 'scim'] };
    expect(await status(await issuer.sign(claims))).toBe(200);
    for (const missing of Object.keys(claims)) {
      expect(await status(await issuer.sign({ ...claims, [missing]: undefined })), missing).toBe(401);
    }
  });
});

test('refused tokens count like wrong ones: their address is shut out, a token that was good is not', async () => {
  await trust();
  const app = createApp({
    services: bridge.services,
    logger: createLogger('silent'),
    rateLimit: { perSecond: 100, burst: 100 },
  });
  const send = async (token: string) =>
    (await readAnswer(await app.request(`/scim/v2/${slug}/Users`, { headers: { Authorization: `Bearer ${token}` } })))
      .status;
  const good = await issuer.sign();
  expect(await send(good)).toBe(200);
  const wrong = await issuer.sign({ aud: 'x' });
  const statuses = new Set<number>();
  for (let attempt = 0; attempt < 60; attempt += 1) statuses.add(await send(wrong));
  expect([...statuses]).toEqual([401, 429]);
  expect(await send(good)).toBe(200);
});

describe('an issuer is not taken', () => {
  test.each<[string, Record<string, unknown>, string]>([
    ['without a subject', { requiredClaims: { tid: ['tenant'] } }, 'requiredClaims'],
    ['without claims', { requiredClaims: {} }, 'requiredClaims'],
    ['without an audience', { audience: undefined }, 'audience'],
    ['that is no URL', { issuer: 'nobody' }, 'issuer'],
    ['that is a file', { jwksUrl: 'file:///etc/passwd' }, 'jwksUrl'],
    ['with a password in its URL', { jwksUrl: 'https://a:b@example.com/' }, 'jwksUrl'],
    ['without scopes', { scopes: undefined }, 'scopes'],
    ['with scopes in two ways', { scopeClaim: 'scope' }, 'scopes'],
    ['with a claim for scopes that is none', { scopes: undefined, scopeClaim: 'amr' }, 'scopeClaim'],
    ['with a value for a claim that is not named', { readValue: 'x' }, 'readValue'],
  ])('%s', async (_, over, message) => {
    await expect(trust(over)).rejects.toMatchObject({
      code: 'invalid_request',
      message: expect.stringContaining(message),
    });
  });

  test('twice', async () => {
    await trust();
    await expect(trust({ audience: 'other' })).rejects.toMatchObject({ code: 'conflict' });
  });
});
