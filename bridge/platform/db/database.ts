// The tables as Kysely sees them. test/integration/store.test.ts compares this with information_schema.
import type { ColumnType, Generated, GeneratedAlways } from 'kysely';

type Timestamp = ColumnType<Date, Date, Date>;
/** int8 columns; the connection parses them to numbers (versions and positions stay far below 2^53). */
type Int8 = number;
/** jsonb: read as parsed JSON, written as JSON text so that arrays are not taken for PostgreSQL arrays. */
type Json = ColumnType<Record<string, unknown>, string, string>;
type NullableJson = ColumnType<Record<string, unknown> | null, string | null | undefined, string | null>;

export type DirectoryKind = 'scim' | 'ldap';

export interface DirectoriesTable {
  id: string;
  slug: string;
  name: string;
  kind: DirectoryKind;
  profile: string;
  enabled: Generated<boolean>;
  created_at: Timestamp;
  updated_at: Timestamp;
  /** Rises with every change of what the directory declares; 0: it never declared anything. */
  schema_revision: Generated<Int8>;
  /** Of a directory that is pulled: whether its source can be reached. */
  source_health: Generated<'ok' | 'degraded' | 'unavailable'>;
  /** When its source was last reached. */
  source_seen_at: ColumnType<Date | null, Date | null | undefined, Date | null>;
  /** It changes from one identity provider to another: see provisioning/moves/. */
  moving: Generated<boolean>;
}

export interface DirectorySchemasTable {
  directory_id: string;
  /** The URN in lower case. */
  urn_key: string;
  definition: Json;
  created_at: Timestamp;
  updated_at: Timestamp;
}

export interface DirectoryResourceTypesTable {
  directory_id: string;
  /** The name in lower case. */
  name_key: string;
  definition: Json;
  created_at: Timestamp;
  updated_at: Timestamp;
}

/** Resources of the types that directories declare. */
export interface ResourcesTable {
  directory_id: string;
  id: string;
  resource_type: string;
  external_id: string | null;
  resource: Json;
  version: Int8;
  created_at: Timestamp;
  last_modified_at: Timestamp;
}

/** The keys of declared attributes that are indexed or unique: see scim/resource/indexed-keys.ts. */
export interface AttributeKeysTable {
  directory_id: string;
  resource_id: string;
  attribute: string;
  key: string;
  is_unique: boolean;
}

export interface DirectoryTokensTable {
  directory_id: string;
  id: string;
  name: string;
  prefix: string;
  digest: Buffer;
  scopes: string[];
  created_at: Timestamp;
  expires_at: Timestamp | null;
  revoked_at: Timestamp | null;
  last_used_at: Timestamp | null;
}

export interface DirectoryIssuersTable {
  directory_id: string;
  id: string;
  issuer: string;
  audience: string;
  jwks_url: string | null;
  required_claims: Json;
  scopes: string[];
  scope_claim: string | null;
  read_value: string | null;
  write_value: string | null;
  enabled: boolean;
  created_at: Timestamp;
  last_used_at: Timestamp | null;
}

export interface DirectoryToleranceUsesTable {
  directory_id: string;
  tolerance: string;
  first_used_at: Timestamp;
  last_used_at: Timestamp;
  uses: Int8;
}

export interface ScimRequestsTable {
  directory_id: string;
  id: string;
  created_at: Timestamp;
  method: string;
  path: string;
  query: ColumnType<Record<string, string>, string, string>;
  resource_id: string | null;
  actor: string | null;
  request_id: string;
  address: string;
  user_agent: string | null;
  status: number;
  scim_type: string | null;
  detail: string | null;
  failed_operations: number;
  failed: boolean;
  duration_ms: number;
  tolerances: ColumnType<string[], string, string>;
  sent: ColumnType<unknown, string | null, string | null>;
}

export interface UsersTable {
  directory_id: string;
  id: string;
  user_name: string;
  user_name_key: string;
  external_id: string | null;
  email: string | null;
  email_key: string | null;
  given_name: string | null;
  family_name: string | null;
  display_name: string | null;
  display_name_key: string | null;
  active: boolean;
  resource: Json;
  version: Int8;
  created_at: Timestamp;
  last_modified_at: Timestamp;
}

export interface UserEmailsTable {
  directory_id: string;
  user_id: string;
  position: number;
  value: string | null;
  value_key: string | null;
  type_key: string | null;
  is_primary: boolean | null;
}

