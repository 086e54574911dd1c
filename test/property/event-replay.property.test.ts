// Whoever replays the event log from its beginning, and nothing else, has the users and groups of the store.
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { LogPage } from '../../bridge/events/log.ts';
import { type Body, createTestBridge, type ScimClient, type TestBridge } from '../support/bridge.ts';
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
const people = ['anna', 'berta', 'carla', 'dora'] as const;
const teams = ['Ops', 'Sales', 'Board'] as const;

const person = fc.constantFrom(...people);
const team = fc.constantFrom(...teams);
const text = fc.constantFrom('Head', 'Engineer', 'Ümlaut "quoted"', '😀');

/** What an identity provider does; names stand for whoever has them at that time. */
const action = fc.oneof(
  fc.record({ kind: fc.constant('hire' as const), who: person, title: fc.option(text), active: fc.boolean() }),
  fc.record({ kind: fc.constant('replace' as const), who: person, title: fc.option(text), nickName: fc.option(text) }),
  fc.record({
    kind: fc.constant('patch' as const),
    who: person,
    operations: fc.array(
      fc.oneof(
        fc.record({ op: fc.constant('replace'), path: fc.constant('active'), value: fc.boolean() }),
        fc.record({ op: fc.constant('replace'), path: fc.constantFrom('title', 'name.givenName'), value: text }),
        fc.record({ op: fc.constant('remove'), path: fc.constantFrom('title', 'name', 'emails', enterprise) }),
        fc.record({ op: fc.constant('replace'), path: fc.constant(`${enterprise}:department`), value: text }),
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
  fc.record({ kind: fc.constant('nest' as const), team, inner: team }),
  fc.record({ kind: fc.constant('rename' as const), team, displayName: text }),
  fc.record({ kind: fc.constant('dissolve' as const), team }),
);
type Action = typeof action extends fc.Arbitrary<infer A> ? A : never;

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
    }
  };
}

interface Copy {
  resources: Map<string, Record<string, unknown>>;
  members: Map<string, Set<string>>;
}

function replay(events: LogPage['events']): Copy {
  const copy: Copy = { resources: new Map(), members: new Map() };
  for (const { type, resourceId, data } of events) {
    if (type.endsWith('.deleted')) {
      copy.resources.delete(resourceId);
      copy.members.delete(resourceId);
      continue;
    }
    const resource = copy.resources.get(resourceId) ?? {};
    copy.resources.set(resourceId, resource);
    for (const [name, { before, after }] of Object.entries(data.changes ?? {})) {
      // Each change begins where the last one ended.
      expect(before ?? null).toEqual(resource[name] ?? null);
      if (after === null) delete resource[name];
      else resource[name] = after;
    }
    const members = copy.members.get(resourceId) ?? new Set();
    copy.members.set(resourceId, members);
    for (const id of data.members ?? []) {
      if (type === 'group.member_added') {
        expect(members, 'added twice').not.toContain(id);
        members.add(id);
      }
      if (type === 'group.member_removed') expect(members.delete(id), 'removed twice').toBe(true);
    }
  }
  return copy;
}

async function listed(scim: ScimClient, endpoint: string): Promise<Body[]> {
  const answer = await scim.get(`${endpoint}?count=100`);
  expect(answer.status, JSON.stringify(answer.body)).toBe(200);
  return answer.body.Resources;
}

/** What the server adds to each answer is no part of the resource. */
function ownAttributes({ id: _id, meta: _meta, schemas: _schemas, groups: _groups, members: _members, ...own }: Body) {
  return own;
}

const withoutSchemas = ({ schemas: _schemas, ...own }: Record<string, unknown>) => own;

test('a replay of the log gives the users, the groups and the members of the store', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(action, { minLength: 5, maxLength: 25 }), async (actions) => {
      const scim = await bridge.directory();
      const act = actor(scim);
      for (const one of actions) await act(one);

      const { events, more } = await bridge.services.eventLog.readEvents({
        directory: scim.directory.slug,
        types: ['user.*', 'group.*'],
        limit: 1_000,
        waitSeconds: 0,
      });
      expect(more).toBe(false);
      const copy = replay(events);
      const [users, groups] = [await listed(scim, '/Users'), await listed(scim, '/Groups')];
      expect(new Set(copy.resources.keys())).toEqual(new Set([...users, ...groups].map(({ id }) => id)));
      for (const resource of [...users, ...groups]) {
        expect(withoutSchemas(copy.resources.get(resource.id) ?? {})).toEqual(ownAttributes(resource));
      }
      for (const group of groups) {
        const members = (group.members ?? []).map(({ value }: { value: string }) => value);
        expect(copy.members.get(group.id)).toEqual(new Set(members));
      }
    }),
    { numRuns: 60 },
  );
});
