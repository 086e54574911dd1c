// The operator's use cases on event streams: making, changing, pausing and verifying them; and who may poll one.
import type { Directory } from '../directories/contracts.ts';
import { requireSlug } from '../directories/contracts.ts';
import type { ChangeSignal } from '../events/signal.ts';
import type { Clock } from '../platform/clock.ts';
import { ApiError } from '../platform/http/api-error.ts';
import type { Outgoing } from '../platform/http/outgoing.ts';
import { newId } from '../platform/ids.ts';
import { SealedError, type Sealer } from '../platform/secrets/sealed.ts';
import { digestToken, newToken } from '../platform/secrets/tokens.ts';
import { pauseEntry } from '../webhooks/audit.ts';
import { mapWebhookConflict, type ReplayRequest } from '../webhooks/contracts.ts';
import type { WebhookRepository } from '../webhooks/repository.ts';
import type { Sent } from '../webhooks/sender.ts';
import type { Upkeep } from '../webhooks/upkeep.ts';
import { webhooksTopic } from '../webhooks/worker.ts';
import { deletedEntry, madeEntry, tokenEntry, updatedEntries } from './audit.ts';
import type { EventStream, EventStreamChange, EventStreamStatus, NewEventStream } from './contracts.ts';
import { isOpenedBy, type Poller } from './poller.ts';
import { openSender, sealAuthorization } from './push.ts';
import type { StoredStream, StreamRepository } from './repository.ts';
import { verificationEvent } from './security-event.ts';
import type { SigningKeys } from './signing-keys.ts';

/** So long nobody delivers a stream that is being made. */
const makingSeconds = 60;
const verifyTimeoutMs = 10_000;

export interface StreamServiceDeps {
  repository: StreamRepository;
  rows: Pick<WebhookRepository, 'deleteWebhook' | 'releaseLease'>;
  upkeep: Upkeep;
  keys: SigningKeys;
  directories: { requireDirectory(slug: string): Promise<Directory> };
  sealer: Sealer;
  outgoing: Outgoing;
  clock: Clock;
  signal: Pick<ChangeSignal, 'changed'>;
}

/** Of what is pushed, what came back; what is polled gets the event with its next poll. */
export interface VerificationOutcome {
  jti: string;
  state: string;
  sent: Pick<Sent, 'status' | 'durationMs' | 'answer' | 'problem'> | null;
}

