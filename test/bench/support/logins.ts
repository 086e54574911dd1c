// Logins through a real Keycloak: users that came by SCIM, whose password the bridge checks, beside Keycloak's own users
// in the same realm. Both hash with argon2id at a cost that OWASP counts as equal: 19 MiB twice here, 7 MiB five times
// there, which is Keycloak's default.
import { KeycloakAdminClient } from '@keycloak/keycloak-admin-client/lib/client.js';
import { connectRealm } from '../../../bridge/keycloak/connect.ts';
import { createPasswordHasher } from '../../../bridge/platform/secrets/passwords.ts';
import type { Comparison } from './comparison.ts';
import { loadUsers, userOf } from './data.ts';
import { startKeycloak } from './keycloak.ts';
import type { Target } from './load.ts';
import { newDirectory } from './scim-work.ts';
import type { Stage } from './stage.ts';
import { progress } from './table.ts';

const userCount = 200;
const password = 'Correct-Horse-7';
const clientId = 'bench-app';
const realm = 'bench';

const localName = (n: number): string => `local-${n}`;

/** The realm with a public client and as many users of its own as come by SCIM. */
async function makeRealm(url: string, credentials: { username: string; password: string }): Promise<void> {
  const admin = new KeycloakAdminClient({ baseUrl: url, realmName: 'master', timeout: 120_000 });
  await admin.auth({ grantType: 'password', clientId: 'admin-cli', ...credentials });
  await admin.realms.create({
    realm,
    enabled: true,
    clients: [{ clientId, publicClient: true, directAccessGrantsEnabled: true, redirectUris: ['http://127.0.0.1/*'] }],
    users: Array.from({ length: userCount }, (_, index) => ({
      username: localName(index + 1),
      email: `${localName(index + 1)}@example.com`,
      firstName: 'Local',
      lastName: 'User',
      enabled: true,
      credentials: [{ type: 'password', value: password, temporary: false }],
    })),
  });
}

function login(name: string, url: string, username: (n: number) => string): Target {
  return {
    name,
    url,
    status: 200,
    refusal: 503,
    request: (n) => ({
      method: 'POST',
      path: `/realms/${realm}/protocol/openid-connect/token`,
      headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({
        grant_type: 'password',
        client_id: clientId,
        scope: 'openid',
        username: username((n % userCount) + 1),
        password,
      }).toString(),
    }),
    check: (body) => (body.includes('access_token') ? undefined : 'the answer has no token'),
  };
}

export async function loginComparison(stage: Stage): Promise<Comparison> {
  const { services } = stage;
  const directory = await newDirectory(stage, 'people');
  await loadUsers(stage.admin, directory.id, userCount, {
    hash: await createPasswordHasher().hash(password),
    count: userCount,
  });
  await services.federations.createFederation({ slug: 'keycloak' });
  await services.federations.addDirectory('keycloak', 'people', {});
  const bridge = await stage.bridge();
  const keycloak = await startKeycloak(stage);
  progress(`making a realm with ${userCount} users of its own, and importing as many from the bridge`);
  await makeRealm(keycloak.url, keycloak.admin);
  const connected = await connectRealm({
    federations: services.federations,
    keycloak: { url: keycloak.url, credentials: keycloak.admin },
    realm,
    federation: 'keycloak',
    bridgeUrl: bridge.url,
    clients: [clientId],
  });
  if (connected.failure) throw new Error(`${connected.failure.step}: ${connected.failure.message}`);
  return {
    name: 'login through Keycloak',
    bridge: login('user from SCIM', keycloak.url, (n) => userOf(n).userName),
    baseline: login('local user', keycloak.url, localName),
  };
}
