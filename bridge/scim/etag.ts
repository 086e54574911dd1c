// Weak entity tags for resource versions (RFC 7644 §3.14, RFC 9110 §13.1).

/** The tag of a version number, as in the ETag header and in `meta.version`. */
export function weakEtag(version: number | bigint): string {
  return `W/"${version}"`;
}

/**
 * Whether an If-Match or If-None-Match header names the tag. Tags compare weakly: SCIM versions are weak, which the
 * strong comparison of RFC 9110 would never match, and RFC 7644 §3.14 uses them in If-Match all the same.
 */
export function etagMatches(header: string, etag: string): boolean {
  if (header.trim() === '*') return true;
  const wanted = opaque(etag);
  return header.split(',').some((candidate) => opaque(candidate.trim()) === wanted);
}

function opaque(tag: string): string {
  return tag.startsWith('W/') ? tag.slice(2) : tag;
}
