// One target's users and groups: SCIM requests as its features allow them, and answers that are believed only as far as
// they can be checked.
import { isJsonObject, type JsonObject, own } from '../scim/json.ts';
import { detailOf, type TargetAnswer, type TargetClient } from './client.ts';
import { patchMessage } from './compare.ts';
import type { ResourceKind } from './contracts.ts';
import { TargetFailure } from './failure.ts';
import type { Features } from './features.ts';

export interface RemoteResource {
  id: string;
  body: JsonObject;
  etag: string | undefined;
}

export type Created = { kind: 'created'; remote: RemoteResource } | { kind: 'conflict'; detail: string };
export type Changed = { kind: 'changed'; etag: string | undefined } | { kind: 'absent' };

export interface Change {
  etag: string | null;
  operations: JsonObject[];
  /** For a target without PATCH. */
  whole: JsonObject;
}

export const endpoints = { User: '/Users', Group: '/Groups' } as const;
/** By which attribute somebody else's resource is recognised. */
export const nameAttributes = { User: 'userName', Group: 'displayName' } as const;

const refusal = (answer: TargetAnswer, what: string): TargetFailure =>
  new TargetFailure('resource', `${what}: ${detailOf(answer)}.`, { status: answer.status });

const isGood = ({ status }: TargetAnswer): boolean => status >= 200 && status < 300;