/** A copy of what users are searched by, outside of row-level security: it narrows down, and never answers alone. */
export interface UserSearchTable {
  directory_id: string;
  user_id: string;
  user_name_key: string;
  display_name_key: string | null;
  /** One a line. */
  email_keys: string | null;
}

export interface UserCredentialsTable {
  directory_id: string;
  user_id: string;
  password_hash: string;
  changed_at: Timestamp;
}

export interface GroupsTable {
  directory_id: string;
  id: string;
  display_name: string;
  display_name_key: string;
  external_id: string | null;
  resource: Json;
  version: Int8;
  created_at: Timestamp;
  last_modified_at: Timestamp;
}

export interface GroupMembersTable {
  directory_id: string;
  group_id: string;
  member_id: string;
  user_id: string | null;
  child_group_id: string | null;
  display: string | null;
  created_at: Timestamp;
}

export interface EventsTable {
  directory_id: string;
  id: GeneratedAlways<Int8>;
  position: Int8 | null;
  type: string;
  resource_type: string;
  resource_id: string;
  resource_version: Int8 | null;
  data: Json;
  actor: string;
  request_id: string | null;
  /** The profile of the identity provider; null for all who are none. */
  profile: string | null;
  created_at: Timestamp;
}

export interface EventHeadsTable {
  directory_id: string;
  position: Int8;
  /** Events up to and including this position are gone. */
  pruned_position: Generated<Int8>;
}

/** What operators changed; never updated, never deleted. */
export interface AuditLogTable {
  id: GeneratedAlways<Int8>;
  type: string;
  directory_id: string | null;
  directory_slug: string | null;
  federation_id: string | null;
  federation_slug: string | null;
  resource_type: string;
  resource_id: string;
  resource_name: string;
  changes: Json;
  actor: string;
  request_id: string | null;
  created_at: Timestamp;
}

/** An entry of a federation's attribute mappings. */
export interface AttributeMappingJson {
  path: string;
  attribute: string;
  multiValued: boolean;
}

export interface FederationsTable {
  id: string;
  slug: string;
  name: string;
  revision: Generated<Int8>;
  created_at: Timestamp;
  /** Null: the default ones. */
  attribute_mappings: ColumnType<AttributeMappingJson[] | null, string | null | undefined, string | null>;
}

export interface FederationDirectoriesTable {
  federation_id: string;
  directory_id: string;
  priority: number;
  enabled: Generated<boolean>;
  organization: string | null;
  /** Null together with the two that follow. */
  identity_provider: string | null;
  identity_subject: string | null;
  unlinked_users: 'allow' | 'refuse' | null;
}

export interface FederationRoleMappingsTable {
  federation_id: string;
  directory_id: string;
  position: number;
  group_id: string | null;
  group_name: string | null;
  client: string | null;
  role: string;
  allow_admin: boolean;
}

export interface FederationTokensTable {
  federation_id: string;
  id: string;
  name: string;
  prefix: string;
  digest: Buffer;
  created_at: Timestamp;
  expires_at: Timestamp | null;
  revoked_at: Timestamp | null;
  last_used_at: Timestamp | null;
}

export interface ReservedUsernamesTable {
  federation_id: string;
  username_key: string;
  reason: string;
}

export interface ConsumersTable {
  id: string;
  kind: 'keycloak' | 'webhook' | 'outbound';
  name: string;
  federation_id: string | null;
  cursor: string | null;
  last_seen_at: Timestamp | null;
  created_at: Timestamp;
}

export interface ServerKeysTable {
  name: string;
  secret: Buffer;
  created_at: Timestamp;
}

export interface LdapConnectionsTable {
  directory_id: string;
  settings: Json;
  /** Sealed: see secrets/sealed.ts. */
  bind_password: Buffer;
  created_at: Timestamp;
  updated_at: Timestamp;
}

export interface LdapStatesTable {
  directory_id: string;
  /** The process that reads the directory, until the lease ends. */
  lease_owner: string | null;
  lease_until: Timestamp | null;
  /** What an operator asked for and no process has begun yet. */
  requested: 'full' | 'accept-removals' | null;
  health: NullableJson;
  watermark: NullableJson;
  last_full_at: Timestamp | null;
  last_changes_at: Timestamp | null;
  last_listing_at: Timestamp | null;
  last_report: NullableJson;
  failure: NullableJson;
  held: NullableJson;
}

