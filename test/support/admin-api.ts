// The management API of a test's bridge, asked with the admin token.
import { createApp } from '../../bridge/app.ts';
import { createLogger } from '../../bridge/platform/log.ts';
import { type Answer, readAnswer, type TestBridge } from './bridge.ts';

export const adminToken = 'an-admin-token-of-at-least-32-characters';

/** Asks for a path below /api/v1; a body is sent as JSON. */
export type AdminCall = (method: string, path: string, body?: unknown) => Promise<Answer>;

export interface AdminApi {
  app: ReturnType<typeof createApp>;
  call: AdminCall;
}

/** An app of its own on the bridge's services, since the bridge's own has no admin token. */
export function createAdminApi({ services }: Pick<TestBridge, 'services'>): AdminApi {
  const app = createApp({ services, logger: createLogger('silent'), adminToken });
  const call: AdminCall = async (method, path, body) =>
    readAnswer(
      await app.request(`/api/v1${path}`, {
        method,
        headers: {
          Authorization: `Bearer ${adminToken}`,
          ...(body !== undefined && { 'Content-Type': 'application/json' }),
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      }),
    );
  return { app, call };
}
