// Connects the development realm as `realmbridge connect` does, and adds what only a development realm may have: a public
// client with direct grants.
import { createAdmin } from '../keycloak/admin-client.ts';
import { connectRealm, defaultFailoverAdmin } from '../keycloak/connect.ts';
import { ConnectRefusedError, KeycloakError } from '../keycloak/errors.ts';
import { DevFailure } from './failure.ts';
import { federationSlug, withServices } from './setup-bridge.ts';

export const realmName = 'demo';
export const clientName = 'demo-app';
export const keycloakAdmin = 'admin';

export interface ConnectOptions {
  keycloakUrl: string;
  adminPassword: string;
  failoverPassword: string;
  databaseUrl: string;
  bridgeUrl: string;
  /** Whether the bridge runs, so that its users can be imported at once. */
  sync: boolean;
}

export interface ConnectedRealm {
  componentId: string;
  failoverAdmin: string;
  changed: boolean;
}

/** A public client with direct grants, as only a development realm may have. */
export async function ensureDevelopmentClient(admin: ReturnType<typeof createAdmin>): Promise<void> {
  await admin.call('making the development client', async (client) => {
    const found = await client.clients.find({ clientId: clientName });
    if (found.length > 0) return;
    await client.clients.create({
      clientId: clientName,
      name: 'Development client: direct grants, no secret',
      publicClient: true,
      directAccessGrantsEnabled: true,
      redirectUris: ['http://127.0.0.1/*', 'http://localhost/*'],
      webOrigins: ['+'],
    });
  });
}

/** Keycloak calls its bootstrap admin temporary, and warns of it on each page; here it is the one that stays. */
async function keepAdmin(admin: ReturnType<typeof createAdmin>): Promise<void> {
  await admin.call('keeping the admin account', async (client) => {
    const [user] = await client.users.find({ username: keycloakAdmin, exact: true, realm: 'master' });
    if (!user?.id || !user.attributes?.['is_temporary_admin']) return;
    const { is_temporary_admin: _removed, ...attributes } = user.attributes;
    await client.users.update({ id: user.id, realm: 'master' }, { ...user, attributes });
  });
}

function toFailure(error: unknown): unknown {
  if (error instanceof KeycloakError || error instanceof ConnectRefusedError) {
    const remedy = error.remedy ? ` ${error.remedy}` : '';
    return new DevFailure(
      `The realm could not be connected: ${error.message}${remedy} (npm start -- --reset begins anew.)`,
      { cause: error },
    );
  }
  return error;
}

export async function connectDevelopmentRealm(options: ConnectOptions): Promise<ConnectedRealm> {
  const credentials = { username: keycloakAdmin, password: options.adminPassword };
  try {
    const result = await withServices(options.databaseUrl, ({ federations }) =>
      connectRealm({
        federations,
        keycloak: { url: options.keycloakUrl, credentials },
        realm: realmName,
        createRealm: true,
        federation: federationSlug,
        bridgeUrl: options.bridgeUrl,
        failoverAdmin: { username: defaultFailoverAdmin, password: options.failoverPassword },
        theme: 'realmbridge',
        sync: options.sync,
      }),
    );
    if (result.failure) {
      throw new DevFailure(
        `The realm could not be connected: ${result.failure.step}: ${result.failure.message} ${result.failure.remedy ?? ''}`,
      );
    }
    await ensureDevelopmentClient(createAdmin({ url: options.keycloakUrl, realm: realmName, credentials }));
    await keepAdmin(createAdmin({ url: options.keycloakUrl, realm: 'master', credentials }));
    return { componentId: result.componentId, failoverAdmin: result.failoverAdmin.username, changed: result.changed };
  } catch (error) {
    throw toFailure(error);
  }
}
