// Reads what is there before `connect` plans anything. Changes nothing, in Keycloak or in the bridge.
import type { KeycloakAdmin } from './admin-client.ts';
import { appearanceOf } from './appearance.ts';
import { readBindingState } from './binding-state.ts';
import { type ComponentConfig, flatConfig, providerId, storageProviderType } from './component.ts';
import {
  type AppearanceState,
  type ConnectState,
  type ConnectWish,
  groupsScopeName,
  type RealmState,
} from './contracts.ts';
import { KeycloakError } from './errors.ts';
import { pinnedComponentId } from './pinned-id.ts';
import { readDeclaredAttributes } from './user-profile.ts';

const clientPage = 200;
const builtInClients = new Set([
  'account',
  'account-console',
  'admin-cli',
  'admin-permissions',
  'broker',
  'realm-management',
  'security-admin-console',
]);

/** Whether the jar is loaded, and the defaults that it declares for its own keys. */
export async function readProvider(
  admin: KeycloakAdmin,
): Promise<ConnectState['provider'] & { serverVersion: string | undefined }> {
  const info = await admin.call('reading the server info', (client) => client.serverInfo.find());
  const type = info.componentTypes?.[storageProviderType]?.find(({ id }) => id === providerId);
  const declared: ComponentConfig = {};
  for (const { name, defaultValue, secret } of type?.properties ?? []) {
    if (name !== undefined && defaultValue !== undefined && defaultValue !== null && !secret) {
      declared[name] = String(defaultValue);
    }
  }
  const namesOf = (themes: { name?: string }[] | undefined) => (themes ?? []).flatMap(({ name }) => name ?? []);
  const themes = { login: namesOf(info.themes?.['login']), account: namesOf(info.themes?.['account']) };
  return { loaded: type !== undefined, declared, themes, serverVersion: info.systemInfo?.version };
}

/** The realm's client whose role `realm-admin` opens the realm's whole administration. */
export async function findRealmManagement(admin: KeycloakAdmin): Promise<string> {
  const found = await admin.call('looking for the client realm-management', (client) =>
    client.clients.find({ clientId: 'realm-management' }),
  );
  return found[0]?.id ?? '';
}

/** The user of exactly this name, wherever it comes from. */
export async function readAdmin(admin: KeycloakAdmin, username: string): Promise<RealmState['admin']> {
  const users = await admin.call(`looking for the user "${username}"`, (client) =>
    client.users.find({ username, exact: true }),
  );
  const user = users.find((candidate) => candidate.username?.toLowerCase() === username.toLowerCase());
  if (user?.id === undefined) return undefined;
  const { id } = user;
  const clientUniqueId = await findRealmManagement(admin);
  const roles = await admin.call(`reading the roles of "${username}"`, (client) =>
    client.users.listCompositeClientRoleMappings({ id, clientUniqueId }),
  );
  return {
    id,
    federated: user.federationLink !== undefined || id.startsWith('f:'),
    enabled: user.enabled === true,
    realmAdmin: roles.some(({ name }) => name === 'realm-admin'),
  };
}

/** The components of our provider in the realm; Keycloak answers their secrets masked. */
export async function readComponents(admin: KeycloakAdmin): Promise<RealmState['components']> {
  const components = await admin.call('reading the components', (client) =>
    client.components.find({ type: storageProviderType }),
  );
  return components
    .filter((component) => component.providerId === providerId)
    .map(({ id = '', name = '', config }) => ({ id, name, config: flatConfig(config) }));
}

