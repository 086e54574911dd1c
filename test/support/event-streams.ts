// Event streams as their receivers have them: made over the management API, polled with their token, and their SETs
// verified with the keys that the bridge publishes.
import { createLocalJWKSet, type JSONWebKeySet, type JWTPayload, jwtVerify } from 'jose';
import { expect } from 'vitest';
import { type AdminApi, createAdminApi } from './admin-api.ts';
import { type Answer, type Body, readAnswer, type TestBridge } from './bridge.ts';

export const audience = 'https://receiver.test';

/** The name of an event as a SET has it. */
export const eventUri = (name: string) => `urn:ietf:params:scim:event:${name}`;

/** The claims of a SET for {@link audience}. @throws when it isn't signed by one of these keys, or is no SET */
export async function verifiedClaims(set: string, keys: JSONWebKeySet, issuer?: string): Promise<JWTPayload & Body> {
  const rules = { audience, typ: 'secevent+jwt', ...(issuer !== undefined && { issuer }) };
  return (await jwtVerify(set, createLocalJWKSet(keys), rules)).payload;
}

/** What a `jti` says of the place of its event in the log. */
export const positionOf = (jti: string): number => Number(jti.split('.')[2]);

export interface EventStreamCalls extends AdminApi {
  /** Makes a stream and answers it, with the token of its poller. */
  made(over: Body): Promise<Body>;
  /** Any request for SETs; a text is sent as it is. */
  asked(slug: string, token: string, body: unknown, headers?: Record<string, string>): Promise<Answer>;
  /** A poll that doesn't wait and must succeed. */
  poll(slug: string, token: string, body?: object): Promise<Body>;
  /** How far a stream is. */
  status(slug: string): Promise<Body>;
  publishedKeys(): Promise<JSONWebKeySet>;
  /** The claims of a SET that the keys published now verify. */
  verified(set: string | undefined, issuer?: string): Promise<JWTPayload & Body>;
}

export function createEventStreamCalls(bridge: Pick<TestBridge, 'services'>): EventStreamCalls {
  const { app, call } = createAdminApi(bridge);

  const asked: EventStreamCalls['asked'] = async (slug, token, body, headers = {}) =>
    readAnswer(
      await app.request(`/event-streams/v1/${slug}/poll`, {
        method: 'POST',
        headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json', ...headers },
        body: typeof body === 'string' ? body : JSON.stringify(body),
      }),
    );
  const publishedKeys = async () => (await readAnswer(await app.request('/.well-known/jwks.json'))).body;

  return {
    ...{ app, call, asked, publishedKeys },
    async made(over) {
      const { status, body } = await call('POST', '/event-streams', { audience, ...over });
      expect(status, JSON.stringify(body)).toBe(201);
      return body;
    },
    async poll(slug, token, body = {}) {
      const answer = await asked(slug, token, { returnImmediately: true, ...body });
      expect(answer.status, JSON.stringify(answer.body)).toBe(200);
      return answer.body;
    },
    status: async (slug) => (await call('GET', `/event-streams/${slug}`)).body,
    verified: async (set = '', issuer) => verifiedClaims(set, await publishedKeys(), issuer),
  };
}
