// A federation of a test's own and a client for its user-storage API, as a Keycloak provider would call it.
import type { Answer, Body, TestBridge } from './bridge.ts';

export interface UserStorageClient {
  slug: string;
  federationId: string;
  token: string;
  /** Without parameters an address such as `/users/count`. */
  get(path: string, query?: Record<string, string | string[]>, init?: RequestInit): Promise<Answer>;
  verifyPassword(id: string, password: string): Promise<Answer>;
  /** The cursor of now. */
  cursor(): Promise<string>;
  /** What happened after `cursor`, at once. */
  changes(cursor: string, query?: Record<string, string>): Promise<Answer>;
  /** The parsed lines of an export. */
  export(): Promise<Body[]>;
}

let federationCount = 0;

/** Makes a federation of the named directories, which are asked in this order. */
export async function createUserStorageClient(
  bridge: TestBridge,
  directorySlugs: readonly string[] = [],
): Promise<UserStorageClient> {
  federationCount += 1;
  const slug = `fed-${federationCount}`;
  const { id: federationId } = await bridge.services.federations.createFederation({ slug });
  for (const directory of directorySlugs) await bridge.services.federations.addDirectory(slug, directory);
  const { token } = await bridge.services.federations.createToken(slug);
  const headers = { Authorization: `Bearer ${token}` };

  const get: UserStorageClient['get'] = (path, query = {}, init = {}) => {
    const parameters = new URLSearchParams();
    for (const [name, value] of Object.entries(query)) {
      for (const one of Array.isArray(value) ? value : [value]) parameters.append(name, one);
    }
    const suffix = parameters.size > 0 ? `?${parameters}` : '';
    return bridge.send(`/user-storage/v1/${slug}${path}${suffix}`, { headers, ...init });
  };

  return {
    slug,
    federationId,
    token,
    get,
    verifyPassword: (id, password) =>
      bridge.send(`/user-storage/v1/${slug}/users/${id}/verify-password`, {
        method: 'POST',
        headers: { ...headers, 'Content-Type': 'application/json' },
        body: JSON.stringify({ password }),
      }),
    cursor: async () => (await get('/changes')).body.cursor,
    changes: (cursor, query = {}) => get('/changes', { after: cursor, ...query }),
    export: async () => {
      const response = await bridge.app.request(`/user-storage/v1/${slug}/export`, { headers });
      return (await response.text())
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line));
    },
  };
}
