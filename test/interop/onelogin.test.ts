// OneLogin: bodies from an administrator's template, full of blanks; answers as application/json.
import { enterprise, errorSchema, groupSchema, patchOp, userSchema } from '../support/scim.ts';
import { describeProvider, nothingFound } from './exchange.ts';

const json = 'application/json';
const body = {
  schemas: [userSchema, enterprise],
  userName: 'olga@acme.test',
  name: { givenName: 'Olga', familyName: 'Onn' },
  emails: { value: 'olga@acme.test', primary: true },
  title: '',
  timezone: 'Pacific Standard Time',
  photos: null,
  addresses: [{ type: 'work', region: '', locality: 'Town' }],
  [enterprise]: { department: '', manager: { value: '', displayName: ' ' } },
};

describeProvider({
  name: 'OneLogin',
  profiles: ['auto', 'onelogin'],
  headers: { Accept: json, 'Content-Type': json },
  scenarios: [
    {
      name: 'connects, creates with blanks, updates by PUT, suspends',
      steps: [
        {
          send: 'GET /Users?filter=userName eq "onelogin-test-user"',
          status: 200,
          answer: nothingFound,
          contentType: json,
        },
        {
          send: 'POST /Users',
          body,
          status: 201,
          contentType: json,
          answer: {
            emails: [{ value: 'olga@acme.test', primary: true }],
            timezone: 'Pacific Standard Time',
            addresses: [{ locality: 'Town' }],
            schemas: [userSchema],
          },
          without: ['title', 'photos', 'addresses.0.region', enterprise],
          keep: { user: 'id' },
        },
        {
          send: 'PUT /Users/{user}',
          body: { ...body, id: '{user}', active: false },
          status: 200,
          contentType: json,
          answer: { active: false },
        },
        { send: 'GET /Users/{user}', status: 200, contentType: json, answer: { active: false } },
        { send: 'DELETE /Users/{user}', status: 204 },
        {
          send: 'GET /Users/{user}',
          status: 404,
          contentType: json,
          answer: { schemas: [errorSchema], status: '404' },
        },
      ],
    },
    {
      name: 'adds and removes members by value path and by array',
      steps: [
        { send: 'POST /Users', body, status: 201, contentType: json, keep: { user: 'id' } },
        {
          send: 'POST /Groups',
          body: { schemas: [groupSchema], displayName: 'Role' },
          status: 201,
          contentType: json,
          keep: { group: 'id' },
        },
        {
          send: 'PATCH /Groups/{group}',
          body: patchOp({ op: 'add', path: 'members[value eq "{user}"]', value: '' }),
          status: [200, 204],
          contentType: json,
        },
        { send: 'GET /Groups/{group}', status: 200, contentType: json, answer: { members: [{ value: '{user}' }] } },
        {
          send: 'PATCH /Groups/{group}',
          body: patchOp({ op: 'remove', path: 'members', value: [{ value: '{user}' }] }),
          status: [200, 204],
          contentType: json,
        },
        { send: 'GET /Groups/{group}', status: 200, contentType: json, without: ['members'] },
      ],
    },
    {
      name: 'an old connector that speaks SCIM 1.1 is refused plainly',
      steps: [
        {
          send: 'POST /Users',
          body: { schemas: ['urn:scim:schemas:core:1.0'], userName: 'old@acme.test' },
          status: 400,
          contentType: json,
          answer: { schemas: [errorSchema], status: '400' },
        },
        { send: 'GET /Users?filter=userName eq "old@acme.test"', status: 200, contentType: json, answer: nothingFound },
      ],
    },
  ],
});