/** Of several components of our provider, the one that is meant. @throws KeycloakError when there is none. */
export function requireComponent(
  components: RealmState['components'],
  meant: { realm: string; federation: string | undefined; id: string | undefined },
): RealmState['components'][number] {
  const { realm, federation, id } = meant;
  const pinned = federation === undefined ? undefined : pinnedComponentId(realm, federation);
  const found =
    id !== undefined
      ? components.find((component) => component.id === id)
      : federation === undefined
        ? components.length === 1
          ? components[0]
          : undefined
        : (components.find((component) => component.id === pinned) ??
          components.find(({ config }) => config['federation'] === federation));
  if (found) return found;
  const which = id !== undefined ? ` of id ${id}` : federation !== undefined ? ` for federation "${federation}"` : '';
  if (which === '' && components.length > 1) {
    throw new KeycloakError('refused', `Realm "${realm}" has ${components.length} components of Realmbridge.`, {
      remedy: 'Say which one with --federation or --component-id.',
    });
  }
  throw new KeycloakError('refused', `Realm "${realm}" has no component of Realmbridge${which}.`, {
    remedy: 'Make it with `realmbridge connect`.',
  });
}

async function readGroupsScope(admin: KeycloakAdmin): Promise<RealmState['groupsScope']> {
  const scopes = await admin.call('reading the client scopes', (client) => client.clientScopes.find());
  const scope = scopes.find(({ name }) => name === groupsScopeName);
  if (scope?.id === undefined) return undefined;
  const defaults = await admin.call('reading the default client scopes', (client) =>
    client.clientScopes.listDefaultClientScopes(),
  );
  const mappers = scope.protocolMappers ?? [];
  return {
    id: scope.id,
    realmDefault: defaults.some(({ id }) => id === scope.id),
    hasMapper: mappers.some(({ protocolMapper }) => protocolMapper === 'oidc-group-membership-mapper'),
  };
}

async function readClients(admin: KeycloakAdmin): Promise<RealmState['clients']> {
  const clients: RealmState['clients'] = [];
  for (let first = 0; ; first += clientPage) {
    const page = await admin.call('reading the clients', (client) => client.clients.find({ first, max: clientPage }));
    for (const { id, clientId, protocol, bearerOnly, defaultClientScopes } of page) {
      const usesScopes = (protocol ?? 'openid-connect') === 'openid-connect' && bearerOnly !== true;
      if (id === undefined || clientId === undefined || !usesScopes || builtInClients.has(clientId)) continue;
      clients.push({ id, clientId, hasGroups: defaultClientScopes?.includes(groupsScopeName) === true });
    }
    if (page.length < clientPage) return clients;
  }
}

/** The realm's own id, by which the bridge's tokens for it are named, or undefined when the realm is absent. */
export async function readRealm(
  admin: KeycloakAdmin,
): Promise<
  { id: string; defaultRole: string; registrationEmailAsUsername: boolean; appearance: AppearanceState } | undefined
> {
  const realm = await admin.call('reading the realm', (client) => client.realms.findOne({ realm: admin.realm }));
  // The types leave out that a realm that is absent is answered as null.
  if (!realm?.id) return undefined;
  return {
    id: realm.id,
    defaultRole: realm.defaultRole?.name ?? '',
    registrationEmailAsUsername: realm.registrationEmailAsUsername === true,
    appearance: appearanceOf(realm),
  };
}

/**
 * `mayAskForAdmin` says that no directory serves the failover admin's name: otherwise Keycloak's search alone would
 * import that user.
 */
export async function readRealmState(
  admin: KeycloakAdmin,
  wish: ConnectWish,
  mayAskForAdmin: boolean,
): Promise<RealmState | undefined> {
  const realm = await readRealm(admin);
  if (!realm) return undefined;
  return {
    registrationEmailAsUsername: realm.registrationEmailAsUsername,
    components: await readComponents(admin),
    admin: mayAskForAdmin ? await readAdmin(admin, wish.failover.username) : undefined,
    groupsScope: wish.groups ? await readGroupsScope(admin) : undefined,
    clients: wish.groups ? await readClients(admin) : [],
    attributes: await readDeclaredAttributes(admin),
    bindings: await readBindingState(admin, wish.directories),
    appearance: realm.appearance,
  };
}
