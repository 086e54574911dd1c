// Puts the event streams together: what operators do with them, how they are polled, and how webhooks/ pushes them.
import type { Directory } from '../directories/contracts.ts';
import type { EventReader } from '../events/repository.ts';
import type { ChangeSignal } from '../events/signal.ts';
import type { Clock } from '../platform/clock.ts';
import type { Store } from '../platform/db/connect.ts';
import type { Outgoing } from '../platform/http/outgoing.ts';
import type { Sealer } from '../platform/secrets/sealed.ts';
import { createDeliveryRepository } from '../webhooks/deliveries-repository.ts';
import { createWebhookRepository } from '../webhooks/repository.ts';
import { createUpkeep } from '../webhooks/upkeep.ts';
import { webhooksTopic } from '../webhooks/worker.ts';
import { createKeysRepository } from './keys-repository.ts';
import { createPoll, type PollTiming } from './poll.ts';
import { createPollRepository } from './poll-repository.ts';
import { createPush, type TypesOf } from './push.ts';
import { createStreamRepository } from './repository.ts';
import { createAuthorizationKeeper, createSigningKeyKeeper } from './sealed-secrets.ts';
import { createStreamService } from './service.ts';
import { createSigningKeys } from './signing-keys.ts';

export interface EventStreamDeps {
  store: Store;
  reader: EventReader;
  directories: { requireDirectory(slug: string): Promise<Directory>; listDirectories(): Promise<Directory[]> };
  typesOf: TypesOf;
  signal: ChangeSignal;
  sealer: Sealer;
  outgoing: Outgoing;
  clock: Clock;
  timing?: Partial<PollTiming> | undefined;
}

export function createEventStreams({ store, ...deps }: EventStreamDeps) {
  const { reader, directories, signal, sealer, clock, typesOf } = deps;
  const repository = createStreamRepository(store.db);
  const rows = createWebhookRepository(store.db);
  const deliveries = createDeliveryRepository(store.pool);
  const changed = () => signal.changed(webhooksTopic);
  const upkeep = createUpkeep({ repository: rows, deliveries, reader, directories, clock, changed });
  const keysRepository = createKeysRepository(store.db);
  const keys = createSigningKeys({ repository: keysRepository, sealer, clock });
  return {
    secretKeepers: [
      createAuthorizationKeeper(repository),
      createSigningKeyKeeper({ repository: keysRepository, clock }),
    ],
    eventStreams: createStreamService({ ...deps, repository, rows, upkeep, keys }),
    signingKeys: keys,
    streamPoll: createPoll({
      ...{ streams: repository, repository: createPollRepository(store.pool), deliveries },
      ...{ reader, upkeep, keys, typesOf, signal, clock, timing: deps.timing },
    }),
    openStream: createPush({ repository, keys, sealer, clock, typesOf }).openStream,
  };
}
