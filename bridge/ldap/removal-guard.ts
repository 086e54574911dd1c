// Whether a complete listing that lacks entries may lead to removals, or is held because it lacks too many.

export interface RemovalLimits {
  /** So many may always go at once. */
  count: number;
  /** Of those that are known, more than this share is suspicious. */
  percent: number;
}

export interface ListingCount {
  /** Entries imported before. */
  known: number;
  /** Of those, the ones that the listing lacks. */
  missing: number;
}

/** A server without any of several known entries is another server, or an empty one, however few they were. */
export function isSuspicious({ known, missing }: ListingCount, { count, percent }: RemovalLimits): boolean {
  if (missing === 0) return false;
  if (missing === known && known > 1) return true;
  return missing > Math.max(count, (known * percent) / 100);
}
