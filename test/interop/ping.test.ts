// PingFederate's provisioner (PUT only, groups by listing) and PingOne (merge or overwrite of memberships).
import { groupSchema, patchOp, userSchema } from '../support/scim.ts';
import { describeProvider, nothingFound } from './exchange.ts';

const user = {
  schemas: [userSchema],
  userName: 'pia@acme.test',
  emails: [{ value: 'pia@acme.test', type: 'work', primary: true }],
  active: true,
};

describeProvider({
  name: 'Ping',
  profiles: ['auto', 'ping'],
  scenarios: [
    {
      name: 'PingFederate: look-up by name or e-mail, create, PUT, disable',
      steps: [
        { send: 'GET /Users?filter=userName eq "pia@acme.test"', status: 200, answer: nothingFound },
        { send: 'GET /Users?filter=emails eq "pia@acme.test"', status: 200, answer: nothingFound },
        {
          send: 'POST /Users',
          body: { ...user, 'urn:pingidentity:custom:1.0': { favourite: 'x' } },
          status: 201,
          keep: { user: 'id' },
        },
        {
          send: 'GET /Users?filter=emails eq "PIA@acme.test"',
          status: 200,
          answer: { totalResults: 1, Resources: [{ id: '{user}' }] },
        },
        {
          send: 'PUT /Users/{user}',
          body: { ...user, title: 'T' },
          status: 200,
          answer: { title: 'T', emails: [{ type: 'work' }] },
        },
        {
          send: 'PUT /Users/{user}',
          body: { ...user, active: 'false' },
          status: 200,
          answer: { active: false },
          without: ['title'],
        },
      ],
    },
    {
      name: 'groups: matched by listing all, then PUT, or PATCH to merge and to overwrite',
      steps: [
        { send: 'POST /Users', body: user, status: 201, keep: { user: 'id' } },
        {
          send: 'POST /Groups',
          body: { schemas: [groupSchema], displayName: 'Pingers', members: [] },
          status: 201,
          keep: { group: 'id' },
        },
        {
          send: 'GET /Groups',
          status: 200,
          answer: { totalResults: 1, Resources: [{ id: '{group}', displayName: 'Pingers' }] },
        },
        {
          send: 'PUT /Groups/{group}',
          body: { schemas: [groupSchema], displayName: 'Pingers', members: [{ value: '{user}' }] },
          status: 200,
          answer: { members: [{ value: '{user}' }] },
        },
        {
          send: 'PATCH /Groups/{group}',
          body: patchOp({ op: 'add', path: 'members', value: [{ value: '{user}' }] }),
          status: [200, 204],
        },
        {
          send: 'PATCH /Groups/{group}',
          body: patchOp({ op: 'replace', path: 'members', value: [] }),
          status: [200, 204],
        },
        { send: 'GET /Groups/{group}', status: 200, without: ['members'] },
      ],
    },
  ],
});
