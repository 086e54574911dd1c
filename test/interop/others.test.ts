// Clients of whom only the behaviour is public: Rippling (groups by PATCH), Duo (assignment by group), and a sample in
// Salesforce's style.
import { groupSchema, patchOp, userSchema } from '../support/scim.ts';
import { describeProvider, nothingFound, type Step } from './exchange.ts';

const created = (name: string): Step => ({
  send: 'POST /Users',
  body: {
    schemas: [userSchema],
    userName: `${name}@acme.test`,
    externalId: name,
    emails: [{ value: `${name}@acme.test`, primary: true }],
  },
  status: 201,
  keep: { [name]: 'id' },
});
const group: Step = {
  send: 'POST /Groups',
  body: { schemas: [groupSchema], displayName: 'Staff', members: [{ value: '{dan}' }, { value: '{eve}' }] },
  status: 201,
  keep: { group: 'id' },
};

describeProvider({
  name: 'Duo and Rippling',
  profiles: ['auto', 'rfc'],
  scenarios: [
    {
      name: 'a group is renamed, somebody leaves it and is deprovisioned, the group goes',
      steps: [
        { send: 'GET /Users?startIndex=1&count=100', status: 200, answer: nothingFound },
        created('dan'),
        created('eve'),
        group,
        {
          send: 'PATCH /Groups/{group}',
          body: patchOp({ op: 'replace', path: 'displayName', value: 'All staff' }),
          status: [200, 204],
        },
        {
          send: 'PATCH /Groups/{group}',
          body: patchOp({ op: 'remove', path: 'members[value eq "{eve}"]' }),
          status: [200, 204],
        },
        {
          send: 'PATCH /Users/{eve}',
          body: patchOp({ op: 'replace', path: 'active', value: false }),
          status: 200,
          answer: { active: false },
          without: ['groups'],
        },
        {
          send: 'GET /Groups?filter=displayName eq "all staff"',
          status: 200,
          answer: { totalResults: 1, Resources: [{ id: '{group}', members: [{ value: '{dan}' }] }] },
        },
        { send: 'DELETE /Groups/{group}', status: 204 },
        { send: 'GET /Users/{dan}', status: 200, without: ['groups'] },
      ],
    },
  ],
});

describeProvider({
  name: "Salesforce's style",
  profiles: ['auto'],
  scenarios: [
    {
      name: 'a removal whose value wraps the members takes those and no others',
      steps: [
        created('dan'),
        created('eve'),
        group,
        {
          send: 'PATCH /Groups/{group}',
          body: patchOp({ op: 'remove', path: 'members', value: { members: [{ value: '{eve}' }] } }),
          status: [200, 204],
        },
        { send: 'GET /Groups/{group}', status: 200, answer: { members: [{ value: '{dan}' }] }, without: ['members.1'] },
      ],
    },
  ],
});
