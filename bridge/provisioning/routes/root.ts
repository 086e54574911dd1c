// Queries at the directory's root, over all resource types (RFC 7644 §3.4.2.1 and §3.4.3), and what stands there for the
// authenticated subject.
import type { Hono } from 'hono';
import { scimError } from '../../scim/errors.ts';
import { parseListQuery, parseSearchRequest } from '../../scim/messages.ts';
import type { SearchService } from '../lists/search-service.ts';
import { valueOrThrow } from '../scim-failure.ts';
import { listLimits, notAllowed, readJson, requesterOf, respondError, respondList, type ScimEnv } from './exchange.ts';

export function rootRoutes(app: Hono<ScimEnv>, searching: SearchService): void {
  // With a slash at the end, as in `GET /?filter=…`, and without: the second pattern matches nothing after the slash.
  const root = ['/', '/:nothing{$}'];
  app.on('GET', root, async (c) => {
    const query = valueOrThrow(parseListQuery(c.req.query(), listLimits));
    return respondList(c, await searching.search(requesterOf(c), query));
  });
  app.post('/.search', async (c) => {
    const query = valueOrThrow(parseSearchRequest(await readJson(c), listLimits));
    return respondList(c, await searching.search(requesterOf(c), query));
  });
  for (const path of root) app.all(path, notAllowed('GET'));
  app.all('/.search', notAllowed('POST'));
  // A token belongs to a directory, not to one of its users, so there is no subject to show (RFC 7644 §3.11).
  app.all('/Me', (c) => respondError(c, scimError(501, 'A directory token is no user: there is no /Me.')));
}
