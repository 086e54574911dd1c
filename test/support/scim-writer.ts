// Identity providers that write to a bridge which may be killed at any moment.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Answer } from './bridge.ts';
import type { ScimCalls } from './running-bridge.ts';
import { groupSchema, patchOp, userSchema } from './scim.ts';

export function oneOf<T>(all: readonly T[]): T {
  const one = all[Math.floor(Math.random() * all.length)];
  if (one === undefined) throw new TypeError('there is none');
  return one;
}

/** What the bridge has promised: this resource has been written in this version. */
export interface Acknowledged {
  id: string;
  version: number;
}

const versionOf = ({ body }: Answer): number => Number(/\d+/.exec(body.meta.version)?.[0]);

/** An identity provider that doesn't care which bridge it talks to, and asks another when one is gone. */
export function startWriter(name: string, scim: () => ScimCalls) {
  const acknowledged: Acknowledged[] = [];
  const unexpected: Answer[] = [];
  let stopped = false;

  /** Undefined: nobody knows what became of it. */
  async function write(method: string, path: string, body: unknown, expected: number): Promise<Answer | undefined> {
    const answer = await scim()(method, path, body).catch(() => undefined);
    // Those of a bridge that is being started, or whose database connections are being ended.
    if (answer && answer.status !== expected && answer.status < 500) unexpected.push(answer);
    const isWritten = answer?.status === expected;
    if (isWritten && expected !== 204) acknowledged.push({ id: answer.body.id, version: versionOf(answer) });
    return isWritten ? answer : undefined;
  }

  async function hire(n: number): Promise<void> {
    const person = { schemas: [userSchema], userName: `${name}-${n}`, title: '0' };
    const made = await write('POST', '/Users', person, 201);
    if (!made) return;
    const { id } = made.body;
    const group = { schemas: [groupSchema], displayName: `${name}-${n}`, members: [{ value: id }] };
    const team = await write('POST', '/Groups', group, 201);
    for (let title = 1; title <= 4; title += 1) {
      await write('PATCH', `/Users/${id}`, patchOp({ op: 'replace', path: 'title', value: String(title) }), 200);
      await sleep(40);
    }
    if (team && n % 2 === 0) {
      const leave = patchOp({ op: 'remove', path: `members[value eq "${id}"]` });
      await write('PATCH', `/Groups/${team.body.id}`, leave, 200);
    }
    if (n % 3 === 0) await write('DELETE', `/Users/${id}`, undefined, 204);
  }

  const running = (async () => {
    for (let n = 0; !stopped; n += 1) {
      await hire(n);
      await sleep(40);
    }
  })();
  return {
    acknowledged,
    unexpected,
    async stop() {
      stopped = true;
      await running;
    },
  };
}
