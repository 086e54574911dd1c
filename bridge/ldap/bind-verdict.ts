// What a bind says of the account. Active Directory and 389 Directory Server tell more than "wrong password" in words, servers
// with password policies by a control.
import type { PasswordPolicyValue } from 'ldapts';
import { type LdapFailure, policyErrors } from './failure.ts';

/** Why a password that may be right does not let its user in. */
export type BindReason =
  | 'password_expired'
  | 'password_must_change'
  | 'account_locked'
  | 'account_disabled'
  | 'account_expired'
  | 'logon_denied';

export type BindVerdict =
  | {
      result: 'valid';
      /** The password has expired and is taken so many times more. */
      graceLogins?: number;
      /** Told when it is soon. */
      passwordExpiresInSeconds?: number;
    }
  | { result: 'invalid'; reason?: BindReason };

/** "data 773" in Active Directory's answer is a Windows error code in hexadecimal digits (winerror.h, 1326 and around). */
const activeDirectoryReasons: Record<string, BindReason> = {
  '530': 'logon_denied',
  '531': 'logon_denied',
  '532': 'password_expired',
  '533': 'account_disabled',
  '701': 'account_expired',
  '773': 'password_must_change',
  '775': 'account_locked',
};

const policyReasons: Record<number, BindReason> = {
  [policyErrors.passwordExpired]: 'password_expired',
  [policyErrors.accountLocked]: 'account_locked',
  [policyErrors.changeAfterReset]: 'password_must_change',
};

const invalidCredentials = 49;
const constraintViolation = 19;
const unwillingToPerform = 53;
const noSuchObject = 32;
const inappropriateAuthentication = 48;

function reasonOf({ resultCode, diagnostic, policyError }: LdapFailure): BindReason | undefined {
  // First, because 389 Directory Server calls an account locked in the control that an administrator has disabled.
  if (resultCode === unwillingToPerform && /inactivated|disabled/i.test(diagnostic)) return 'account_disabled';
  const reason = policyReasons[policyError ?? -1];
  if (reason !== undefined) return reason;
  if (resultCode === constraintViolation && /retry limit|locked/i.test(diagnostic)) return 'account_locked';
  if (resultCode !== invalidCredentials) return undefined;
  const data = /\bdata ([0-9a-f]+)/i.exec(diagnostic)?.[1]?.toLowerCase();
  if (data !== undefined) return activeDirectoryReasons[data];
  if (/password (has )?expired/i.test(diagnostic)) return 'password_expired';
  return /account (is )?locked/i.test(diagnostic) ? 'account_locked' : undefined;
}

const refusals = [invalidCredentials, noSuchObject, inappropriateAuthentication];

/** A password that must be changed first is taken by the server, but lets its user do nothing else. */
export function acceptedBind({ error, graceAuthNsRemaining, timeBeforeExpiration }: PasswordPolicyValue): BindVerdict {
  const reason = policyReasons[error ?? -1];
  if (reason !== undefined) return { result: 'invalid', reason };
  return {
    result: 'valid',
    ...(graceAuthNsRemaining !== undefined && { graceLogins: graceAuthNsRemaining }),
    ...(timeBeforeExpiration !== undefined && { passwordExpiresInSeconds: timeBeforeExpiration }),
  };
}

/** Undefined when the failure says nothing about the password. */
export function refusedBind(failure: LdapFailure): BindVerdict | undefined {
  const reason = reasonOf(failure);
  if (reason !== undefined) return { result: 'invalid', reason };
  return failure.resultCode !== undefined && refusals.includes(failure.resultCode) ? { result: 'invalid' } : undefined;
}
