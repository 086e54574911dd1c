// Who may pass: a live token of the directory or of an issuer that it trusts, within its rate and its scopes.
import type { MiddlewareHandler } from 'hono';
import type { Admission, Attempt } from '../../directories/admission.ts';
import type { Authenticator } from '../../directories/authenticator.ts';
import { type DirectoryAccess, defaultDirectorySlug, slugPattern } from '../../directories/contracts.ts';
import { IssuerUnavailableError } from '../../directories/issuers/contracts.ts';
import { bearerChallenge, scopeChallenge } from '../../platform/http/challenge.ts';
import { parseBearer } from '../../platform/secrets/tokens.ts';
import { scimError } from '../../scim/errors.ts';
import type { TypeCatalogue } from '../schemas/catalogue.ts';
import { respondError, type ScimContext, type ScimEnv } from './exchange.ts';

const realm = 'Realmbridge SCIM';
const unauthorized = scimError(401, 'A valid bearer token for this directory is required.');
/** Not 401: identity providers stop for good when their credentials are refused. */
const uncheckable = scimError(503, "The token can not be checked now, because its issuer's keys can not be had.");

/** RFC 6585 §4. */
function tooManyRequests(c: ScimContext, seconds: number, detail: string): Response {
  return respondError(c, scimError(429, detail), { 'Retry-After': String(seconds) });
}

function isRead(c: ScimContext): boolean {
  return ['GET', 'HEAD'].includes(c.req.method) || c.req.path.endsWith('/.search');
}

/** Without `admission` nobody is held up. */
export function authenticate(
  authenticator: Authenticator,
  catalogue: TypeCatalogue,
  admission?: Admission,
): MiddlewareHandler<ScimEnv> {
  return async (c, next) => {
    const slug = c.req.param('directory') ?? defaultDirectorySlug;
    const token = parseBearer(c.req.header('authorization'));
    const attempt: Attempt = { slug, token, address: c.get('clientAddress') };
    const wait = admission?.beforeAuthentication(attempt) ?? 0;
    if (wait > 0) return tooManyRequests(c, wait, 'Too many requests without a valid token came from this address.');
    // One answer for no token, a wrong one, and a directory that is not there.
    let access: DirectoryAccess | undefined;
    try {
      if (token !== undefined && slugPattern.test(slug)) access = await authenticator.authenticate(slug, token);
    } catch (error) {
      if (!(error instanceof IssuerUnavailableError)) throw error;
      admission?.failed(attempt);
      c.get('logger')().warn({ err: error }, 'a JWT can not be checked');
      return respondError(c, uncheckable);
    }
    if (!access) {
      admission?.failed(attempt);
      return respondError(c, unauthorized, {
        'WWW-Authenticate': bearerChallenge(realm, c.req.header('authorization')),
      });
    }
    const pause = admission?.admit(attempt, access.actor) ?? 0;
    if (pause > 0) return tooManyRequests(c, pause, 'This token is used for too many requests a second.');
    if (!access.directory.enabled) {
      return respondError(
        c,
        scimError(403, 'This directory is disabled: it takes no provisioning until its operator enables it again.'),
      );
    }
    const needed = isRead(c) ? 'read' : 'write';
    if (needed === 'write' && access.directory.kind === 'ldap') {
      return respondError(
        c,
        scimError(403, 'This directory is read from an LDAP server: its users and groups are changed there.'),
      );
    }
    if (!access.scopes.includes(needed)) {
      return respondError(c, scimError(403, `This token lacks the scope "${needed}".`), {
        'WWW-Authenticate': scopeChallenge(realm, needed),
      });
    }
    const prefix = c.req.param('directory') === undefined ? '/scim/v2' : `/scim/v2/${slug}`;
    c.set('access', access);
    c.set('types', await catalogue.typesOf(access.directory));
    c.set('scimBaseUrl', `${c.get('baseUrl')}${prefix}`);
    return next();
  };
}
