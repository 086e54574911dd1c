// The requests that several of Entra's scenarios begin with.
import { enterprise, groupSchema, patchOp, userSchema } from '../support/scim.ts';
import type { Step } from './exchange.ts';

const legacyGroupSchema = 'http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group';

export const createAnna: Step = {
  send: 'POST /Users',
  body: {
    schemas: [userSchema, enterprise],
    externalId: 'anna',
    userName: 'Anna.Q@acme.test',
    active: true,
    displayName: 'Anna Q',
    emails: [{ primary: true, type: 'work', value: 'anna@acme.test' }],
    meta: { resourceType: 'User' },
    name: { formatted: 'Anna Q', familyName: 'Q', givenName: 'Anna' },
    roles: [],
  },
  status: 201,
  answer: { userName: 'Anna.Q@acme.test', externalId: 'anna', active: true, name: { formatted: 'Anna Q' } },
  without: ['roles'],
  keep: { user: 'id' },
};
export const createBert: Step = {
  send: 'POST /Users',
  body: { schemas: [userSchema], externalId: 'bert', userName: 'bert@acme.test', active: 'True' },
  status: 201,
  answer: { active: true },
  keep: { other: 'id' },
};
export const createSales: Step = {
  send: 'POST /Groups',
  body: {
    schemas: [groupSchema, legacyGroupSchema],
    externalId: '8aa1a0c0-c4c3-4bc0-b4a5-2ef676900159',
    displayName: 'Sales',
    meta: { resourceType: 'Group' },
  },
  status: 201,
  answer: { displayName: 'Sales', externalId: '8aa1a0c0-c4c3-4bc0-b4a5-2ef676900159' },
  without: ['members'],
  keep: { group: 'id' },
};
export const patchUser = (...operations: unknown[]): Pick<Step, 'send' | 'body' | 'status'> => ({
  send: 'PATCH /Users/{user}',
  body: patchOp(...operations),
  status: [200, 204],
});
export const patchGroup = (...operations: unknown[]): Step => ({
  send: 'PATCH /Groups/{group}',
  body: patchOp(...operations),
  status: [200, 204],
});
export const readUser = (answer: object, without: string[] = []): Step => ({
  send: 'GET /Users/{user}',
  status: 200,
  answer,
  without,
});
export const membersAre = (...members: string[]): Step => ({
  send: 'GET /Groups/{group}',
  status: 200,
  ...(members.length === 0 ? { without: ['members'] } : { answer: { members: members.map((value) => ({ value })) } }),
});
