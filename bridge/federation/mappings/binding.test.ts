import { describe, expect, it } from 'vitest';
import { ENTERPRISE_USER_SCHEMA } from '../../scim/schema/enterprise-user-schema.ts';
import type { StoredUser } from '../stored.ts';
import { changeBinding, identityOf, unbound } from './binding.ts';

const user: StoredUser = {
  directoryId: 'd',
  id: 'u',
  userName: 'anna@acme.test',
  email: null,
  givenName: null,
  familyName: null,
  active: true,
  externalId: '00u1',
  resource: {
    userName: 'anna@acme.test',
    externalId: '00u1',
    emails: [
      { value: 'home@acme.test', type: 'home' },
      { value: 'work@acme.test', type: 'work' },
    ],
    [ENTERPRISE_USER_SCHEMA]: { employeeNumber: '42' },
  },
  version: 1,
  createdAt: new Date(0),
  groups: [],
};

const link = { provider: 'acme', subject: 'externalId', unlinkedUsers: 'allow' } as const;

describe('a binding', () => {
  it('links by externalId and lets strangers be, unless told otherwise', () => {
    const changed = changeBinding(unbound, { organization: 'acme', identityLink: { provider: 'acme' } });
    expect(changed).toEqual({ ok: true, binding: { organization: 'acme', identityLink: link } });
  });

  it('keeps what a change leaves out, and loses what it sets to null', () => {
    const before = { organization: 'acme', identityLink: link };
    expect(changeBinding(before, { identityLink: { unlinkedUsers: 'refuse' } })).toEqual({
      ok: true,
      binding: { organization: 'acme', identityLink: { ...link, unlinkedUsers: 'refuse' } },
    });
    expect(changeBinding(before, { organization: null })).toMatchObject({ binding: { organization: null } });
    expect(changeBinding(before, { identityLink: null })).toMatchObject({ binding: { identityLink: null } });
  });

  it.each([
    [{ organization: ' acme' }, 'organization'],
    [{ organization: '' }, 'organization'],
    [{ identityLink: {} }, 'identityLink.provider'],
    [{ identityLink: { provider: 'x'.repeat(256) } }, 'identityLink.provider'],
    [{ identityLink: { provider: 'acme', subject: 'shoeSize' } }, 'identityLink.subject'],
    [{ identityLink: { provider: 'acme', subject: 'password' } }, 'identityLink.subject'],
  ])('%j is refused by name', (change, named) => {
    expect(changeBinding(unbound, change)).toEqual({ ok: false, problem: expect.stringContaining(named) });
  });
});

describe('identityOf', () => {
  it.each([
    ['externalId', '00u1'],
    ['userName', 'anna@acme.test'],
    ['emails[type eq "work"].value', 'work@acme.test'],
    [`${ENTERPRISE_USER_SCHEMA}:employeeNumber`, '42'],
  ])('takes the subject from %s', (subject, expected) => {
    expect(identityOf({ ...link, subject }, user)).toEqual({
      provider: 'acme',
      subject: expected,
      username: 'anna@acme.test',
    });
  });

  it('is nobody for a user without the attribute, or with one that no subject can be as long as', () => {
    expect(identityOf({ ...link, subject: 'title' }, user)).toBeNull();
    expect(identityOf(link, { ...user, resource: { externalId: 'x'.repeat(256) } })).toBeNull();
    expect(identityOf(null, user)).toBeNull();
  });
});
