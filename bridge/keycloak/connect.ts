// Connects a Keycloak realm to a federation: reads what is there, plans, and carries the plan out step by step.
import { type AdminCredentials, createAdmin, type KeycloakAdmin } from './admin-client.ts';
import { type ApplyContext, applyAction, type SyncResult, tokenNameOf } from './apply.ts';
import type { ComponentSettings } from './component.ts';
import { type ConnectState, type ConnectWish, defaultFailoverAdmin, type PlanStep } from './contracts.ts';
import { ConnectRefusedError, KeycloakError } from './errors.ts';
import { type ConnectFederations, findDirectoryOfUser, isLive } from './federations.ts';
import { planConnect } from './plan.ts';
import { readProvider, readRealm, readRealmState } from './state.ts';

export { defaultFailoverAdmin } from './contracts.ts';

export interface ConnectInput {
  federations: ConnectFederations;
  keycloak: { url: string; credentials: AdminCredentials };
  realm: string;
  /** Makes the realm if it is absent; default false. */
  createRealm?: boolean;
  /** Slug of a federation that exists. */
  federation: string;
  /** The address under which Keycloak reaches the bridge. */
  bridgeUrl: string;
  /** Default: derived from the realm and the federation, so that it is the same everywhere. */
  componentId?: string | undefined;
  groupsParent?: string | undefined;
  importEnabled?: boolean | undefined;
  offlinePassword?: boolean | undefined;
  offlinePasswordMaxAgeDays?: number | undefined;
  /** Puts a new federation token into the component and revokes the old one. */
  rotateToken?: boolean;
  failoverAdmin?: {
    /** Default {@link defaultFailoverAdmin}. */
    username?: string | undefined;
    /** Set when the account is made (or reset); default: a random one, which the result shows. */
    password?: string | undefined;
    resetPassword?: boolean;
  };
  /** The groups claim: paths such as `/realmbridge/acme-entra/Sales` (default), bare names, or none at all. */
  groupsClaim?: 'path' | 'name' | 'none';
  /** Existing clients that shall get the groups claim; new ones always get it. */
  clients?: readonly string[] | 'all';
  /** The realm's login and account theme; empty: Keycloak's default. Default: left as they are. */
  theme?: string | undefined;
  /** Where the theme's pages send people for help; empty: nowhere. Default: left as it is. */
  helpUrl?: string | undefined;
  /** A full sync after the component was made or changed; default true. */
  sync?: boolean;
  /** Only plans; changes nothing. */
  dryRun?: boolean;
  /** Told each step as it is done. */
  onStep?: (step: ConnectStep) => void;
  now?: () => Date;
}

export interface ConnectStep {
  /** `unchanged` was right already; `planned` would be done without --dry-run. */
  status: 'done' | 'unchanged' | 'planned' | 'failed';
  text: string;
}

export interface ConnectResult {
  dryRun: boolean;
  /** False: everything was right already. */
  changed: boolean;
  realmCreated: boolean;
  componentId: string;
  /** `password` only when this run set it, and made it itself. */
  failoverAdmin: { username: string; password?: string };
  /** Only when this run made one. It is in the component; nobody else needs it. */
  token?: { id: string; prefix: string; token: string };
  sync?: SyncResult;
  /** Set when a step failed: those before it are done, those after it are not. Calling again goes on from there. */
  failure?: { step: string; message: string; remedy?: string };
  steps: ConnectStep[];
  /** What is left for a person to decide. */
  notes: string[];
}

function wishOf(input: ConnectInput, ofFederation: Pick<ConnectWish, 'attributes' | 'directories'>): ConnectWish {
  const settings: ComponentSettings = {
    bridgeUrl: input.bridgeUrl.replace(/\/+$/, ''),
    federation: input.federation,
    groupsParent: input.groupsParent,
    importEnabled: input.importEnabled,
    offlinePassword: input.offlinePassword,
    offlinePasswordMaxAgeDays: input.offlinePasswordMaxAgeDays,
  };
  const groupsClaim = input.groupsClaim ?? 'path';
  return {
    keycloakUrl: input.keycloak.url,
    realm: input.realm,
    createRealm: input.createRealm ?? false,
    settings,
    componentId: input.componentId,
    rotateToken: input.rotateToken ?? false,
    failover: {
      username: (input.failoverAdmin?.username ?? defaultFailoverAdmin).toLowerCase(),
      resetPassword: input.failoverAdmin?.resetPassword ?? false,
    },
    groups: groupsClaim === 'none' ? undefined : { names: groupsClaim },
    clients: input.clients ?? [],
    ...ofFederation,
    appearance: { theme: input.theme, helpUrl: input.helpUrl },
    sync: input.sync ?? true,
  };
}

