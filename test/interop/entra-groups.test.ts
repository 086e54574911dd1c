// Microsoft Entra ID's requests on groups, and how a user leaves.
import { errorSchema, groupSchema } from '../support/scim.ts';
import { createAnna, createBert, createSales, membersAre, patchGroup, patchUser, readUser } from './entra-steps.ts';
import { describeProvider } from './exchange.ts';

describeProvider({
  name: 'Entra ID',
  profiles: ['auto', 'entra'],
  headers: { ADSCIMVersion: '2' },
  scenarios: [
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
