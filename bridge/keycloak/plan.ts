// From what is there to what has to be done: pure, so that --dry-run shows the very steps that would be carried out.
import { planAppearance } from './appearance.ts';
import { planBindings } from './bindings.ts';
import { type ConfigChange, configDrift, newConfig } from './component.ts';
import {
  type Action,
  type ConnectState,
  type ConnectWish,
  groupsScopeName,
  type PlanResult,
  type PlanStep,
  type RealmState,
} from './contracts.ts';
import { pinnedAdminId, pinnedComponentId } from './pinned-id.ts';
import { planUserProfile } from './user-profile.ts';

type Planned = { ok: true; steps: PlanStep[]; notes?: string[] } | { ok: false; problem: string; remedy: string };

const refuse = (problem: string, remedy: string) => ({ ok: false as const, problem, remedy });
const quoted = (text: string) => `"${text}"`;

function planRealm(wish: ConnectWish, { provider, realm }: ConnectState): Planned {
  if (!provider.loaded) {
    return refuse(
      `Keycloak at ${wish.keycloakUrl} has no user-storage provider "realmbridge".`,
      "Copy realmbridge-keycloak-provider.jar into Keycloak's providers folder, run `kc.sh build` (start-dev does it by itself), restart it and run this again.",
    );
  }
  if (wish.realm === 'master') {
    return refuse(
      "The realm master is for Keycloak's own administrators and has no realm-admin of its own.",
      'Name another realm with --realm.',
    );
  }
  if (realm) return { ok: true, steps: [{ text: `realm ${quoted(wish.realm)} is there` }] };
  if (!wish.createRealm) {
    return refuse(`There is no realm ${quoted(wish.realm)}.`, 'Check --realm, or add --create-realm to make it.');
  }
  return { ok: true, steps: [{ text: `create realm ${quoted(wish.realm)}`, action: { type: 'create-realm' } }] };
}

function planExistingAdmin(wish: ConnectWish, admin: NonNullable<RealmState['admin']>): Planned {
  const { username, resetPassword } = wish.failover;
  const other = 'choose another name with --failover-admin';
  if (admin.federated) {
    return refuse(
      `The realm has a user ${quoted(username)} who comes from a user federation, so it can't be the way in when that fails.`,
      `Either ${other}, or rename or remove that user at its source first.`,
    );
  }
  const ours = admin.id === pinnedAdminId(wish.realm, username);
  if (!ours && !(admin.realmAdmin && admin.enabled)) {
    return refuse(
      `The realm has a local user ${quoted(username)} who was not made by connect and is not an enabled realm-admin.`,
      `If it is meant to be the failover admin, enable it and give it the role realm-admin of the client realm-management yourself; otherwise ${other}.`,
    );
  }
  const steps: PlanStep[] = [];
  const userId = admin.id;
  if (!admin.enabled)
    steps.push({ text: `enable failover admin ${quoted(username)}`, action: { type: 'enable-admin', userId } });
  if (!admin.realmAdmin) {
    steps.push({
      text: `give failover admin ${quoted(username)} the role realm-admin`,
      action: { type: 'grant-realm-admin', userId },
    });
  }
  if (resetPassword) {
    steps.push({
      text: `set a new password for failover admin ${quoted(username)}`,
      action: { type: 'reset-admin-password', userId },
    });
  }
  if (steps.length === 0) steps.push({ text: `failover admin ${quoted(username)} is a local, enabled realm-admin` });
  return { ok: true, steps };
}

