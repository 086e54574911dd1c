// From an event of the log to the claims of a SET (RFC 8417) with SCIM events (RFC 9967). Pure: knows no clock, no key.
import type { EventType, LoggedEvent } from '../events/contracts.ts';
import { weakEtag } from '../scim/etag.ts';
import { type JsonObject, type JsonValue, own } from '../scim/json.ts';
import { project } from '../scim/projection.ts';
import type { ResourceTypeDefinition } from '../scim/schema/model.ts';
import type { Content, EventStream, ScimEvent } from './contracts.ts';
import { patchOperations, touchedAttributes } from './patch-told.ts';

const prefix = 'urn:ietf:params:scim:event:';

/** Without `iat`, which says when it was signed (RFC 8417 §2.2). */
export interface SetClaims {
  iss: string;
  aud: string;
  jti: string;
  txn: string;
  /** When it happened, in seconds. */
  toe: number;
  sub_id: { format: string } & Record<string, string>;
  events: Record<string, JsonObject>;
}

export type ToldStream = Pick<EventStream, 'id' | 'baseUrl' | 'audience' | 'content' | 'events' | 'resourceTypes'>;

/** The issuer of a directory's SETs: its SCIM endpoint, below which `sub_id.uri` leads to the resource (RFC 9967 §2.1). */
export const issuerOf = ({ baseUrl }: Pick<EventStream, 'baseUrl'>, slug: string): string =>
  `${baseUrl}/scim/v2/${slug}`;

/** The same whenever the event is sent, so that receivers know what they have already (RFC 8417 §2.2). */
export const jtiOf = (streamId: string, directoryId: string, position: number): string =>
  `${streamId}.${directoryId}.${position}`;

export interface NamedEvent {
  directoryId: string;
  position: number;
}

const jtiPattern = /^([0-9a-f-]{36})\.([0-9a-f-]{36})\.([1-9]\d{0,14})$/;

/** What a `jti` of the stream names; undefined for any other text. */
export function parseJti(streamId: string, jti: string): NamedEvent | undefined {
  const [, stream, directoryId, position] = jtiPattern.exec(jti) ?? [];
  return stream === streamId && directoryId !== undefined ? { directoryId, position: Number(position) } : undefined;
}

type Change = 'create' | 'patch' | 'members' | 'password' | 'delete' | 'activate' | 'deactivate';

const changes: Partial<Record<EventType, Change>> = {
  'user.created': 'create',
  'group.created': 'create',
  'resource.created': 'create',
  'user.updated': 'patch',
  'group.updated': 'patch',
  'resource.updated': 'patch',
  'user.activated': 'activate',
  'user.deactivated': 'deactivate',
  'user.password_changed': 'password',
  'group.member_added': 'members',
  'group.member_removed': 'members',
  'user.deleted': 'delete',
  'group.deleted': 'delete',
  'resource.deleted': 'delete',
};

/** The states before and after, as far as the event has them and SCIM shows them: nothing `returned: never` (RFC 7643 §7). */
function shownStates({ resourceId, data }: LoggedEvent, type: ResourceTypeDefinition): [JsonObject, JsonObject] {
  const state = (side: 'before' | 'after'): JsonObject => {
    const values = Object.entries(data.changes ?? {}).flatMap(([name, change]): [string, JsonValue][] => {
      // What the log keeps of a resource was JSON before.
      const value = change[side] as JsonValue;
      return value === null ? [] : [[name, value]];
    });
    const { id: _id, schemas: _schemas, ...shown } = project(type, { id: resourceId, ...Object.fromEntries(values) });
    return shown;
  };
  return [state('before'), state('after')];
}

const schemasOf = (type: ResourceTypeDefinition, shown: JsonObject): string[] => [
  type.schema.id,
  ...type.extensions.map(({ schema }) => schema.id).filter((id) => own(shown, id) !== undefined),
];

function memberOperations({ type, data }: LoggedEvent): JsonObject[] {
  const members = data.members ?? [];
  if (type === 'group.member_added')
    return [{ op: 'add', path: 'members', value: members.map((value) => ({ value })) }];
  return members.map((id) => ({ op: 'remove', path: `members[value eq "${id}"]` }));
}

const patchMessage = (operations: JsonObject[]): JsonObject => ({
  schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
  Operations: operations,
});

type Told = [event: ScimEvent, suffix: `:${Content}` | '', payload: JsonObject];

