// Okta's everyday requests: catalogue (OIN) and wizard (AIW) applications, group push, and its published test suites.
import { expect } from 'vitest';
import { errorSchema, groupSchema, listSchema, patchOp, userSchema } from '../support/scim.ts';
import { describeProvider, nothingFound, type Step } from './exchange.ts';

const lookUp = (userName: string, answer: object): Step => ({
  send: `GET /Users?filter=userName+eq+%22${encodeURIComponent(userName)}%22&startIndex=1&count=100`,
  status: 200,
  answer,
});
const create: Step = {
  send: 'POST /Users',
  body: {
    schemas: [userSchema],
    userName: 'mia+okta@acme.test',
    name: { givenName: 'Mia', familyName: 'Vale' },
    emails: [{ primary: true, value: 'mia+okta@acme.test', type: 'work' }],
    displayName: 'Mia Vale',
    locale: 'en-US',
    externalId: '00u1a2b3',
    groups: [],
    password: 'Pl4ceholder',
    active: true,
  },
  status: 201,
  answer: { id: expect.any(String), userName: 'mia+okta@acme.test', active: true, externalId: '00u1a2b3' },
  without: ['password'],
  keep: { user: 'id' },
};
const second: Step = {
  send: 'POST /Users',
  body: {
    schemas: [userSchema],
    userName: 'ned@acme.test',
    emails: [{ value: 'ned@acme.test', primary: true, type: 'work' }],
    password: 'x',
    active: true,
  },
  status: 201,
  keep: { other: 'id' },
};
const read = (answer: object, without: string[] = []): Step => ({
  send: 'GET /Users/{user}',
  status: 200,
  answer,
  without,
});
/** The whole user back, as it was received and changed. */
const put = (change: Record<string, unknown>, without: string[] = []): Step => ({
  send: 'PUT /Users/{user}',
  body: {
    schemas: [userSchema],
    id: '{user}',
    userName: 'mia+okta@acme.test',
    name: { givenName: 'Mia', familyName: 'Vale' },
    emails: [{ primary: true, value: 'mia+okta@acme.test', type: 'work', display: 'mia+okta@acme.test' }],
    externalId: '00u1a2b3',
    active: true,
    groups: [],
    meta: { resourceType: 'User', created: '04-12-2018 00:00:00' },
    ...change,
  },
  status: 200,
  answer: { id: '{user}', ...change },
  without: ['password', ...without],
});
const patchUser = (value: object, answer: object): Step => ({
  send: 'PATCH /Users/{user}',
  body: { id: '{user}', ...patchOp({ op: 'replace', value }) },
  status: 200,
  answer,
  without: ['password'],
});
const createGroup: Step = {
  send: 'POST /Groups',
  body: { schemas: [groupSchema], displayName: 'Ops', members: [] },
  status: 201,
  answer: { displayName: 'Ops' },
  keep: { group: 'id' },
};
const patchGroup = (...operations: unknown[]): Step => ({
  send: 'PATCH /Groups/{group}',
  body: patchOp(...operations),
  status: [200, 204],
});
const groupIs = (answer: object, without: string[] = []): Step => ({
  send: 'GET /Groups/{group}',
  status: 200,
  answer,
  without,
});

const lists = {
  schemas: [listSchema],
  totalResults: expect.any(Number),
  itemsPerPage: expect.any(Number),
  startIndex: 1,
  Resources: expect.any(Array),
};

