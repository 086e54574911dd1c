// Signs SETs and publishes the keys by which receivers verify them (RFC 7517). RS256, which every receiver knows: the
// interoperability profile of Shared Signals asks for it.
import { type CryptoKey, exportJWK, exportPKCS8, generateKeyPair, importPKCS8, SignJWT } from 'jose';
import type { Clock } from '../platform/clock.ts';
import { newId } from '../platform/ids.ts';
import type { Sealer } from '../platform/secrets/sealed.ts';
import type { KeyRotation } from './contracts.ts';
import type { KeysRepository, StoredKey } from './keys-repository.ts';
import type { SetClaims } from './security-event.ts';

const algorithm = 'RS256';
const modulusLength = 2_048;
/** Another replica may rotate them; whoever publishes a key ahead of its use gives us longer than that. */
const rememberMs = 5_000;

export interface ShownKey {
  /** The `kid` of what it signs. */
  id: string;
  state: 'ahead' | 'signing' | 'retired';
  createdAt: Date;
  signsFrom: Date;
  publishedUntil: Date | null;
}

export interface SigningKeysDeps {
  repository: KeysRepository;
  sealer: Sealer;
  clock: Clock;
}

/** Where a private key belongs, see platform/secrets/sealed.ts. */
export const privateKeyPlace = (keyId: string): string => `signing key ${keyId}`;

/** The one that signs at the time: of those whose time has come, the last. */
const signerOf = (keys: readonly StoredKey[], now: Date): StoredKey | undefined =>
  keys.find(({ signsFrom }) => signsFrom <= now) ?? keys.at(-1);

export function createSigningKeys({ repository, sealer, clock }: SigningKeysDeps) {
  let remembered: { keys: Promise<StoredKey[]>; until: number } | undefined;
  let opened: { id: string; key: Promise<CryptoKey> } | undefined;

  async function make(signsFrom: Date): Promise<StoredKey> {
    const { publicKey, privateKey } = await generateKeyPair(algorithm, { modulusLength, extractable: true });
    const id = newId();
    return {
      id,
      publicJwk: { ...(await exportJWK(publicKey)), kid: id, alg: algorithm, use: 'sig' },
      privateKey: await sealer.seal(await exportPKCS8(privateKey), privateKeyPlace(id)),
      createdAt: clock.now(),
      signsFrom,
      publishedUntil: null,
    };
  }

  function read(): Promise<StoredKey[]> {
    if (remembered && performance.now() < remembered.until) return remembered.keys;
    const keys = repository.listKeys(clock.now());
    const mine = { keys, until: performance.now() + rememberMs };
    remembered = mine;
    keys.catch(() => {
      if (remembered === mine) remembered = undefined;
    });
    return keys;
  }

  /** The first one is made when it is needed. */
  async function readOrMake(): Promise<StoredKey[]> {
    const known = await read();
    if (known.length > 0) return known;
    await repository.insertFirst(await make(clock.now()));
    remembered = undefined;
    return read();
  }

  function open({ id, privateKey }: StoredKey): Promise<CryptoKey> {
    if (opened?.id === id) return opened.key;
    const key = sealer.open(privateKey, privateKeyPlace(id)).then((text) => importPKCS8(text, algorithm));
    const mine = { id, key };
    opened = mine;
    key.catch(() => {
      if (opened === mine) opened = undefined;
    });
    return key;
  }

  async function signer(): Promise<{ id: string; key: CryptoKey }> {
    const stored = signerOf(await readOrMake(), clock.now());
    if (!stored) throw new Error('there is no key that signs security event tokens');
    return { id: stored.id, key: await open(stored) };
  }

  async function listKeys(): Promise<ShownKey[]> {
    const now = clock.now();
    const keys = await repository.listKeys(now);
    const signing = signerOf(keys, now);
    return keys.map(({ id, createdAt, signsFrom, publishedUntil }) => ({
      ...{ id, createdAt, signsFrom, publishedUntil },
      state: id === signing?.id ? 'signing' : signsFrom > now ? 'ahead' : 'retired',
    }));
  }

  return {
    /** A SET in compact form (RFC 8417 §2). @throws SealedError when the key can't be opened. */
    async sign(claims: SetClaims): Promise<string> {
      const { id, key } = await signer();
      // RFC 8417 §2.3: the type keeps a SET from being taken for another JWT.
      return new SignJWT({ ...claims })
        .setProtectedHeader({ alg: algorithm, typ: 'secevent+jwt', kid: id })
        .setIssuedAt(clock.now())
        .sign(key);
    },

    /** Makes sure that there is a key, and that it can be opened. @throws SealedError */
    ready: async (): Promise<void> => void (await signer()),

    /** The public halves, as a JWK Set (RFC 7517 §5). */
    async readJwks(): Promise<{ keys: object[] }> {
      const now = clock.now();
      const keys = (await read()).filter(({ publishedUntil }) => publishedUntil === null || publishedUntil > now);
      return { keys: keys.map(({ publicJwk }) => publicJwk) };
    },

    listKeys,

    /** A new key, which is published at once and signs a little later. */
    async rotate({ aheadSeconds, overlapSeconds }: KeyRotation): Promise<ShownKey[]> {
      await readOrMake();
      const signsFrom = new Date(clock.now().getTime() + aheadSeconds * 1_000);
      const key = await make(signsFrom);
      const othersUntil = new Date(signsFrom.getTime() + overlapSeconds * 1_000);
      await repository.rotate(key, othersUntil, {
        type: 'signing_key.rotated',
        resource: { type: 'SigningKey', id: key.id, name: key.id },
        changes: { previousUntil: { before: null, after: othersUntil.toISOString() } },
      });
      remembered = undefined;
      return listKeys();
    },
  };
}

export type SigningKeys = ReturnType<typeof createSigningKeys>;
