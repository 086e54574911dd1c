// Secrets that must be had again in the clear, such as the password of another server: encrypted, and bound to their place.
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';

const algorithm = 'aes-256-gcm';
const ivBytes = 12;
const tagBytes = 16;

/** Which key sealed it: the one in the database, or the one that is made from SECRETS_KEY. */
const kinds = { stored: 1, configured: 2 } as const;

/** For people: the first of SECRETS_KEY, another one of it, or the one in the database. */
export type SealingKey = 'first' | 'other' | 'database';

export interface Sealer {
  /** `place` says whose secret it is; elsewhere it can't be opened. */
  seal(secret: string, place: string): Promise<Buffer>;
  /** @throws SealedError when it was sealed for another place, with another key, or was changed. */
  open(sealed: Buffer, place: string): Promise<string>;
  /** The key that opens it; undefined when none of the present ones does. */
  keyOf(sealed: Buffer, place: string): Promise<SealingKey | undefined>;
  /** The key that {@link seal} takes. */
  sealsWith(): SealingKey;
}

/** A stored secret that can't be had again. */
export class SealedError extends Error {
  override readonly name = 'SealedError';
}

const keyFrom = (text: string) => Buffer.from(hkdfSync('sha256', text, '', 'realmbridge sealed secrets', 32));

/**
 * `secretsKeys` are the operator's: the first seals, each opens. Without any the installation's own key is used, which lies
 * in the same database and so protects copies of single tables and logs, but not of the whole database.
 */
export function createSealer(deps: { secretsKeys?: () => readonly string[]; readKey: () => Promise<Buffer> }): Sealer {
  const { secretsKeys = () => [], readKey } = deps;
  let stored: Promise<Buffer> | undefined;

  async function storedKey(): Promise<Buffer> {
    stored ??= readKey();
    return stored.catch((error: unknown) => {
      stored = undefined;
      throw error;
    });
  }

  async function keysOf(kind: number): Promise<{ key: Buffer; name: SealingKey }[]> {
    if (kind === kinds.stored) return [{ key: await storedKey(), name: 'database' }];
    if (kind !== kinds.configured) throw new SealedError('The secret was sealed by another release.');
    const keys = secretsKeys();
    if (keys.length === 0) throw new SealedError('The secret was sealed with a SECRETS_KEY, and none is set.');
    return keys.map((text, index) => ({ key: keyFrom(text), name: index === 0 ? 'first' : 'other' }));
  }

  async function unseal(sealed: Buffer, place: string): Promise<{ secret: string; name: SealingKey }> {
    const [iv, tag, text] = [
      sealed.subarray(1, 1 + ivBytes),
      sealed.subarray(1 + ivBytes, 1 + ivBytes + tagBytes),
      sealed.subarray(1 + ivBytes + tagBytes),
    ];
    let refusal: unknown;
    for (const { key, name } of await keysOf(sealed[0] ?? 0)) {
      try {
        const decipher = createDecipheriv(algorithm, key, iv).setAAD(Buffer.from(place)).setAuthTag(tag);
        return { secret: Buffer.concat([decipher.update(text), decipher.final()]).toString('utf8'), name };
      } catch (cause) {
        refusal = cause;
      }
    }
    throw new SealedError('The secret can not be opened with the present key. Set it again.', { cause: refusal });
  }

  return {
    async seal(secret, place) {
      const [configured] = secretsKeys();
      const key = configured === undefined ? await storedKey() : keyFrom(configured);
      const iv = randomBytes(ivBytes);
      const cipher = createCipheriv(algorithm, key, iv).setAAD(Buffer.from(place));
      const text = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final()]);
      const kind = configured === undefined ? kinds.stored : kinds.configured;
      return Buffer.concat([Buffer.from([kind]), iv, cipher.getAuthTag(), text]);
    },
    open: async (sealed, place) => (await unseal(sealed, place)).secret,
    async keyOf(sealed, place) {
      try {
        return (await unseal(sealed, place)).name;
      } catch (error) {
        if (error instanceof SealedError) return undefined;
        throw error;
      }
    },
    sealsWith: () => (secretsKeys().length === 0 ? 'database' : 'first'),
  };
}
