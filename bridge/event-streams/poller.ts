// Who polls a stream: whoever has its token, for as long as that is good.
import { sameDigest } from '../platform/secrets/tokens.ts';
import type { StoredStream, StreamToken } from './repository.ts';

/** Who polls, and by which token. */
export interface Poller {
  stream: StoredStream;
  digest: Buffer;
}

/** A digest that no token has. */
const noDigest = Buffer.alloc(32);

/** Whether the token of this digest is the stream's, or the one from before whose overlap is not over. */
export function isOpenedBy(token: StreamToken | null | undefined, digest: Buffer, now: Date): boolean {
  const { digest: present = noDigest, previousDigest, previousUntil } = token ?? {};
  const isPrevious = previousUntil != null && previousUntil > now;
  const matches = [
    sameDigest(digest, present),
    sameDigest(digest, (isPrevious ? previousDigest : undefined) ?? noDigest),
  ];
  return matches.includes(true);
}
