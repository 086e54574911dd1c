// The operator's use cases on webhooks: making, changing, pausing and testing them, seeing how they do, and sending again.
import type { Directory } from '../directories/contracts.ts';
import { requireSlug } from '../directories/contracts.ts';
import type { EventReader } from '../events/repository.ts';
import type { ChangeSignal } from '../events/signal.ts';
import type { Clock } from '../platform/clock.ts';
import { ApiError } from '../platform/http/api-error.ts';
import type { Outgoing } from '../platform/http/outgoing.ts';
import { newId } from '../platform/ids.ts';
import type { Sealer } from '../platform/secrets/sealed.ts';
import { deletedEntry, madeEntry, pauseEntry, replayEntry, rotatedEntry, updatedEntries } from './audit.ts';
import {
  type Attempt,
  type FailedDelivery,
  type InDirectory,
  mapWebhookConflict,
  type NewWebhook,
  type ReplayRequest,
  type Webhook,
  type WebhookChange,
  type WebhookStatus,
} from './contracts.ts';
import type { DeliveryRepository } from './deliveries-repository.ts';
import { type Replayed, replayEvents } from './replay.ts';
import type { WebhookRepository } from './repository.ts';
import { openKeys, sealSecret } from './secrets.ts';
import { type Sent, send } from './sender.ts';
import { newSecret } from './signature.ts';
import { wantedTypes } from './wanted-types.ts';
import { webhooksTopic } from './worker.ts';

/** So long nobody delivers a webhook that is being made. */
const makingSeconds = 60;
const testTimeoutMs = 10_000;

export interface WebhookServiceDeps {
  repository: WebhookRepository;
  deliveries: DeliveryRepository;
  reader: EventReader;
  directories: {
    requireDirectory(slug: string): Promise<Directory>;
    listDirectories(): Promise<Directory[]>;
  };
  sealer: Sealer;
  outgoing: Outgoing;
  clock: Clock;
  signal: Pick<ChangeSignal, 'changed'>;
}

export type TestOutcome = Pick<Sent, 'status' | 'durationMs' | 'answer' | 'problem'> & { id: string };

