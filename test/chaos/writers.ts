// Identity providers that push through everything: each creates, changes and deletes users of its own, one after the other.
import { setTimeout as sleep } from 'node:timers/promises';
import type { ScimCalls } from '../support/running-bridge.ts';
import { patchOp, userSchema } from '../support/scim.ts';
import { type KnownUser, type Model, settle, stateOf, type UserState } from './model.ts';

export interface WriterContext {
  scim: ScimCalls;
  groupId: string;
  model: Model;
  random: () => number;
  going: () => boolean;
}

/** Whether the change was acknowledged. Anything that isn't an answer of the bridge to a valid request leaves it open. */
async function send(scim: ScimCalls, method: string, path: string, body?: unknown): Promise<unknown> {
  const answer = await scim(method, path, body).catch(() => undefined);
  if (answer === undefined || answer.status >= 500 || answer.status === 429) return undefined;
  if (answer.status >= 300)
    throw new Error(`${method} ${path} was refused: ${answer.status} ${JSON.stringify(answer.body)}`);
  return answer.body ?? {};
}

async function create({ scim, model }: WriterContext, userName: string): Promise<void> {
  const user: KnownUser = { userName, possible: [undefined] };
  model.users.push(user);
  const made = await send(scim, 'POST', '/Users', {
    schemas: [userSchema],
    userName,
    active: true,
    name: { givenName: 'New', familyName: 'Chaos' },
    emails: [{ primary: true, type: 'work', value: userName }],
  });
  if (typeof made === 'object' && made !== null && 'id' in made && typeof made.id === 'string') user.id = made.id;
  const next: UserState = { active: true, givenName: 'New', inGroup: false };
  settle(model, user, next, made === undefined ? 'lost' : 'done');
}

type Change = (
  context: WriterContext,
  id: string,
  state: UserState,
) => { next: UserState | undefined; sent: Promise<unknown> };

let nameCount = 0;
const rename: Change = ({ scim }, id, state) => {
  const givenName = `Name ${++nameCount}`;
  const sent = send(
    scim,
    'PATCH',
    `/Users/${id}`,
    patchOp({ op: 'replace', path: 'name.givenName', value: givenName }),
  );
  return { next: { ...state, givenName }, sent };
};
const toggle: Change = ({ scim }, id, state) => {
  const active = !state.active;
  const sent = send(scim, 'PATCH', `/Users/${id}`, patchOp({ op: 'replace', path: 'active', value: active }));
  return { next: { ...state, active }, sent };
};
const regroup: Change = ({ scim, groupId }, id, state) => {
  const operation = state.inGroup
    ? { op: 'remove', path: `members[value eq "${id}"]` }
    : { op: 'add', path: 'members', value: [{ value: id }] };
  const sent = send(scim, 'PATCH', `/Groups/${groupId}`, patchOp(operation));
  return { next: { ...state, inGroup: !state.inGroup }, sent };
};
const remove: Change = ({ scim }, id) => ({ next: undefined, sent: send(scim, 'DELETE', `/Users/${id}`) });

const changes: readonly Change[] = [rename, rename, toggle, toggle, regroup, regroup, remove];

/** Writes until it is told to end. */
export async function write(context: WriterContext, name: string): Promise<void> {
  const { model, random, going } = context;
  const own = () => model.users.filter(({ userName }) => userName.startsWith(`${name}-`));
  for (let n = 1; going(); n++) {
    const known = own().flatMap((user) => {
      const state = stateOf(user);
      return state && user.id !== undefined ? [{ user, id: user.id, state }] : [];
    });
    const chosen = known[Math.floor(random() * known.length)];
    const lostBefore = model.lost;
    if (chosen === undefined || random() < 0.3) {
      await create(context, `${name}-${n}@chaos.test`);
    } else {
      const change = changes[Math.floor(random() * changes.length)] ?? rename;
      const { next, sent } = change(context, chosen.id, chosen.state);
      settle(model, chosen.user, next, (await sent) === undefined ? 'lost' : 'done');
    }
    // While the bridge is away, a request a second is enough.
    await sleep(model.lost > lostBefore ? 1_000 : 50);
  }
}