/** Which entry of the LDAP server is which user or group. */
export interface LdapEntriesTable {
  directory_id: string;
  kind: 'User' | 'Group';
  /** entryUUID, objectGUID or the like. */
  entry_id: string;
  /** Null: it could not be taken over. */
  resource_id: string | null;
  dn: string;
  dn_key: string;
  /** Of what was last written to the store. */
  fingerprint: string | null;
  /** Why it is not served, or not as it is now. */
  problem: string | null;
  /** Complete listings in a row that lacked it. */
  missing: Generated<number>;
}

export type MoveState = 'starting' | 'open' | 'finishing' | 'finished' | 'undoing' | 'undone';
/** Of a user or group in a move: not taken over yet, taken over, or made by the new identity provider. */
export type MovedState = 'waiting' | 'adopted' | 'created';

/** The latest move of a directory from one identity provider to another. */
export interface DirectoryMovesTable {
  directory_id: string;
  id: string;
  state: MoveState;
  match: string[];
  /** How the directory was before: kind, profile, and what was closed. */
  previous: Json;
  /** What becomes of what was not taken over, once that is decided. */
  leftovers: NullableJson;
  started_at: Timestamp;
  ended_at: Timestamp | null;
  lease_owner: string | null;
  lease_until: Timestamp | null;
}

/** A user as the move found it; without a resource: one that the new identity provider has made. */
export interface DirectoryMoveUsersTable {
  directory_id: string;
  user_id: string;
  state: MovedState;
  user_name_key: string | null;
  active: boolean;
  resource: NullableJson;
  version: Int8;
  password_hash: string | null;
  created_at: Timestamp;
  last_modified_at: Timestamp;
  /** The attribute by which it was taken over, `review` or `id`. */
  matched_by: string | null;
  moved_at: Timestamp | null;
  restored: Generated<boolean>;
}

/** What users are matched by, as the move found it: see provisioning/moves/matching.ts. */
export interface DirectoryMoveKeysTable {
  directory_id: string;
  user_id: string;
  attribute: string;
  key: string;
}

export interface DirectoryMoveGroupsTable {
  directory_id: string;
  group_id: string;
  state: MovedState;
  display_name_key: string | null;
  resource: NullableJson;
  version: Int8;
  created_at: Timestamp;
  last_modified_at: Timestamp;
  moved_at: Timestamp | null;
  restored: Generated<boolean>;
}

export interface DirectoryMoveMembersTable {
  directory_id: string;
  group_id: string;
  member_id: string;
  display: string | null;
  created_at: Timestamp;
  /** The new identity provider has named the member, too. */
  confirmed: Generated<boolean>;
}

/** A user of the new identity provider whom nobody but a person can match. */
export interface DirectoryMoveClaimsTable {
  directory_id: string;
  id: string;
  user_name_key: string;
  user_name: string;
  external_id: string | null;
  email: string | null;
  employee_number: string | null;
  reason: string;
  candidates: string[];
  decision: 'adopt' | 'create' | null;
  user_id: string | null;
  attempts: Int8;
  first_seen_at: Timestamp;
  last_seen_at: Timestamp;
}

export type UndoPlanState = 'planning' | 'planned' | 'applying' | 'applied';

export interface UndoPlansTable {
  directory_id: string;
  id: string;
  state: UndoPlanState;
  actors: string[];
  from_time: Timestamp;
  to_time: Timestamp;
  /** Events after this one are looked at. */
  start_position: Int8;
  scanned_position: Int8;
  end_position: Int8;
  changes: Generated<Int8>;
  created_by: string;
  created_at: Timestamp;
  applied_at: Timestamp | null;
}

/** One thing that a plan would do to a resource or, with a `member_id`, to a group's member. */
export interface UndoItemsTable {
  directory_id: string;
  plan_id: string;
  resource_id: string;
  member_id: Generated<string>;
  resource_type: string;
  /** `found`: not looked at yet. */
  state: 'found' | 'ready' | 'conflict' | 'impossible' | 'done' | 'refused';
  action: string | null;
  name: string | null;
  /** The name that it gets back, without case. */
  name_key: string | null;
  reason: string | null;
  since: NullableJson;
  changes: Generated<Json>;
  lost: Generated<string[]>;
  now_there: boolean | null;
  former_there: boolean | null;
  last_event: Int8 | null;
  version: Int8 | null;
  overwrite: Generated<boolean>;
  problem: string | null;
}

