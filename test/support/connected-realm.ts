// `realmbridge connect` on a realm of a test, with the rights of the test server's administrator.
import { type ConnectInput, type ConnectResult, connectRealm } from '../../bridge/keycloak/connect.ts';
import type { TestRealm } from './keycloak.ts';
import type { BridgeUnderTest } from './running-bridge.ts';

export type ConnectOptions = Pick<ConnectInput, 'federation'> &
  Partial<Omit<ConnectInput, 'federations' | 'keycloak' | 'realm'>>;

/** Joins the realm to a federation of the bridge; the address is the bridge's own unless another is given. */
export function connectTo(bridge: BridgeUnderTest, realm: TestRealm, options: ConnectOptions): Promise<ConnectResult> {
  const { url, adminUsername, adminPassword } = realm.server;
  return connectRealm({
    federations: bridge.services.federations,
    keycloak: { url, credentials: { username: adminUsername, password: adminPassword } },
    realm: realm.name,
    bridgeUrl: bridge.url,
    ...options,
  });
}

/** As {@link connectTo}, for a test that begins where it went well. */
export async function requireConnected(
  bridge: BridgeUnderTest,
  realm: TestRealm,
  options: ConnectOptions,
): Promise<ConnectResult> {
  const connected = await connectTo(bridge, realm, options);
  const { failure } = connected;
  if (failure) throw new Error(`connect failed at "${failure.step}": ${failure.message}`);
  return connected;
}
