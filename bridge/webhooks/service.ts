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
import { deletedEntry, madeEntry, pauseEntry, rotatedEntry, updatedEntries } from './audit.ts';
import {
  mapWebhookConflict,
  type NewWebhook,
  type ReplayRequest,
  type ShownSecret,
  type Webhook,
  type WebhookChange,
  type WebhookStatus,
} from './contracts.ts';
import type { DeliveryRepository } from './deliveries-repository.ts';
import { standardEnvelope, wantedTypes } from './envelope.ts';
import type { WebhookRepository } from './repository.ts';
import { openKeys, sealSecret } from './secrets.ts';
import type { Sent } from './sender.ts';
import { newSecret } from './signature.ts';
import { createUpkeep, type Upkeep } from './upkeep.ts';
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
  const upkeep = createUpkeep({ repository, deliveries, reader, directories, clock, changed });

  async function requireWebhook(slug: string): Promise<Webhook> {
    const webhook = await repository.findWebhook(slug);
    if (!webhook) throw new ApiError('webhook_absent', `There is no webhook "${slug}".`);
    return webhook;
  }

  function checkUrl(text: string): void {
    const problem = outgoing.problemOf(new URL(text));
    if (problem !== undefined) throw new ApiError('invalid_request', `url: ${problem}.`);
  }

  const stored = async (webhookId: string, secret: string) => {
    const id = newId();
    return { id, sealed: await sealSecret(sealer, webhookId, id, secret), createdAt: clock.now(), expiresAt: null };
  };

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
        kind: 'webhook',
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
        throw mapWebhookConflict(error, webhook);
      }
      try {
        await upkeep.begin(webhook, input.start);
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
      const { url, types } = change;
      if (url !== undefined) checkUrl(url);
      if (types) wantedTypes(types);
      const settings = { ...(url !== undefined && { url }), ...(types !== undefined && { types }) };
      const entries = updatedEntries(webhook, settings);
      const paused = upkeep.pauseBy(webhook, change.paused);
      const pause = paused && { pause: paused.pause };
      if (paused) entries.push(paused.entry);
      await repository.updateWebhook(webhook, { ...settings, ...pause }, clock.now(), entries);
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
        await repository.updateWebhook(webhook, { pause: null }, clock.now(), [pauseEntry(webhook, null)]);
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
      const envelope = standardEnvelope(webhook, keys, clock);
      const sent = await envelope.send(outgoing.call, { id, body, timeoutMs: testTimeoutMs });
      return { id, status: sent.status, durationMs: sent.durationMs, answer: sent.answer, problem: sent.problem };
    },

    async readStatus(webhook: Webhook): Promise<WebhookStatus & { secrets: ShownSecret[] }> {
      const secrets = await repository.listSecrets(webhook.id, clock.now());
      return {
        ...(await upkeep.readStatus(webhook)),
        secrets: secrets.map(({ sealed: _sealed, ...secret }) => secret),
      };
    },

    listAttempts: async (slug: string, query: Parameters<Upkeep['listAttempts']>[1]) =>
      upkeep.listAttempts(await requireWebhook(slug), query),
    listFailed: async (slug: string, query: Parameters<Upkeep['listFailed']>[1]) =>
      upkeep.listFailed(await requireWebhook(slug), query),
    /** Sends again what was sent already. Answers what that is, by directory. */
    replay: async (slug: string, asked: ReplayRequest) => upkeep.replay(await requireWebhook(slug), asked),
    /** Has dead messages sent once more: those with the given ids, or all. Answers how many. */
    reviveDead: async (slug: string, messageIds: readonly string[] | undefined) =>
      upkeep.reviveDead(await requireWebhook(slug), messageIds),
  };
}

export type WebhookService = ReturnType<typeof createWebhookService>;
