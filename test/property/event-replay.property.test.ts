// Whoever replays the event log from its beginning, and nothing else, has the users and groups of the store.
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { LogPage } from '../../bridge/events/log.ts';
import { ApiError } from '../../bridge/platform/http/api-error.ts';
import { type Body, createTestBridge, type ScimClient, type TestBridge } from '../support/bridge.ts';
import { declare } from '../support/declared-schemas.ts';
import { expectSame, type ReplayedEvent, replayEvents } from '../support/event-replay.ts';
import { groupSchema, patchOp, userSchema } from '../support/scim.ts';

let bridge: TestBridge;
beforeAll(async () => {
  bridge = await createTestBridge();
});
afterAll(async () => {
  bridge.services.eventLog.close();
  await bridge.close();
});

const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const locker = 'urn:acme:scim:schemas:1.0:Locker';
const pin = 'pin-4711';
/** What the directory declares for itself, with something that is told to nobody. */
const lockerSchema = {
  id: locker,
  name: 'Locker',
  resourceType: 'User',
  attributes: [
    { name: 'floor', type: 'integer' as const },
    { name: 'pin', returned: 'never' as const },
    {
      name: 'boxes',
      type: 'complex' as const,
      multiValued: true,
      subAttributes: [{ name: 'value' }, { name: 'code', returned: 'never' as const }],
    },
  ],
};
const boxes = fc.constantFrom('a', 'b').map((value) => [{ value, code: pin }]);
const people = ['anna', 'berta', 'carla', 'dora'] as const;
const teams = ['Ops', 'Sales', 'Board'] as const;

const person = fc.constantFrom(...people);
const team = fc.constantFrom(...teams);
const text = fc.constantFrom('Head', 'Engineer', 'Ümlaut "quoted"', '😀');

/** What an identity provider does; names stand for whoever has them at that time. */
const action = fc.oneof(
  fc.record({
    kind: fc.constant('hire' as const),
    who: person,
    title: fc.option(text),
    active: fc.boolean(),
    locker: fc.boolean(),
  }),
  fc.record({ kind: fc.constant('replace' as const), who: person, title: fc.option(text), nickName: fc.option(text) }),
  fc.record({
    kind: fc.constant('patch' as const),
    who: person,
    operations: fc.array(
      fc.oneof(
        fc.record({ op: fc.constant('replace'), path: fc.constant('active'), value: fc.boolean() }),
        fc.record({ op: fc.constant('replace'), path: fc.constantFrom('title', 'name.givenName'), value: text }),
        fc.record({
          op: fc.constant('remove'),
          path: fc.constantFrom('title', 'name', 'emails', enterprise, locker, `${locker}:pin`),
        }),
        fc.record({ op: fc.constant('replace'), path: fc.constant(`${enterprise}:department`), value: text }),
        fc.record({ op: fc.constant('replace'), path: fc.constant(`${locker}:floor`), value: fc.integer() }),
        fc.record({ op: fc.constant('replace'), path: fc.constant(`${locker}:pin`), value: fc.constant(pin) }),
        fc.record({ op: fc.constantFrom('add', 'replace'), path: fc.constant(`${locker}:boxes`), value: boxes }),
        fc.record({
          op: fc.constant('add'),
          path: fc.constant('emails'),
          value: fc.constantFrom('a@x.test', 'b@x.test').map((value) => [{ value, type: 'work' }]),
        }),
        fc.record({ op: fc.constant('replace'), path: fc.constant('password'), value: fc.constant('Secret-Word-1') }),
      ),
      { minLength: 1, maxLength: 3 },
    ),
  }),
  fc.record({ kind: fc.constant('dismiss' as const), who: person }),
  fc.record({ kind: fc.constant('found' as const), team, members: fc.uniqueArray(person) }),
  fc.record({ kind: fc.constant('join' as const), team, members: fc.uniqueArray(person, { minLength: 1 }) }),
  fc.record({ kind: fc.constant('leave' as const), team, who: person }),
  fc.record({ kind: fc.constant('reform' as const), team, members: fc.uniqueArray(person) }),
  fc.record({ kind: fc.constant('empty' as const), team }),
  fc.record({ kind: fc.constant('nest' as const), team, inner: team }),
  fc.record({ kind: fc.constant('rename' as const), team, displayName: text }),
  fc.record({ kind: fc.constant('dissolve' as const), team }),
  // Of the operator: the values go, and whatever names the schema afterwards is refused or passed over.
  fc.record({ kind: fc.constant('undeclare' as const), what: fc.constantFrom('boxes', 'all') }),
);
type Action = typeof action extends fc.Arbitrary<infer A> ? A : never;

