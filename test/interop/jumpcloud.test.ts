// JumpCloud: a round trip of a test user and group to activate, then one replace for each attribute.
import { groupSchema, patchOp, userSchema } from '../support/scim.ts';
import { describeProvider } from './exchange.ts';

describeProvider({
  name: 'JumpCloud',
  profiles: ['auto', 'jumpcloud'],
  scenarios: [
    {
      name: 'activates: list, test user, test group, both deleted',
      steps: [
        { send: 'GET /Users', status: 200, answer: { totalResults: 0 } },
        {
          send: 'POST /Users',
          body: {
            schemas: [userSchema],
            userName: 'jumpcloud-test',
            emails: [{ value: 't@acme.test', primary: true }],
            active: true,
          },
          status: 201,
          keep: { user: 'id' },
        },
        {
          send: 'POST /Groups',
          body: { schemas: [groupSchema], displayName: 'jumpcloud-test-group', members: [] },
          status: 201,
          keep: { group: 'id' },
        },
        { send: 'DELETE /Groups/{group}', status: 204 },
        { send: 'DELETE /Users/{user}', status: 204 },
      ],
    },
    {
      name: 'updates attribute by attribute and removes members by value array',
      steps: [
        {
          send: 'POST /Users',
          body: { schemas: [userSchema], userName: 'jo@acme.test', name: { givenName: 'Jo' }, active: true },
          status: 201,
          keep: { user: 'id' },
        },
        {
          send: 'PATCH /Users/{user}',
          body: patchOp(
            { op: 'replace', path: 'name.givenName', value: 'Joan' },
            { op: 'replace', path: 'emails[type eq "work"].value', value: 'jo@acme.test' },
            { op: 'replace', path: 'active', value: false },
          ),
          status: 200,
          answer: { name: { givenName: 'Joan' }, emails: [{ type: 'work', value: 'jo@acme.test' }], active: false },
        },
        {
          send: 'POST /Groups',
          body: { schemas: [groupSchema], displayName: 'Jumpers', members: [{ value: '{user}' }] },
          status: 201,
          keep: { group: 'id' },
        },
        {
          send: 'PATCH /Groups/{group}',
          body: patchOp({ op: 'remove', path: 'members', value: [{ value: '{user}' }] }),
          status: [200, 204],
        },
        { send: 'GET /Groups/{group}', status: 200, without: ['members'] },
        {
          send: 'PATCH /Groups/{group}',
          body: patchOp({ op: 'add', path: 'members', value: [{ value: '{user}' }] }),
          status: [200, 204],
        },
        { send: 'GET /Groups/{group}', status: 200, answer: { members: [{ value: '{user}' }] } },
      ],
    },
  ],
});
