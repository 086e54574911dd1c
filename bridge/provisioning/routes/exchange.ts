// What SCIM requests and responses have in common: media types, bodies, headers, errors.
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Context } from 'hono';
import type { DirectoryAccess } from '../../directories/contracts.ts';
import { answer } from '../../platform/http/answer.ts';
import type { AppEnv } from '../../platform/http/request-context.ts';
import { badRequest, errorBody, type ScimError, scimError } from '../../scim/errors.ts';
import { weakEtag } from '../../scim/etag.ts';
import { tolerancesOf } from '../../scim/interop/profiles.ts';
import type { ToleranceName } from '../../scim/interop/tolerances.ts';
import type { JsonObject } from '../../scim/json.ts';
import { checkJsonText } from '../../scim/json-text.ts';
import { listResponse } from '../../scim/messages.ts';
import type { Projection } from '../../scim/projection.ts';
import type { ScimRequest, ShownPage, ShownResource } from '../contracts.ts';
import type { DirectoryTypes } from '../schemas/catalogue.ts';
import { ScimFailure } from '../scim-failure.ts';

const scimJson = 'application/scim+json';
const longText = 65_536;
const defaultCount = 100;
/** The most resources in one list response. */
export const maxResults = 1_000;
export const listLimits = { defaultCount, maxCount: maxResults };

export interface ScimEnv {
  Bindings: AppEnv['Bindings'];
  Variables: AppEnv['Variables'] & {
    access: DirectoryAccess;
    types: DirectoryTypes;
    scimBaseUrl: string;
    /** What was forgiven so far; most requests need nothing to be. */
    usedTolerances?: Set<ToleranceName>;
    /** What the client is told of its mistake. */
    refusal?: ScimError;
    /** The parsed body, once there is one. */
    sent?: { body: unknown };
    /** Of a bulk request. */
    failedOperations?: number;
  };
}
export type ScimContext = Context<ScimEnv>;

/** `application/json` for a client that accepts nothing of SCIM's own type (OneLogin), else SCIM's (RFC 7644 §3.1). */
function mediaType(c: Context): string {
  const accept = c.req.header('accept')?.toLowerCase();
  if (accept === undefined || accept.includes(scimJson) || !accept.includes('application/json')) return scimJson;
  return 'application/json';
}

const typeHeader = (c: Context) => ({ 'Content-Type': `${mediaType(c)}; charset=utf-8` });

export function respond(c: Context, status: number, body: JsonObject, headers: Record<string, string> = {}): Response {
  return answer(c, status, JSON.stringify(body), { ...typeHeader(c), ...headers });
}

/** Encodes part after part as the client takes them. */
function streamOf(parts: AsyncIterable<string>): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  return ReadableStream.from(
    (async function* encoded() {
      for await (const part of parts) yield encoder.encode(part);
    })(),
  );
}

function withMembers(body: JsonObject, members: readonly string[]): string[] {
  return [
    `${JSON.stringify(body).slice(0, -1)},"members":[${members[0]}`,
    ...members.slice(1).map((part) => `,${part}`),
  ];
}

async function* inTurn(first: readonly string[], further: AsyncIterable<string> | undefined): AsyncGenerator<string> {
  yield* first;
  for await (const part of further ?? []) yield `,${part}`;
  yield ']}';
}

/** An outage is over soon, or not. */
const retryLater = { 'Retry-After': '5' };

export function respondError(c: Context, error: ScimError, headers: Record<string, string> = {}): Response {
  c.set('refusal', error);
  return respond(c, error.status, errorBody(error), { ...(error.status === 503 && retryLater), ...headers });
}

export function respondResource(c: Context, status: number, shown: ShownResource): Response {
  const headers = { ETag: weakEtag(shown.version), Location: shown.location };
  const { members = [] } = shown;
  if (members.length === 0) return respond(c, status, shown.body, headers);
  const parts = withMembers(shown.body, members);
  const body = members.length === 1 ? `${parts[0]}]}` : streamOf(inTurn(parts, shown.furtherMembers));
  return answer(c, status, body, { ...typeHeader(c), ...headers });
}

async function* listParts(head: JsonObject, texts: AsyncIterable<string>): AsyncGenerator<string> {
  yield `${JSON.stringify(head).slice(0, -1)},"Resources":[`;
  yield* texts;
  yield ']}';
}

export function respondList(c: Context, { streamed, ...page }: ShownPage): Response {
  const whole = listResponse(page);
  if (streamed === undefined) return respond(c, 200, whole);
  const { Resources: _none, ...head } = whole;
  return answer(c, 200, streamOf(listParts({ ...head, itemsPerPage: streamed.count }, streamed.texts)), typeHeader(c));
}

/** Answers a method that the endpoint doesn't have. */
export const notAllowed =
  (allow: string) =>
  (c: Context): Response =>
    respondError(c, scimError(405, `${c.req.method} is not allowed here.`), { Allow: allow });

/** The parsed body. @throws ScimFailure 415 for another media type, 400 invalidSyntax for what is not JSON, 413 for too much. */
export async function readJson(c: ScimContext): Promise<unknown> {
  const type = c.req.header('content-type')?.split(';')[0]?.trim().toLowerCase();
  if (type !== undefined && type !== '' && type !== scimJson && type !== 'application/json') {
    throw new ScimFailure(scimError(415, `The body must be ${scimJson} or application/json.`));
  }
  const text = await c.req.text().catch((cause: unknown) => {
    // The client went away or was cut off; nobody will read this.
    throw new ScimFailure(badRequest('invalidSyntax', 'The body ended too early.'), { cause });
  });
  const error = checkJsonText(text);
  if (error) throw new ScimFailure(error);
  try {
    const body: unknown = JSON.parse(text);
    c.set('sent', { body });
    // What takes long to parse takes long to work on; others have their turn between the two.
    if (text.length > longText) await nextTurn();
    return body;
  } catch (cause) {
    throw new ScimFailure(badRequest('invalidSyntax', 'The body is not valid JSON.'), { cause });
  }
}

function noteUse(c: ScimContext, name: ToleranceName): void {
  const used = c.get('usedTolerances');
  if (used) used.add(name);
  else c.set('usedTolerances', new Set([name]));
}

/** Who asks, of which directory. */
export function requesterOf(c: ScimContext): Omit<ScimRequest, 'projection' | 'ifMatch'> {
  const { directory, actor } = c.get('access');
  return {
    directory,
    types: c.get('types'),
    actor: { name: actor, requestId: c.get('requestId'), profile: directory.profile },
    tolerances: { ...tolerancesOf(directory.profile), used: (name) => noteUse(c, name) },
    baseUrl: c.get('scimBaseUrl'),
  };
}

export function requestOf(c: ScimContext, projection: Projection): ScimRequest {
  return { ...requesterOf(c), projection, ifMatch: c.req.header('if-match') };
}
