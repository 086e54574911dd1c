import { describe, expect, it } from 'vitest';
import { refusedBind } from './bind-verdict.ts';
import { LdapFailure } from './failure.ts';

const refused = (code: number, words = '', policyError?: number) =>
  refusedBind(new LdapFailure('credentials', words, { code, words, policyError }));
const activeDirectory = (data: string) =>
  `80090308: LdapErr: DSID-0C09044E, comment: AcceptSecurityContext error, data ${data}, v2580`;

describe('a refused bind', () => {
  it.each([
    ['52e', undefined],
    ['525', undefined],
    ['530', 'logon_denied'],
    ['532', 'password_expired'],
    ['533', 'account_disabled'],
    ['701', 'account_expired'],
    ['773', 'password_must_change'],
    ['775', 'account_locked'],
  ])('with data %s of Active Directory means %s', (data, reason) => {
    expect(refused(49, activeDirectory(data))).toEqual({ result: 'invalid', ...(reason && { reason }) });
  });

  it.each([
    [49, 'password expired!', 'password_expired'],
    [19, 'Exceed password retry limit. Please try later.', 'account_locked'],
    [53, 'Account inactivated. Contact system administrator.', 'account_disabled'],
  ])('with code %i and %j of 389 Directory Server means %s', (code, words, reason) => {
    expect(refused(code, words)).toEqual({ result: 'invalid', reason });
  });

  it.each([
    [49, '', 0, 'password_expired'],
    [49, '', 1, 'account_locked'],
    [19, 'Exceed password retry limit. Please try later.', 1, 'account_locked'],
    [53, 'Account inactivated. Contact system administrator.', 1, 'account_disabled'],
  ])('with code %i, %j and the error %i of a password policy means %s', (code, words, policyError, reason) => {
    expect(refused(code, words, policyError)).toEqual({ result: 'invalid', reason });
  });

  it('is a wrong password without further words, and for an entry that is gone', () => {
    expect(refused(49)).toEqual({ result: 'invalid' });
    expect(refused(32)).toEqual({ result: 'invalid' });
  });

  it('says nothing about the password when the server was busy or refused for another reason', () => {
    expect(refused(51)).toBeUndefined();
    expect(refused(53, 'unauthenticated bind disallowed')).toBeUndefined();
  });
});
