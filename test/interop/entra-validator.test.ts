// The list of Microsoft's SCIM validator, and what its public request collection adds.
import { enterprise, errorSchema, groupSchema, listSchema, patchOp, patchSchema, userSchema } from '../support/scim.ts';
import { describeProvider, nothingFound, type Step } from './exchange.ts';

const multiValued = (attribute: string, type: string, ...subs: string[]) =>
  subs.map((sub) => ({ op: 'replace', path: `${attribute}[type eq "${type}"].${sub}`, value: `${attribute}-${sub}` }));

/** Every attribute in an operation of its own. */
const verbose = [
  ...['displayName', 'title', 'preferredLanguage', 'userType', 'nickName', 'locale', 'timezone', 'profileUrl'].map(
    (path) => ({ op: 'replace', path, value: `random ${path}` }),
  ),
  ...['givenName', 'familyName', 'formatted', 'middleName', 'honorificPrefix', 'honorificSuffix'].map((sub) => ({
    op: 'replace',
    path: `name.${sub}`,
    value: `n-${sub}`,
  })),
  ...multiValued('emails', 'work', 'value', 'display'),
  { op: 'replace', path: 'emails[type eq "work"].primary', value: 'True' },
  ...multiValued('addresses', 'work', 'formatted', 'streetAddress', 'locality', 'region', 'postalCode', 'country'),
  ...multiValued('phoneNumbers', 'work', 'value'),
  ...multiValued('phoneNumbers', 'mobile', 'value'),
  ...multiValued('phoneNumbers', 'fax', 'value'),
  { op: 'replace', path: 'roles[primary eq "True"].value', value: 'r' },
  { op: 'replace', path: 'roles[primary eq "True"].display', value: 'R' },
  ...['employeeNumber', 'department', 'costCenter', 'organization', 'division'].map((name) => ({
    op: 'replace',
    path: `${enterprise}:${name}`,
    value: `e-${name}`,
  })),
  { op: 'replace', path: 'active', value: true },
];
const verboseResult = {
  displayName: 'random displayName',
  timezone: 'random timezone',
  name: { givenName: 'n-givenName', honorificSuffix: 'n-honorificSuffix' },
  emails: [{ type: 'work', value: 'emails-value', display: 'emails-display', primary: true }],
  addresses: [{ type: 'work', formatted: 'addresses-formatted', country: 'addresses-country' }],
  phoneNumbers: [{ type: 'work' }, { type: 'mobile' }, { type: 'fax', value: 'phoneNumbers-value' }],
  roles: [{ primary: true, value: 'r', display: 'R' }],
  [enterprise]: { employeeNumber: 'e-employeeNumber', division: 'e-division' },
};

const user: Step = {
  send: 'POST /Users',
  body: {
    schemas: [userSchema],
    userName: 'Ulrich@acme.test',
    externalId: 'u-1',
    displayName: 'Ulrich',
    emails: [{ type: 'work', value: 'ulrich@acme.test', primary: true }],
  },
  status: 201,
  keep: { user: 'id' },
};
const group: Step = {
  send: 'POST /Groups',
  body: { schemas: [groupSchema], displayName: 'Group G', externalId: 'g-1' },
  status: 201,
  keep: { group: 'id' },
};
const patch = (...operations: unknown[]) => ({
  send: 'PATCH /Users/{user}',
  body: patchOp(...operations),
  status: 200,
});
const patchGroup = (...operations: unknown[]): Step => ({
  send: 'PATCH /Groups/{group}',
  body: patchOp(...operations),
  status: [200, 204],
});
const hasMembers = (...values: string[]): Step => ({
  send: 'GET /Groups/{group}',
  status: 200,
  ...(values.length === 0 ? { without: ['members'] } : { answer: { members: values.map((value) => ({ value })) } }),
});

