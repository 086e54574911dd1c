// Who may use a directory's SCIM endpoint: rotating tokens, and issuers of JWTs.
import type { OpenAPIHono } from '@hono/zod-openapi';
import type { DirectoryToken } from '../../directories/contracts.ts';
import { shownIssuer } from '../../directories/issuers/contracts.ts';
import type { IssuerService } from '../../directories/issuers/service.ts';
import type { DirectoryService } from '../../directories/service.ts';
import type { AppEnv } from '../../platform/http/request-context.ts';
import * as operations from './operations.ts';

export interface AccessDeps {
  directories: DirectoryService;
  issuers: IssuerService;
}

export const shownToken = (token: DirectoryToken) => ({
  id: token.id,
  name: token.name,
  prefix: token.prefix,
  scopes: token.scopes,
  createdAt: token.createdAt.toISOString(),
  expiresAt: token.expiresAt?.toISOString() ?? null,
  revokedAt: token.revokedAt?.toISOString() ?? null,
  lastUsedAt: token.lastUsedAt?.toISOString() ?? null,
});

export function addAccessRoutes(app: OpenAPIHono<AppEnv>, { directories, issuers }: AccessDeps): void {
  app.openapi(operations.rotateDirectoryToken, async (c) => {
    const { slug, tokenId } = c.req.valid('param');
    const { overlapSeconds, expiresAt } = c.req.valid('json');
    const { previous, ...made } = await directories.rotateToken(slug, tokenId, {
      ...(overlapSeconds !== undefined && { overlapMs: overlapSeconds * 1_000 }),
      ...(expiresAt !== undefined && { expiresAt: new Date(expiresAt) }),
    });
    const end = made.expiresAt?.toISOString() ?? null;
    return c.json({ ...made, expiresAt: end, previous: shownToken(previous) }, 201);
  });
  app.openapi(operations.listIssuers, async (c) =>
    c.json((await issuers.listIssuers(c.req.valid('param').slug)).map(shownIssuer), 200),
  );
  app.openapi(operations.addIssuer, async (c) =>
    c.json(shownIssuer(await issuers.addIssuer(c.req.valid('param').slug, c.req.valid('json'))), 201),
  );
  app.openapi(operations.updateIssuer, async (c) => {
    const { slug, issuerId } = c.req.valid('param');
    return c.json(shownIssuer(await issuers.setIssuerEnabled(slug, issuerId, c.req.valid('json').enabled)), 200);
  });
  app.openapi(operations.removeIssuer, async (c) => {
    const { slug, issuerId } = c.req.valid('param');
    await issuers.removeIssuer(slug, issuerId);
    return c.body(null, 204);
  });
}
