// What event streams keep sealed, for whoever seals it anew: the authorization of each that is pushed, and the keys that sign.
import type { Clock } from '../platform/clock.ts';
import type { SecretKeeper } from '../sealed-secrets/contracts.ts';
import type { KeysRepository } from './keys-repository.ts';
import { authorizationPlace } from './push.ts';
import type { StreamRepository } from './repository.ts';
import { privateKeyPlace } from './signing-keys.ts';

export function createAuthorizationKeeper(
  repository: Pick<StreamRepository, 'listStreams' | 'replaceSealedAuthorization'>,
): SecretKeeper {
  return {
    kind: 'event_stream_authorization',

    async listSealed() {
      const streams = await repository.listStreams();
      return streams.flatMap(({ id, slug, directory, authorization: sealed }) => {
        if (sealed === null) return [];
        const owner = { type: 'EventStream' as const, id, name: slug };
        return [{ id, owner, ...(directory && { directory }), place: authorizationPlace(id), sealed }];
      });
    },

    replaceSealed: ({ id, sealed }, replacement) => repository.replaceSealedAuthorization(id, sealed, replacement),
  };
}

export interface SigningKeyKeeperDeps {
  repository: Pick<KeysRepository, 'listKeys' | 'replaceSealedKey'>;
  clock: Clock;
}

export function createSigningKeyKeeper({ repository, clock }: SigningKeyKeeperDeps): SecretKeeper {
  return {
    kind: 'signing_key',

    async listSealed() {
      const keys = await repository.listKeys(clock.now());
      return keys.map(({ id, privateKey: sealed }) => {
        return { id, owner: { type: 'SigningKey', id, name: id }, place: privateKeyPlace(id), sealed };
      });
    },

    replaceSealed: ({ id, sealed }, replacement) => repository.replaceSealedKey(id, sealed, replacement),
  };
}
