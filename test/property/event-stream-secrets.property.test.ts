// Whatever is done to users, no security event token has a password, a token or what is never returned; and one that names
// attributes has no value of them.
import fc from 'fast-check';
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Answer, type Body, createTestBridge, type ScimClient, type TestBridge } from '../support/bridge.ts';
import { declare } from '../support/declared-schemas.ts';
import { createEventStreamCalls, type EventStreamCalls } from '../support/event-streams.ts';
import { patchOp, userSchema } from '../support/scim.ts';

const vault = 'urn:acme:scim:schemas:1.0:Vault';
let bridge: TestBridge;
let calls: EventStreamCalls;
beforeAll(async () => {
  bridge = await createTestBridge();
  calls = createEventStreamCalls(bridge);
});
afterAll(async () => {
  bridge.services.streamPoll.close();
  await bridge.close();
});

const id = fc.integer({ min: 0, max: 1_000_000 });
const secret = id.map((n) => `s3cret-${n}-aA1!`);
const value = id.map((n) => `v4lue-${n}`);
const attribute = fc.constantFrom('title', 'nickName', 'name.familyName', `${vault}:room`);
const step = fc.oneof(
  fc.record({ kind: fc.constant('replace' as const), title: value, password: fc.option(secret), pin: secret }),
  fc.record({ kind: fc.constant('patch' as const), path: attribute, to: fc.option(value) }),
  fc.record({ kind: fc.constant('password' as const), to: secret }),
  fc.record({ kind: fc.constant('both' as const), title: value, password: secret }),
  fc.record({ kind: fc.constant('pin' as const), to: secret }),
  fc.record({ kind: fc.constant('active' as const), to: fc.boolean() }),
  fc.record({ kind: fc.constant('token' as const) }),
);
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

const userOf = (userName: string, title: string, pin: string, password: string | null) => ({
  ...{ schemas: [userSchema, vault], userName, title, [vault]: { room: `${title}-room`, pin } },
  ...(password !== null && { password }),
});

async function act(scim: ScimClient, user: Body, one: Step): Promise<void> {
  const { slug } = scim.directory;
  const patch = (...operations: object[]): Promise<Answer> => scim.patch(`/Users/${user.id}`, patchOp(...operations));
  const replace = (path: string, to: unknown) =>
    to === null ? { op: 'remove', path } : { op: 'replace', path, value: to };
  const acts = {
    replace: (s: Step & { kind: 'replace' }) =>
      scim.put(`/Users/${user.id}`, userOf(user.userName, s.title, s.pin, s.password)),
    patch: (s: Step & { kind: 'patch' }) => patch(replace(s.path, s.to)),
    password: (s: Step & { kind: 'password' }) => patch(replace('password', s.to)),
    both: (s: Step & { kind: 'both' }) => patch({ op: 'replace', value: { title: s.title, password: s.password } }),
    pin: (s: Step & { kind: 'pin' }) => patch(replace(`${vault}:pin`, s.to)),
    active: (s: Step & { kind: 'active' }) => patch(replace('active', s.to)),
    token: () => calls.call('POST', `/directories/${slug}/tokens`, {}),
  };
  const answer = await (acts[one.kind] as (s: Step) => Promise<Answer>)(one);
  expect(answer.status, `${JSON.stringify(one)}: ${JSON.stringify(answer.body)}`).toBeLessThan(300);
}

test('no SET has a secret, and a notice has no value, whatever was done', async () => {
  let run = 0;
  let changes = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 10 }), value, secret, async (steps, title, password) => {
      run += 1;
      const slug = `quiet-${run}`;
      const scim = await bridge.directory(slug);
      await declare(bridge, scim, {
        ...{ id: vault, name: 'Vault', description: 'What nobody reads', resourceType: 'User' },
        attributes: [{ name: 'room' }, { name: 'pin', returned: 'never' }],
      });
      const made = await Promise.all(
        ['full', 'notice'].map((content) =>
          calls.made({ slug: `${slug}-${content}`, delivery: 'poll', directory: slug, content }),
        ),
      );
      const created = await scim.post('/Users', userOf('v4lue-anna', title, password, password));
      expect(created.status, JSON.stringify(created.body)).toBe(201);
      for (const one of steps) await act(scim, created.body, one);
      await scim.delete(`/Users/${created.body.id}`);

      const told = await Promise.all(made.map((stream) => calls.poll(stream.slug, stream.pollToken)));
      const [full = [], notice = []] = told.map(({ sets }) => Object.values<string>(sets).map((set) => decodeJwt(set)));
      const all = JSON.stringify([full, notice]);
      for (const word of ['s3cret-', scim.token, ...made.map(({ pollToken }) => pollToken), 'argon2', 'pin']) {
        expect(all).not.toContain(word);
      }
      expect(JSON.stringify(full)).toContain(title);
      expect(JSON.stringify(notice)).not.toContain('v4lue-');
      expect(notice.length).toBe(full.length);
      changes += full.length;
    }),
    { numRuns: 20 },
  );
  expect(changes).toBeGreaterThan(60);
});