describeProvider({
  name: 'Okta',
  profiles: ['auto', 'okta'],
  headers: {
    Accept: 'application/scim+json',
    'Accept-Charset': 'utf-8',
    'User-Agent': 'Okta SCIM Client 1.0.0',
  },
  scenarios: [
    {
      name: 'tests the credentials and imports page by page',
      steps: [
        { send: 'GET /Users?startIndex=1&count=2', status: 200, answer: lists },
        {
          send: 'GET /Groups?startIndex=1&count=100',
          status: 200,
          answer: { ...lists, totalResults: 0, itemsPerPage: 0 },
        },
        create,
        second,
        {
          send: 'GET /Users?startIndex=1&count=1',
          status: 200,
          answer: { totalResults: 2, itemsPerPage: 1, startIndex: 1, Resources: [{ id: '{user}' }] },
        },
        {
          send: 'GET /Users?startIndex=2&count=1',
          status: 200,
          answer: { totalResults: 2, itemsPerPage: 1, startIndex: 2, Resources: [{ id: '{other}' }] },
        },
        {
          send: 'GET /Users?startIndex=3&count=1',
          status: 200,
          answer: { totalResults: 2, itemsPerPage: 0, startIndex: 3, Resources: [] },
        },
        { send: 'GET /ServiceProviderConfig', status: 200 },
        { send: 'GET /ResourceTypes', status: 200, answer: { totalResults: 2 } },
        { send: `GET /Schemas/${userSchema}`, status: 200, answer: { id: userSchema } },
      ],
    },
    {
      name: 'assigns a user: look-up, create, and a conflict the second time',
      steps: [
        lookUp('mia+okta@acme.test', { ...lists, ...nothingFound }),
        create,
        lookUp('MIA+okta@acme.test', { totalResults: 1, Resources: [{ id: '{user}' }] }),
        {
          ...create,
          status: 409,
          answer: { schemas: [errorSchema], scimType: 'uniqueness', detail: expect.any(String) },
          keep: {},
        },
      ],
    },
    {
      name: 'catalogue applications: PUT for the profile, PATCH for the rest',
      steps: [
        create,
        read({ active: true }),
        put({ name: { givenName: 'Mia', familyName: 'Valerian' }, title: 'Pilot' }, ['displayName', 'locale']),
        patchUser({ active: false }, { active: false, title: 'Pilot' }),
        lookUp('mia+okta@acme.test', { totalResults: 1, Resources: [{ id: '{user}', active: false }] }),
        patchUser({ active: true }, { active: true }),
        patchUser({ password: 'An0ther' }, { active: true }),
        patchUser({ active: [false] }, { active: false }),
      ],
    },
    {
      name: 'wizard applications: PUT for everything, in quick succession',
      steps: [
        create,
        read({ active: true }),
        put({ active: true, displayName: 'Mia V' }),
        read({ displayName: 'Mia V' }),
        put({ active: false }, ['displayName']),
        read({ active: false }),
        { ...put({ nickName: '', title: null }), answer: { active: true }, without: ['nickName', 'title'] },
        createGroup,
        {
          send: 'PUT /Groups/{group}',
          body: {
            schemas: [groupSchema],
            id: '{group}',
            displayName: 'Ops',
            members: [{ value: '{user}', display: 'mia+okta@acme.test' }],
          },
          status: 200,
          answer: { members: [{ value: '{user}' }] },
        },
        {
          send: 'PUT /Groups/{group}',
          body: { schemas: [groupSchema], displayName: 'Ops 2', members: [] },
          status: 200,
          answer: { displayName: 'Ops 2' },
          without: ['members'],
        },
        put({ title: 'kept' }),
      ],
    },
    {
      name: 'a PUT that echoes `groups: []` takes nobody out of a group',
      steps: [
        create,
        createGroup,
        patchGroup({ op: 'add', path: 'members', value: [{ value: '{user}' }] }),
        { ...put({ title: 'T' }), answer: { title: 'T', groups: [{ value: '{group}', display: 'Ops' }] } },
        groupIs({ members: [{ value: '{user}' }] }),
      ],
    },
    {
      name: 'pushes a group: adopt, members in and out in one request, rename, push now, delete',
      steps: [
        create,
        second,
        { send: 'GET /Groups?filter=displayName eq "Ops"&startIndex=1&count=100', status: 200, answer: nothingFound },
        createGroup,
        {
          send: 'GET /Groups?filter=displayName eq "OPS"&startIndex=1&count=100',
          status: 200,
          answer: { totalResults: 1, Resources: [{ id: '{group}' }] },
        },
        patchGroup({ op: 'add', path: 'members', value: [{ value: '{user}', display: 'mia+okta@acme.test' }] }),
        patchGroup(
          { op: 'remove', path: 'members[value eq "{user}"]' },
          { op: 'add', path: 'members', value: [{ value: '{other}', display: 'ned@acme.test' }] },
        ),
        groupIs({ members: [{ value: '{other}', type: 'User' }] }),
        patchGroup({ op: 'replace', value: { id: '{group}', displayName: 'Ops EU' } }),
        groupIs({ displayName: 'Ops EU', members: [{ value: '{other}' }] }),
        patchGroup({ op: 'replace', path: 'members', value: [{ value: '{user}', display: 'mia+okta@acme.test' }] }),
        groupIs({ members: [{ value: '{user}' }] }),
        patchGroup({
          op: 'add',
          path: 'members',
          value: [{ value: 'gone-from-here', display: 'old@acme.test' }, { value: '{other}' }],
        }),
        { send: 'GET /Groups?filter=members.value eq "{other}"', status: 200, answer: { totalResults: 1 } },
        patchGroup({ op: 'replace', path: 'members', value: [] }),
        groupIs({ displayName: 'Ops EU' }, ['members']),
        {
          send: 'DELETE /Groups/{group}',
          headers: { 'Content-Type': 'application/scim+json; charset=utf-8' },
          status: 204,
        },
      ],
    },
    {
      name: 'the published specification suite',
      steps: [
        create,
        {
          send: 'GET /Users?count=1&startIndex=1',
          status: 200,
          answer: {
            ...lists,
            Resources: [
              {
                id: expect.any(String),
                name: { familyName: expect.any(String), givenName: expect.any(String) },
                userName: expect.any(String),
                active: true,
                emails: [{ value: expect.any(String) }],
              },
            ],
          },
        },
        read({ id: '{user}' }),
        lookUp('abcdefgh@acme.test', { schemas: [listSchema], totalResults: 0 }),
        {
          send: 'GET /Users/00919288221112222',
          status: 404,
          answer: { schemas: [errorSchema], detail: expect.any(String), status: '404' },
        },
        {
          ...second,
          headers: { 'Content-Type': 'application/json' },
          answer: { active: true, userName: 'ned@acme.test', schemas: [userSchema] },
        },
        { send: 'GET /Users/{other}', status: 200, answer: { userName: 'ned@acme.test' } },
        { ...second, status: 409, keep: {} },
        lookUp('NED@ACME.TEST', { totalResults: 1 }),
        {
          send: 'GET /Users',
          headers: { Authorization: 'non-token' },
          status: 401,
          answer: { schemas: [errorSchema], detail: expect.any(String), status: '401' },
        },
        patchUser({ active: false }, { active: false }),
      ],
    },
  ],
});
