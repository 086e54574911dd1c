// Google Workspace's autoprovisioning: users only, looked up by name, suspended and deleted after a while. Its wire format
// is not public; the bodies are the plain form of RFC 7643.
import { enterprise, patchOp, userSchema } from '../support/scim.ts';
import { describeProvider, nothingFound } from './exchange.ts';

const user = {
  schemas: [userSchema, enterprise],
  userName: 'gina@acme.test',
  externalId: '108412',
  name: { givenName: 'Gina', familyName: 'Grau' },
  displayName: 'Gina Grau',
  emails: [{ value: 'gina@acme.test', type: 'work', primary: true }],
  active: true,
  [enterprise]: { department: 'Legal', employeeNumber: '12' },
};

describeProvider({
  name: 'Google Workspace',
  profiles: ['auto', 'google', 'rfc'],
  scenarios: [
    {
      name: 'probe, look-up, create, change, suspend, come back, delete',
      steps: [
        { send: 'GET /Users?count=1', status: 200, answer: nothingFound },
        { send: 'GET /Users?filter=userName eq "gina@acme.test"', status: 200, answer: nothingFound },
        { send: 'POST /Users', body: user, status: 201, answer: user, keep: { user: 'id' } },
        {
          send: 'GET /Users?filter=userName eq "GINA@acme.test"',
          status: 200,
          answer: { totalResults: 1, Resources: [{ id: '{user}' }] },
        },
        {
          send: 'PUT /Users/{user}',
          body: { ...user, [enterprise]: { department: 'Sales', employeeNumber: '12' } },
          status: 200,
          answer: { [enterprise]: { department: 'Sales' } },
        },
        {
          send: 'PATCH /Users/{user}',
          body: patchOp({ op: 'replace', path: 'active', value: false }),
          status: 200,
          answer: { active: false, userName: 'gina@acme.test' },
        },
        {
          send: 'GET /Users?filter=userName eq "gina@acme.test"',
          status: 200,
          answer: { totalResults: 1, Resources: [{ active: false }] },
        },
        { send: 'PUT /Users/{user}', body: user, status: 200, answer: { active: true } },
        { send: 'DELETE /Users/{user}', status: 204 },
        { send: 'DELETE /Users/{user}', status: 404 },
        { send: 'POST /Users', body: user, status: 201 },
      ],
    },
  ],
});
