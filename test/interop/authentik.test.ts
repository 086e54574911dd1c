// authentik's requests, from its client's source: PUT for users, PATCH for members, and what older releases do.
import { groupSchema, patchOp, userSchema } from '../support/scim.ts';
import { describeProvider, type Step } from './exchange.ts';

const scimJson = 'application/scim+json';
const user = (userName: string, keep: string): Step => ({
  send: 'POST /Users',
  body: {
    schemas: [userSchema],
    userName,
    externalId: `${userName}-uuid`,
    name: { formatted: ' ', givenName: '', familyName: ' ' },
    displayName: userName,
    active: true,
    emails: [{ value: `${userName}@acme.test`, type: 'other', primary: true }],
  },
  status: 201,
  answer: { userName, emails: [{ type: 'other' }] },
  keep: { [keep]: 'id' },
});
const patchGroup = (...operations: unknown[]): Step => ({
  send: 'PATCH /Groups/{group}',
  body: patchOp(...operations),
  status: [200, 204],
});
const membersAre = (...values: string[]): Step => ({
  send: 'GET /Groups/{group}',
  status: 200,
  ...(values.length === 0 ? { without: ['members'] } : { answer: { members: values.map((value) => ({ value })) } }),
});
const group: Step = {
  send: 'POST /Groups',
  body: { schemas: [groupSchema], displayName: 'authentik Admins', externalId: 'g-uuid' },
  status: 201,
  keep: { group: 'id' },
};

describeProvider({
  name: 'authentik',
  profiles: ['auto'],
  headers: { Accept: scimJson, 'Content-Type': scimJson },
  scenarios: [
    {
      name: 'reads the configuration, creates, adopts on conflict, updates by PUT, deletes twice',
      steps: [
        {
          send: 'GET /ServiceProviderConfig',
          status: 200,
          answer: { patch: { supported: true }, filter: { supported: true } },
        },
        user('akadmin', 'user'),
        { ...user('AKadmin', 'none'), status: 409, answer: { scimType: 'uniqueness' }, keep: {} },
        { send: 'GET /Users?filter=userName eq "akadmin"', status: 200, answer: { Resources: [{ id: '{user}' }] } },
        { send: 'GET /Users?filter=userName eq akadmin', status: 200, answer: { Resources: [{ id: '{user}' }] } },
        {
          send: 'PUT /Users/{user}',
          body: { id: '{user}', userName: 'akadmin', emails: [], active: false },
          status: 200,
          answer: { active: false },
          without: ['emails'],
        },
        { send: 'DELETE /Users/{user}', status: 204 },
        { send: 'DELETE /Users/{user}', status: 404 },
      ],
    },
    {
      name: 'fills a group one operation for each member, and takes members out in both ways',
      steps: [
        user('one', 'one'),
        user('two', 'two'),
        group,
        patchGroup(
          { op: 'add', path: 'members', value: [{ value: '{one}' }] },
          { op: 'add', path: 'members', value: [{ value: '{two}' }] },
        ),
        membersAre('{one}', '{two}'),
        patchGroup({ op: 'remove', path: 'members[value eq "{one}"]' }),
        membersAre('{two}'),
        patchGroup(
          { op: 'remove', path: 'members', value: [{ value: '{two}' }] },
          { op: 'remove', path: 'members', value: [{ value: '{one}' }] },
        ),
        membersAre(),
        patchGroup({
          op: 'replace',
          value: { schemas: [groupSchema], id: '{group}', displayName: 'Renamed', externalId: 'g-uuid' },
        }),
        { send: 'GET /Groups/{group}', status: 200, answer: { displayName: 'Renamed', externalId: 'g-uuid' } },
        patchGroup(
          { op: 'replace', path: 'displayName', value: 'AWS mode' },
          { op: 'replace', path: 'externalId', value: 'g2' },
        ),
        { send: 'GET /Groups/{group}', status: 200, answer: { displayName: 'AWS mode', externalId: 'g2' } },
      ],
    },
    {
      name: 'pages without a count',
      steps: [
        user('a', 'a'),
        user('b', 'b'),
        { send: 'GET /Users', status: 200, answer: { totalResults: 2, itemsPerPage: 2, startIndex: 1 } },
        { send: 'GET /Users?startIndex=3', status: 200, answer: { totalResults: 2, itemsPerPage: 0, Resources: [] } },
      ],
    },
  ],
});
