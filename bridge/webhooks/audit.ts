// What the audit log says of changes to webhooks.
import { changesBetween } from '../events/audit/changes.ts';
import type { NewAuditEntry } from '../events/audit/contracts.ts';
import type { Pause, Webhook } from './contracts.ts';

type Changed = Partial<Pick<Webhook, 'url' | 'types'>>;

const told = (pause: Pause | null) => (pause ? { cause: pause.cause, reason: pause.reason } : null);

function entryOf(
  { id, slug, directory }: Webhook,
  type: Extract<NewAuditEntry['type'], `webhook.${string}`>,
  changes: NewAuditEntry['changes'],
): NewAuditEntry {
  return { type, ...(directory && { directory }), resource: { type: 'Webhook', id, name: slug }, changes };
}

const settingsOf = ({ url, types, directory }: Webhook) => ({ url, types, directory: directory?.slug ?? null });

export const madeEntry = (webhook: Webhook): NewAuditEntry =>
  entryOf(webhook, 'webhook.created', changesBetween(undefined, settingsOf(webhook)));

export const deletedEntry = (webhook: Webhook): NewAuditEntry =>
  entryOf(webhook, 'webhook.deleted', changesBetween(settingsOf(webhook), undefined));

export const rotatedEntry = (webhook: Webhook, previousUntil: Date): NewAuditEntry =>
  entryOf(webhook, 'webhook.secret_rotated', { previousUntil: { before: null, after: previousUntil.toISOString() } });

export const pauseEntry = (webhook: Webhook, pause: Pause | null): NewAuditEntry =>
  entryOf(webhook, pause ? 'webhook.paused' : 'webhook.resumed', {
    pause: { before: told(webhook.pause), after: told(pause) },
  });

/** What was changed in the settings; nothing when nothing was. */
export function updatedEntries(webhook: Webhook, change: Changed): NewAuditEntry[] {
  const { url, types } = webhook;
  const changes = changesBetween({ url, types }, { url, types, ...change });
  return Object.keys(changes).length === 0 ? [] : [entryOf(webhook, 'webhook.updated', changes)];
}

export const replayEntry = (webhook: Webhook, replayed: unknown): NewAuditEntry =>
  entryOf(webhook, 'webhook.replayed', { replayed: { before: null, after: replayed } });
