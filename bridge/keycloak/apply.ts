// Carries out one step of the plan. Every action can be repeated after a crash: the next plan starts from what is there.
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { KeycloakAdmin } from './admin-client.ts';
import { setAppearance } from './appearance.ts';
import { createRefusalFlow, setFirstLoginFlow } from './binding-state.ts';
import { providerId, storageProviderType } from './component.ts';
import { type Action, groupsScopeName } from './contracts.ts';
import { KeycloakError } from './errors.ts';
import type { ConnectFederations } from './federations.ts';
import { findRealmManagement, readRealm } from './state.ts';
import { declareAttributes } from './user-profile.ts';

const syncTimeoutMs = 15 * 60_000;
const syncPauseMs = 500;
const realmTimeoutMs = 60_000;

export interface SyncResult {
  added: number;
  updated: number;
  removed: number;
  failed: number;
  /** The provider's own words, such as why removals are held back. */
  remark?: string;
  /** All users of the realm afterwards, local ones too. */
  users: number;
}

export interface ApplyContext {
  admin: KeycloakAdmin;
  federations: ConnectFederations;
  federation: string;
  /** The password for the failover admin if it gets one; undefined: a random one. */
  adminPassword: string | undefined;
  produced: {
    realmCreated?: boolean;
    token?: { id: string; prefix: string; token: string };
    adminPassword?: string;
    sync?: SyncResult;
    groupsScopeId?: string;
  };
}

// 192 random bits, behind one of each kind of character that password policies ask for.
const randomPassword = (): string => `aZ3-${randomBytes(24).toString('base64url')}`;

/** Under this name `connect` finds the token that it made for a realm's component again. */
export const tokenNameOf = (realm: string, realmId: string): string => `keycloak ${realm} ${realmId}`;

async function newToken({ admin, federations, federation, produced }: ApplyContext): Promise<string> {
  const realm = await readRealm(admin);
  const made = await federations.createToken(federation, { name: tokenNameOf(admin.realm, realm?.id ?? '') });
  produced.token = made;
  return made.token;
}

function passwordFor(context: ApplyContext): string {
  const password = context.adminPassword ?? randomPassword();
  context.produced.adminPassword = password;
  return password;
}

async function createAdmin(context: ApplyContext, action: Action & { type: 'create-admin' }): Promise<void> {
  const { admin } = context;
  const realm = await readRealm(admin);
  const user = {
    id: action.id,
    username: action.username,
    email: action.email,
    emailVerified: true,
    firstName: 'Failover',
    lastName: 'Admin',
    enabled: true,
    credentials: [{ type: 'password', value: passwordFor(context), temporary: false }],
    realmRoles: realm?.defaultRole ? [realm.defaultRole] : [],
    clientRoles: { 'realm-management': ['realm-admin'] },
  };
  // The import writes to the realm's own store only and in one transaction: no federation is asked, and there is never
  // an account of this name without its role.
  await admin.call('creating the failover admin', (client) =>
    client.realms.partialImport({ realm: admin.realm, rep: { ifResourceExists: 'FAIL', users: [user] } }),
  );
}

async function grantRealmAdmin(admin: KeycloakAdmin, userId: string): Promise<void> {
  const clientUniqueId = await findRealmManagement(admin);
  const role = await admin.call('reading the role realm-admin', (client) =>
    client.clients.findRole({ id: clientUniqueId, roleName: 'realm-admin' }),
  );
  if (role?.id === undefined || role.name === undefined) {
    throw new KeycloakError('refused', 'The realm has no role realm-admin of the client realm-management.');
  }
  const roles = [{ id: role.id, name: role.name }];
  await admin.call('giving the role realm-admin', (client) =>
    client.users.addClientRoleMappings({ id: userId, clientUniqueId, roles }),
  );
}

async function createComponent(context: ApplyContext, action: Action & { type: 'create-component' }): Promise<void> {
  const config: Record<string, string[]> = { token: [await newToken(context)] };
  for (const [key, value] of Object.entries(action.config)) config[key] = [value];
  const { id, name } = action;
  const providerType = storageProviderType;
  await context.admin.call('creating the component', (client) =>
    client.components.create({ id, name, providerId, providerType, config }),
  );
}

async function updateComponent(context: ApplyContext, action: Action & { type: 'update-component' }): Promise<void> {
  const { admin } = context;
  const component = await admin.call('reading the component', (client) => client.components.findOne({ id: action.id }));
  if (!component) throw new KeycloakError('refused', `The component ${action.id} has just vanished.`);
  // The masked token that Keycloak answered goes back as it came: then Keycloak keeps the one it has.
  const config: Record<string, string | string[]> = { ...component.config };
  for (const { key, to } of action.changes) config[key] = [to];
  if (action.newToken) config['token'] = [await newToken(context)];
  await admin.call('updating the component', (client) =>
    client.components.update({ id: action.id }, { ...component, config }),
  );
}

