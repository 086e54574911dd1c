// What the log says of the past is what was there: whatever was done, each state is found again at its time.
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Body, createTestBridge, type ScimClient, type TestBridge } from '../support/bridge.ts';
import { enterprise, groupSchema, patchOp, userSchema } from '../support/scim.ts';

let now = new Date('2026-11-01T08:00:00Z');
let bridge: TestBridge;
beforeAll(async () => {
  bridge = await createTestBridge({ clock: { now: () => now } });
});
afterAll(() => bridge.close());

const who = fc.constantFrom('anna', 'ben');
const team = fc.constantFrom('Ops', 'Board');
const text = fc.constantFrom('Head', 'Ümlaut "quoted"', '😀');
const action = fc.oneof(
  fc.record({ kind: fc.constant('hire' as const), who, title: fc.option(text) }),
  fc.record({ kind: fc.constant('replace' as const), who, title: fc.option(text), nickName: fc.option(text) }),
  fc.record({
    kind: fc.constant('patch' as const),
    who,
    path: fc.constantFrom('title', 'name.givenName', `${enterprise}:department`, 'active'),
    value: fc.option(text),
  }),
  fc.record({ kind: fc.constant('fire' as const), who }),
  fc.record({ kind: fc.constant('found' as const), team, members: fc.subarray(['anna', 'ben']) }),
  fc.record({ kind: fc.constant('join' as const), team, who }),
  fc.record({ kind: fc.constant('leave' as const), team, who }),
  fc.record({ kind: fc.constant('dissolve' as const), team }),
);
type Action = typeof action extends fc.Arbitrary<infer A> ? A : never;

/** Ids by the names that have them now; of all that ever were, the list. */
interface Cast {
  ids: Map<string, string>;
  ever: Set<string>;
}

async function act(scim: ScimClient, { ids, ever }: Cast, step: Action): Promise<void> {
  const name = 'team' in step ? step.team : step.who;
  const id = ids.get(name);
  const keep = (created: Body) => {
    if (created.id === undefined) return;
    ids.set(name, created.id);
    ever.add(created.id);
  };
  const people = (names: readonly string[]) => names.flatMap((one) => ids.get(one) ?? []).map((value) => ({ value }));
  switch (step.kind) {
    case 'hire':
      return keep((await scim.post('/Users', { schemas: [userSchema], userName: name, title: step.title })).body);
    case 'found': {
      const members = people(step.members);
      return keep((await scim.post('/Groups', { schemas: [groupSchema], displayName: name, members })).body);
    }
  }
  if (id === undefined) return;
  switch (step.kind) {
    case 'replace': {
      const { title, nickName } = step;
      await scim.put(`/Users/${id}`, { schemas: [userSchema], userName: name, title, nickName });
      return;
    }
    case 'patch': {
      const { path, value } = step;
      const set = path === 'active' ? value !== null : value;
      const operation = set === null ? { op: 'remove', path } : { op: 'replace', path, value: set };
      await scim.patch(`/Users/${id}`, patchOp(operation));
      return;
    }
    case 'fire':
      await scim.delete(`/Users/${id}`);
      ids.delete(name);
      return;
    case 'dissolve':
      await scim.delete(`/Groups/${id}`);
      ids.delete(name);
      return;
    case 'join':
      await scim.patch(`/Groups/${id}`, patchOp({ op: 'add', path: 'members', value: people([step.who]) }));
      return;
    case 'leave': {
      const [member] = people([step.who]);
      const path = `members[value eq "${member?.value}"]`;
      if (member) await scim.patch(`/Groups/${id}`, patchOp({ op: 'remove', path }));
    }
  }
}

const idsOf = (list: Body[] | undefined): string[] => (list ?? []).map(({ value }: Body) => value).sort();

/** A resource as SCIM shows it now, as far as the history tells it. */
async function present(scim: ScimClient, id: string): Promise<Body> {
  const user = await scim.get(`/Users/${id}`);
  const { status, body } = user.status === 200 ? user : await scim.get(`/Groups/${id}`);
  if (status !== 200) return { resource: null, others: [] };
  const { schemas: _schemas, id: _id, meta: _meta, members, groups, ...resource } = body;
  return { resource, others: idsOf(members ?? groups) };
}

test('at each moment of the past', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(action, { minLength: 3, maxLength: 14 }), async (steps) => {
      const scim = await bridge.directory();
      const cast: Cast = { ids: new Map(), ever: new Set() };
      const seen: { at: Date; id: string; state: Body }[] = [];
      for (const step of steps) {
        now = new Date(now.getTime() + 60_000);
        await act(scim, cast, step);
        for (const id of cast.ever) seen.push({ at: now, id, state: await present(scim, id) });
      }
      for (const { at, id, state } of seen) {
        const directory = scim.directory.slug;
        const { past } = await bridge.services.history.readHistory({ directory, of: id, limit: 1, at });
        const others = past?.members ?? past?.groups?.map((group) => group.id) ?? [];
        expect({ resource: past?.resource, others: others.toSorted() }, at.toISOString()).toEqual(state);
      }
    }),
    { numRuns: 25 },
  );
}, 300_000);
