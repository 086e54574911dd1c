// What the audit log says of changes to webhooks.
import { changesBetween } from '../events/audit/changes.ts';
import type { NewAuditEntry } from '../events/audit/contracts.ts';
import { type Pause, resourceTypeOf, type Webhook } from './contracts.ts';

/** What happens to webhooks and to event streams alike. */
type Happening = 'created' | 'updated' | 'deleted' | 'secret_rotated' | 'paused' | 'resumed' | 'replayed';
type Changed = Partial<Pick<Webhook, 'url' | 'types'>>;

const told = (pause: Pause | null) => (pause ? { cause: pause.cause, reason: pause.reason } : null);

function entryOf(webhook: Webhook, what: Happening, changes: NewAuditEntry['changes']): NewAuditEntry {
  const { id, kind, slug, directory } = webhook;
  const resource = { type: resourceTypeOf(webhook), id, name: slug };
  const prefix = kind === 'webhook' ? kind : 'event_stream';
  return { type: `${prefix}.${what}`, ...(directory && { directory }), resource, changes };
}

const settingsOf = ({ url, types, directory }: Webhook) => ({ url, types, directory: directory?.slug ?? null });

export const madeEntry = (webhook: Webhook): NewAuditEntry =>
  entryOf(webhook, 'created', changesBetween(undefined, settingsOf(webhook)));

export const deletedEntry = (webhook: Webhook): NewAuditEntry =>
  entryOf(webhook, 'deleted', changesBetween(settingsOf(webhook), undefined));

export const rotatedEntry = (webhook: Webhook, previousUntil: Date): NewAuditEntry =>
  entryOf(webhook, 'secret_rotated', { previousUntil: { before: null, after: previousUntil.toISOString() } });

export const pauseEntry = (webhook: Webhook, pause: Pause | null): NewAuditEntry =>
  entryOf(webhook, pause ? 'paused' : 'resumed', {
    pause: { before: told(webhook.pause), after: told(pause) },
  });

/** What was changed in the settings; nothing when nothing was. */
export function updatedEntries(webhook: Webhook, change: Changed): NewAuditEntry[] {
  const { url, types } = webhook;
  const changes = changesBetween({ url, types }, { url, types, ...change });
  return Object.keys(changes).length === 0 ? [] : [entryOf(webhook, 'updated', changes)];
}

export const replayEntry = (webhook: Webhook, replayed: unknown): NewAuditEntry =>
  entryOf(webhook, 'replayed', { replayed: { before: null, after: replayed } });
