// Extensions that make Keycloak a SCIM client, their neighbour Rauthy, WSO2, and a sample in Salesforce's manner.
import { groupSchema, patchOp, userSchema } from '../support/scim.ts';
import { describeProvider, nothingFound, type Step } from './exchange.ts';

const user = (userName: string, keep: string): Step => ({
  send: 'POST /Users',
  body: {
    schemas: [userSchema],
    externalId: `kc-${userName}`,
    userName,
    displayName: 'K C',
    name: { givenName: 'K', familyName: 'C' },
    emails: [{ value: `${userName}@acme.test` }],
    active: true,
    roles: [],
  },
  status: 201,
  answer: { emails: [{ value: `${userName}@acme.test` }] },
  without: ['emails.0.type', 'emails.0.primary'],
  keep: { [keep]: 'id' },
});
const group: Step = {
  send: 'POST /Groups',
  body: { schemas: [groupSchema], displayName: 'KC', externalId: 'kc-g' },
  status: 201,
  keep: { group: 'id' },
};
const patchGroup = (...operations: unknown[]): Step => ({
  send: 'PATCH /Groups/{group}',
  body: patchOp(...operations),
  status: [200, 204],
});

describeProvider({
  name: 'Keycloak as client',
  profiles: ['auto'],
  scenarios: [
    {
      name: 'libre.sh and mitodl: PUT users, replace a group’s members with relative references',
      steps: [
        user('kim', 'user'),
        { ...user('kim', 'none'), send: 'PUT /Users/{user}', status: 200, keep: {} },
        group,
        patchGroup(
          { op: 'replace', path: 'members', value: [{ value: '{user}', $ref: 'Users/{user}' }] },
          { op: 'replace', path: 'displayName', value: 'KC 2' },
          { op: 'replace', path: 'externalId', value: 'kc-g2' },
        ),
        {
          send: 'GET /Groups/{group}',
          status: 200,
          answer: { displayName: 'KC 2', externalId: 'kc-g2', members: [{ value: '{user}' }] },
        },
        patchGroup({ op: 'remove', path: 'members' }),
        { send: 'GET /Groups/{group}', status: 200, without: ['members'] },
        { send: 'DELETE /Users/{user}', headers: { 'Content-Type': 'application/scim+json' }, status: 204 },
      ],
    },
    {
      name: 'keycloak-scim-outbound: look-up, PATCH of the primary e-mail, deactivation instead of deletion',
      steps: [
        { send: 'GET /Users?filter=userName eq "out"', status: 200, answer: nothingFound },
        user('out', 'user'),
        {
          send: 'PATCH /Users/{user}',
          headers: { 'User-Agent': 'keycloak-scim-outbound/1.0' },
          body: patchOp(
            { op: 'replace', path: 'emails[primary eq true].value', value: 'new@acme.test' },
            { op: 'replace', path: 'name.givenName', value: 'O' },
            { op: 'replace', path: 'active', value: false },
          ),
          status: 200,
          answer: { name: { givenName: 'O' }, active: false },
        },
        { send: 'GET /Users?filter=emails.value eq "new@acme.test"', status: 200, answer: { totalResults: 1 } },
      ],
    },
    {
      name: 'Rauthy: look-up by externalId, then by userName',
      steps: [
        user('rau', 'user'),
        { send: 'GET /Users?filter=externalId eq "kc-rau"', status: 200, answer: { Resources: [{ id: '{user}' }] } },
        { send: 'GET /Users?filter=userName eq "rau"', status: 200, answer: { Resources: [{ id: '{user}' }] } },
      ],
    },
    {
      name: 'WSO2 and Salesforce: members inside an object',
      steps: [
        user('one', 'one'),
        user('two', 'two'),
        group,
        patchGroup({
          op: 'add',
          value: {
            members: [
              { value: '{one}', display: 'one' },
              { value: '{two}', display: 'two' },
            ],
          },
        }),
        patchGroup({ op: 'remove', path: 'members', value: { members: [{ value: '{one}' }] } }),
        { send: 'GET /Groups/{group}', status: 200, answer: { members: [{ value: '{two}' }] } },
      ],
    },
  ],
});
