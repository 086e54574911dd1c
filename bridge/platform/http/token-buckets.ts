// Token buckets (RFC 9110 leaves the how to us): each key may spend `burst` at once and gets `perSecond` back.

export interface RateLimit {
  perSecond: number;
  burst: number;
}

export interface TokenBuckets {
  /** Takes a token and answers 0, or takes none and answers the seconds until there is one. */
  take(key: string): number;
  /** The seconds until there is a token; takes none. */
  wait(key: string): number;
  /** Whether the key has been used lately. */
  has(key: string): boolean;
}

interface Bucket {
  tokens: number;
  at: number;
}

/** Keys that are remembered; whoever was away longest is forgotten first, which only fills its bucket. */
const defaultMaxKeys = 10_000;

/** Buckets of this process alone. `now` is in milliseconds and must not go back. */
export function createTokenBuckets(
  { perSecond, burst }: RateLimit,
  { now = () => performance.now(), maxKeys = defaultMaxKeys }: { now?: () => number; maxKeys?: number } = {},
): TokenBuckets {
  // A Map keeps its keys in the order in which they were set, so the first is the one not used for longest.
  const buckets = new Map<string, Bucket>();

  function filled(key: string): Bucket {
    const at = now();
    const known = buckets.get(key);
    return known
      ? { tokens: Math.min(burst, known.tokens + ((at - known.at) / 1_000) * perSecond), at }
      : { tokens: burst, at };
  }

  const secondsUntilOne = ({ tokens }: Bucket): number => (tokens >= 1 ? 0 : (1 - tokens) / perSecond);

  return {
    take(key) {
      const bucket = filled(key);
      const wait = secondsUntilOne(bucket);
      if (wait === 0) bucket.tokens -= 1;
      buckets.delete(key);
      buckets.set(key, bucket);
      if (buckets.size > maxKeys) {
        const [oldest] = buckets.keys();
        if (oldest !== undefined) buckets.delete(oldest);
      }
      return wait;
    },
    wait: (key) => (buckets.has(key) ? secondsUntilOne(filled(key)) : 0),
    has: (key) => buckets.has(key),
  };
}
