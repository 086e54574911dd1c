// A SCIM server that behaves badly in ways that real ones do, one at a time or several at once.
import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Body } from './bridge.ts';

export interface Habits {
  /** What its ServiceProviderConfig says; undefined: it has none. */
  says: { patch: boolean; etag?: boolean } | undefined;
  patch: boolean;
  ignoresFilters: boolean;
  contentType: string;
  /** Answers so for the next so many writes. */
  refusals: { status: number; count: number; headers?: Record<string, string> };
  /** Of each write. */
  delayMs: number;
  hangs: boolean;
  dropsMembers: boolean;
  hidesMembers: boolean;
  /** Attributes that are never stored. */
  drops: string[];
  /** Users with this name are refused with 400. */
  refusesUser: string | undefined;
  /** Answers pages of HTML. */
  isWebsite: boolean;
  maxMembers: number;
  requiresIfMatch: boolean;
}

const good: Habits = {
  says: { patch: true },
  patch: true,
  ignoresFilters: false,
  contentType: 'application/scim+json',
  refusals: { status: 500, count: 0 },
  delayMs: 0,
  hangs: false,
  dropsMembers: false,
  hidesMembers: false,
  drops: [],
  refusesUser: undefined,
  isWebsite: false,
  maxMembers: Number.POSITIVE_INFINITY,
  requiresIfMatch: false,
};

export interface AwkwardServer {
  url: string;
  habits: Habits;
  users: Map<string, Body>;
  groups: Map<string, Body>;
  /** `METHOD /path`, in order. */
  requests: string[];
  authorizations: Set<string>;
  close(): Promise<void>;
}

const noId = { detail: 'no such resource', status: '404' };

function applyOperation(resource: Body, { op, path, value }: Body): void {
  const member = /^members\[value eq "(.*)"\]$/.exec(path ?? '');
  if (member) {
    resource.members = (resource.members ?? []).filter((one: Body) => one.value !== member[1]);
    return;
  }
  if (path === 'members') {
    const known = new Set((resource.members ?? []).map((one: Body) => one.value));
    resource.members = [...(resource.members ?? []), ...value.filter((one: Body) => !known.has(one.value))];
    return;
  }
  const [, urn, name = '', sub] = /^(?:(urn:.*):)?([^.:]+)(?:\.([^.]+))?$/.exec(path) ?? [];
  if (urn !== undefined) resource[urn] ??= {};
  const root = urn === undefined ? resource : resource[urn];
  if (sub !== undefined) root[name] ??= {};
  const owner = sub === undefined ? root : root[name];
  const key = sub ?? name;
  if (op === 'remove') delete owner[key];
  else owner[key] = value;
}

export async function startAwkwardServer(habits: Partial<Habits> = {}): Promise<AwkwardServer> {
  const [users, groups] = [new Map<string, Body>(), new Map<string, Body>()];
  const requests: string[] = [];
  const authorizations = new Set<string>();
  const state: { habits: Habits } = { habits: { ...good, ...habits } };

  function kept(resource: Body): Body {
    for (const name of state.habits.drops) delete resource[name];
    if (state.habits.dropsMembers) delete resource.members;
    resource.meta = { version: `W/"${Number(/\d+/.exec(resource.meta?.version ?? '0')?.[0] ?? 0) + 1}"` };
    return resource;
  }

  async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { habits: now } = state;
    const url = new URL(request.url ?? '/', 'http://any');
    requests.push(`${request.method} ${url.pathname}`);
    authorizations.add(request.headers.authorization ?? '');
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(Buffer.from(chunk));
    const text = Buffer.concat(chunks).toString();
    const send = (status: number, body?: Body, headers: Record<string, string> = {}) => {
      const etag = body?.meta?.version;
      response.writeHead(status, { 'Content-Type': now.contentType, ...(etag && { ETag: etag }), ...headers });
      response.end(body === undefined ? '' : JSON.stringify(body));
    };
    if (now.hangs) return;
    if (now.isWebsite) return void response.writeHead(200, { 'Content-Type': 'text/html' }).end('<html>Welcome</html>');
    if (url.pathname === '/oauth/token') return send(200, { access_token: `for ${text}`, expires_in: 3_600 });
    if (url.pathname === '/ServiceProviderConfig') {
      if (!now.says) return void response.writeHead(404, { 'Content-Type': 'text/html' }).end('<html>Not found</html>');
      const { patch, etag = false } = now.says;
      const features = { patch, etag, filter: true, bulk: false };
      return send(200, Object.fromEntries(Object.entries(features).map(([name, supported]) => [name, { supported }])));
    }
    const [, kind, id] = url.pathname.split('/');
    const all = kind === 'Users' ? users : kind === 'Groups' ? groups : undefined;
    if (!all) return send(404, noId);
    if (request.method !== 'GET') {
      if (now.delayMs > 0) await sleep(now.delayMs);
      if (now.refusals.count > 0) {
        now.refusals.count -= 1;
        return send(now.refusals.status, { detail: 'not now' }, now.refusals.headers);
      }
    }
    const shown = (resource: Body) => {
      const { members, ...rest } = resource;
      return now.hidesMembers ? rest : resource;
    };
    const nameOf = (resource: Body): string => (kind === 'Users' ? resource.userName : resource.displayName) ?? '';
    if (request.method === 'GET' && id === undefined) {
      const [, attribute = '', value = ''] = /^(\w+) eq "(.*)"$/.exec(url.searchParams.get('filter') ?? '') ?? [];
      const found = [...all.values()].filter(
        (one) => now.ignoresFilters || attribute === '' || String(one[attribute]).toLowerCase() === value.toLowerCase(),
      );
      return send(200, { totalResults: found.length, Resources: found.map(shown) });
    }
    const body = text === '' ? undefined : JSON.parse(text);
    if (request.method === 'POST') {
      if (now.refusesUser !== undefined && nameOf(body) === now.refusesUser)
        return send(400, { detail: 'I do not like it' });
      if ([...all.values()].some((one) => nameOf(one).toLowerCase() === nameOf(body).toLowerCase())) {
        return send(409, { detail: 'taken' });
      }
      const made = kept({ ...body, id: randomUUID() });
      all.set(made.id, made);
      return send(201, shown(made));
    }
    const resource = all.get(id ?? '');
    if (!resource) return send(404, noId);
    const version = request.headers['if-match'];
    if (request.method !== 'GET' && now.requiresIfMatch && version !== resource.meta.version) return send(412, {});
    if (request.method === 'GET') return send(200, shown(resource));
    if (request.method === 'DELETE') {
      all.delete(resource.id);
      return send(204);
    }
    if (request.method === 'PUT') {
      all.set(resource.id, kept({ ...body, id: resource.id, meta: resource.meta }));
      return send(200, shown(all.get(resource.id)));
    }
    if (!now.patch) return send(405, { detail: 'no PATCH here' });
    const operations: Body[] = body.Operations;
    const count = operations.reduce((sum, one) => sum + (one.path === 'members' ? one.value.length : 1), 0);
    if (count > now.maxMembers) return send(400, { detail: `more than ${now.maxMembers} members at once` });
    for (const operation of operations) applyOperation(resource, operation);
    kept(resource);
    send(200, shown(resource));
  }

  const server = createServer((request, response) => {
    respond(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    habits: state.habits,
    users,
    groups,
    requests,
    authorizations,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
