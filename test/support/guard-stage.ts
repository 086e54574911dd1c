// Directories whose guard allows little, and the operator who decides about what it holds.
import { sql } from 'kysely';
import { createApp } from '../../bridge/app.ts';
import type { StoredEvent } from '../../bridge/events/contracts.ts';
import { createEventReader } from '../../bridge/events/repository.ts';
import { createLogger } from '../../bridge/platform/log.ts';
import { type Answer, type Body, readAnswer, type ScimClient, type TestBridge } from './bridge.ts';
import { newUser, patchOp } from './scim.ts';

const adminToken = 'an-admin-token-of-at-least-32-characters';

export interface Operator {
  get(path: string): Promise<Answer>;
  patch(path: string, body: unknown): Promise<Answer>;
  post(path: string, body: unknown): Promise<Answer>;
}

/** Of the management API, below a directory's /guard. */
export function guardOperator({ services }: TestBridge, { directory }: ScimClient): Operator {
  const app = createApp({ services, logger: createLogger('silent'), adminToken });
  const call = async (method: string, path: string, body?: unknown): Promise<Answer> => {
    const answer = await app.request(`/api/v1/directories/${directory.slug}/guard${path}`, {
      method,
      headers: { Authorization: `Bearer ${adminToken}`, 'Content-Type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    return readAnswer(answer);
  };
  return {
    get: (path) => call('GET', path),
    patch: (path, body) => call('PATCH', path, body),
    post: (path, body) => call('POST', path, body),
  };
}

export const only = (count: number) => ({ count, percent: 0 });

export interface GuardedDirectory {
  scim: ScimClient;
  operator: Operator;
  ids: string[];
}

/** A directory with people whose guard lets each operation be done to `allowed` of them. */
export async function guardedDirectory(bridge: TestBridge, people: number, allowed: number): Promise<GuardedDirectory> {
  const scim = await bridge.directory();
  const operator = guardOperator(bridge, scim);
  const limits = { deactivate: only(allowed), delete: only(allowed), remove_member: only(allowed) };
  const set = await operator.patch('', { limits });
  if (set.status !== 200) throw new Error(JSON.stringify(set.body));
  const ids: string[] = [];
  for (let n = 0; n < people; n += 1) ids.push((await newUser(scim, `user-${n}`, { externalId: `x-${n}` })).id);
  return { scim, operator, ids };
}

export const deactivation = patchOp({ op: 'replace', path: 'active', value: false });
export const activation = patchOp({ op: 'replace', path: 'active', value: true });

/** What is held, as `operation user group`, by names. */
export async function heldOf(operator: Operator): Promise<string[]> {
  const { body } = await operator.get('/held?limit=1000');
  return body.map(({ operation, user, group }: Body) =>
    [operation, user?.userName, group?.displayName].filter((part) => part !== undefined).join(' '),
  );
}

/** Every event of the guard of the client's directory, oldest first. */
export async function guardEvents(bridge: TestBridge, { directory }: ScimClient): Promise<StoredEvent[]> {
  const reader = createEventReader(bridge.database.pool);
  await reader.placeEvents(directory.id);
  const events = await reader.listEvents(directory.id, 0, 100_000);
  return events.filter(({ type }) => type.startsWith('guard.') && type !== 'guard.updated');
}

export const typesOf = (events: readonly StoredEvent[]): string[] => events.map(({ type }) => type);

export const activeOf = async (scim: ScimClient, id: string): Promise<unknown> =>
  (await scim.get(`/Users/${id}`)).body.active;

export async function membersOf(scim: ScimClient, id: string): Promise<string[]> {
  const { body } = await scim.get(`/Groups/${id}`);
  return (body.members ?? []).map(({ value }: Body) => value).sort();
}

/** How many transactions of the bridge's database wait for another. */
export async function waitingForLocks(bridge: TestBridge): Promise<number> {
  const { rows } = await sql<{ count: number }>`select count(*)::int as count from pg_stat_activity
    where datname = current_database() and wait_event_type = 'Lock'`.execute(bridge.database.db);
  return rows[0]?.count ?? 0;
}