/** It may be gone already. */
async function undeclare({ directory }: ScimClient): Promise<void> {
  await bridge.services.schemas.deleteSchema(directory.slug, locker, 'drop').catch((error: unknown) => {
    if (!(error instanceof ApiError) || error.code !== 'schema_absent') throw error;
  });
}

/** Does it; what the server refuses is no change, and that is as good a part of the sequence as any. */
function actor(scim: ScimClient) {
  const users = new Map<string, string>();
  const groups = new Map<string, string>();
  const nobody = '0199f0c2-8c1e-7aaa-9d2c-2f6f0c1f7b11';
  const user = (name: string) => users.get(name) ?? nobody;
  const group = (name: string) => groups.get(name) ?? nobody;
  const values = (names: readonly string[]) =>
    names.flatMap((name) => (users.has(name) ? [{ value: user(name) }] : []));
  const optional = (fields: Record<string, unknown>) =>
    Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null));

  return async (did: Action): Promise<void> => {
    switch (did.kind) {
      case 'hire': {
        const made = await scim.post('/Users', {
          schemas: [userSchema],
          userName: did.who,
          active: did.active,
          ...optional({ title: did.title }),
          ...(did.locker && { [locker]: { floor: 1, pin, boxes: [{ code: pin }, { value: 'c', code: pin }] } }),
        });
        if (made.status === 201) users.set(did.who, made.body.id);
        return;
      }
      case 'replace':
        await scim.put(`/Users/${user(did.who)}`, {
          schemas: [userSchema],
          userName: did.who,
          ...optional({ title: did.title, nickName: did.nickName }),
        });
        return;
      case 'patch':
        await scim.patch(`/Users/${user(did.who)}`, patchOp(...did.operations));
        return;
      case 'dismiss':
        await scim.delete(`/Users/${user(did.who)}`);
        users.delete(did.who);
        return;
      case 'found': {
        const made = await scim.post('/Groups', {
          schemas: [groupSchema],
          displayName: did.team,
          externalId: did.team,
          members: values(did.members),
        });
        if (made.status === 201) groups.set(did.team, made.body.id);
        return;
      }
      case 'join':
        await scim.patch(
          `/Groups/${group(did.team)}`,
          patchOp({ op: 'add', path: 'members', value: values(did.members) }),
        );
        return;
      case 'leave':
        await scim.patch(
          `/Groups/${group(did.team)}`,
          patchOp({ op: 'remove', path: `members[value eq "${user(did.who)}"]` }),
        );
        return;
      case 'reform':
        await scim.put(`/Groups/${group(did.team)}`, {
          schemas: [groupSchema],
          displayName: did.team,
          members: values(did.members),
        });
        return;
      case 'empty':
        await scim.patch(`/Groups/${group(did.team)}`, patchOp({ op: 'remove', path: 'members' }));
        return;
      case 'nest':
        await scim.patch(
          `/Groups/${group(did.team)}`,
          patchOp({ op: 'add', path: 'members', value: [{ value: group(did.inner), type: 'Group' }] }),
        );
        return;
      case 'rename':
        await scim.patch(
          `/Groups/${group(did.team)}`,
          patchOp({ op: 'replace', path: 'displayName', value: did.displayName }),
        );
        return;
      case 'dissolve':
        await scim.delete(`/Groups/${group(did.team)}`);
        groups.delete(did.team);
        return;
      case 'undeclare':
        if (did.what === 'all') await undeclare(scim);
        else {
          const attributes = lockerSchema.attributes.filter(({ name }) => name !== did.what);
          await declare(bridge, scim, { ...lockerSchema, attributes }, 'drop');
        }
    }
  };
}

async function listed(scim: ScimClient, endpoint: string): Promise<Body[]> {
  const answer = await scim.get(`${endpoint}?count=100`);
  expect(answer.status, JSON.stringify(answer.body)).toBe(200);
  return answer.body.Resources;
}

const shownEvents = ({ events }: LogPage): ReplayedEvent[] =>
  events.map(({ type, resourceId, data }) => ({
    ...{ type, resourceId },
    changes: data.changes ?? {},
    members: data.members ?? [],
  }));

test('a replay of the log gives the users, the groups and the members of the store', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(action, { minLength: 5, maxLength: 40, size: 'max' }), async (actions) => {
      const scim = await bridge.directory();
      await declare(bridge, scim, lockerSchema);
      const act = actor(scim);
      for (const one of actions) await act(one);

      const page = await bridge.services.eventLog.readEvents({
        directory: scim.directory.slug,
        types: ['user.*', 'group.*'],
        limit: 1_000,
        waitSeconds: 0,
      });
      expect(page.more).toBe(false);
      expect(JSON.stringify(page.events)).not.toContain(pin);
      expectSame(replayEvents(shownEvents(page)), await listed(scim, '/Users'), await listed(scim, '/Groups'));
    }),
    { numRuns: 60 },
  );
});
