// If-Match (RFC 7644 §3.14): a write that was meant for another version is refused.
import { etagMatches, weakEtag } from '../scim/etag.ts';
import type { ScimRequest } from './contracts.ts';
import { preconditionFailed } from './scim-failure.ts';
import type { StoredResource } from './stored-resource.ts';

/** @throws ScimFailure 412 when the request names versions and the stored one isn't among them. */
export function requireVersion(stored: StoredResource, { ifMatch }: Pick<ScimRequest, 'ifMatch'>): void {
  if (ifMatch !== undefined && !etagMatches(ifMatch, weakEtag(stored.version))) throw preconditionFailed();
}
