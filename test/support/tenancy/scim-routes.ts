// What is asked of each route of the SCIM surface, with ids and names that may be another company's.
import { randomUUID } from 'node:crypto';
import { device, deviceType } from '../declared-schemas.ts';
import { enterprise, groupSchema, patchOp, searchSchema, userSchema } from '../scim.ts';
import type { Entries, Names } from './routes.ts';

const bulkSchema = 'urn:ietf:params:scim:api:messages:2.0:BulkRequest';
const filter = (text: string) => `filter=${encodeURIComponent(text)}`;
const search = (text: string) => ({ schemas: [searchSchema], filter: text });
/** Another name each time, which is the same once ids are taken out of the answers. */
const fresh = () => `probe-${randomUUID()}`;

const userFilters = (named: Names): string[] => [
  `id eq "${named.user}"`,
  `userName eq "${named.userName}"`,
  `emails.value eq "${named.email}"`,
  `groups.value eq "${named.group}"`,
  `${enterprise}:manager.value eq "${named.user}"`,
];
const groupFilters = (named: Names): string[] => [
  `id eq "${named.group}"`,
  `displayName eq "${named.groupName}"`,
  `members.value eq "${named.user}"`,
  `members[value eq "${named.user}"]`,
];
const userWith = (named: Names) => ({
  schemas: [userSchema, enterprise],
  userName: fresh(),
  [enterprise]: { manager: { value: named.user } },
});
const groupWith = (named: Names) => ({
  schemas: [groupSchema],
  displayName: fresh(),
  members: [{ value: named.user }, { value: named.group }],
});
const deviceWith = (named: Names) => ({ schemas: [device], serial: fresh(), owner: { value: named.user } });

/** A collection and its twin with a slash at the end. */
function collection(path: string, filters: (named: Names) => string[], resource: (named: Names) => object): Entries {
  const list = (at: string): Entries => ({
    [`GET ${at}`]: (_own, named) => [
      { path: at },
      { path: `${at}?sortBy=id&count=1` },
      { path: `${at}?cursor=${named.listCursor}&count=1` },
      ...filters(named).map((text) => ({ path: `${at}?${filter(text)}` })),
    ],
    [`POST ${at}`]: (_own, named) => [{ path: at, body: resource(named) }],
    [`ALL ${at}`]: () => [{ method: 'DELETE', path: at }],
  });
  return {
    ...list(path),
    ...list(`${path}/`),
    [`POST ${path}/.search`]: (_own, named) => [
      { path: `${path}/.search`, body: { schemas: [searchSchema], count: 1, cursor: named.listCursor } },
      ...filters(named).map((text) => ({ path: `${path}/.search`, body: search(text) })),
    ],
  };
}

function single(path: string, idOf: (named: Names) => string, resource: (named: Names) => object): Entries {
  const of = (names: Names) => `${path}/${idOf(names)}`;
  return {
    [`GET ${path}/:id`]: (_own, named) => [
      { path: of(named) },
      { path: `${of(named)}?attributes=id,meta` },
      { path: of(named), headers: { 'If-None-Match': 'W/"1"' } },
    ],
    [`PUT ${path}/:id`]: (own, named) => [
      { path: of(named), body: resource(own) },
      { path: of(named), body: resource(own), headers: { 'If-Match': 'W/"99"' } },
      { path: of(own), body: resource(named) },
    ],
    [`PATCH ${path}/:id`]: (_own, named) => [
      { path: of(named), body: patchOp({ op: 'replace', path: 'displayName', value: 'taken over' }) },
    ],
    [`DELETE ${path}/:id`]: (_own, named) => [{ path: of(named) }],
    [`ALL ${path}/:id`]: (_own, named) => [{ method: 'POST', path: of(named), body: {} }],
  };
}

const discovery = (path: string): Entries => ({
  [`GET ${path}`]: () => [{ path }],
  [`ALL ${path}`]: () => [{ method: 'DELETE', path }],
});

const operation = (method: string, path: string, data?: unknown) => ({ method, path, data, bulkId: fresh() });
const groups = single('/Groups', ({ group }) => group, groupWith);
const users = single('/Users', ({ user }) => user, userWith);
const anyEndpoint = '/:endpoint';
/** The endpoint of a type that every directory has declared, and that of one which this company alone has. */
const endpointsOf = ({ endpoint }: Names) => [deviceType.endpoint, `/${endpoint}`];