async function readState(
  input: ConnectInput,
  federationId: string,
  wish: ConnectWish,
  admin: KeycloakAdmin,
): Promise<ConnectState> {
  const { federations, federation, realm } = input;
  const now = input.now?.() ?? new Date();
  const reserved = await federations.listReservedUsernames(federation);
  const usernameReserved = reserved.some(({ usernameKey }) => usernameKey === wish.failover.username);
  const usernameServedBy = await findDirectoryOfUser(federations, federationId, wish.failover.username);
  await admin.logIn();
  const provider = await readProvider(admin);
  const realmState = await readRealmState(admin, wish, usernameServedBy === undefined);
  const found = realmState && (await readRealm(admin));
  const tokenName = found && tokenNameOf(realm, found.id);
  const tokens = (await federations.listTokens(federation)).filter(
    (token) => token.name === tokenName && isLive(token, now),
  );
  return { provider, realm: realmState, tokens, usernameReserved, usernameServedBy };
}

async function carryOut(
  steps: readonly PlanStep[],
  context: ApplyContext,
  report: (step: ConnectStep) => void,
): Promise<ConnectResult['failure']> {
  for (const { text, action } of steps) {
    if (!action) {
      report({ status: 'unchanged', text });
      continue;
    }
    try {
      await applyAction(context, action);
    } catch (error) {
      report({ status: 'failed', text });
      const message = error instanceof Error ? error.message : String(error);
      return { step: text, message, ...(error instanceof KeycloakError && error.remedy && { remedy: error.remedy }) };
    }
    report({ status: 'done', text });
  }
  return undefined;
}

/**
 * Connects the realm; a second call with the same input finds nothing to do. Throws only while nothing is changed yet;
 * from the first change on, what goes wrong is `failure` in the result, so that a password just made is never lost.
 * @throws ConnectRefusedError when going on could lock somebody out, KeycloakError when Keycloak can't be used, and
 * ApiError when the federation is absent.
 */
export async function connectRealm(input: ConnectInput): Promise<ConnectResult> {
  const { federations, federation } = input;
  const { id: federationId } = await federations.requireFederation(federation);
  const { mappings } = await federations.listAttributeMappings(federation);
  const { directories } = await federations.describeFederation(federation);
  const wish = wishOf(input, {
    attributes: mappings.map(({ attribute, multiValued }) => ({ name: attribute, multiValued })),
    directories,
  });
  const admin = createAdmin({ url: input.keycloak.url, realm: input.realm, credentials: input.keycloak.credentials });
  const planned = planConnect(wish, await readState(input, federationId, wish, admin));
  if (!planned.ok) throw new ConnectRefusedError(planned.problem, planned.remedy);
  const { plan } = planned;

  const steps: ConnectStep[] = [];
  const report = (step: ConnectStep): void => {
    steps.push(step);
    input.onStep?.(step);
  };
  const produced: ApplyContext['produced'] = {};
  const changed = plan.steps.some(({ action }) => action !== undefined);
  let failure: ConnectResult['failure'];
  if (input.dryRun) {
    for (const { text, action } of plan.steps) report({ status: action ? 'planned' : 'unchanged', text });
  } else {
    const context = { admin, federations, federation, adminPassword: input.failoverAdmin?.password, produced };
    failure = await carryOut(plan.steps, context, report);
  }
  const { adminPassword, token, sync } = produced;
  const showPassword = adminPassword !== undefined && input.failoverAdmin?.password === undefined;
  return {
    dryRun: input.dryRun ?? false,
    changed,
    realmCreated: produced.realmCreated ?? false,
    componentId: plan.componentId,
    failoverAdmin: { username: wish.failover.username, ...(showPassword && { password: adminPassword }) },
    ...(token && { token }),
    ...(sync && { sync }),
    ...(failure && { failure }),
    steps,
    notes: plan.notes,
  };
}
