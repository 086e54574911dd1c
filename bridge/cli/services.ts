// Opens the store and the services for one command, and closes everything again.
import type { Config } from '../config.ts';
import { type ChangeSignal, createLocalSignal, createSharedSignal } from '../events/signal.ts';
import { systemClock } from '../platform/clock.ts';
import { connectStore, type Store } from '../platform/db/connect.ts';
import { createOutgoing } from '../platform/http/outgoing.ts';
import { acceptSecret } from '../platform/secrets/accepted-secret.ts';
import { createPasswordHasher } from '../platform/secrets/passwords.ts';
import { createServices, type Services } from '../services.ts';

/** A signal that connects only when there is something to tell the running bridges. */
function lazySignal(store: Store, url: string): ChangeSignal {
  const local = createLocalSignal();
  let shared: ChangeSignal | undefined;
  return {
    subscribe: local.subscribe,
    changed(topic) {
      shared ??= createSharedSignal({ pool: store.pool, database: { url }, onError: () => undefined });
      shared.changed(topic);
    },
    async close() {
      await shared?.close();
    },
  };
}

export function openServices({ database, authenticationSecret, outgoingAllow, secretsKeys }: Config): {
  store: Store;
  services: Services;
  close(): Promise<void>;
} {
  const store = connectStore({ url: database.url, poolSize: 4 });
  const signal = lazySignal(store, database.url);
  const services = createServices({
    store,
    clock: systemClock,
    passwords: createPasswordHasher(),
    signal,
    ...(authenticationSecret !== undefined && { authenticationSecret: acceptSecret(authenticationSecret) }),
    secretsKeys: () => secretsKeys,
    outgoing: createOutgoing({ allow: outgoingAllow }),
  });
  return {
    store,
    services,
    async close() {
      services.federations.close();
      await signal.close();
      await store.close();
    },
  };
}