export const scimEntries: Entries = {
  // Authentication, limits, and what matches nothing else.
  'ALL /*': (_own, named) => [{ method: 'GET', path: `/nothing/${named.user}` }],
  'GET ': (_own, named) => [{ path: `?${filter(`id eq "${named.user}"`)}` }, { path: `?${filter('id pr')}` }],
  'GET /:nothing': (_own, named) => [{ path: `/?${filter(`id eq "${named.group}"`)}` }],
  'ALL ': () => [{ method: 'DELETE', path: '' }],
  'ALL /:nothing': () => [{ method: 'DELETE', path: '/' }],
  'POST /.search': (_own, named) => [
    { path: '/.search', body: search(`id eq "${named.user}" or id eq "${named.group}" or id eq "${named.device}"`) },
  ],
  'ALL /.search': () => [{ method: 'GET', path: '/.search' }],
  'ALL /Me': () => [{ method: 'GET', path: '/Me' }],
  ...collection('/Users', userFilters, userWith),
  ...users,
  'PATCH /Users/:id': (own, named) => [
    ...(users['PATCH /Users/:id']?.(own, named) ?? []),
    {
      path: `/Users/${own.user}`,
      body: patchOp({ op: 'add', path: `${enterprise}:manager`, value: { value: named.user } }),
    },
  ],
  ...collection('/Groups', groupFilters, groupWith),
  ...groups,
  'PATCH /Groups/:id': (own, named) => [
    ...(groups['PATCH /Groups/:id']?.(own, named) ?? []),
    { path: `/Groups/${own.group}`, body: patchOp({ op: 'add', path: 'members', value: [{ value: named.user }] }) },
    { path: `/Groups/${own.group}`, body: patchOp({ op: 'remove', path: `members[value eq "${named.user}"]` }) },
    { path: `/Groups/${own.group}` },
  ],
  ...discovery('/ServiceProviderConfig'),
  ...discovery('/ResourceTypes'),
  ...discovery('/Schemas'),
  'GET /ResourceTypes/:id': (_own, named) => [{ path: `/ResourceTypes/${named.typeName}` }],
  'ALL /ResourceTypes/:id': (_own, named) => [{ method: 'PUT', path: `/ResourceTypes/${named.typeName}`, body: {} }],
  'GET /Schemas/:id': (_own, named) => [{ path: `/Schemas/${named.urn}` }],
  'ALL /Schemas/:id': (_own, named) => [{ method: 'PUT', path: `/Schemas/${named.urn}`, body: {} }],
  'POST /Bulk': (own, named) => [
    {
      path: '/Bulk',
      body: {
        schemas: [bulkSchema],
        Operations: [
          operation('PATCH', `/Users/${named.user}`, patchOp({ op: 'replace', path: 'active', value: false })),
          operation('PUT', `/Groups/${named.group}`, groupWith(own)),
          operation('DELETE', `/Users/${named.user}`),
          operation('DELETE', `/Groups/${named.group}`),
          operation('DELETE', `/Devices/${named.device}`),
          operation('DELETE', `/${named.endpoint}/${named.device}`),
          operation('POST', '/Groups', groupWith(named)),
        ],
      },
    },
  ],
  'ALL /Bulk': () => [{ method: 'GET', path: '/Bulk' }],
  [`GET ${anyEndpoint}`]: (_own, named) =>
    endpointsOf(named).flatMap((at) => [
      { path: at },
      { path: `${at}?${filter(`id eq "${named.device}"`)}` },
      { path: `${at}?${filter(`owner.value eq "${named.user}"`)}` },
    ]),
  [`GET ${anyEndpoint}/`]: (_own, named) => endpointsOf(named).map((at) => ({ path: `${at}/` })),
  [`POST ${anyEndpoint}/.search`]: (_own, named) =>
    endpointsOf(named).map((at) => ({ path: `${at}/.search`, body: search(`id eq "${named.device}"`) })),
  [`POST ${anyEndpoint}`]: (_own, named) => endpointsOf(named).map((path) => ({ path, body: deviceWith(named) })),
  [`POST ${anyEndpoint}/`]: (_own, named) =>
    endpointsOf(named).map((at) => ({ path: `${at}/`, body: deviceWith(named) })),
  [`GET ${anyEndpoint}/:id`]: (_own, named) => endpointsOf(named).map((at) => ({ path: `${at}/${named.device}` })),
  [`PUT ${anyEndpoint}/:id`]: (own, named) =>
    endpointsOf(named).map((at) => ({ path: `${at}/${named.device}`, body: deviceWith(own) })),
  [`PATCH ${anyEndpoint}/:id`]: (_own, named) =>
    endpointsOf(named).map((at) => ({
      path: `${at}/${named.device}`,
      body: patchOp({ op: 'replace', path: 'displayName', value: 'taken over' }),
    })),
  [`DELETE ${anyEndpoint}/:id`]: (_own, named) => endpointsOf(named).map((at) => ({ path: `${at}/${named.device}` })),
  [`ALL ${anyEndpoint}`]: (_own, named) => endpointsOf(named).map((path) => ({ method: 'DELETE', path })),
  [`ALL ${anyEndpoint}/`]: (_own, named) => endpointsOf(named).map((at) => ({ method: 'DELETE', path: `${at}/` })),
  [`ALL ${anyEndpoint}/:id`]: (_own, named) =>
    endpointsOf(named).map((at) => ({ method: 'POST', path: `${at}/${named.device}`, body: {} })),
};