/** RFC 9967 §2.4: a payload has either `data`, and the event's name ends in `full`, or `attributes` and `notice`. */
function told(event: LoggedEvent, change: Change, type: ResourceTypeDefinition, content: Content): Told[] {
  const [before, after] = shownStates(event, type);
  const version = event.resourceVersion === undefined ? {} : { version: weakEtag(event.resourceVersion) };
  const patched = (operations: JsonObject[], attributes: string[]): Told[] => {
    if (attributes.length === 0) return [];
    if (content === 'notice') return [['prov:patch', ':notice', { ...version, attributes }]];
    return [['prov:patch', ':full', { ...version, data: patchMessage(operations) }]];
  };
  const byPatch = (): Told[] => patched(patchOperations(type, before, after), touchedAttributes(type, before, after));

  switch (change) {
    case 'create': {
      const attributes = ['id', ...touchedAttributes(type, {}, after)];
      if (content === 'notice') return [['prov:create', ':notice', { ...version, attributes }]];
      const data = { schemas: schemasOf(type, after), id: event.resourceId, ...after };
      return [['prov:create', ':full', { ...version, data }]];
    }
    case 'patch':
      return byPatch();
    case 'members':
      return patched(memberOperations(event), ['members']);
    case 'password':
      // There is no value to tell of it, whoever reads.
      return [['prov:patch', ':notice', { ...version, attributes: ['password'] }]];
    case 'activate':
    case 'deactivate':
      // Both names for one change (RFC 9967 §2.1), so that a replica knows of the attribute itself.
      return [[`prov:${change}`, '', version], ...byPatch()];
    case 'delete':
      // RFC 9967 §2.4.4: no payload.
      return [['prov:delete', '', {}]];
  }
}

/** RFC 9967 §2.1: `externalId` where the event knows it. */
function subjectOf({ resourceId, data }: LoggedEvent, type: ResourceTypeDefinition): SetClaims['sub_id'] {
  const { before, after } = data.changes?.['externalId'] ?? {};
  const externalId = after ?? before;
  const known = typeof externalId === 'string' ? { externalId } : {};
  return { format: 'scim', uri: `${type.endpoint}/${resourceId}`, ...known };
}

/**
 * The same for all that tells of one change of one resource, and never for two: a request may change a resource twice
 * (RFC 9967 §2.2).
 */
function transactionOf({ directoryId, position, actor, resourceVersion }: LoggedEvent): string {
  if (actor.requestId === undefined) return `${directoryId}.${position}`;
  return resourceVersion === undefined ? actor.requestId : `${actor.requestId}:${resourceVersion}`;
}

/** The claims of the SET about an event; undefined when it has nothing that this stream tells. */
export function securityEvent(
  stream: ToldStream,
  slug: string,
  types: readonly ResourceTypeDefinition[],
  event: LoggedEvent,
): SetClaims | undefined {
  const change = changes[event.type];
  const type = types.find(({ name }) => name === event.resourceType);
  if (!change || !type || (stream.resourceTypes && !stream.resourceTypes.includes(type.name))) return undefined;
  const wanted = told(event, change, type, stream.content).filter(([name]) => stream.events?.includes(name) ?? true);
  if (wanted.length === 0) return undefined;
  return {
    iss: issuerOf(stream, slug),
    aud: stream.audience,
    jti: jtiOf(stream.id, event.directoryId, event.position),
    txn: transactionOf(event),
    toe: Math.floor(event.createdAt.getTime() / 1_000),
    sub_id: subjectOf(event, type),
    events: Object.fromEntries(wanted.map(([name, suffix, payload]) => [`${prefix}${name}${suffix}`, payload])),
  };
}

/** Asks a receiver to show that SETs arrive (OpenID Shared Signals Framework 1.0, verification). */
export function verificationEvent(
  stream: Pick<EventStream, 'id' | 'baseUrl' | 'audience' | 'directory'>,
  { jti, now, state }: { jti: string; now: Date; state: string },
): SetClaims {
  return {
    iss: stream.directory ? issuerOf(stream, stream.directory.slug) : `${stream.baseUrl}/scim/v2`,
    aud: stream.audience,
    jti,
    txn: jti,
    toe: Math.floor(now.getTime() / 1_000),
    sub_id: { format: 'opaque', id: stream.id },
    events: { 'https://schemas.openid.net/secevent/ssf/event-type/verification': { state } },
  };
}