/** Each method throws ApiError: `event_stream_absent`, `directory_absent`, `conflict` or `invalid_request`. */
export function createStreamService(deps: StreamServiceDeps) {
  const { repository, rows, upkeep, keys, directories, sealer, outgoing, clock, signal } = deps;
  const changed = () => signal.changed(webhooksTopic);

  async function requireStream(slug: string): Promise<StoredStream> {
    const stream = await repository.findStream(slug);
    if (!stream) throw new ApiError('event_stream_absent', `There is no event stream "${slug}".`);
    return stream;
  }

  function checkUrl(text: string): void {
    const problem = outgoing.problemOf(new URL(text));
    if (problem !== undefined) throw new ApiError('invalid_request', `url: ${problem}.`);
  }

  const sealed = (id: string, authorization: string | null | undefined) =>
    authorization ? sealAuthorization(sealer, id, authorization) : null;

  return {
    requireStream: async (slug: string): Promise<EventStream> => requireStream(slug),
    listStreams: async (): Promise<EventStream[]> => repository.listStreams(),

    /** `baseUrl` counts when the request names none. The token of a poller is shown this once. */
    async createStream(
      input: NewEventStream,
      baseUrl: string | undefined,
    ): Promise<{ stream: EventStream; token: string | null }> {
      if (input.url !== undefined) checkUrl(input.url);
      const base = (input.baseUrl ?? baseUrl)?.replace(/\/+$/, '');
      if (base === undefined) {
        throw new ApiError('invalid_request', 'baseUrl: must be given, because PUBLIC_URL is not set.');
      }
      const directory = input.directory === undefined ? null : await directories.requireDirectory(input.directory);
      await keys.ready().catch((error: unknown) => {
        if (!(error instanceof SealedError)) throw error;
        throw new ApiError('conflict', 'The signing key can not be opened. Rotate it, or set SECRETS_KEY as it was.');
      });
      const token = input.delivery === 'poll' ? newToken('stream') : undefined;
      const stream: EventStream = {
        id: newId(),
        kind: input.delivery,
        slug: requireSlug(input.slug),
        url: input.url ?? '',
        directory: directory && { id: directory.id, slug: directory.slug },
        types: null,
        pause: null,
        createdAt: clock.now(),
        revision: 1,
        baseUrl: base,
        audience: input.audience,
        content: input.content,
        events: input.events ?? null,
        resourceTypes: input.resourceTypes ?? null,
        tokenPrefix: token?.prefix ?? null,
        hasAuthorization: input.authorization !== undefined,
      };
      const secrets = {
        authorization: await sealed(stream.id, input.authorization),
        token: token ? { ...token, previousDigest: null, previousUntil: null } : null,
      };
      const maker = newId();
      try {
        const making = { owner: maker, seconds: makingSeconds, entry: madeEntry(stream) };
        await repository.insertStream(stream, secrets, making);
      } catch (error) {
        throw mapWebhookConflict(error, stream);
      }
      try {
        await upkeep.begin(stream, input.start);
        await rows.releaseLease(maker, stream.id);
      } catch (error) {
        await rows.deleteWebhook(stream.id, deletedEntry(stream), clock.now()).catch(() => undefined);
        throw error;
      }
      changed();
      return { stream, token: token?.token ?? null };
    },

    async updateStream(slug: string, change: EventStreamChange): Promise<EventStream> {
      const stream = await requireStream(slug);
      const { paused: wanted, authorization, url, ...settings } = change;
      if (stream.kind === 'poll' && (url !== undefined || authorization !== undefined)) {
        throw new ApiError('invalid_request', 'url, authorization: belong to streams that are pushed.');
      }
      if (url !== undefined) checkUrl(url);
      const told = Object.fromEntries(Object.entries({ ...settings, url }).filter(([, value]) => value !== undefined));
      const entries = updatedEntries(stream, { ...told, ...(authorization !== undefined && { authorization }) });
      const paused = upkeep.pauseBy(stream, wanted);
      if (paused) entries.push(paused.entry);
      const secret = authorization === undefined ? {} : { authorization: await sealed(stream.id, authorization) };
      // A pause for want of a readable secret is over.
      const isReadable = authorization !== undefined && stream.pause?.cause === 'secret' && !paused;
      if (isReadable) entries.push(pauseEntry(stream, null));
      const pause = paused ? { pause: paused.pause } : isReadable ? { pause: null } : {};
      await repository.updateStream(stream, { ...told, ...secret, ...pause }, clock.now(), entries);
      changed();
      return requireStream(slug);
    },

    async deleteStream(slug: string): Promise<void> {
      const stream = await requireStream(slug);
      await rows.deleteWebhook(stream.id, deletedEntry(stream), clock.now());
      changed();
    },

    /** A new token for the poller, shown this once; the one from before is good until `previousUntil`. */
    async rotateToken(slug: string, overlapSeconds: number): Promise<{ token: string; previousUntil: Date }> {
      const stream = await requireStream(slug);
      if (!stream.token) throw new ApiError('conflict', `Event stream "${slug}" is pushed: it has no token.`);
      const { token, prefix, digest } = newToken('stream');
      const previousUntil = new Date(clock.now().getTime() + overlapSeconds * 1_000);
      const stored = { digest, prefix, previousDigest: stream.token.digest, previousUntil };
      await repository.setToken(stream.id, stored, clock.now(), tokenEntry(stream, prefix, previousUntil));
      // Polls that wait look again at once whether their token is still good.
      changed();
      return { token, previousUntil };
    },

    /** With the stream that the token opens; undefined for a token of another, and for no such stream. */
    async authenticate(slug: string, token: string): Promise<Poller | undefined> {
      const stream = await repository.findStream(slug);
      const digest = digestToken(token);
      return isOpenedBy(stream?.token, digest, clock.now()) && stream ? { stream, digest } : undefined;
    },

    /** Sends a verification event, or has the poller find one. */
    async verifyStream(slug: string): Promise<VerificationOutcome> {
      const stream = await requireStream(slug);
      const [state, now] = [newId(), clock.now()];
      const jti = `${stream.id}.${state}`;
      if (stream.kind === 'poll') {
        await repository.askVerification(stream.id, { jti, state, requestedAt: now.toISOString() });
        changed();
        return { jti, state, sent: null };
      }
      const sendSet = await openSender({ keys, sealer, clock }, stream).catch((error: unknown) => {
        if (!(error instanceof SealedError)) throw error;
        throw new ApiError('conflict', `A secret of event stream "${slug}" can not be opened. Set it anew.`);
      });
      const claims = verificationEvent(stream, { jti, now, state });
      const { status, durationMs, answer, problem } = await sendSet(outgoing.call, claims, verifyTimeoutMs);
      if (problem === null) await repository.noteVerified(stream.id, undefined, clock.now());
      return { jti, state, sent: { status, durationMs, answer, problem } };
    },

    async readStatus(slug: string): Promise<{ stream: EventStream; status: EventStreamStatus }> {
      const stream = await requireStream(slug);
      const { verifiedAt, verification } = stream;
      const verificationProblem = verification?.problem ?? null;
      return { stream, status: { ...(await upkeep.readStatus(stream)), verifiedAt, verificationProblem } };
    },

    listAttempts: async (slug: string, query: Parameters<Upkeep['listAttempts']>[1]) =>
      upkeep.listAttempts(await requireStream(slug), query),
    /** Those that wait for another attempt, or that were refused or given up. */
    listFailed: async (slug: string, query: Parameters<Upkeep['listFailed']>[1]) =>
      upkeep.listFailed(await requireStream(slug), query),
    /** Tells again what was told already, with the same `jti`. Answers what that is, by directory. */
    replay: async (slug: string, asked: ReplayRequest) => upkeep.replay(await requireStream(slug), asked),
    /** Has dead SETs sent once more: those of the given events, or all. Answers how many. */
    reviveDead: async (slug: string, eventIds: readonly string[] | undefined) =>
      upkeep.reviveDead(await requireStream(slug), eventIds),
  };
}

export type StreamService = ReturnType<typeof createStreamService>;
