// Every route of every surface, and what to ask of it. A route that is not in here fails test/http/tenancy.test.ts: it
// needs an entry that names, wherever the route takes an id, a name or a cursor, what `named` says.
import { managementEntries } from './management-routes.ts';
import { scimEntries } from './scim-routes.ts';
import { userStorageEntries } from './user-storage-routes.ts';
import type { Names } from './world.ts';

export type { Names } from './world.ts';

export interface Call {
  /** The route's own, unless told. */
  method?: string;
  /** Below the surface's base path. */
  path: string;
  body?: unknown;
  headers?: Record<string, string>;
}

/**
 * By `METHOD path`, with the path below the base. `own` are the caller's names and say where; `named` may be the caller's,
 * another company's or nobody's. Whatever may change the caller's own things is asked with new ones each time.
 */
export type Entries = Record<string, (own: Names, named: Names) => Call[]>;

export type Credential = 'directory' | 'default' | 'federation' | 'stream' | 'admin' | 'none';

export interface Surface {
  /** As the app has it; a parameter in it is the caller's. */
  base: string;
  baseFor: (names: Names) => string;
  /** What opens it. */
  credential: Credential;
  entries: Entries;
}

export const surfaces: Surface[] = [
  {
    base: '/scim/v2/:directory',
    baseFor: ({ directory }) => `/scim/v2/${directory}`,
    credential: 'directory',
    entries: scimEntries,
  },
  { base: '/scim/v2', baseFor: () => '/scim/v2', credential: 'default', entries: scimEntries },
  {
    base: '/user-storage/v1/:federation',
    baseFor: ({ federation }) => `/user-storage/v1/${federation}`,
    credential: 'federation',
    entries: userStorageEntries,
  },
  {
    base: '/event-streams/v1/:stream',
    baseFor: ({ eventStream }) => `/event-streams/v1/${eventStream}`,
    credential: 'stream',
    entries: { 'POST /poll': () => [{ path: '/poll', body: { returnImmediately: true } }] },
  },
  { base: '/api/v1', baseFor: () => '/api/v1', credential: 'admin', entries: managementEntries },
];

/** They answer what they were sent, for a group that may come later; whose it is shows in what is made of it. */
export const echoing = ['PUT /federations/:slug/role-mappings'];

/** Of no company, or only in front of the surfaces. */
export const commonRoutes = ['ALL /*', 'ALL /user-storage/v1/*', 'GET /api/openapi.json', 'GET /.well-known/jwks.json'];