describeProvider({
  name: 'Microsoft SCIM Validator',
  profiles: ['auto', 'entra'],
  scenarios: [
    {
      name: 'users: create, find, do not find, find in another case, create twice',
      steps: [
        user,
        {
          send: 'GET /Users?filter=userName eq "Ulrich@acme.test"',
          status: 200,
          answer: {
            schemas: [listSchema],
            totalResults: 1,
            Resources: [{ userName: 'Ulrich@acme.test', externalId: 'u-1', displayName: 'Ulrich' }],
          },
        },
        { send: 'GET /Users?filter=userName eq "ULRICH@acme.test"', status: 200, answer: { totalResults: 1 } },
        {
          send: 'GET /Users?filter=userName eq "nobody@acme.test"',
          status: 200,
          answer: { schemas: [listSchema], ...nothingFound },
        },
        { ...user, status: 409, answer: { scimType: 'uniqueness' }, keep: {} },
      ],
    },
    {
      name: 'users: replace every attribute in one request, and add them to a user with a userName only',
      steps: [
        user,
        { ...patch(...verbose), answer: verboseResult },
        { send: 'GET /Users?filter=externalId eq "u-1"', status: 200, answer: { Resources: [verboseResult] } },
        {
          send: 'POST /Users',
          body: { schemas: [userSchema], userName: 'bare@acme.test' },
          status: 201,
          keep: { user: 'id' },
        },
        { ...patch(...verbose.map((operation) => ({ ...operation, op: 'add' }))), answer: verboseResult },
      ],
    },
    {
      name: 'users: rename without a path, disable, manager, several operations, delete, delete again',
      steps: [
        user,
        {
          ...patch({ op: 'replace', value: { userName: 'renamed@acme.test' } }),
          answer: { userName: 'renamed@acme.test' },
        },
        { ...patch({ op: 'replace', path: 'active', value: false }), answer: { active: false } },
        {
          ...patch({ op: 'add', path: `${enterprise}:manager`, value: 'm1' }),
          answer: { [enterprise]: { manager: { value: 'm1' } } },
        },
        {
          ...patch({ op: 'replace', path: `${enterprise}:manager`, value: 'm2' }),
          answer: { [enterprise]: { manager: { value: 'm2' } } },
        },
        { ...patch({ op: 'remove', path: `${enterprise}:manager` }), without: [enterprise] },
        {
          ...patch(
            { op: 'add', path: 'title', value: 'a' },
            { op: 'remove', path: 'displayName' },
            { op: 'replace', path: 'nickName', value: 'n' },
          ),
          answer: { title: 'a', nickName: 'n' },
          without: ['displayName'],
        },
        {
          ...patch(
            { op: 'remove', path: 'title' },
            { op: 'add', path: 'title', value: 'b' },
            { op: 'replace', path: 'title', value: 'c' },
          ),
          answer: { title: 'c' },
        },
        { send: 'DELETE /Users/{user}', status: 204 },
        { send: 'GET /Users/{user}', status: 404, answer: { schemas: [errorSchema] } },
        { send: 'DELETE /Users/{user}', status: 404 },
        { send: 'DELETE /Users/a-user-that-never-was', status: 404 },
      ],
    },
    {
      name: 'groups: the whole list',
      steps: [
        user,
        group,
        { ...group, status: 409, keep: {} },
        {
          send: 'GET /Groups/{group}?excludedAttributes=members',
          status: 200,
          answer: { displayName: 'Group G', externalId: 'g-1' },
          without: ['members'],
        },
        {
          send: 'GET /Groups?excludedAttributes=members&filter=displayName eq "Group G"',
          status: 200,
          answer: { schemas: [listSchema], totalResults: 1, Resources: [{ id: '{group}' }] },
          without: ['Resources.0.members'],
        },
        { send: 'GET /Groups?filter=displayName eq "GROUP g"', status: 200, answer: { totalResults: 1 } },
        { send: 'GET /Groups?filter=displayName eq "nothing"', status: 200, answer: nothingFound },
        patchGroup({ op: 'replace', value: { externalId: 'g-2' } }),
        patchGroup({ op: 'replace', value: { displayName: 'Group H' } }),
        patchGroup({ op: 'replace', path: 'members', value: [{ value: '{user}' }] }),
        {
          send: 'GET /Groups/{group}',
          status: 200,
          answer: { displayName: 'Group H', externalId: 'g-2', members: [{ value: '{user}' }] },
        },
        patchGroup({ op: 'remove', path: 'members[value eq "{user}"]' }),
        hasMembers(),
        patchGroup(
          { op: 'add', path: 'members', value: [{ value: '{user}' }] },
          { op: 'remove', path: 'members[value eq "{user}"]' },
        ),
        hasMembers(),
        { send: 'DELETE /Groups/{group}', status: 204 },
        { send: 'DELETE /Groups/{group}', status: 404 },
        { send: 'DELETE /Groups/a-group-that-never-was', status: 404 },
      ],
    },
    {
      name: 'the public collection: odd cases, stray keys, bare ids, projections, PUT',
      steps: [
        {
          send: 'POST /Users',
          body: {
            UserName: 'collection@acme.test',
            Active: true,
            Emails: [{ Primary: true, type: 'work', value: 'c@acme.test' }],
            mispelt: 'ignored',
            [enterprise]: { Department: 'D', Manager: { Value: 'm' } },
          },
          status: 201,
          answer: {
            userName: 'collection@acme.test',
            emails: [{ primary: true }],
            [enterprise]: { department: 'D', manager: { value: 'm' } },
          },
          without: ['mispelt'],
          keep: { user: 'id' },
        },
        { send: 'GET /Users/?filter=UserName eq collection@acme.test', status: 200, answer: { totalResults: 1 } },
        {
          send: 'GET /Users?attributes=userName,emails',
          status: 200,
          answer: { Resources: [{ userName: 'collection@acme.test', emails: [{}] }] },
          without: ['Resources.0.active', 'Resources.0.meta'],
        },
        {
          send: 'PATCH /Users/{user}',
          body: {
            schemas: [patchSchema],
            id: '{user}',
            Operations: [{ name: 'x', op: 'Replace', path: 'Title', value: 't' }],
          },
          status: 200,
          answer: { title: 't' },
        },
        {
          send: 'PATCH /Users/{user}',
          body: {
            Operations: [{ op: 'add', path: `${enterprise}:Manager.Value`, value: 'm2' }],
            schemas: [patchSchema],
          },
          status: 200,
          answer: { [enterprise]: { manager: { value: 'm2' } } },
        },
        {
          send: 'PUT /Users/{user}',
          body: { schemas: [userSchema], id: '{user}', userName: 'collection@acme.test', title: 'put' },
          status: 200,
          answer: { title: 'put' },
          without: ['emails'],
        },
        {
          send: 'POST /Users',
          body: { schemas: [userSchema], displayName: 'no userName' },
          status: 400,
          answer: { schemas: [errorSchema] },
        },
        group,
        patchGroup({ op: 'add', path: 'members', value: '{user}' }),
        hasMembers('{user}'),
        {
          send: 'PUT /Groups/{group}',
          body: { schemas: [groupSchema], displayName: 'Put', members: [] },
          status: 200,
          answer: { displayName: 'Put' },
          without: ['members'],
        },
      ],
    },
  ],
});
