// Microsoft Entra ID's everyday requests, in both of its PATCH dialects.
import { enterprise, errorSchema, groupSchema, listSchema, patchOp, userSchema } from '../support/scim.ts';
import { describeProvider, nothingFound, type Step } from './exchange.ts';

const legacyGroupSchema = 'http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group';

const createAnna: Step = {
  send: 'POST /Users',
  body: {
    schemas: [userSchema, enterprise],
    externalId: 'anna',
    userName: 'Anna.Q@acme.test',
    active: true,
    displayName: 'Anna Q',
    emails: [{ primary: true, type: 'work', value: 'anna@acme.test' }],
    meta: { resourceType: 'User' },
    name: { formatted: 'Anna Q', familyName: 'Q', givenName: 'Anna' },
    roles: [],
  },
  status: 201,
  answer: { userName: 'Anna.Q@acme.test', externalId: 'anna', active: true, name: { formatted: 'Anna Q' } },
  without: ['roles'],
  keep: { user: 'id' },
};
const createBert: Step = {
  send: 'POST /Users',
  body: { schemas: [userSchema], externalId: 'bert', userName: 'bert@acme.test', active: 'True' },
  status: 201,
  answer: { active: true },
  keep: { other: 'id' },
};
const createSales: Step = {
  send: 'POST /Groups',
  body: {
    schemas: [groupSchema, legacyGroupSchema],
    externalId: '8aa1a0c0-c4c3-4bc0-b4a5-2ef676900159',
    displayName: 'Sales',
    meta: { resourceType: 'Group' },
  },
  status: 201,
  answer: { displayName: 'Sales', externalId: '8aa1a0c0-c4c3-4bc0-b4a5-2ef676900159' },
  without: ['members'],
  keep: { group: 'id' },
};
const patchUser = (...operations: unknown[]): Pick<Step, 'send' | 'body' | 'status'> => ({
  send: 'PATCH /Users/{user}',
  body: patchOp(...operations),
  status: [200, 204],
});
const patchGroup = (...operations: unknown[]): Step => ({
  send: 'PATCH /Groups/{group}',
  body: patchOp(...operations),
  status: [200, 204],
});
const readUser = (answer: object, without: string[] = []): Step => ({
  send: 'GET /Users/{user}',
  status: 200,
  answer,
  without,
});
const membersAre = (...members: string[]): Step => ({
  send: 'GET /Groups/{group}',
  status: 200,
  ...(members.length === 0 ? { without: ['members'] } : { answer: { members: members.map((value) => ({ value })) } }),
});

