// Whether somebody could log in, as far as the bridge knows, and what would stop them: checks in the order of a login.
import type { ExplainedDirectory, ExplainedReader, ExplainedUser, Explanation, LoginCheck } from './explanation.ts';

const check = (id: string, status: LoginCheck['status'], detail: string): LoginCheck => ({ id, status, detail });

/** A Keycloak that is connected comes back twice a minute. */
const silentAfterMs = 120_000;

export interface LoginFacts extends Pick<Explanation, 'asked' | 'deleted' | 'readers'> {
  federation: string;
  /** Who would log in: who is served, or else the first of the name. */
  user: ExplainedUser | undefined;
  /** The user's. */
  directory: ExplainedDirectory | undefined;
  now: Date;
}

const quoted = (text: string): string => `"${text}"`;

function absence({ asked, deleted, federation }: LoginFacts): LoginCheck {
  const name = 'username' in asked ? `the user name ${quoted(asked.username)}` : `the e-mail ${quoted(asked.email)}`;
  const nobody = `No directory of federation ${quoted(federation)} has a user with ${name}`;
  if (!deleted) return check('known', 'failed', `${nobody}.`);
  const { event, directory } = deleted;
  return check(
    'known',
    'failed',
    `${nobody} any more: ${quoted(directory)} had one, whom ${event.actor} deleted at ${event.at}.`,
  );
}

function directoryCheck({ slug, enabled, directoryEnabled }: ExplainedDirectory): LoginCheck {
  if (enabled && directoryEnabled) return check('directory', 'ok', `Directory ${quoted(slug)} is switched on.`);
  const where = directoryEnabled ? 'in this federation' : 'as a whole';
  return check(
    'directory',
    'failed',
    `Directory ${quoted(slug)} is switched off ${where}: Keycloak keeps a copy that can't log in with a password.`,
  );
}

function precedenceCheck({ verdict, username, email }: ExplainedUser): LoginCheck {
  if (verdict.outcome === 'reserved') {
    return check(
      'reserved',
      'failed',
      `The name ${quoted(username)} is reserved (${verdict.reason}), so nobody of this name is served.`,
    );
  }
  if (verdict.outcome !== 'shadowed') return check('precedence', 'ok', 'No directory that comes before has the name.');
  const { by, match } = verdict;
  const same = match === 'username' ? 'the same user name' : `the same e-mail, ${quoted(email ?? '')}`;
  return check(
    'precedence',
    'failed',
    `Directory ${quoted(by.directory)} comes before and has ${quoted(by.username)}, with ${same}: that user hides this one.`,
  );
}

function sourceCheck({ slug, kind, health, heardAt }: ExplainedDirectory): LoginCheck[] {
  if (kind !== 'ldap') return [];
  const since = heardAt === null ? 'ever' : `since ${heardAt}`;
  if (health === 'unavailable') {
    const detail = `The LDAP server of ${quoted(slug)} has not been reached ${since}: no password can be checked until it is.`;
    return [check('source', 'failed', detail)];
  }
  if (health === 'degraded') {
    return [
      check('source', 'warning', `The LDAP server of ${quoted(slug)} is in trouble; logins may be slow or fail.`),
    ];
  }
  return [check('source', 'ok', `The LDAP server of ${quoted(slug)} answers.`)];
}

/** Who should have gone, and has not: the first thing that a support person must know. */
function guardChecks({ held, directory }: ExplainedUser): LoginCheck[] {
  return held
    .filter(({ operation }) => operation !== 'remove_member')
    .map(({ operation, at, actor, requestId }) =>
      check(
        'guard',
        'warning',
        `The identity provider (${actor}) has asked at ${at} to ${operation} this user${requestId === null ? '' : `, in request ${requestId}`}. The guard of ${quoted(directory)} holds that, because it was asked for too many at once, until an operator decides: \`realmbridge guard show ${directory}\`.`,
      ),
    );
}

function passwordCheck({ hasPassword, identityLink }: ExplainedUser): LoginCheck {
  if (hasPassword === null) {
    const detail = 'The LDAP server checks the password at each login; only it knows whether it is locked or expired.';
    return check('password', 'ok', detail);
  }
  if (hasPassword) return check('password', 'ok', 'The user has a password at the bridge.');
  if (identityLink) {
    return check(
      'password',
      'warning',
      `The user has no password; the way in is the identity provider ${quoted(identityLink.provider)}.`,
    );
  }
  return check(
    'password',
    'failed',
    'The user has no password, because the identity provider never sent one, and no link to an identity provider of the realm.',
  );
}

function feedCheck({ name, lastSeenAt, hasLastEvent }: ExplainedReader, now: Date): LoginCheck {
  if (lastSeenAt === null || now.getTime() - Date.parse(lastSeenAt) > silentAfterMs) {
    const when = lastSeenAt === null ? 'yet' : `since ${lastSeenAt}`;
    return check('feed', 'warning', `Keycloak (${name}) has not asked for changes ${when}; its copy may be old.`);
  }
  if (hasLastEvent === false) {
    return check('feed', 'warning', `Keycloak (${name}) has not read the user's last change yet.`);
  }
  return check('feed', 'ok', `Keycloak (${name}) reads the changes.`);
}

/** Later checks say nothing about somebody who doesn't get that far. */
export function checkLogin(facts: LoginFacts): LoginCheck[] {
  const { user, directory, readers, now } = facts;
  if (!user || !directory) return [absence(facts)];
  const known = check('known', 'ok', `Directory ${quoted(directory.slug)} has ${quoted(user.username)}.`);
  const checks = [known, directoryCheck(directory)];
  if (user.verdict.outcome !== 'directory-disabled') checks.push(precedenceCheck(user));
  if (user.verdict.outcome !== 'served') return checks;
  checks.push(
    user.active
      ? check('active', 'ok', 'The user is active.')
      : check('active', 'failed', 'The user is deactivated (active is false) by who manages the directory.'),
  );
  checks.push(...guardChecks(user), ...sourceCheck(directory), passwordCheck(user));
  checks.push(...readers.map((reader) => feedCheck(reader, now)));
  return checks;
}

/** A warning lets through. */
export const worksBy = (checks: readonly LoginCheck[]): boolean => checks.every(({ status }) => status !== 'failed');
