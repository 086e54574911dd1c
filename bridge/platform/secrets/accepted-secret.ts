// A secret that callers send, such as the admin token, and that may be replaced while the bridge runs.
import { digestToken, sameDigest } from './tokens.ts';

export interface AcceptedSecret {
  /** Whether `digest` is of the present secret, or of one that was replaced a moment ago. */
  matches(digest: Buffer): boolean;
}

/** One that never changes. */
export function acceptSecret(text: string): AcceptedSecret {
  const expected = digestToken(text);
  return { matches: (digest) => sameDigest(digest, expected) };
}

/** One whose predecessor is accepted for `overlapMs` more, so that whoever sends it has time to learn of the new one. */
export function acceptRotatingSecret(text: string, overlapMs: number) {
  let present = digestToken(text);
  let former: { digest: Buffer; until: number } | undefined;
  return {
    matches(digest: Buffer): boolean {
      const isPresent = sameDigest(digest, present);
      const isFormer = former !== undefined && performance.now() < former.until && sameDigest(digest, former.digest);
      return isPresent || isFormer;
    },
    replace(replacement: string): void {
      former = { digest: present, until: performance.now() + overlapMs };
      present = digestToken(replacement);
    },
  };
}
