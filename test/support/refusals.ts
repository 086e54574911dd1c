// What every refusal has in common, and how to see that it left nothing behind.
import { expect } from 'vitest';
import type { Answer, ScimClient, TestBridge } from './bridge.ts';
import { errorSchema, eventsOf } from './scim.ts';

/** Asserts a SCIM error with this status and scimType (RFC 7644 §3.12). */
export function expectRefusal(answer: Answer, status: number, scimType?: string): void {
  expect([answer.status, answer.body?.scimType], JSON.stringify(answer.body)).toEqual([status, scimType]);
  expect(answer.body).toMatchObject({ schemas: [errorSchema], status: String(status), detail: expect.any(String) });
  expect(answer.headers.get('content-type')).toContain('application/scim+json');
  expect(answer.body.detail.length).toBeLessThan(700);
}

/** Everything in the directory, so that a change that was refused can be seen to have left nothing behind. */
export const everythingIn = async (bridge: TestBridge, scim: ScimClient) => ({
  users: (await scim.get('/Users?count=1000')).body,
  groups: (await scim.get('/Groups?count=1000')).body,
  events: await eventsOf(bridge, scim),
});

/** Asserts that no request has reached the prototype of all objects. */
export function expectCleanPrototype(): void {
  expect(Object.keys(Object.prototype)).toEqual([]);
  expect('polluted' in {}).toBe(false);
}
