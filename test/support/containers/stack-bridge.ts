// The bridge of a stack as the end-to-end tests know bridges: an operator's hands on its database, and SCIM requests.
import { createLocalSignal } from '../../../bridge/events/signal.ts';
import { systemClock } from '../../../bridge/platform/clock.ts';
import { connectStore } from '../../../bridge/platform/db/connect.ts';
import { createPasswordHasher } from '../../../bridge/platform/secrets/passwords.ts';
import { createServices } from '../../../bridge/services.ts';
import { type BridgeUnderTest, scimCalls } from '../running-bridge.ts';
import type { RealmbridgeStack } from './stack.ts';

/** `close()` leaves the containers alone. */
export function useStackBridge(stack: RealmbridgeStack): BridgeUnderTest {
  // PostgreSQL is killed in some tests; a connection that this costs is no news.
  const store = connectStore({ url: stack.databaseUrl, poolSize: 4, onIdleError: () => undefined });
  const signal = createLocalSignal();
  const services = createServices({ store, clock: systemClock, passwords: createPasswordHasher(), signal });
  return {
    url: stack.bridgeUrl,
    databaseUrl: stack.databaseUrl,
    services,
    start: () => stack.bridge.start(),
    stop: async () => void (await stack.bridge.stop()),
    scim: (directory, token) => scimCalls(stack.bridgeUrl, directory, token),
    async close() {
      services.federations.close();
      await signal.close();
      await store.close();
    },
  };
}
