// SailPoint: reads discovery, aggregates page by page, and splits one complex attribute over several operations.
import { enterprise, patchOp, userSchema } from '../support/scim.ts';
import { describeProvider } from './exchange.ts';

describeProvider({
  name: 'SailPoint',
  profiles: ['auto', 'sailpoint'],
  scenarios: [
    {
      name: 'reads what the server says of itself',
      steps: [
        { send: 'GET /ServiceProviderConfig', status: 200 },
        { send: 'GET /ResourceTypes', status: 200, answer: { totalResults: 2 } },
        {
          send: 'GET /ResourceTypes/User',
          status: 200,
          answer: { endpoint: '/Users', schemaExtensions: [{ schema: enterprise }] },
        },
        { send: 'GET /ResourceTypes/Group', status: 200, answer: { endpoint: '/Groups' } },
        { send: 'GET /Schemas', status: 200, answer: { totalResults: 3 } },
        { send: `GET /Schemas/${enterprise}`, status: 200, answer: { id: enterprise } },
      ],
    },
    {
      name: 'changes a name in two pathless operations, and its siblings survive',
      steps: [
        {
          send: 'POST /Users',
          body: { schemas: [userSchema], userName: 'sal', name: { givenName: 'S', familyName: 'L', middleName: 'M' } },
          status: 201,
          keep: { user: 'id' },
        },
        {
          send: 'PATCH /Users/{user}',
          body: patchOp(
            { op: 'replace', value: { name: { givenName: 'N' } } },
            { op: 'replace', value: { name: { familyName: 'R' } } },
          ),
          status: 200,
          answer: { name: { givenName: 'N', familyName: 'R', middleName: 'M' } },
        },
        { send: 'GET /Users?startIndex=1&count=50', status: 200, answer: { totalResults: 1, startIndex: 1 } },
        { send: 'GET /Groups?startIndex=1&count=50', status: 200, answer: { totalResults: 0 } },
      ],
    },
  ],
});
