// The bridge's own work beside the same work on Hono and pg alone.

import type { BridgeProcess } from '../../../bridge/dev/bridge-process.ts';
import { createPasswordHasher } from '../../../bridge/platform/secrets/passwords.ts';
import { copyTables, startBaseline } from './baseline.ts';
import type { Comparison } from './comparison.ts';
import { loadUsers, userBody, userOf } from './data.ts';
import type { LoadRequest, Target } from './load.ts';
import type { Stage } from './stage.ts';
import { progress } from './table.ts';

const userCount = 10_000;
/** How many of them have the password. */
const withPassword = 1_000;
const password = 'Correct-Horse-7';

export interface BenchDirectory {
  id: string;
  slug: string;
  token: string;
}

export async function newDirectory({ services }: Stage, slug: string): Promise<BenchDirectory> {
  const { id } = await services.directories.createDirectory({ slug });
  const { token } = await services.directories.createToken(slug, {});
  return { id, slug, token };
}

/** The headers of a SCIM request. */
export const scimHeaders = (token: string): Record<string, string> => ({
  Authorization: `Bearer ${token}`,
  'Content-Type': 'application/scim+json',
});

const json = { 'Content-Type': 'application/json' };

/** Any of the loaded users, in an order that no cache can foresee. */
export const anyOf = (count: number, n: number): number => ((n * 7_919) % count) + 1;

const holds = (part: (n: number) => string) => (body: string, n: number) =>
  body.includes(part(n)) ? undefined : `the answer lacks ${part(n)}`;

export const byUserName = (slug: string, userName: string): string =>
  `/scim/v2/${slug}/Users?filter=${encodeURIComponent(`userName eq "${userName}"`)}`;

export type Served = Pick<BridgeProcess, 'url' | 'pid'>;

export interface Place {
  /** How many were loaded. */
  users: number;
  directory: BenchDirectory;
  bridge: Served;
  bare: Served;
  federationToken: string;
}

export function scimComparisonsOn({
  directory,
  users,
  bridge: ours,
  bare: theirs,
  federationToken,
}: Place): Comparison[] {
  const headers = scimHeaders(directory.token);
  const user = (n: number) => userOf(anyOf(users, n));
  const bridge = (status: number, request: (n: number) => LoadRequest, check?: Target['check']): Target => ({
    name: 'bridge',
    url: ours.url,
    pids: [ours.pid],
    status,
    request,
    ...(check && { check }),
  });
  const bare = (style: 'plain' | 'tuned', status: number, request: (n: number) => LoadRequest): Target => ({
    name: style === 'plain' ? 'Hono + pg' : 'Hono + pg, tuned',
    url: theirs.url,
    pids: [theirs.pid],
    status,
    request: (n) => {
      const { path, ...rest } = request(n);
      return { ...rest, path: `/${style}/${directory.id}${path}` };
    },
  });
  const create = (prefix: string) => (n: number) => ({
    method: 'POST',
    path: '/users',
    headers: json,
    body: JSON.stringify(userBody(n, prefix)),
  });
  const read = (n: number) => ({ method: 'GET', path: `/users/${user(n).id}` });
  const find = (n: number) => ({ method: 'GET', path: `/users?userName=${encodeURIComponent(user(n).userName)}` });
  const someone = (n: number) => userOf(anyOf(withPassword, n)).id;
  const passwordBody = JSON.stringify({ password });
  return [
    {
      name: 'create a user',
      atLeast: 0.6,
      bridge: bridge(201, (n) => ({
        method: 'POST',
        path: `/scim/v2/${directory.slug}/Users`,
        headers,
        body: JSON.stringify(userBody(n, `new-${process.pid}-`)),
      })),
      baseline: bare('plain', 201, create('plain')),
      tuned: bare('tuned', 201, create('tuned')),
    },
    {
      name: 'GET a user by id',
      atLeast: 0.7,
      bridge: bridge(
        200,
        (n) => ({ method: 'GET', path: `/scim/v2/${directory.slug}/Users/${user(n).id}`, headers }),
        holds((n) => user(n).userName),
      ),
      baseline: bare('plain', 200, read),
      tuned: bare('tuned', 200, read),
    },
    {
      name: 'find by userName eq',
      atLeast: 0.7,
      bridge: bridge(
        200,
        (n) => ({ method: 'GET', path: byUserName(directory.slug, user(n).userName), headers }),
        holds((n) => user(n).id),
      ),
      baseline: bare('plain', 200, find),
      tuned: bare('tuned', 200, find),
    },
    {
      name: 'verify a password',
      bridge: bridge(
        200,
        (n) => ({
          method: 'POST',
          path: `/user-storage/v1/bench/users/${someone(n)}/verify-password`,
          headers: { ...json, Authorization: `Bearer ${federationToken}` },
          body: passwordBody,
        }),
        holds(() => '"valid"'),
      ),
      baseline: {
        ...bare('plain', 200, (n) => ({
          method: 'POST',
          path: `/users/${someone(n)}/verify-password`,
          headers: json,
          body: passwordBody,
        })),
        check: holds(() => '"valid":true'),
      },
    },
  ];
}

/** Prepares data and both servers for the comparisons that are chosen. */
export async function scimComparisons(stage: Stage, isChosen: (name: string) => boolean): Promise<Comparison[]> {
  const { services, admin } = stage;
  const directory = await newDirectory(stage, 'bench');
  await services.federations.createFederation({ slug: 'bench' });
  await services.federations.addDirectory('bench', 'bench', {});
  const { token: federationToken } = await services.federations.createToken('bench', {});
  const nowhere = { url: '', pid: 0 };
  const place = { directory, users: userCount, bridge: nowhere, bare: nowhere, federationToken };
  if (!scimComparisonsOn(place).some(({ name }) => isChosen(name))) return [];

  progress(`loading ${userCount.toLocaleString('en')} users`);
  const hash = await createPasswordHasher().hash(password);
  await loadUsers(admin, directory.id, userCount, { hash, count: withPassword });
  await copyTables(stage, directory.id);
  const bridge = await stage.bridge();
  const bare = await startBaseline(stage);
  return scimComparisonsOn({ ...place, bridge, bare }).filter(({ name }) => isChosen(name));
}
