// Histories of users and groups in the management API.
import type { OpenAPIHono } from '@hono/zod-openapi';
import type { Directory } from '../../directories/contracts.ts';
import type { AppEnv } from '../../platform/http/request-context.ts';
import type { HistoryService } from '../../provisioning/history/service.ts';
import { readHistory } from './operations.ts';
import { shownHistory } from './presentation.ts';

const defaultLimit = 100;

export interface HistoryRoutesDeps {
  history: HistoryService;
  directories: { requireDirectory(slug: string): Promise<Directory> };
}

export function addHistoryRoutes(app: OpenAPIHono<AppEnv>, { history, directories }: HistoryRoutesDeps): void {
  app.openapi(readHistory, async (c) => {
    const { slug } = c.req.valid('param');
    const { of, at, limit = defaultLimit } = c.req.valid('query');
    const request = { directory: slug, of, limit, ...(at !== undefined && { at: new Date(at) }) };
    const read = await history.readHistory(request);
    return c.json(shownHistory(read, await directories.requireDirectory(slug)), 200);
  });
}
