// CyberArk Identity (Idaptive): its published list of calls. Users by PUT, groups by PATCH.
import { groupSchema, patchOp, userSchema } from '../support/scim.ts';
import { describeProvider, nothingFound } from './exchange.ts';

const user = { schemas: [userSchema], userName: 'cy@acme.test', name: { familyName: 'Cy' }, active: true };
const discovered = (id: string) => ({ send: `GET ${id}`, status: 200 });

describeProvider({
  name: 'CyberArk Identity',
  profiles: ['auto', 'rfc'],
  scenarios: [
    {
      name: 'test connection, discovery, user and group',
      steps: [
        { send: 'GET /Users?count=1', status: 200, answer: nothingFound },
        discovered('/ServiceProviderConfig'),
        { send: 'GET /ResourceTypes/User', status: 200, answer: { id: 'User', endpoint: '/Users' } },
        { send: 'GET /ResourceTypes/Group', status: 200, answer: { id: 'Group', endpoint: '/Groups' } },
        { send: `GET /Schemas/${userSchema}`, status: 200, answer: { id: userSchema } },
        { send: `GET /Schemas/${groupSchema}`, status: 200, answer: { id: groupSchema } },
        { send: 'GET /Users?filter=userName eq "cy@acme.test"', status: 200, answer: nothingFound },
        { send: 'POST /Users', body: user, status: 201, keep: { user: 'id' } },
        { send: 'GET /Users/{user}', status: 200, answer: { userName: 'cy@acme.test' } },
        { send: 'PUT /Users/{user}', body: { ...user, active: false }, status: 200, answer: { active: false } },
        { send: 'GET /Groups', status: 200, answer: nothingFound },
        {
          send: 'POST /Groups',
          body: { schemas: [groupSchema], displayName: 'Arks' },
          status: 201,
          keep: { group: 'id' },
        },
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
