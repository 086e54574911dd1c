// Whatever an identity provider did alone in a window, its plan brings everything back as it was, in the real store.
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Body, createTestBridge, type ScimClient, type TestBridge } from '../support/bridge.ts';
import { everything } from '../support/directory-moves.ts';
import { enterprise, groupSchema, patchOp, userSchema } from '../support/scim.ts';
import { twoProviders } from '../support/undo.ts';

let now = new Date('2026-11-01T08:00:00Z');
let bridge: TestBridge;
beforeAll(async () => {
  bridge = await createTestBridge({ clock: { now: () => now } });
});
afterAll(() => bridge.close());

const people = ['anna', 'ben', 'cleo'];
const who = fc.constantFrom(...people);
const team = fc.constantFrom('Ops', 'Board');
const text = fc.constantFrom('Head', 'Ümlaut "quoted"', '😀');
const action = fc.oneof(
  fc.record({ kind: fc.constant('hire' as const), who, title: fc.option(text) }),
  fc.record({ kind: fc.constant('rename' as const), who, to: fc.constantFrom(...people, 'dora') }),
  fc.record({
    kind: fc.constant('patch' as const),
    who,
    path: fc.constantFrom('title', 'name.givenName', `${enterprise}:department`, `${enterprise}:division`, 'active'),
    value: fc.option(text),
  }),
  fc.record({ kind: fc.constant('fire' as const), who }),
  fc.record({ kind: fc.constant('found' as const), team, members: fc.subarray(people) }),
  fc.record({ kind: fc.constant('nest' as const) }),
  fc.record({ kind: fc.constant('join' as const), team, who }),
  fc.record({ kind: fc.constant('leave' as const), team, who }),
  fc.record({ kind: fc.constant('dissolve' as const), team }),
);
type Action = typeof action extends fc.Arbitrary<infer A> ? A : never;

/** Ids by the names that have them now. */
type Cast = Map<string, string>;

async function act(scim: ScimClient, ids: Cast, step: Action): Promise<void> {
  const refs = (names: readonly string[]) => names.flatMap((name) => ids.get(name) ?? []).map((value) => ({ value }));
  const create = async (path: string, name: string, body: object) => {
    const { status, body: made } = await scim.post(path, body);
    if (status === 201) ids.set(name, made.id);
  };
  const user = 'who' in step ? `/Users/${ids.get(step.who)}` : '';
  const group = 'team' in step ? `/Groups/${ids.get(step.team)}` : '';
  switch (step.kind) {
    case 'hire':
      return create('/Users', step.who, { schemas: [userSchema], userName: step.who, title: step.title });
    case 'found':
      return create('/Groups', step.team, {
        schemas: [groupSchema],
        displayName: step.team,
        members: refs(step.members),
      });
    case 'rename': {
      const { status } = await scim.patch(user, patchOp({ op: 'replace', path: 'userName', value: step.to }));
      const id = ids.get(step.who);
      if (status >= 300 || !id || step.to === step.who) return;
      ids.delete(step.who);
      ids.set(step.to, id);
      return;
    }
    case 'patch': {
      const { path, value } = step;
      const set = path === 'active' ? value !== null : value;
      await scim.patch(user, patchOp(set === null ? { op: 'remove', path } : { op: 'replace', path, value: set }));
      return;
    }
    case 'fire':
      await scim.delete(user);
      ids.delete(step.who);
      return;
    case 'dissolve':
      await scim.delete(group);
      ids.delete(step.team);
      return;
    case 'nest':
      await scim.patch(`/Groups/${ids.get('Ops')}`, patchOp({ op: 'add', path: 'members', value: refs(['Board']) }));
      return;
    case 'join':
      await scim.patch(group, patchOp({ op: 'add', path: 'members', value: refs([step.who]) }));
      return;
    case 'leave':
      await scim.patch(group, patchOp({ op: 'remove', path: `members[value eq "${ids.get(step.who)}"]` }));
  }
}

