// A SCIM server that behaves badly in ways that real ones do, one at a time or several at once.
import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Body } from './bridge.ts';

export interface Habits {
  /** What its ServiceProviderConfig says; undefined: it has none. */
  says: { patch: boolean; etag?: boolean; bulk?: { maxOperations: number; maxPayloadSize: number } } | undefined;
  /** What it shows at /Schemas; undefined: nothing. */
  schemas: Body[] | undefined;
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
  /** Groups in groups are refused. */
  holdsUsersOnly: boolean;
  /** Takes a second account of a name. */
  sharesNames: boolean;
  /** Closes the connection in place of an answer to the next so many creations, all of which it does. */
  losesAnswers: number;
  /** Attributes that are never stored. */
  drops: string[];
  /** Users with this name are refused with 400. */
  refusesUser: string | undefined;
  /** Answers pages of HTML. */
  isWebsite: boolean;
  maxMembers: number;
  requiresIfMatch: boolean;
  /** The one that it takes; undefined: any. */
  secret: string | undefined;
  /** No OAuth client gets a token. */
  refusesClient: boolean;
  /** How `/Bulk` does: as it should; not there; only so much at once; doesn't say which answer is whose; half of it. */
  bulk: 'works' | 'absent' | { most: number } | 'nameless' | 'half';
  /** From what a bulk request does to its answer. */
  bulkAnswerMs: number;
  /** Why a write is refused with 400, if it is. */
  refuses: (write: Write) => string | undefined;
}

export interface Write {
  method: string;
  kind: 'Users' | 'Groups';
  body: Body;
}

const good: Habits = {
  says: { patch: true },
  schemas: undefined,
  patch: true,
  ignoresFilters: false,
  contentType: 'application/scim+json',
  refusals: { status: 500, count: 0 },
  delayMs: 0,
  hangs: false,
  dropsMembers: false,
  hidesMembers: false,
  holdsUsersOnly: false,
  sharesNames: false,
  losesAnswers: 0,
  drops: [],
  refusesUser: undefined,
  isWebsite: false,
  maxMembers: Number.POSITIVE_INFINITY,
  requiresIfMatch: false,
  secret: undefined,
  refusesClient: false,
  bulk: 'absent',
  bulkAnswerMs: 0,
  refuses: () => undefined,
};

export interface AwkwardServer {
  url: string;
  habits: Habits;
  users: Map<string, Body>;
  groups: Map<string, Body>;
  /** `METHOD /path`, in order. */
  requests: string[];
  authorizations: Set<string>;
  /** Operations of each bulk request. */
  bulks: number[];
  /** Requests that got no answer and still wait for one. */
  waiting(): number;
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
  const bulks: number[] = [];
  const unanswered = new Set<ServerResponse>();
  const state: { habits: Habits } = { habits: { ...good, ...habits } };

  function kept(resource: Body): Body {
    for (const name of state.habits.drops) delete resource[name];
    if (state.habits.dropsMembers) delete resource.members;
    resource.meta = { version: `W/"${Number(/\d+/.exec(resource.meta?.version ?? '0')?.[0] ?? 0) + 1}"` };
    return resource;
  }

  const nameOf = (kind: string, resource: Body): string =>
    (kind === 'Users' ? resource.userName : resource.displayName) ?? '';

  function create(kind: 'Users' | 'Groups', body: Body): { status: number; body: Body } {
    const { refusesUser, refuses, sharesNames } = state.habits;
    const all = kind === 'Users' ? users : groups;
    const name = nameOf(kind, body);
    if (refusesUser !== undefined && name === refusesUser) {
      return { status: 400, body: { detail: 'I do not like it' } };
    }
    const refusal = refuses({ method: 'POST', kind, body });
    if (refusal !== undefined) return { status: 400, body: { detail: refusal } };
    if (!sharesNames && [...all.values()].some((one) => nameOf(kind, one).toLowerCase() === name.toLowerCase())) {
      return { status: 409, body: { detail: 'taken' } };
    }
    const made = kept({ ...body, id: randomUUID() });
    all.set(made.id, made);
    return { status: 201, body: made };
  }