export interface WebhooksTable {
  id: string;
  /** `push` and `poll`: an event stream, see EventStreamsTable. */
  kind: Generated<'webhook' | 'push' | 'poll'>;
  slug: string;
  /** Null: of all directories. */
  directory_id: string | null;
  /** Null: of an event stream. */
  url: string | null;
  /** Null: of all types. */
  types: string[] | null;
  /** Null together with the two that follow. */
  pause_cause: 'operator' | 'failing' | 'gone' | 'secret' | null;
  pause_reason: string | null;
  paused_at: Timestamp | null;
  revision: Generated<Int8>;
  /** The process that delivers, until the lease ends. */
  lease_owner: string | null;
  lease_until: Timestamp | null;
  created_at: Timestamp;
  updated_at: Timestamp;
}

/** What an event stream has beside its row in `webhooks`. */
export interface EventStreamsTable {
  id: string;
  /** Where to push; null: it is polled. */
  url: string | null;
  /** See secrets/sealed.ts. */
  push_authorization: Buffer | null;
  base_url: string;
  audience: string;
  /** Null: all. */
  events: string[] | null;
  /** Null: all. */
  resource_types: string[] | null;
  content: 'full' | 'notice';
  token_digest: Buffer | null;
  token_prefix: string | null;
  previous_digest: Buffer | null;
  previous_until: Timestamp | null;
  /** The verification event that a poller has yet to acknowledge. */
  verification: ColumnType<unknown, string | null, string | null>;
  verified_at: Timestamp | null;
}

export interface SigningKeysTable {
  /** The `kid`. */
  id: string;
  public_jwk: ColumnType<unknown, string, string>;
  /** See secrets/sealed.ts. */
  private_key: Buffer;
  created_at: Timestamp;
  signs_from: Timestamp;
  /** Null: as long as nobody rotates it. */
  published_until: Timestamp | null;
}

export interface WebhookSecretsTable {
  webhook_id: string;
  id: string;
  /** See secrets/sealed.ts. */
  sealed: Buffer;
  created_at: Timestamp;
  /** Null: the present one. */
  expires_at: Timestamp | null;
}

export interface WebhookCursorsTable {
  directory_id: string;
  webhook_id: string;
  position: Int8;
  epoch: Generated<Int8>;
  skip_after: Int8 | null;
  skip_to: Int8 | null;
  /** Events that were no longer in the log when their turn came. */
  missed: Generated<Int8>;
  missed_at: Timestamp | null;
  delivered_at: Timestamp | null;
  /** Of a polled stream: positions after `position` that are settled. */
  acknowledged: ColumnType<number[], string | undefined, string>;
}

export interface WebhookDeliveriesTable {
  directory_id: string;
  webhook_id: string;
  position: Int8;
  state: 'waiting' | 'dead';
  type: string;
  resource_type: string;
  resource_id: string;
  body: string;
  attempts: number;
  first_failed_at: Timestamp | null;
  last_failed_at: Timestamp | null;
  /** Null: as soon as the one before it of the same resource is delivered or dead. */
  next_attempt_at: Timestamp | null;
  problem: string | null;
}

export interface WebhookAttemptsTable {
  directory_id: string;
  webhook_id: string;
  id: string;
  position: Int8;
  type: string;
  at: Timestamp;
  /** Null: there was no answer. */
  status: number | null;
  duration_ms: number;
  answer: string;
  /** Null: it was delivered. */
  problem: string | null;
}

/** Another SCIM server that the directory is pushed on to. */
export interface OutboundTargetsTable {
  directory_id: string;
  id: string;
  slug: string;
  settings: Json;
  /** Sealed: see secrets/sealed.ts. */
  secret: Buffer;
  mode: 'active' | 'paused' | 'purging';
  revision: Generated<Int8>;
  created_at: Timestamp;
  updated_at: Timestamp;
}

export interface OutboundStatesTable {
  directory_id: string;
  target_id: string;
  /** Events up to here are noted in outbound_resources. */
  position: Int8;
  lease_owner: string | null;
  lease_until: Timestamp | null;
  /** Until then the target is not called. */
  held_until: Timestamp | null;
  held_reason: string | null;
  /** What the target says of its abilities. */
  probe: NullableJson;
  run_requested: Generated<boolean>;
  /** The full reconciliation that is under way. */
  run: NullableJson;
  last_run_at: Timestamp | null;
  last_report: NullableJson;
  pushed_at: Timestamp | null;
}

/** What a target has of each user and group, and what is still to be done. */
export interface OutboundResourcesTable {
  directory_id: string;
  target_id: string;
  source_id: string;
  resource_type: 'User' | 'Group';
  state: 'ok' | 'pending' | 'quarantined';
  remote_id: string | null;
  /** It was there before the bridge came. */
  adopted: Generated<boolean>;
  /** Deactivated there, because it left the directory or the target's scope. */
  retired: Generated<boolean>;
  wanted: Generated<Int8>;
  attempts: Generated<number>;
  next_attempt_at: Timestamp;
  problem: string | null;
  pushed: NullableJson;
  pushed_version: Int8 | null;
  etag: string | null;
  lease_owner: string | null;
  lease_until: Timestamp | null;
  updated_at: Timestamp;
}