/** Each method throws ApiError: `webhook_absent`, `directory_absent`, `conflict` or `invalid_request`. */
export function createWebhookService(deps: WebhookServiceDeps) {
  const { repository, deliveries, reader, directories, sealer, outgoing, clock, signal } = deps;
  const changed = () => signal.changed(webhooksTopic);

  async function requireWebhook(slug: string): Promise<Webhook> {
    const webhook = await repository.findWebhook(slug);
    if (!webhook) throw new ApiError('webhook_absent', `There is no webhook "${slug}".`);
    return webhook;
  }

  async function directoriesOf({ directory }: Webhook): Promise<{ id: string; slug: string }[]> {
    return directory ? [directory] : directories.listDirectories();
  }

  function checkUrl(text: string): void {
    const problem = outgoing.problemOf(new URL(text));
    if (problem !== undefined) throw new ApiError('invalid_request', `url: ${problem}.`);
  }

  const stored = async (webhookId: string, secret: string) => {
    const id = newId();
    return { id, sealed: await sealSecret(sealer, webhookId, id, secret), createdAt: clock.now(), expiresAt: null };
  };

  async function begin(webhook: Webhook, start: NewWebhook['start']): Promise<void> {
    const ids = (await directoriesOf(webhook)).map(({ id }) => id);
    for (const [id, { head, pruned }] of await reader.placeAll(ids)) {
      await deliveries.begin(id, webhook.id, start === 'now' ? head : pruned);
    }
  }

  /** Puts the directory itself where its id is. */
  async function named<T extends { directoryId: string }>(webhook: Webhook, rows: readonly T[]) {
    const slugs = new Map((await directoriesOf(webhook)).map(({ id, slug }) => [id, slug]));
    return rows.map(({ directoryId, ...row }) => ({
      ...row,
      directory: { id: directoryId, slug: slugs.get(directoryId) ?? '' },
    }));
  }

  return {
    requireWebhook,
    listWebhooks: async (): Promise<Webhook[]> => repository.listWebhooks(),

    /** The secret is shown this once. */
    async createWebhook(input: NewWebhook): Promise<{ webhook: Webhook; secret: string }> {
      checkUrl(input.url);
      wantedTypes(input.types ?? null);
      const directory = input.directory === undefined ? null : await directories.requireDirectory(input.directory);
      const webhook: Webhook = {
        id: newId(),
        slug: requireSlug(input.slug),
        url: input.url,
        directory: directory && { id: directory.id, slug: directory.slug },
        types: input.types ?? null,
        pause: null,
        createdAt: clock.now(),
        revision: 1,
      };
      const secret = newSecret();
      const maker = newId();
      try {
        const making = { owner: maker, seconds: makingSeconds, entry: madeEntry(webhook) };
        await repository.insertWebhook(webhook, await stored(webhook.id, secret), making);
      } catch (error) {
        throw mapWebhookConflict(error, webhook.slug);
      }
      try {
        await begin(webhook, input.start);
        await repository.releaseLease(maker, webhook.id);
      } catch (error) {
        await repository.deleteWebhook(webhook.id, deletedEntry(webhook), clock.now()).catch(() => undefined);
        throw error;
      }
      changed();
      return { webhook, secret };
    },

    async updateWebhook(slug: string, change: WebhookChange): Promise<Webhook> {
      const webhook = await requireWebhook(slug);
      const { url, types, paused } = change;
      if (url !== undefined) checkUrl(url);
      if (types) wantedTypes(types);
      const settings = { ...(url !== undefined && { url }), ...(types !== undefined && { types }) };
      const entries = updatedEntries(webhook, settings);
      const isSo = paused ? webhook.pause?.cause === 'operator' : webhook.pause === null;
      if (paused === undefined || isSo) {
        await repository.updateWebhook(webhook.id, settings, clock.now(), entries);
      } else {
        const byOperator = { cause: 'operator' as const, reason: 'An operator has paused it.', since: clock.now() };
        const pause = paused ? byOperator : null;
        entries.push(pauseEntry(webhook, pause));
        await repository.updateWebhook(webhook.id, { ...settings, pause }, clock.now(), entries);
      }
      changed();
      return requireWebhook(slug);
    },

    async deleteWebhook(slug: string): Promise<void> {
      const webhook = await requireWebhook(slug);
      await repository.deleteWebhook(webhook.id, deletedEntry(webhook), clock.now());
      changed();
    },

    /** A new secret, shown this once; until `previousUntil` messages are signed with those before as well. */
    async rotateSecret(slug: string, overlapSeconds: number): Promise<{ secret: string; previousUntil: Date }> {
      const webhook = await requireWebhook(slug);
      const secret = newSecret();
      const previousUntil = new Date(clock.now().getTime() + overlapSeconds * 1_000);
      const entry = rotatedEntry(webhook, previousUntil);
      await repository.rotateSecret(webhook.id, await stored(webhook.id, secret), previousUntil, entry);
      // A pause for want of a readable secret is over.
      if (webhook.pause?.cause === 'secret') {
        await repository.updateWebhook(webhook.id, { pause: null }, clock.now(), [pauseEntry(webhook, null)]);
      }
      changed();
      return { secret, previousUntil };
    },

    /** Sends a message of the type `webhook.test` and answers what came back. */
    async testWebhook(slug: string): Promise<TestOutcome> {
      const webhook = await requireWebhook(slug);
      const keys = await openKeys({ repository, sealer }, webhook.id, clock.now());
      if (!keys) throw new ApiError('conflict', `The secret of webhook "${slug}" can not be opened. Rotate it.`);
      const id = `test_${newId()}`;
      const body = JSON.stringify({ id, type: 'webhook.test', time: clock.now().toISOString(), webhook: slug });
      const { call } = outgoing;
      const url = new URL(webhook.url);
      const sent = await send({ call, url, keys, clock, timeoutMs: testTimeoutMs }, id, body);
      return { id, status: sent.status, durationMs: sent.durationMs, answer: sent.answer, problem: sent.problem };
    },

    async readStatus(webhook: Webhook): Promise<WebhookStatus> {
      const ids = (await directoriesOf(webhook)).map(({ id }) => id);
      const heads = await reader.placeAll(ids);
      const places = await deliveries.listPlaces(webhook.id, ids);
      const known = new Map(places.map((place) => [place.directoryId, place]));
      const latest = (times: (Date | null)[]) => times.reduce((a, b) => (a && b ? (a > b ? a : b) : (a ?? b)), null);
      return {
        ...(await deliveries.countFailed(webhook.id, ids)),
        behind: [...heads].reduce((sum, [id, { head }]) => sum + Math.max(0, head - (known.get(id)?.position ?? 0)), 0),
        missed: places.reduce((sum, { missed }) => sum + missed, 0),
        missedAt: latest(places.map(({ missedAt }) => missedAt)),
        deliveredAt: latest(places.map(({ deliveredAt }) => deliveredAt)),
        secrets: (await repository.listSecrets(webhook.id, clock.now())).map(
          ({ sealed: _sealed, ...secret }) => secret,
        ),
      };
    },

    async listAttempts(slug: string, query: { limit: number; failed: boolean }): Promise<InDirectory<Attempt>[]> {
      const webhook = await requireWebhook(slug);
      const ids = (await directoriesOf(webhook)).map(({ id }) => id);
      return named(webhook, await deliveries.listAttempts(webhook.id, ids, query));
    },

    async listFailed(
      slug: string,
      query: { state: FailedDelivery['state']; limit: number },
    ): Promise<InDirectory<FailedDelivery>[]> {
      const webhook = await requireWebhook(slug);
      const ids = (await directoriesOf(webhook)).map(({ id }) => id);
      return named(webhook, await deliveries.listFailed(webhook.id, ids, query));
    },

    /** Sends again what was sent already. Answers what that is, by directory. */
    async replay(slug: string, asked: ReplayRequest): Promise<Replayed[]> {
      const webhook = await requireWebhook(slug);
      const own = await directoriesOf(webhook);
      const chosen = own.filter((directory) => asked.directory === undefined || directory.slug === asked.directory);
      if (asked.directory !== undefined && chosen.length === 0) {
        throw new ApiError('directory_absent', `Webhook "${slug}" has no directory "${asked.directory}".`);
      }
      const replayed = await replayEvents({ reader, deliveries }, webhook, chosen, asked);
      const told = replayed.map(({ directory, from, to }) => ({ directory: directory.slug, from, to }));
      await repository.updateWebhook(webhook.id, {}, clock.now(), [replayEntry(webhook, told)]);
      changed();
      return replayed;
    },

    /** Has dead messages sent once more: those with the given ids, or all. Answers how many. */
    async reviveDead(slug: string, messageIds: readonly string[] | undefined): Promise<number> {
      const webhook = await requireWebhook(slug);
      let revived = 0;
      for (const { id } of await directoriesOf(webhook)) {
        const positions = messageIds
          ?.filter((one) => one.startsWith(`${id}.`))
          .map((one) => Number(one.slice(id.length + 1)));
        if (positions?.some((position) => !Number.isSafeInteger(position))) {
          throw new ApiError('invalid_request', 'ids: must be ids of events.');
        }
        if (!positions || positions.length > 0) revived += await deliveries.revive(id, webhook.id, positions);
      }
      if (revived === 0) return 0;
      await repository.updateWebhook(webhook.id, {}, clock.now());
      changed();
      return revived;
    },
  };
}

export type WebhookService = ReturnType<typeof createWebhookService>;