const groupsMapper = (fullPath: boolean) => ({
  name: 'groups',
  protocol: 'openid-connect',
  protocolMapper: 'oidc-group-membership-mapper',
  config: {
    'claim.name': 'groups',
    'full.path': String(fullPath),
    'id.token.claim': 'true',
    'access.token.claim': 'true',
    'userinfo.token.claim': 'true',
    'introspection.token.claim': 'true',
  },
});

async function groupsScopeId({ admin, produced }: ApplyContext): Promise<string> {
  if (produced.groupsScopeId !== undefined) return produced.groupsScopeId;
  const scopes = await admin.call('reading the client scopes', (client) => client.clientScopes.find());
  const id = scopes.find(({ name }) => name === groupsScopeName)?.id;
  if (id === undefined) throw new KeycloakError('refused', `The client scope ${groupsScopeName} has just vanished.`);
  produced.groupsScopeId = id;
  return id;
}

/**
 * A new component starts its own first import at once, and a second one answers "ignored" until that is done; so this
 * asks again until it had its turn.
 */
async function sync({ admin, produced }: ApplyContext, componentId: string): Promise<void> {
  const deadline = Date.now() + syncTimeoutMs;
  for (;;) {
    const { ignored = false, ...counts } = await admin.call(
      'importing users and groups',
      (client) => client.userStorageProvider.sync({ id: componentId, action: 'triggerFullSync' }),
      syncTimeoutMs,
    );
    const { added = 0, updated = 0, removed = 0, failed = 0, status = '' } = counts;
    if (ignored && failed === 0 && Date.now() < deadline) {
      await sleep(syncPauseMs);
      continue;
    }
    if (ignored) {
      throw new KeycloakError(
        'refused',
        `Keycloak could not import from the bridge: ${status || 'another sync does not end'}.`,
        {
          remedy: 'Run `realmbridge doctor` to see which link is broken, mend it, and run this again.',
        },
      );
    }
    const users = await admin.call('counting the users', (client) => client.users.count());
    const remark = status.split('; ').slice(1).join('; ');
    produced.sync = { added, updated, removed, failed, users, ...(remark !== '' && { remark }) };
    return;
  }
}

/** Does what the action says. @throws KeycloakError or ApiError; what was done before stays done. */
export async function applyAction(context: ApplyContext, action: Action): Promise<void> {
  const { admin, federations, federation, produced } = context;
  const { realm } = admin;
  switch (action.type) {
    case 'create-realm':
      await admin.call(
        'creating the realm',
        (client) => client.realms.create({ realm, enabled: true }),
        realmTimeoutMs,
      );
      admin.renewToken();
      produced.realmCreated = true;
      return;
    case 'reserve-username':
      await federations.reserveUsername(federation, action.username, `failover admin of Keycloak realm ${realm}`);
      return;
    case 'create-admin':
      return createAdmin(context, action);
    case 'grant-realm-admin':
      return grantRealmAdmin(admin, action.userId);
    case 'enable-admin':
      return admin.call('enabling the failover admin', (client) =>
        client.users.update({ id: action.userId }, { enabled: true }),
      );
    case 'reset-admin-password': {
      const credential = { type: 'password', value: passwordFor(context), temporary: false };
      return admin.call('setting the password', (client) =>
        client.users.resetPassword({ id: action.userId, credential }),
      );
    }
    case 'create-component':
      return createComponent(context, action);
    case 'update-component':
      return updateComponent(context, action);
    case 'revoke-token':
      return federations.revokeToken(federation, action.tokenId);
    case 'create-groups-scope':
      await admin.call('creating the client scope', (client) =>
        client.clientScopes.create({
          name: groupsScopeName,
          description: 'Groups that come from Realmbridge, as the claim groups',
          protocol: 'openid-connect',
          attributes: {
            'include.in.token.scope': 'false',
            'display.on.consent.screen': 'true',
            'consent.screen.text': 'Groups',
          },
          protocolMappers: [groupsMapper(action.fullPath)],
        }),
      );
      return;
    case 'create-groups-mapper':
      return admin.call('adding the groups claim', (client) =>
        client.clientScopes.addProtocolMapper({ id: action.scopeId }, groupsMapper(action.fullPath)),
      );
    case 'default-groups-scope': {
      const id = await groupsScopeId(context);
      return admin.call('setting the default client scopes', (client) =>
        client.clientScopes.addDefaultClientScope({ id }),
      );
    }
    case 'add-groups-to-client': {
      const clientScopeId = await groupsScopeId(context);
      return admin.call('giving a client the groups claim', (client) =>
        client.clients.addDefaultClientScope({ id: action.clientUuid, clientScopeId }),
      );
    }
    case 'declare-attributes':
      return declareAttributes(admin, action);
    case 'create-refusal-flow':
      return createRefusalFlow(admin, action.isThere);
    case 'set-first-login-flow':
      return setFirstLoginFlow(admin, action.alias, action.flow);
    case 'set-appearance':
      return setAppearance(admin, action.change);
    case 'sync':
      return sync(context, action.componentId);
  }
}