/** RFC 7644 §3.3: in the body, or else the end of the location. */
export function idOf({ body, location }: Pick<TargetAnswer, 'body' | 'location'>): string | undefined {
  const id = body && own(body, 'id');
  if (typeof id === 'string' && id !== '') return id;
  if (typeof id === 'number') return String(id);
  const last = location?.split(/[?#]/)[0]?.split('/').at(-1);
  return last ? decodeURIComponent(last) : undefined;
}

/** RFC 7644 §3.14: in a header, or else in the body. */
export function versionOf({ etag, body }: Pick<TargetAnswer, 'etag' | 'body'>): string | undefined {
  const meta = body && own(body, 'meta');
  const version = isJsonObject(meta) ? own(meta, 'version') : undefined;
  return etag ?? (typeof version === 'string' ? version : undefined);
}

export function createRemote(client: TargetClient, features: Features, learn: (told: Partial<Features>) => void) {
  const at = (type: ResourceKind, id: string) => `${endpoints[type]}/${encodeURIComponent(id)}`;

  async function read(type: ResourceKind, id: string, members = true): Promise<RemoteResource | undefined> {
    const query = type === 'Group' && !members ? '?excludedAttributes=members' : '';
    const answer = await client.call('GET', `${at(type, id)}${query}`);
    if (answer.status === 404) return undefined;
    if (!isGood(answer)) throw refusal(answer, `reading ${type} ${id}`);
    // RFC 7644 §3.4.1: whoever answers something else is no SCIM server, or shows another resource.
    if (!answer.body || idOf({ ...answer, location: undefined }) !== id) {
      throw new TargetFailure('target', `The target showed something else when ${type} ${id} was read.`);
    }
    return { id, body: answer.body, etag: versionOf(answer) };
  }

  /** Sends a change; one that is refused for the sake of the version is sent once more with the present one. */
  async function conditional(
    type: ResourceKind,
    id: string,
    etag: string | null,
    send: (headers: Record<string, string>) => Promise<TargetAnswer>,
  ): Promise<TargetAnswer> {
    const matching = (version: string | null | undefined) => (features.etag && version ? { 'If-Match': version } : {});
    const answer = await send(matching(etag));
    if (answer.status !== 412) return answer;
    // It minds versions, whatever it says.
    const present = await read(type, id, false);
    return send(present?.etag ? { 'If-Match': present.etag } : {});
  }

  const noPatch = new Set([404, 405, 501]);

  return {
    features,
    read,

    async create(type: ResourceKind, resource: JsonObject): Promise<Created> {
      const answer = await client.call('POST', endpoints[type], resource);
      if (answer.status === 409) return { kind: 'conflict', detail: detailOf(answer) };
      if (!isGood(answer)) throw refusal(answer, `creating the ${type}`);
      const id = idOf(answer);
      // It may have been created all the same; whoever tries again looks for it first.
      if (id === undefined) throw new TargetFailure('target', `The target created a ${type} and told no id of it.`);
      return { kind: 'created', remote: { id, body: answer.body ?? {}, etag: versionOf(answer) } };
    },

    /** The one resource with this value. A target that ignores filters is not believed. */
    async find(type: ResourceKind, attribute: string, value: string): Promise<RemoteResource | undefined> {
      const query = new URLSearchParams({ count: '10' });
      if (features.filter) query.set('filter', `${attribute} eq ${JSON.stringify(value)}`);
      const answer = await client.call('GET', `${endpoints[type]}?${query}`);
      // Some refuse a filter by an attribute that they don't know.
      if (!isGood(answer)) return undefined;
      const listed = answer.body && own(answer.body, 'Resources');
      const found = (Array.isArray(listed) ? listed : []).flatMap((one) => {
        const has = isJsonObject(one) ? own(one, attribute) : undefined;
        const matches =
          typeof has === 'string' &&
          (attribute === 'externalId' ? has === value : has.toLowerCase() === value.toLowerCase());
        const id = isJsonObject(one) ? own(one, 'id') : undefined;
        return matches && isJsonObject(one) && typeof id === 'string' ? [{ id, body: one, etag: undefined }] : [];
      });
      return found.length === 1 ? found[0] : undefined;
    },

    async change(type: ResourceKind, id: string, { etag, operations, whole }: Change): Promise<Changed> {
      const path = at(type, id);
      const put = (headers: Record<string, string>) => client.call('PUT', path, { ...whole, id }, headers);
      if (features.patch) {
        const patch = (headers: Record<string, string>) =>
          client.call('PATCH', path, patchMessage(operations), headers);
        const answer = await conditional(type, id, etag, patch);
        if (isGood(answer)) return { kind: 'changed', etag: versionOf(answer) };
        if (!noPatch.has(answer.status)) throw refusal(answer, `changing ${type} ${id}`);
        // Either the resource is gone or the target can't do what it says.
        if (answer.status === 404 && !(await read(type, id, false))) return { kind: 'absent' };
        features.patch = false;
        learn({ patch: false });
      }
      const answer = await conditional(type, id, etag, put);
      if (answer.status === 404) return { kind: 'absent' };
      if (!isGood(answer)) throw refusal(answer, `replacing ${type} ${id}`);
      return { kind: 'changed', etag: versionOf(answer) };
    },

    /** @throws TargetFailure when they are refused; the target is asked for nothing in return, since groups may be large. */
    async patchMembers(id: string, { add, remove }: { add: string[]; remove: string[] }): Promise<Changed> {
      const operations: JsonObject[] = [
        ...(add.length > 0 ? [{ op: 'add', path: 'members', value: add.map((value) => ({ value })) }] : []),
        ...remove.map((value) => ({ op: 'remove', path: `members[value eq ${JSON.stringify(value)}]` })),
      ];
      const answer = await client.call('PATCH', `${at('Group', id)}?attributes=id`, patchMessage(operations));
      if (isGood(answer)) return { kind: 'changed', etag: versionOf(answer) };
      if (answer.status === 404 && !(await read('Group', id, false))) return { kind: 'absent' };
      if (noPatch.has(answer.status)) {
        features.patch = false;
        learn({ patch: false });
      }
      throw refusal(answer, `changing members of Group ${id}`);
    },

    /** What is gone already is deleted. */
    async remove(type: ResourceKind, id: string): Promise<void> {
      const answer = await client.call('DELETE', at(type, id));
      if (!isGood(answer) && answer.status !== 404) throw refusal(answer, `deleting ${type} ${id}`);
    },
  };
}

export type Remote = ReturnType<typeof createRemote>;