/** Members in no order: who comes back comes last. */
const asSets = ({ users, groups }: Body): Body => {
  const byValue = (list: Body[] | undefined) =>
    (list ?? []).toSorted((a: Body, b: Body) => (a.value < b.value ? -1 : 1));
  return {
    users: users.map((user: Body) => ({ ...user, groups: byValue(user.groups) })),
    groups: groups.map((group: Body) => ({ ...group, members: byValue(group.members) })),
  };
};

const actions = (maxLength: number) => fc.array(action, { minLength: 1, maxLength });
const work = { budgetMs: 60_000 };
const hour = () => {
  now = new Date(now.getTime() + 3_600_000);
  return now;
};

/** Whether anything was done from then on. */
async function hasHappened(slug: string, from: Date): Promise<boolean> {
  const { events } = await bridge.services.eventLog.readEvents({ directory: slug, last: 1, limit: 1, waitSeconds: 0 });
  return events.some(({ createdAt }) => createdAt >= from);
}

test('of one who was alone, all of it', async () => {
  await fc.assert(
    fc.asyncProperty(actions(10), actions(14), async (earlier, steps) => {
      const { okta, slug, actor } = await twoProviders(bridge);
      const ids: Cast = new Map();
      for (const step of earlier) await act(okta, ids, step);
      const before = asSets(await everything(okta));
      const from = hour();
      for (const step of steps) await act(okta, ids, step);
      hour();
      const { undo } = bridge.services;
      if (!(await hasHappened(slug, from))) return;
      const { id } = await undo.plan(slug, { actors: [actor], from }, work);
      const items = await undo.listItems(slug, id, { limit: 1_000 });
      expect(items.filter(({ state }) => state !== 'ready')).toEqual([]);
      const { state, counts } = await undo.apply(slug, id, work);
      expect({ state, refused: counts.byState.refused }).toEqual({ state: 'applied', refused: 0 });
      expect(asSets(await everything(okta))).toEqual(before);
    }),
    { numRuns: 40 },
  );
}, 300_000);

const titles = ({ users }: Body): Map<string, unknown> => new Map(users.map(({ id, title }: Body) => [id, title]));

test('of one beside another, what the other has done since stays, and nothing is left to do', async () => {
  const mixed = fc.array(fc.record({ isTheirs: fc.boolean(), step: action }), { minLength: 1, maxLength: 14 });
  await fc.assert(
    fc.asyncProperty(actions(10), mixed, actions(5), fc.boolean(), async (earlier, during, later, isForced) => {
      const { okta, other, slug, actor } = await twoProviders(bridge);
      const ids: Cast = new Map();
      for (const step of earlier) await act(okta, ids, step);
      const from = hour();
      for (const { isTheirs, step } of during) await act(isTheirs ? okta : other, ids, step);
      const since = hour();
      const settled = titles(await everything(okta));
      for (const step of later) await act(other, ids, step);
      hour();
      const { undo } = bridge.services;
      const planned = undo.plan(slug, { actors: [actor], from }, work).catch((error: Error) => error.message);
      const plan = await planned;
      if (typeof plan === 'string') {
        expect(plan).toContain('changed nothing');
        return;
      }
      const before = titles(await everything(okta));
      const applied = await undo.apply(slug, plan.id, { ...work, ...(isForced && { overwrite: 'all' as const }) });
      expect(applied).toMatchObject({ state: 'applied', counts: { byState: { ready: 0 } } });
      const after = titles(await everything(okta));
      const set = (step: Action) => step.kind === 'patch' && step.path === 'title';
      if (!isForced && later.some(set) && (await hasHappened(slug, since))) {
        for (const [id, title] of before) {
          if (title !== settled.get(id) && after.has(id)) expect(after.get(id)).toEqual(title);
        }
      }
      const again = await undo.plan(slug, { actors: [actor], from }, work);
      const items = await undo.listItems(slug, again.id, { states: ['ready'], limit: 1_000 });
      const refused = await undo.listItems(slug, plan.id, { states: ['refused'], limit: 1_000 });
      const isRefused = (id: string) => refused.some((item) => item.id === id);
      expect(items.filter(({ id }) => !isRefused(id))).toEqual([]);
    }),
    { numRuns: 60 },
  );
}, 300_000);