function planAdmin(wish: ConnectWish, state: ConnectState): Planned {
  const { username } = wish.failover;
  if (state.usernameServedBy !== undefined) {
    return refuse(
      `Directory ${quoted(state.usernameServedBy)} has a user ${quoted(username)}; as failover admin the name would shut that person out.`,
      'Choose another name with --failover-admin, or rename that user at the identity provider.',
    );
  }
  const isEmail = username.includes('@');
  if (state.realm?.registrationEmailAsUsername && !isEmail) {
    return refuse(
      `Realm ${quoted(wish.realm)} uses e-mail addresses as usernames, and ${quoted(username)} is none.`,
      'Name an e-mail address with --failover-admin.',
    );
  }
  const reserve: PlanStep = state.usernameReserved
    ? { text: `username ${quoted(username)} is reserved in federation ${quoted(wish.settings.federation)}` }
    : {
        text: `reserve username ${quoted(username)} in federation ${quoted(wish.settings.federation)}`,
        action: { type: 'reserve-username', username },
      };
  const admin = state.realm?.admin;
  if (admin) {
    const existing = planExistingAdmin(wish, admin);
    return existing.ok ? { ...existing, steps: [reserve, ...existing.steps] } : existing;
  }
  const email = isEmail ? username : `${username}@realmbridge.invalid`;
  const id = pinnedAdminId(wish.realm, username);
  return {
    ok: true,
    steps: [
      reserve,
      {
        text: `create local failover admin ${quoted(username)} with realm-admin`,
        action: { type: 'create-admin', id, username, email },
      },
    ],
  };
}

/** What Keycloak shows of a secret that it reads from its vault; others it masks. */
const vaultExpression = /^\$\{vault\..+\}$/;

function describeChange({ key, from, to }: ConfigChange): string {
  return `${key} ${from === undefined ? '' : `${from} `}→ ${to}`;
}

function planComponent(
  wish: ConnectWish,
  state: ConnectState,
): (Planned & { ok: true; componentId: string }) | (Planned & { ok: false }) {
  const { federation } = wish.settings;
  const pinned = wish.componentId ?? pinnedComponentId(wish.realm, federation);
  const components = state.realm?.components ?? [];
  const sameFederation = components.filter((component) => component.config['federation'] === federation);
  const found = components.find((component) => component.id === pinned);
  const existing = found ?? sameFederation[0];
  if (wish.componentId !== undefined && existing && !found) {
    return refuse(
      `The realm has a component for federation ${quoted(federation)} already, under the id ${existing.id}.`,
      `Leave out --component-id, or delete that component first (unlink its users before, or they are deleted with it).`,
    );
  }
  const stale = (tokens: ConnectState['tokens']): PlanStep[] =>
    tokens.map(({ id, prefix }) => ({
      text: `revoke federation token ${prefix}…`,
      action: { type: 'revoke-token', tokenId: id },
    }));
  if (!existing) {
    const name = `realmbridge-${federation}`;
    const action: Action = {
      type: 'create-component',
      id: pinned,
      name,
      config: newConfig(wish.settings, state.provider.declared),
    };
    const text = `create component ${quoted(name)} (${pinned}) for ${wish.settings.bridgeUrl} with a new federation token`;
    return { ok: true, componentId: pinned, steps: [{ text, action }, ...stale(state.tokens)] };
  }
  const changes = configDrift(wish.settings, existing.config);
  const inVault = vaultExpression.test(existing.config['token'] ?? '');
  if (inVault && wish.rotateToken) {
    return refuse(
      `The token of component ${quoted(existing.name)} is in Keycloak's vault, which connect can't write to.`,
      `Make a new one with \`realmbridge token create --federation ${federation}\`, put it into the vault, and disable and enable the component.`,
    );
  }
  const newToken = wish.rotateToken || (state.tokens.length === 0 && !inVault);
  const notes = sameFederation
    .filter(({ id }) => id !== existing.id)
    .map(
      ({ id }) =>
        `The realm has a second component for federation ${quoted(federation)} (${id}); one of the two should go.`,
    );
  if (changes.length === 0 && !newToken) {
    const text = `component ${quoted(existing.name)} (${existing.id}) is right`;
    return { ok: true, componentId: existing.id, steps: [{ text }], notes };
  }
  const what = [...changes.map(describeChange), ...(newToken ? ['new federation token'] : [])].join(', ');
  const text = `update component ${quoted(existing.name)} (${existing.id}): ${what}`;
  const action: Action = { type: 'update-component', id: existing.id, changes, newToken };
  return {
    ok: true,
    componentId: existing.id,
    steps: [{ text, action }, ...(newToken ? stale(state.tokens) : [])],
    notes,
  };
}