export interface OutboundMembersTable {
  directory_id: string;
  target_id: string;
  group_id: string;
  remote_id: string;
}

export interface OutboundTasksTable {
  directory_id: string;
  target_id: string;
  run_id: string;
  number: number;
  resource_type: string;
  source_ids: string[];
  /** Null: not done yet. */
  report: NullableJson;
  lease_owner: string | null;
  lease_until: Timestamp | null;
}

/** The guard for pushed SCIM; without a row, a directory has the default settings. */
export interface GuardsTable {
  directory_id: string;
  enabled: Generated<boolean>;
  /** Null: the default ones. */
  settings: NullableJson;
  /** Until then everything is let through. */
  passing_until: Timestamp | null;
}

export type GuardedOperation = 'deactivate' | 'delete' | 'remove_member';

export interface GuardWindowsTable {
  directory_id: string;
  operation: GuardedOperation;
  /** Rows of guard_changes. */
  counted: Generated<number>;
  /** How many users the directory had when they were last counted. */
  known: Generated<number>;
  known_at: Timestamp | null;
  tripped_at: Timestamp | null;
}

/** Whom it was done to within the window. */
export interface GuardChangesTable {
  directory_id: string;
  operation: GuardedOperation;
  user_id: string;
  at: Timestamp;
}

export interface GuardHeldTable {
  directory_id: string;
  id: string;
  operation: GuardedOperation | 'delete_group';
  user_id: string | null;
  group_id: string | null;
  /** Released: decided, and to be carried out. */
  state: Generated<'held' | 'released'>;
  actor: string;
  request_id: string | null;
  held_at: Timestamp;
}

export interface Database {
  guards: GuardsTable;
  guard_windows: GuardWindowsTable;
  guard_changes: GuardChangesTable;
  guard_held: GuardHeldTable;
  outbound_targets: OutboundTargetsTable;
  outbound_states: OutboundStatesTable;
  outbound_resources: OutboundResourcesTable;
  outbound_members: OutboundMembersTable;
  outbound_tasks: OutboundTasksTable;
  directory_moves: DirectoryMovesTable;
  directory_move_users: DirectoryMoveUsersTable;
  directory_move_keys: DirectoryMoveKeysTable;
  directory_move_groups: DirectoryMoveGroupsTable;
  directory_move_members: DirectoryMoveMembersTable;
  directory_move_claims: DirectoryMoveClaimsTable;
  undo_plans: UndoPlansTable;
  undo_items: UndoItemsTable;
  ldap_connections: LdapConnectionsTable;
  ldap_states: LdapStatesTable;
  ldap_entries: LdapEntriesTable;
  directories: DirectoriesTable;
  directory_schemas: DirectorySchemasTable;
  user_attribute_keys: AttributeKeysTable;
  group_attribute_keys: AttributeKeysTable;
  resource_attribute_keys: AttributeKeysTable;
  directory_resource_types: DirectoryResourceTypesTable;
  resources: ResourcesTable;
  directory_tokens: DirectoryTokensTable;
  directory_issuers: DirectoryIssuersTable;
  directory_tolerance_uses: DirectoryToleranceUsesTable;
  scim_requests: ScimRequestsTable;
  users: UsersTable;
  user_emails: UserEmailsTable;
  user_search: UserSearchTable;
  user_credentials: UserCredentialsTable;
  groups: GroupsTable;
  group_members: GroupMembersTable;
  events: EventsTable;
  event_heads: EventHeadsTable;
  audit_log: AuditLogTable;
  federations: FederationsTable;
  federation_directories: FederationDirectoriesTable;
  federation_role_mappings: FederationRoleMappingsTable;
  federation_tokens: FederationTokensTable;
  reserved_usernames: ReservedUsernamesTable;
  consumers: ConsumersTable;
  server_keys: ServerKeysTable;
  webhooks: WebhooksTable;
  webhook_secrets: WebhookSecretsTable;
  event_streams: EventStreamsTable;
  signing_keys: SigningKeysTable;
  webhook_cursors: WebhookCursorsTable;
  webhook_deliveries: WebhookDeliveriesTable;
  webhook_attempts: WebhookAttemptsTable;
}