  function answerBulk(operations: Body[]): { status: number; body: Body } {
    const { bulk } = state.habits;
    bulks.push(operations.length);
    if (bulk === 'absent') return { status: 404, body: noId };
    if (typeof bulk === 'object' && operations.length > bulk.most) {
      return { status: 413, body: { detail: `no more than ${bulk.most} at once` } };
    }
    const done = bulk === 'half' ? operations.slice(0, operations.length / 2) : operations;
    const Operations = done.map(({ path, bulkId, data }) => {
      const { status, body } = create(path.slice(1), data);
      const own = bulk === 'nameless' ? {} : { bulkId };
      return status === 201
        ? { ...own, status: '201', location: `http://any${path}/${body.id}`, version: body.meta.version }
        : { ...own, status: String(status), response: body };
    });
    return { status: 200, body: { Operations } };
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
    if (now.hangs) {
      unanswered.add(response);
      response.once('close', () => unanswered.delete(response));
      return;
    }
    if (now.isWebsite) return void response.writeHead(200, { 'Content-Type': 'text/html' }).end('<html>Welcome</html>');
    if (now.secret !== undefined && request.headers.authorization !== `Bearer ${now.secret}`) return send(401, {});
    if (url.pathname === '/oauth/token' && now.refusesClient) return send(401, { error: 'invalid_client' });
    if (url.pathname === '/oauth/token') return send(200, { access_token: `for ${text}`, expires_in: 3_600 });
    if (url.pathname === '/ServiceProviderConfig') {
      if (!now.says) return void response.writeHead(404, { 'Content-Type': 'text/html' }).end('<html>Not found</html>');
      const { patch, etag = false, bulk } = now.says;
      const features = { patch, etag, filter: true, bulk: bulk !== undefined };
      const told = Object.entries(features).map(([name, supported]) => [name, { supported }]);
      return send(200, { ...Object.fromEntries(told), bulk: { supported: bulk !== undefined, ...bulk } });
    }
    if (url.pathname === '/Schemas' && now.schemas) return send(200, { Resources: now.schemas });
    const [, place, id] = url.pathname.split('/');
    const kind = place === 'Users' || place === 'Groups' ? place : undefined;
    if (!kind && place !== 'Bulk') return send(404, noId);
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
    const body = text === '' ? undefined : JSON.parse(text);
    if (!kind) {
      const { status, body: answer } = answerBulk(body.Operations);
      if (now.bulkAnswerMs > 0) await sleep(now.bulkAnswerMs);
      return send(status, answer);
    }
    const all = kind === 'Users' ? users : groups;
    if (request.method === 'GET' && id === undefined) {
      const [, attribute = '', value = ''] = /^(\w+) eq "(.*)"$/.exec(url.searchParams.get('filter') ?? '') ?? [];
      const found = [...all.values()].filter(
        (one) => now.ignoresFilters || attribute === '' || String(one[attribute]).toLowerCase() === value.toLowerCase(),
      );
      return send(200, { totalResults: found.length, Resources: found.map(shown) });
    }
    if (request.method === 'POST') {
      const { status, body: made } = create(kind, body);
      if (now.losesAnswers > 0) {
        now.losesAnswers -= 1;
        return void request.socket.resetAndDestroy();
      }
      return send(status, status === 201 ? shown(made) : made);
    }
    const resource = all.get(id ?? '');
    if (!resource) return send(404, noId);
    const version = request.headers['if-match'];
    if (request.method !== 'GET' && now.requiresIfMatch && version !== resource.meta.version) return send(412, {});
    if (request.method === 'GET') return send(200, shown(resource));
    const refusal = now.refuses({ method: request.method ?? '', kind, body });
    if (refusal !== undefined) return send(400, { detail: refusal });
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
    const added: Body[] = operations.flatMap(({ path, value }) => (path === 'members' ? value : []));
    if (now.holdsUsersOnly && added.some(({ value }) => !users.has(value))) {
      return send(400, { detail: 'a member is no user' });
    }
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
    bulks,
    waiting: () => unanswered.size,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