describeProvider({
  name: 'Entra ID',
  profiles: ['auto', 'entra'],
  headers: { ADSCIMVersion: '2' },
  scenarios: [
    {
      name: 'tests the connection with a user that nobody has',
      steps: [
        {
          send: 'GET /Users?filter=userName+eq+%226b0d9d52-5b45-4d3f-8d21-2f9b8a3c5c11%22',
          status: 200,
          answer: { schemas: [listSchema], ...nothingFound },
        },
        { send: 'GET /Users?filter=externalId eq "anna"&aadOptscim062020', status: 200, answer: nothingFound },
        { send: 'GET /Users?filter=emails[type eq "work"].value eq "a@x.test"', status: 200, answer: nothingFound },
        {
          send: 'GET /Groups?excludedAttributes=members&filter=displayName eq "Sales"',
          status: 200,
          answer: nothingFound,
        },
        { send: 'GET /Schemas', status: 200, answer: { totalResults: 3 } },
      ],
    },
    {
      name: 'creates a user and finds it by each matching attribute',
      steps: [
        createAnna,
        {
          send: 'GET /Users?filter=userName eq "anna.q@ACME.test"',
          status: 200,
          answer: { totalResults: 1, Resources: [{ id: '{user}' }] },
        },
        { send: 'GET /Users?filter=externalId+eq+%22anna%22', status: 200, answer: { totalResults: 1 } },
        { send: 'GET /Users?filter=externalId eq "ANNA"', status: 200, answer: nothingFound },
        {
          send: 'GET /Users?filter=emails[type eq "work"].value eq "anna@acme.test"',
          status: 200,
          answer: { totalResults: 1 },
        },
        { send: 'GET /Users/?filter=DisplayName eq "anna q"', status: 200, answer: { totalResults: 1 } },
        {
          ...createAnna,
          status: 409,
          answer: { schemas: [errorSchema], scimType: 'uniqueness', status: '409' },
          without: [],
          keep: {},
        },
      ],
    },
    {
      name: 'sends nulls, string booleans, odd dates and an URN without its colon',
      steps: [
        {
          send: 'POST /Users',
          body: {
            schemas: [userSchema, 'urn:ietf:params:scim:schemas:extension:enterprise:2.0User'],
            userName: 'nulls@acme.test',
            active: 'True',
            displayName: null,
            department: null,
            manager: null,
            locale: 'anything at all',
            timezone: 'W. Europe',
            profileUrl: 'no URL',
            addresses: [{ type: 'work', formatted: null, locality: 'Town', region: null }],
            roles: [{ primary: 'True', value: 'Admin', display: null }],
            meta: { resourceType: 'User', created: '2026-01-02T03:04:05.1234567Z' },
            'urn:ietf:params:scim:schemas:extension:enterprise:2.0User': { department: 'Retail' },
          },
          status: 201,
          answer: {
            active: true,
            locale: 'anything at all',
            timezone: 'W. Europe',
            profileUrl: 'no URL',
            addresses: [{ type: 'work', locality: 'Town' }],
            roles: [{ primary: true, value: 'Admin' }],
            [enterprise]: { department: 'Retail' },
          },
          without: ['displayName', 'addresses.0.formatted', 'roles.0.display'],
        },
      ],
    },
    {
      name: 'updates in its default dialect',
      steps: [
        createAnna,
        {
          ...patchUser(
            { op: 'Replace', path: 'displayName', value: 'T L' },
            { op: 'Replace', path: 'emails[type eq "work"].value', value: 't@acme.test' },
            { op: 'Replace', path: 'name.givenName', value: 'T' },
            { op: 'Add', path: `${enterprise}:department`, value: 'Retail' },
          ),
          status: 200,
          answer: {
            displayName: 'T L',
            name: { givenName: 'T', familyName: 'Q' },
            emails: [{ value: 't@acme.test', type: 'work', primary: true }],
            [enterprise]: { department: 'Retail' },
            schemas: [userSchema, enterprise],
          },
        },
        patchUser({ op: 'Replace', path: 'active', value: 'False' }),
        readUser({ active: false }),
        {
          send: 'GET /Users?filter=userName eq "anna.q@acme.test"',
          status: 200,
          answer: { totalResults: 1, Resources: [{ active: false }] },
        },
        patchUser({ op: 'Replace', path: 'active', value: 'True' }),
        readUser({ active: true }),
        patchUser(
          { op: 'Remove', path: `${enterprise}:department`, value: 'Retail' },
          { op: 'Replace', path: 'displayName', value: null },
        ),
        readUser({ schemas: [userSchema] }, ['displayName', enterprise]),
      ],
    },
    {
      name: 'updates in the dialect of aadOptscim062020',
      steps: [
        createAnna,
        patchUser({
          op: 'replace',
          value: {
            displayName: 'B H',
            'name.givenName': 'B',
            'name.familyName': 'H',
            [`${enterprise}:employeeNumber`]: '9',
          },
        }),
        readUser({
          displayName: 'B H',
          name: { givenName: 'B', familyName: 'H' },
          [enterprise]: { employeeNumber: '9' },
        }),
        patchUser({ op: 'replace', value: { active: false, [enterprise]: { department: 'N' } } }),
        readUser({ active: false, [enterprise]: { employeeNumber: '9', department: 'N' } }),
        patchUser({
          op: 'add',
          value: { 'emails[type eq "home"].value': 'h@acme.test', 'addresses[type eq "work"].formatted': '1 Way' },
        }),
        readUser({
          emails: [{ type: 'work' }, { type: 'home', value: 'h@acme.test' }],
          addresses: [{ type: 'work', formatted: '1 Way' }],
        }),
        { ...createBert, keep: { user: 'id' } },
        patchUser({ op: 'add', value: { displayName: 'F B', 'name.givenName': 'F' } }),
        readUser({ displayName: 'F B', name: { givenName: 'F' } }),
      ],
    },
    {
      name: 'makes the element that a value path misses, once for all its parts',
      steps: [
        createAnna,
        patchUser(
          { op: 'Add', path: 'phoneNumbers[type eq "mobile"].value', value: '+1' },
          { op: 'Replace', path: 'addresses[type eq "work"].streetAddress', value: '1 Way' },
          { op: 'Add', path: 'addresses[type eq "work"].locality', value: 'Town' },
        ),
        readUser({
          phoneNumbers: [{ type: 'mobile', value: '+1' }],
          addresses: [{ type: 'work', streetAddress: '1 Way', locality: 'Town' }],
        }),
        patchUser(
          { op: 'Add', path: 'roles[primary eq "True"].value', value: 'Admin' },
          { op: 'Add', path: 'roles[primary eq "True"].display', value: 'Administrator' },
        ),
        patchUser({ op: 'Replace', path: 'roles[primary eq "True"].value', value: 'Reader' }),
        readUser({ roles: [{ primary: true, value: 'Reader', display: 'Administrator' }] }, ['roles.1']),
        patchUser({ op: 'replace', path: 'roles', value: [{ value: '{"id":"1","value":"A"}', primary: false }] }),
        readUser({ roles: [{ value: '{"id":"1","value":"A"}', primary: false }] }, ['roles.1']),
      ],
    },
    {
      name: 'sets, checks and clears the manager in each of its ways',
      steps: [
        createAnna,
        createBert,
        patchUser({ op: 'Add', path: `${enterprise}:manager`, value: '{other}' }),
        readUser({ [enterprise]: { manager: { value: '{other}' } } }),
        {
          send: 'GET /Users?filter=id eq "{user}" and manager eq "{other}"&attributes=id',
          status: 200,
          answer: { totalResults: 1, Resources: [{ id: '{user}' }] },
          without: ['Resources.0.userName'],
        },
        {
          send: 'GET /Users?filter=id eq "{user}" and manager eq "{user}"&attributes=id',
          status: 200,
          answer: nothingFound,
        },
        patchUser({ op: 'Replace', path: `${enterprise}:manager`, value: { value: 'not-here-yet' } }),
        readUser({ [enterprise]: { manager: { value: 'not-here-yet' } } }),
        patchUser({ op: 'Add', path: 'manager', value: [{ $ref: '../Users/{other}', value: '{other}' }] }),
        readUser({ [enterprise]: { manager: { value: '{other}' } } }),
        patchUser({ op: 'replace', path: `${enterprise}:manager`, value: '' }),
        readUser({}, [enterprise]),
        patchUser({ op: 'Add', path: `${enterprise}:manager`, value: '{other}' }),
        patchUser({ op: 'replace', path: `${enterprise}:manager`, value: { value: '' } }),
        readUser({}, [enterprise]),
        patchUser({ op: 'Add', path: `${enterprise}:manager`, value: '{other}' }),
        patchUser({ op: 'Remove', path: `${enterprise}:manager` }),
        readUser({}, [enterprise]),
      ],
    },
    {
      name: 'renames a user, but not to a name that is taken',
      steps: [
        createAnna,
        createBert,
        {
          ...patchUser({ op: 'Replace', path: 'userName', value: 'BERT@acme.test' }),
          status: 409,
          answer: { scimType: 'uniqueness' },
        },
        {
          ...patchUser({ op: 'replace', value: { userName: 'anna.new@acme.test' } }),
          status: 200,
          answer: { userName: 'anna.new@acme.test' },
        },
      ],
    },
    {
      name: 'fills and empties a group, in both dialects',
      steps: [
        createAnna,
        createBert,
        createSales,
        {
          send: 'GET /Groups?excludedAttributes=members&filter=displayName eq "sales"',
          status: 200,
          answer: { totalResults: 1, Resources: [{ id: '{group}', displayName: 'Sales' }] },
        },
        patchGroup({
          op: 'Add',
          path: 'members',
          value: [
            { $ref: null, value: '{user}' },
            { $ref: null, value: '{other}' },
          ],
        }),
        {
          send: 'GET /Groups/{group}?excludedAttributes=members',
          status: 200,
          answer: { displayName: 'Sales' },
          without: ['members'],
        },
        {
          send: 'GET /Groups?filter=id eq "{group}" and members eq "{user}"&attributes=id',
          status: 200,
          answer: { totalResults: 1 },
        },
        patchGroup({ op: 'Remove', path: 'members', value: [{ $ref: null, value: '{user}' }] }),
        membersAre('{other}'),
        patchGroup({ op: 'Add', path: 'members', value: [{ $ref: null, value: '{other}' }] }),
        membersAre('{other}'),
        patchGroup({ op: 'remove', path: 'members[value eq "{other}"]' }),
        membersAre(),
        patchGroup({ op: 'replace', value: { displayName: 'Sales EU' } }),
        patchGroup({ op: 'Replace', path: 'externalId', value: 'e2' }),
        { send: 'GET /Groups/{group}', status: 200, answer: { displayName: 'Sales EU', externalId: 'e2' } },
        {
          ...createSales,
          body: { schemas: [groupSchema], displayName: 'sales eu' },
          status: 409,
          answer: { scimType: 'uniqueness' },
          keep: {},
        },
        { send: 'DELETE /Groups/{group}', status: 204 },
        { send: 'GET /Groups/{group}', status: 404 },
      ],
    },
    {
      name: 'deletes a user for good after a while, and may make it again',
      steps: [
        createAnna,
        createSales,
        patchGroup({ op: 'Add', path: 'members', value: [{ $ref: null, value: '{user}' }] }),
        patchUser({ op: 'Replace', path: 'active', value: 'False' }),
        { send: 'DELETE /Users/{user}', status: 204 },
        { send: 'DELETE /Users/{user}', status: 404 },
        { send: 'GET /Users/{user}', status: 404, answer: { schemas: [errorSchema], status: '404' } },
        membersAre(),
        createAnna,
        readUser({ active: true }, ['groups']),
      ],
    },
  ],
});
