// The event log's words. Data never holds a password, a token or the hash of one.

/** Of the directory itself and of what opens, describes and feeds it: changes by operators. */
export const directoryEventTypes = [
  'directory.created',
  'directory.updated',
  'directory.enabled',
  'directory.disabled',
  'directory.move_started',
  'directory.move_decided',
  'directory.move_finished',
  'directory.move_undone',
  'directory.move_forgotten',
  'directory.undo_planned',
  'directory.undo_started',
  'directory.undo_finished',
  'directory.undo_discarded',
  'token.created',
  'token.updated',
  'token.revoked',
  'issuer.created',
  'issuer.updated',
  'issuer.deleted',
  'schema.created',
  'schema.updated',
  'schema.deleted',
  'resource_type.created',
  'resource_type.updated',
  'resource_type.deleted',
  'ldap.updated',
  'ldap.password_changed',
  'ldap.sync_requested',
  'target.created',
  'target.updated',
  'target.secret_changed',
  'target.paused',
  'target.resumed',
  'target.purged',
  'target.deleted',
  'guard.updated',
  'guard.released',
  'guard.rejected',
] as const;

/** What the guard for pushed SCIM does by itself. */
const guardEventTypes = ['guard.tripped', 'guard.held', 'guard.cancelled'] as const;

/** Of webhooks and event streams: whether what happens in the directory still reaches them. */
const deliveryEventTypes = ['delivery.paused', 'delivery.resumed', 'delivery.dead'] as const;

export const eventTypes = [
  'user.created',
  'user.updated',
  'user.activated',
  'user.deactivated',
  'user.deleted',
  'user.password_changed',
  // Taken over by the identity provider that its directory moves to.
  'user.adopted',
  'group.created',
  'group.updated',
  'group.deleted',
  'group.adopted',
  'group.member_added',
  'group.member_removed',
  // Of resource types that a directory declares.
  'resource.created',
  'resource.updated',
  'resource.deleted',
  ...guardEventTypes,
  ...directoryEventTypes,
  ...deliveryEventTypes,
] as const;

export type EventType = (typeof eventTypes)[number];

/** The keys under which a user could be found before and after the change, for shadowing (design: first directory wins). */
export interface TouchedKeys {
  usernames: string[];
  emails: string[];
}

/** Changed attributes only: the value before and after; null where there was or is none. */
export type Changes = Record<string, { before: unknown; after: unknown }>;

export interface EventData {
  changes?: Changes;
  /** Member ids, for group.member_added and group.member_removed. */
  members?: string[];
  /** Ids of users whose group memberships change with this event, where `members` doesn't say so already. */
  affectedUsers?: string[];
  keys?: TouchedKeys;
  /** Of a deleted user whose resource had no `active`: whether it could log in. */
  wasActive?: boolean;
  /** Of an adoption: the attribute by which the user was found, `review` or `id`. */
  matchedBy?: string;
  /** The plan whose change it is, of an operator's who undoes what somebody did. */
  undoPlan?: string;
  /** Of what the guard had held: who had asked for it, before the actor let it be done. */
  askedBy?: { actor: string; requestId: string | null };
}

/** Whether it says of the deliveries themselves how they do. */
export const isOfDeliveries = (type: string): boolean => deliveryEventTypes.some((one) => one === type);

export interface NewEvent {
  type: EventType;
  /**
   * `User`, `Group`, the name of a type that the directory declares; `Directory`, `Token`, `Issuer`, `Target`, `Webhook`,
   * `EventStream`.
   */
  resourceType: string;
  resourceId: string;
  resourceVersion?: number;
  data: EventData;
}

/** Who caused a change, and in which request. */
export interface Actor {
  /** Such as `token:rb_scim_Ab12cd`, `token:ADMIN_TOKEN`, `cli:alice`, `ldap:acme`; `bridge` for the bridge itself. */
  name: string;
  requestId?: string;
  /** The interop profile under which an identity provider's request was understood, such as `entra`. */
  profile?: string;
  /** The plan by which an operator undoes what somebody did. */
  undoPlan?: string;
  /** Whose request it is that the actor lets be done. */
  askedBy?: NonNullable<EventData['askedBy']>;
}

export interface StoredEvent extends NewEvent {
  directoryId: string;
  position: number;
  createdAt: Date;
}

/** An event as those read it who want to know who did it. */
export interface LoggedEvent extends StoredEvent {
  actor: Actor;
}
