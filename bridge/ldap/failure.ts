// What went wrong with an LDAP server: a mistake of the configuration told apart from an outage, with the server's words.
import { ResultCodeError } from 'ldapts';

/** Of these, `unreachable`, `timeout` and `busy` pass by themselves; the others want somebody to change something. */
export type LdapProblem =
  | 'unreachable'
  | 'timeout'
  | 'busy'
  | 'address'
  | 'certificate'
  | 'tls'
  | 'credentials'
  | 'access'
  | 'base'
  | 'filter'
  | 'limit'
  | 'referral'
  | 'server';

const outages: readonly LdapProblem[] = ['unreachable', 'timeout', 'busy'];

export class LdapFailure extends Error {
  override readonly name = 'LdapFailure';
  readonly problem: LdapProblem;
  /** The result code of RFC 4511 appendix A, where the server gave one. */
  readonly resultCode: number | undefined;
  /** What the server said, without our words around it. */
  readonly diagnostic: string;
  /** Of a refused bind: which rule of the server's password policy refused it, where it says so. */
  readonly policyError: number | undefined;

  constructor(
    problem: LdapProblem,
    message: string,
    options: { cause?: unknown; code?: number; words?: string; policyError?: number | undefined } = {},
  ) {
    super(message, { cause: options.cause });
    this.problem = problem;
    this.resultCode = options.code;
    this.diagnostic = options.words ?? '';
    this.policyError = options.policyError;
  }

  /** Whether it passes without anybody changing the configuration. */
  get isOutage(): boolean {
    return outages.includes(this.problem);
  }
}

/** RFC 4511 §4.1.9; those that mean something else than "the server refused". */
const byCode: Record<number, { problem: LdapProblem; meaning: string }> = {
  3: { problem: 'limit', meaning: 'the server stopped at its time limit' },
  4: { problem: 'limit', meaning: 'the server stopped at its size limit' },
  8: { problem: 'tls', meaning: 'the server wants a stronger or protected authentication' },
  10: { problem: 'referral', meaning: 'the server refers to another one for this base' },
  11: { problem: 'limit', meaning: 'the server stopped at an administrative limit' },
  13: { problem: 'tls', meaning: 'the server wants an encrypted connection' },
  18: { problem: 'filter', meaning: 'the server can not compare an attribute as the filter wants' },
  21: { problem: 'filter', meaning: 'the server does not take a value of the filter' },
  32: { problem: 'base', meaning: 'the server has no such entry' },
  34: { problem: 'base', meaning: 'the server takes this for no distinguished name' },
  48: { problem: 'credentials', meaning: 'the server does not let this entry bind with a password' },
  49: { problem: 'credentials', meaning: 'the server refused the bind DN or its password' },
  50: { problem: 'access', meaning: 'the bind DN lacks the right' },
  51: { problem: 'busy', meaning: 'the server is busy' },
  52: { problem: 'busy', meaning: 'the server is not available' },
  87: { problem: 'filter', meaning: 'the server does not understand the filter' },
};

const certificateCodes =
  /^(CERT_|ERR_TLS_CERT|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_(GET|VERIFY|DECRYPT)|HOSTNAME_MISMATCH|ERROR_IN_CERT|INVALID_(CA|PURPOSE))/;
const unknownHost = /^(ENOTFOUND|EAI_)/;

const withWords = (meaning: string, words: string): string => (words === '' ? meaning : `${meaning}: ${words}`);

/** Control characters and endless texts stay out of logs and answers. */
const readable = (text: string): string =>
  text
    .replace(/[^\x20-\x7e\u00a0-\uffff]+/g, ' ')
    .trim()
    .slice(0, 500);

/** Of the password policy control (draft-behera-ldap-password-policy-11 §6.2); the others are about changes of passwords. */
export const policyErrors = { passwordExpired: 0, accountLocked: 1, changeAfterReset: 2 } as const;

const policyMeanings: Record<number, string> = {
  [policyErrors.passwordExpired]: 'the password has expired',
  [policyErrors.accountLocked]: 'the account is locked',
  [policyErrors.changeAfterReset]: 'the password must be changed first',
};

function fromResult(error: ResultCodeError, policyError: number | undefined): LdapFailure {
  const words = readable(error.message.replace(/ Code: 0x[0-9a-f]+$/, ''));
  const known = byCode[error.code];
  const meaning = known?.meaning ?? 'the server refused';
  const rule = policyMeanings[policyError ?? -1];
  const told = withWords(rule === undefined ? meaning : `${meaning}, because ${rule}`, words);
  return new LdapFailure(known?.problem ?? 'server', `${told} (result code ${error.code})`, {
    cause: error,
    code: error.code,
    words,
    policyError,
  });
}

/** Any error of a connection or an operation in our words. @param policyError what the password policy said to a bind */
export function ldapFailure(error: unknown, policyError?: number): LdapFailure {
  if (error instanceof LdapFailure) return error;
  if (error instanceof ResultCodeError) return fromResult(error, policyError);
  const message = readable(error instanceof Error ? error.message : String(error));
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
  const failed = (problem: LdapProblem, meaning: string) =>
    new LdapFailure(problem, withWords(meaning, message), { cause: error, words: message });
  if (certificateCodes.test(code)) return failed('certificate', "the server's certificate is not accepted");
  if (/^(ERR_SSL|EPROTO|ERR_TLS)/.test(code)) return failed('tls', 'there is no TLS with this server');
  if (unknownHost.test(code)) return failed('unreachable', "the server's host is not known");
  if (/timed? ?out/i.test(message) || code === 'ETIMEDOUT')
    return failed('timeout', 'the server did not answer in time');
  return failed('unreachable', 'there is no connection with the server');
}
