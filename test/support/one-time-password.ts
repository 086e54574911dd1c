// What an authenticator app shows.
import { createHmac } from 'node:crypto';

/** The code of the moment (RFC 6238) for the secret that the page shows. */
export function oneTimePassword(secret: string): string {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000)));
  const mac = createHmac('sha1', secret).update(counter).digest();
  const code = mac.readUInt32BE(mac.readUInt8(19) & 0x0f) & 0x7fffffff;
  return String(code % 1_000_000).padStart(6, '0');
}
