// The audit log's words: what operators change. Changes never hold a password, a token or the digest of one.
import { type Actor, type Changes, directoryEventTypes } from '../contracts.ts';

export const auditTypes = [
  ...directoryEventTypes,
  // Not in the directory's own log, which goes with it.
  'directory.deleted',
  'federation.created',
  'federation.updated',
  'federation.deleted',
  'federation.directory_added',
  'federation.directory_changed',
  'federation.directory_removed',
  'federation.attribute_mappings_changed',
  'federation.role_mappings_changed',
  'federation.username_reserved',
  'federation.username_released',
  'federation.token_created',
  'federation.token_revoked',
  'webhook.created',
  'webhook.updated',
  'webhook.deleted',
  'webhook.secret_rotated',
  'webhook.paused',
  'webhook.resumed',
  'webhook.replayed',
  'event_stream.created',
  'event_stream.updated',
  'event_stream.deleted',
  'event_stream.secret_rotated',
  'event_stream.paused',
  'event_stream.resumed',
  'event_stream.replayed',
  'signing_key.rotated',
  'secret.resealed',
] as const;

export type AuditType = (typeof auditTypes)[number];

/** A directory or federation as it was called then. */
export interface Named {
  id: string;
  slug: string;
}

/** What was changed: the directory or federation itself, or something of it. */
export interface AuditedResource {
  type: 'Directory' | 'Federation' | 'Token' | 'Issuer' | 'Webhook' | 'EventStream' | 'SigningKey' | 'Target';
  id: string;
  /** A slug, a token's first characters, an issuer's URL. */
  name: string;
}

export interface NewAuditEntry {
  type: AuditType;
  directory?: Named;
  federation?: Named;
  resource: AuditedResource;
  changes: Changes;
}

export interface AuditEntry extends NewAuditEntry {
  /** Rises, with gaps. */
  id: number;
  actor: Actor;
  createdAt: Date;
}
