// What operators do with webhooks and event streams alike: setting where one begins in the logs, pausing it, seeing how
// far it is, and having things sent again.
import type { Directory } from '../directories/contracts.ts';
import type { EventReader } from '../events/repository.ts';
import type { Clock } from '../platform/clock.ts';
import { ApiError } from '../platform/http/api-error.ts';
import { pauseEntry, replayEntry } from './audit.ts';
import {
  type Attempt,
  type FailedDelivery,
  type InDirectory,
  nounOf,
  type Pause,
  type ReplayRequest,
  type Webhook,
  type WebhookStatus,
} from './contracts.ts';
import type { DeliveryRepository } from './deliveries-repository.ts';
import { type Replayed, replayEvents } from './replay.ts';
import type { WebhookRepository } from './repository.ts';

export interface UpkeepDeps {
  repository: Pick<WebhookRepository, 'updateWebhook'>;
  deliveries: DeliveryRepository;
  reader: EventReader;
  directories: { listDirectories(): Promise<Directory[]> };
  clock: Clock;
  /** Wakes those who deliver. */
  changed: () => void;
}

const latest = (times: (Date | null)[]) =>
  times.reduce((one, other) => (one && other ? (one > other ? one : other) : (one ?? other)), null);

export function createUpkeep({ repository, deliveries, reader, directories, clock, changed }: UpkeepDeps) {
  async function directoriesOf({ directory }: Webhook): Promise<{ id: string; slug: string }[]> {
    return directory ? [directory] : directories.listDirectories();
  }
  const idsOf = async (webhook: Webhook) => (await directoriesOf(webhook)).map(({ id }) => id);

  /** Puts the directory itself where its id is. */
  async function named<T extends { directoryId: string }>(webhook: Webhook, rows: readonly T[]) {
    const slugs = new Map((await directoriesOf(webhook)).map(({ id, slug }) => [id, slug]));
    return rows.map(({ directoryId, ...row }) => ({
      ...row,
      directory: { id: directoryId, slug: slugs.get(directoryId) ?? '' },
    }));
  }

  return {
    directoriesOf,

    /** Sets the place of a new one in each log. */
    async begin(webhook: Webhook, start: 'now' | 'beginning'): Promise<void> {
      for (const [id, { head, pruned }] of await reader.placeAll(await idsOf(webhook))) {
        await deliveries.begin(id, webhook.id, start === 'now' ? head : pruned);
      }
    },

    /** The pause that it is to have by an operator's word, undefined when there is nothing to change. */
    pauseBy(
      webhook: Webhook,
      paused: boolean | undefined,
    ): { pause: Pause | null; entry: ReturnType<typeof pauseEntry> } | undefined {
      const isSo = paused ? webhook.pause?.cause === 'operator' : webhook.pause === null;
      if (paused === undefined || isSo) return undefined;
      const byOperator = { cause: 'operator' as const, reason: 'An operator has paused it.', since: clock.now() };
      const pause = paused ? byOperator : null;
      return { pause, entry: pauseEntry(webhook, pause) };
    },

    async readStatus(webhook: Webhook): Promise<WebhookStatus> {
      const ids = await idsOf(webhook);
      const heads = await reader.placeAll(ids);
      const places = await deliveries.listPlaces(webhook.id, ids);
      const known = new Map(places.map((place) => [place.directoryId, place]));
      return {
        ...(await deliveries.countFailed(webhook.id, ids)),
        behind: [...heads].reduce((sum, [id, { head }]) => sum + Math.max(0, head - (known.get(id)?.position ?? 0)), 0),
        missed: places.reduce((sum, { missed }) => sum + missed, 0),
        missedAt: latest(places.map(({ missedAt }) => missedAt)),
        deliveredAt: latest(places.map(({ deliveredAt }) => deliveredAt)),
      };
    },

    async listAttempts(webhook: Webhook, query: { limit: number; failed: boolean }): Promise<InDirectory<Attempt>[]> {
      return named(webhook, await deliveries.listAttempts(webhook.id, await idsOf(webhook), query));
    },

    async listFailed(
      webhook: Webhook,
      query: { state: FailedDelivery['state']; limit: number },
    ): Promise<InDirectory<FailedDelivery>[]> {
      return named(webhook, await deliveries.listFailed(webhook.id, await idsOf(webhook), query));
    },

    /** Sends again what was sent already. Answers what that is, by directory. */
    async replay(webhook: Webhook, asked: ReplayRequest): Promise<Replayed[]> {
      const own = await directoriesOf(webhook);
      const chosen = own.filter((directory) => asked.directory === undefined || directory.slug === asked.directory);
      if (asked.directory !== undefined && chosen.length === 0) {
        const whose = `The ${nounOf(webhook)} "${webhook.slug}"`;
        throw new ApiError('directory_absent', `${whose} has no directory "${asked.directory}".`);
      }
      const replayed = await replayEvents({ reader, deliveries }, webhook, chosen, asked);
      const told = replayed.map(({ directory, from, to }) => ({ directory: directory.slug, from, to }));
      await repository.updateWebhook(webhook, {}, clock.now(), [replayEntry(webhook, told)]);
      changed();
      return replayed;
    },

    /** Has dead messages sent once more: those with the given ids, or all. Answers how many. */
    async reviveDead(webhook: Webhook, messageIds: readonly string[] | undefined): Promise<number> {
      let revived = 0;
      for (const id of await idsOf(webhook)) {
        const positions = messageIds
          ?.filter((one) => one.startsWith(`${id}.`))
          .map((one) => Number(one.slice(id.length + 1)));
        if (positions?.some((position) => !Number.isSafeInteger(position))) {
          throw new ApiError('invalid_request', 'ids: must be ids of events.');
        }
        if (!positions || positions.length > 0) revived += await deliveries.revive(id, webhook.id, positions);
      }
      if (revived === 0) return 0;
      await repository.updateWebhook(webhook, {}, clock.now());
      changed();
      return revived;
    },
  };
}

export type Upkeep = ReturnType<typeof createUpkeep>;
