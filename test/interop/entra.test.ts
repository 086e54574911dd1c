// Microsoft Entra ID's everyday requests on users, in both of its PATCH dialects.
import { enterprise, errorSchema, listSchema, userSchema } from '../support/scim.ts';
import { createAnna, createBert, patchUser, readUser } from './entra-steps.ts';
import { describeProvider, nothingFound } from './exchange.ts';

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
  ],
});
