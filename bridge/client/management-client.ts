// The management API for TypeScript programs: `import { createManagementClient } from 'realmbridge/client'`. Paths, bodies and
// answers are typed by api.d.ts, which is generated from the OpenAPI document (`npm run sync:client`).
import createClient, { type Client } from 'openapi-fetch';
import type { components, paths } from './api.d.ts';

type ManagementPaths = { [Path in keyof paths as Path extends `/api/v1/${string}` ? Path : never]: paths[Path] };

export type ManagementClient = Client<ManagementPaths>;

/** The named shapes of the API, such as `Shapes['Directory']`. */
export type Shapes = components['schemas'];

export interface ManagementClientOptions {
  /** Where the bridge is, such as `https://bridge.example.com`. */
  url: string;
  /** The bridge's ADMIN_TOKEN. */
  token: string;
  /** How long an answer may take; a minute unless told. Events may be waited for up to 30 seconds. */
  timeoutMs?: number;
  /** In the place of the global `fetch`. */
  fetch?: (request: Request) => Promise<Response>;
}

const defaultTimeoutMs = 60_000;

/**
 * A client for one bridge. Each call answers `{ data }`, or `{ error }` with the problem that the bridge told; it throws when
 * there is no answer.
 */
export function createManagementClient(options: ManagementClientOptions): ManagementClient {
  const { url, token, timeoutMs = defaultTimeoutMs, fetch: send = fetch } = options;
  return createClient<ManagementPaths>({
    baseUrl: url.replace(/\/+$/, ''),
    headers: { Authorization: `Bearer ${token}` },
    fetch: (request) =>
      send(new Request(request, { signal: AbortSignal.any([request.signal, AbortSignal.timeout(timeoutMs)]) })),
  });
}
