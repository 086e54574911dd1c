// What a 401 or 403 says about bearer tokens (RFC 6750 §3).

/** `error` only where a token was sent: whoever sent none is to learn that one is needed, not that it was wrong. */
export function bearerChallenge(realm: string, authorization: string | undefined): string {
  const challenge = `Bearer realm="${realm}"`;
  return /^bearer +\S/i.test(authorization ?? '') ? `${challenge}, error="invalid_token"` : challenge;
}

/** For a token that is good and may not do this. */
export const scopeChallenge = (realm: string, scope: string): string =>
  `Bearer realm="${realm}", error="insufficient_scope", scope="${scope}"`;
