// What each folder that keeps secrets sealed tells of them, so that they can be sealed with another key: see service.ts.
import type { AuditedResource, Named, NewAuditEntry } from '../events/audit/contracts.ts';
import type { SealingKey } from '../platform/secrets/sealed.ts';

export const secretKinds = [
  'ldap_bind_password',
  'target_secret',
  'event_stream_authorization',
  'signing_key',
  'webhook_secret',
] as const;

export type SecretKind = (typeof secretKinds)[number];

export interface SealedSecret {
  /** Tells several secrets of one owner apart. */
  id: string;
  /** Whose it is, as the audit log calls it. */
  owner: AuditedResource;
  /** Of which directory the owner is. */
  directory?: Named;
  /** See platform/secrets/sealed.ts. */
  place: string;
  sealed: Buffer;
}

/** The same secret, sealed otherwise, and what the audit log says of that. */
export interface Replacement {
  sealed: Buffer;
  entry: NewAuditEntry;
  now: Date;
}

/** Who keeps secrets of one kind. Each folder makes its own, in its sealed-secrets.ts. */
export interface SecretKeeper {
  kind: SecretKind;
  /** All that may be opened again: not those that have ended. */
  listSealed(): Promise<SealedSecret[]>;
  /**
   * Does nothing, and answers false, when there is another secret by now than the one that was listed. To whoever uses it the
   * secret is the same: no revision rises, nobody is woken up, and what is shown of its owner stays.
   */
  replaceSealed(listed: SealedSecret, replacement: Replacement): Promise<boolean>;
}

/** How many are sealed with which key; `unreadable`: with none that is there. */
export type SecretCounts = Record<SealingKey | 'unreadable', number>;

export interface UnreadableSecret {
  kind: SecretKind;
  id: string;
  directory: string | null;
  /** The slug of its owner, or the id of a signing key. */
  name: string;
}

export interface SealingStatus {
  /** The key that all are to be sealed with. */
  wanted: SealingKey;
  /** Whether all are. */
  complete: boolean;
  kinds: ({ kind: SecretKind } & SecretCounts)[];
  unreadable: UnreadableSecret[];
}

export interface Resealing {
  resealed: number;
  /** Left alone, because somebody has set another secret, or taken it away, at the same moment. */
  changedMeanwhile: number;
}