function planGroups(wish: ConnectWish, { realm }: ConnectState): Planned {
  if (!wish.groups) return { ok: true, steps: [] };
  const fullPath = wish.groups.names === 'path';
  const scope = realm?.groupsScope;
  const steps: PlanStep[] = [];
  if (!scope) {
    steps.push({
      text: `create client scope ${quoted(groupsScopeName)} with a groups claim`,
      action: { type: 'create-groups-scope', fullPath },
    });
  } else if (!scope.hasMapper) {
    steps.push({
      text: `add the groups claim to client scope ${quoted(groupsScopeName)}`,
      action: { type: 'create-groups-mapper', scopeId: scope.id, fullPath },
    });
  }
  if (!scope?.realmDefault)
    steps.push({ text: 'give new clients the groups claim by default', action: { type: 'default-groups-scope' } });
  const clients = realm?.clients ?? [];
  const named = wish.clients;
  const missing = named === 'all' ? [] : named.filter((id) => !clients.some(({ clientId }) => clientId === id));
  if (missing.length > 0) {
    return refuse(`The realm has no OpenID Connect client ${missing.map(quoted).join(', ')}.`, 'Check --client.');
  }
  const isNamed = (clientId: string) => named === 'all' || named.includes(clientId);
  for (const { id, clientId } of clients.filter((client) => !client.hasGroups && isNamed(client.clientId))) {
    steps.push({
      text: `give client ${quoted(clientId)} the groups claim`,
      action: { type: 'add-groups-to-client', clientUuid: id },
    });
  }
  if (steps.length === 0)
    steps.push({ text: `client scope ${quoted(groupsScopeName)} puts the groups claim into new clients' tokens` });
  const without = clients
    .filter((client) => !client.hasGroups && !isNamed(client.clientId))
    .map(({ clientId }) => clientId);
  const notes =
    without.length === 0
      ? []
      : [
          `Clients that were there before have no groups claim: ${without.slice(0, 10).join(', ')}${without.length > 10 ? ` and ${without.length - 10} more` : ''}. Give it to them with --client ID or --all-clients.`,
        ];
  return { ok: true, steps, notes };
}

/**
 * The steps in the order in which they are to be carried out: the way in for the local admin comes before anything that
 * could shut people out, and the name is reserved in the bridge before the account exists.
 */
export function planConnect(wish: ConnectWish, state: ConnectState): PlanResult {
  const realm = planRealm(wish, state);
  if (!realm.ok) return realm;
  const admin = planAdmin(wish, state);
  if (!admin.ok) return admin;
  const component = planComponent(wish, state);
  if (!component.ok) return component;
  const groups = planGroups(wish, state);
  if (!groups.ok) return groups;
  const appearance = planAppearance(wish.appearance, state.provider.themes, state.realm?.appearance);
  if (!appearance.ok) return appearance;
  const profile = planUserProfile(wish.settings.federation, wish.attributes, state.realm?.attributes ?? []);
  const bindings = planBindings(wish.directories, state.realm?.bindings);
  const steps = [
    ...realm.steps,
    ...admin.steps,
    ...component.steps,
    ...groups.steps,
    ...profile.steps,
    ...bindings.steps,
    ...appearance.steps,
  ];
  const { componentId } = component;
  const linked = component.steps.some(
    ({ action }) => action?.type === 'create-component' || action?.type === 'update-component',
  );
  if (wish.sync && linked)
    steps.push({ text: 'import users and groups (full sync)', action: { type: 'sync', componentId } });
  const notes = [...(component.notes ?? []), ...(groups.notes ?? []), ...profile.notes, ...bindings.notes];
  return { ok: true, plan: { componentId, steps, notes } };
}
