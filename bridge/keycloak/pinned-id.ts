// Ids that a second run finds again: name-based UUIDs (RFC 9562 §5.5, version 5) under a namespace of our own.
import { createHash } from 'node:crypto';

const namespace = Buffer.from('5b8f0d3c9e2a4f6fb1c7d04e6a91f3c2', 'hex');

function nameBasedUuid(name: string): string {
  const bytes = createHash('sha1').update(namespace).update(name, 'utf8').digest().subarray(0, 16);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x50, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

/** The component's id, the same for a realm and federation on every Keycloak, because user ids and links embed it. */
export const pinnedComponentId = (realm: string, federation: string): string =>
  nameBasedUuid(`component\n${realm}\n${federation}`);

/**
 * The failover admin's user id. Nobody can choose the id of an account that registers itself, so an account with this
 * id is one that `connect` made.
 */
export const pinnedAdminId = (realm: string, username: string): string =>
  nameBasedUuid(`failover-admin\n${realm}\n${username.toLowerCase()}`);
