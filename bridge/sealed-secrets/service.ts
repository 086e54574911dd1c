// What is sealed with which key, and sealing it anew after a change of SECRETS_KEY. Only for the command line: whoever may
// do this has the keys anyhow.
import type { Clock } from '../platform/clock.ts';
import type { Sealer, SealingKey } from '../platform/secrets/sealed.ts';
import type {
  Resealing,
  SealedSecret,
  SealingStatus,
  SecretCounts,
  SecretKeeper,
  SecretKind,
  UnreadableSecret,
} from './contracts.ts';

export interface SealedSecretsDeps {
  keepers: readonly SecretKeeper[];
  /** Opens with every key that there is, and seals with the first. */
  sealer: Sealer;
  /** Seals with the key in the database. */
  databaseSealer: Sealer;
  clock: Clock;
}

export interface SealingWish {
  /** All is to be sealed with the key in the database, so that SECRETS_KEY can be done without. */
  databaseKey?: boolean;
}

export interface ResealingProgress extends Resealing {
  looked: number;
}

const entryOf = ({ owner, directory }: SealedSecret, before: SealingKey, after: SealingKey) => ({
  type: 'secret.resealed' as const,
  ...(directory && { directory }),
  resource: owner,
  changes: { sealedWith: { before, after } },
});

const unreadableOf = (kind: SecretKind, { id, owner, directory }: SealedSecret): UnreadableSecret => ({
  ...{ kind, id, directory: directory?.slug ?? null, name: owner.name },
});

export function createSealedSecrets({ keepers, sealer, databaseSealer, clock }: SealedSecretsDeps) {
  const sealing = ({ databaseKey = false }: SealingWish) => (databaseKey ? databaseSealer : sealer);

  return {
    /** Opens each secret, and shows none. */
    async readStatus(wish: SealingWish = {}): Promise<SealingStatus> {
      const wanted = sealing(wish).sealsWith();
      const status: SealingStatus = { wanted, complete: true, kinds: [], unreadable: [] };
      for (const { kind, listSealed } of keepers) {
        const counts: SecretCounts = { first: 0, other: 0, database: 0, unreadable: 0 };
        for (const secret of await listSealed()) {
          const key = await sealer.keyOf(secret.sealed, secret.place);
          counts[key ?? 'unreadable'] += 1;
          if (key !== wanted) status.complete = false;
          if (key === undefined) status.unreadable.push(unreadableOf(kind, secret));
        }
        status.kinds.push({ kind, ...counts });
      }
      return status;
    },

    /** Seals with the wanted key what another one opens. What none opens is left as it is. */
    async reseal(wish: SealingWish = {}, onProgress?: (progress: ResealingProgress) => void): Promise<Resealing> {
      const target = sealing(wish);
      const wanted = target.sealsWith();
      const progress = { looked: 0, resealed: 0, changedMeanwhile: 0 };
      for (const { listSealed, replaceSealed } of keepers) {
        for (const secret of await listSealed()) {
          const { sealed, place } = secret;
          const key = await sealer.keyOf(sealed, place);
          if (key !== undefined && key !== wanted) {
            const anew = await target.seal(await sealer.open(sealed, place), place);
            const entry = entryOf(secret, key, wanted);
            const isReplaced = await replaceSealed(secret, { sealed: anew, entry, now: clock.now() });
            progress[isReplaced ? 'resealed' : 'changedMeanwhile'] += 1;
          }
          progress.looked += 1;
          onProgress?.(progress);
        }
      }
      const { resealed, changedMeanwhile } = progress;
      return { resealed, changedMeanwhile };
    },
  };
}
