// Bearer tokens: 256 random bits behind a readable prefix, of which only a SHA-256 digest is stored.
import { hash, randomBytes, timingSafeEqual } from 'node:crypto';

export interface NewToken {
  /** Shown once, never stored. */
  token: string;
  /** The first characters, to tell tokens apart in lists. */
  prefix: string;
  digest: Buffer;
}

/** A new token such as `rb_scim_Xy…`; `kind` tells people what it opens. */
export function newToken(kind: 'scim' | 'federation' | 'admin' | 'stream'): NewToken {
  const token = `rb_${kind}_${randomBytes(32).toString('base64url')}`;
  return { token, prefix: token.slice(0, `rb_${kind}_`.length + 6), digest: digestToken(token) };
}

/** The stored form. A token has 256 random bits, so a fast hash is as good as a slow one. */
export const digestToken = (token: string): Buffer => hash('sha256', token, 'buffer');

/** Compares two digests in constant time. */
export const sameDigest = (a: Buffer, b: Buffer): boolean => a.length === b.length && timingSafeEqual(a, b);

/** The token of an `Authorization: Bearer …` header, or undefined. JWTs are long, but not longer. */
export function parseBearer(header: string | undefined): string | undefined {
  const match = /^Bearer +([\x21-\x7e]{1,8192}) *$/i.exec(header ?? '');
  return match?.[1];
}
