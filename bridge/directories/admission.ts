// How often a credential may ask, and how often an address may fail to authenticate. In memory of this process: several
// replicas let through their sum, which protects the database all the same.
import { createTokenBuckets, type RateLimit } from '../platform/http/token-buckets.ts';
import { digestToken } from '../platform/secrets/tokens.ts';

export interface Attempt {
  slug: string;
  token: string | undefined;
  /** Of the client, or of the proxy in front of it. */
  address: string;
}

export interface Admission {
  /** Seconds to wait before this attempt may be looked at; 0: now. */
  beforeAuthentication(attempt: Attempt): number;
  /** Tells of a failed attempt. */
  failed(attempt: Attempt): void;
  /** Takes one request of whom the credential stands for: 0, or the seconds to wait. */
  admit(attempt: Attempt, actor: string): number;
}

/** A client whose token has expired goes on hearing why; nobody gets far with guesses. */
const failureLimit: RateLimit = { perSecond: 1, burst: 30 };

/** `rateLimit` is for each actor, since a client may bring a new JWT with every request. */
export function createAdmission(rateLimit: RateLimit, now?: () => number): Admission {
  const options = now === undefined ? {} : { now };
  const requests = createTokenBuckets(rateLimit, options);
  const failures = createTokenBuckets(failureLimit, options);
  // Only remembers which credentials were good lately.
  const good = createTokenBuckets(rateLimit, options);
  const credential = ({ slug, token = '' }: Attempt) => `${slug}\n${digestToken(token).toString('base64')}`;
  // By directory too: who shares an address with somebody that fails elsewhere is not held up.
  const origin = ({ slug, address }: Attempt) => `${slug}\n${address}`;
  return {
    // A token that was good lately is let through, so that an old one, still in use behind the same address while
    // tokens are rotated, doesn't shut the new one out.
    beforeAuthentication: (attempt) => (good.has(credential(attempt)) ? 0 : Math.ceil(failures.wait(origin(attempt)))),
    failed: (attempt) => void failures.take(origin(attempt)),
    admit: (attempt, actor) => {
      good.take(credential(attempt));
      return Math.ceil(requests.take(`${attempt.slug}\n${actor}`));
    },
  };
}
