// LDAP directories in the management API: how they are read, whether that works, and how they do.
import type { OpenAPIHono } from '@hono/zod-openapi';
import type { LdapStatus } from '../../ldap/contracts.ts';
import type { LdapService } from '../../ldap/service.ts';
import type { AppEnv } from '../../platform/http/request-context.ts';
import * as operations from './operations.ts';

/** Times as text. */
export const shownStatus = ({
  healthSince,
  seenAt,
  lastFullAt,
  lastChangesAt,
  lastListingAt,
  ...status
}: LdapStatus) => ({
  ...status,
  healthSince: healthSince.toISOString(),
  seenAt: seenAt?.toISOString() ?? null,
  lastFullAt: lastFullAt?.toISOString() ?? null,
  lastChangesAt: lastChangesAt?.toISOString() ?? null,
  lastListingAt: lastListingAt?.toISOString() ?? null,
});

export function addLdapRoutes(app: OpenAPIHono<AppEnv>, ldap: LdapService): void {
  app.openapi(operations.getLdap, async (c) => c.json(await ldap.readSettings(c.req.valid('param').slug), 200));
  app.openapi(operations.putLdap, async (c) =>
    c.json(await ldap.changeSettings(c.req.valid('param').slug, c.req.valid('json')), 200),
  );
  app.openapi(operations.testLdap, async (c) => c.json(await ldap.testDirectory(c.req.valid('param').slug), 200));
  app.openapi(operations.testSettings, async (c) => c.json(await ldap.testSettings(c.req.valid('json')), 200));
  app.openapi(operations.getLdapStatus, async (c) =>
    c.json(shownStatus(await ldap.readStatus(c.req.valid('param').slug)), 200),
  );
  app.openapi(operations.syncLdap, async (c) => {
    const { acceptRemovals } = c.req.valid('json');
    await ldap.requestSync(c.req.valid('param').slug, acceptRemovals ? 'accept-removals' : 'full');
    return c.body(null, 202);
  });
}
