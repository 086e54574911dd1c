// What the audit log says of changes to event streams. The rest is as with webhooks.
import { changesBetween } from '../events/audit/changes.ts';
import type { NewAuditEntry } from '../events/audit/contracts.ts';
import type { EventStream } from './contracts.ts';

type Told = Pick<EventStream, 'url' | 'audience' | 'content' | 'events' | 'resourceTypes'>;

const settingsOf = ({ url, audience, content, events, resourceTypes }: Told) => ({
  ...(url !== '' && { url }),
  ...{ audience, content, events, resourceTypes },
});

const entryOf = (
  { id, slug, directory }: EventStream,
  type: Extract<NewAuditEntry['type'], `event_stream.${string}`>,
  changes: NewAuditEntry['changes'],
): NewAuditEntry => ({
  type,
  ...(directory && { directory }),
  resource: { type: 'EventStream', id, name: slug },
  changes,
});

const made = (stream: EventStream) => ({
  ...settingsOf(stream),
  delivery: stream.kind,
  directory: stream.directory?.slug ?? null,
});

export const madeEntry = (stream: EventStream): NewAuditEntry =>
  entryOf(stream, 'event_stream.created', changesBetween(undefined, made(stream)));

export const deletedEntry = (stream: EventStream): NewAuditEntry =>
  entryOf(stream, 'event_stream.deleted', changesBetween(made(stream), undefined));

/** What was changed in the settings; nothing when nothing was. Of a secret only that there is another. */
export function updatedEntries(
  stream: EventStream,
  change: Partial<Told> & { authorization?: unknown },
): NewAuditEntry[] {
  const { authorization, ...settings } = change;
  const changes = changesBetween(settingsOf(stream), settingsOf({ ...stream, ...settings }));
  return [
    ...(Object.keys(changes).length > 0 ? [entryOf(stream, 'event_stream.updated', changes)] : []),
    ...(authorization === undefined ? [] : [entryOf(stream, 'event_stream.secret_rotated', {})]),
  ];
}

export const tokenEntry = (stream: EventStream, prefix: string, previousUntil: Date): NewAuditEntry =>
  entryOf(stream, 'event_stream.secret_rotated', {
    token: { before: stream.tokenPrefix, after: prefix },
    previousUntil: { before: null, after: previousUntil.toISOString() },
  });
