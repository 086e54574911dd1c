// What `connect` wants, what it finds, and what it means to do about the difference.
import type { Binding } from '../federation/mappings/binding.ts';
import type { ComponentConfig, ComponentSettings, ConfigChange } from './component.ts';

export const defaultFailoverAdmin = 'failover-admin';
export const groupsScopeName = 'realmbridge-groups';

export interface FailoverWish {
  username: string;
  /** False: the user has a password already and keeps it. */
  resetPassword: boolean;
}

/** An attribute of the realm's user profile. */
export interface ProfileAttribute {
  name: string;
  multiValued: boolean;
}

export interface DeclaredAttribute extends ProfileAttribute {
  /** Slug of the federation for which `connect` declared it; undefined: somebody else did. */
  owner: string | undefined;
  /** As the realm has it. */
  label: string | undefined;
}

export interface ProfileChange {
  type: 'declare-attributes';
  federation: string;
  declare: ProfileAttribute[];
  withdraw: string[];
}

/** The first login flow that lets nobody in. */
export const refusalFlowName = 'realmbridge refuse unlinked users';

export interface BoundDirectory extends Binding {
  slug: string;
}

export interface IdentityProviderState {
  alias: string;
  enabled: boolean;
  /** Keycloak refuses every login through such a provider, linked or not. */
  linkOnly: boolean;
  /** With FORCE, Keycloak writes names at each login, which it may not for users of a directory. */
  syncMode: string | undefined;
  firstLoginFlow: string | undefined;
}

/** What the realm has of what directories are bound to. */
export interface BindingState {
  organizationsEnabled: boolean;
  organizations: { alias: string; enabled: boolean }[];
  identityProviders: IdentityProviderState[];
  /** `changed`: somebody has put other steps into the flow. */
  refusalFlow: 'absent' | 'empty' | 'right' | 'changed';
}

/** Undefined: leave it as it is. Empty: Keycloak's default theme, no help link. */
export interface AppearanceWish {
  /** For the login pages and the account console. */
  theme: string | undefined;
  helpUrl: string | undefined;
}

/** Of a realm; empty where it has none of its own. */
export interface AppearanceState {
  loginTheme: string;
  accountTheme: string;
  helpUrl: string;
}

export type AppearanceChange = Partial<AppearanceState>;

/** The names of the themes that Keycloak has, by type. */
export interface InstalledThemes {
  login: readonly string[];
  account: readonly string[];
}

export interface ConnectWish {
  keycloakUrl: string;
  realm: string;
  createRealm: boolean;
  settings: ComponentSettings;
  componentId: string | undefined;
  rotateToken: boolean;
  failover: FailoverWish;
  /** undefined: no groups claim is wanted. */
  groups: { names: 'path' | 'name' } | undefined;
  /** Client ids of existing clients that shall get the groups claim too. */
  clients: readonly string[] | 'all';
  /** What the federation maps. */
  attributes: readonly ProfileAttribute[];
  /** The federation's directories and what they are bound to in the realm. */
  directories: readonly BoundDirectory[];
  appearance: AppearanceWish;
  sync: boolean;
}

export interface RealmState {
  registrationEmailAsUsername: boolean;
  components: { id: string; name: string; config: ComponentConfig }[];
  /** The user of the failover admin's name. Undefined when there is none, or when the name is a directory's. */
  admin: { id: string; federated: boolean; enabled: boolean; realmAdmin: boolean } | undefined;
  groupsScope: { id: string; realmDefault: boolean; hasMapper: boolean } | undefined;
  clients: { id: string; clientId: string; hasGroups: boolean }[];
  /** The attributes of its user profile. */
  attributes: DeclaredAttribute[];
  /** Undefined when no directory is bound to anything. */
  bindings: BindingState | undefined;
  appearance: AppearanceState;
}

export interface ConnectState {
  provider: { loaded: boolean; declared: ComponentConfig; themes: InstalledThemes };
  /** Undefined: the realm is absent. */
  realm: RealmState | undefined;
  /** The federation's live tokens that earlier runs made for this realm's component, newest last. */
  tokens: { id: string; prefix: string }[];
  usernameReserved: boolean;
  /** The directory that serves a user of the failover admin's name. */
  usernameServedBy: string | undefined;
}

export type Action =
  | { type: 'create-realm' }
  | { type: 'reserve-username'; username: string }
  | { type: 'create-admin'; id: string; username: string; email: string }
  | { type: 'grant-realm-admin'; userId: string }
  | { type: 'enable-admin'; userId: string }
  | { type: 'reset-admin-password'; userId: string }
  | { type: 'create-component'; id: string; name: string; config: ComponentConfig }
  | { type: 'update-component'; id: string; changes: ConfigChange[]; newToken: boolean }
  | { type: 'revoke-token'; tokenId: string }
  | { type: 'create-groups-scope'; fullPath: boolean }
  | { type: 'create-groups-mapper'; scopeId: string; fullPath: boolean }
  | { type: 'default-groups-scope' }
  | { type: 'add-groups-to-client'; clientUuid: string }
  | ProfileChange
  | { type: 'create-refusal-flow'; isThere: boolean }
  | { type: 'set-first-login-flow'; alias: string; flow: string | undefined }
  | { type: 'set-appearance'; change: AppearanceChange }
  | { type: 'sync'; componentId: string };

/** One line of the plan: something to do, or, without `action`, something that is right already. */
export interface PlanStep {
  text: string;
  action?: Action;
}

export interface ConnectPlan {
  componentId: string;
  steps: PlanStep[];
  /** What is left for a person to decide. */
  notes: string[];
}

export type PlanResult = { ok: true; plan: ConnectPlan } | { ok: false; problem: string; remedy: string };
