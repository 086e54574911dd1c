// The bind passwords, for whoever seals them anew.
import type { Directory } from '../directories/contracts.ts';
import type { SecretKeeper } from '../sealed-secrets/contracts.ts';
import type { LdapRepository } from './repository.ts';
import { passwordPlace } from './source.ts';

export interface PasswordKeeperDeps {
  repository: Pick<LdapRepository, 'listSealedPasswords' | 'replaceSealedPassword'>;
  listDirectories: () => Promise<Directory[]>;
}

export function createPasswordKeeper({ repository, listDirectories }: PasswordKeeperDeps): SecretKeeper {
  return {
    kind: 'ldap_bind_password',

    async listSealed() {
      // Whatever their kind is now: one that was moved away from LDAP may come back.
      const directories = new Map((await listDirectories()).map(({ id, slug }) => [id, slug]));
      const passwords = await repository.listSealedPasswords([...directories.keys()]);
      return passwords.map(({ directoryId: id, sealedPassword: sealed }) => {
        const slug = directories.get(id) ?? id;
        const owner = { type: 'Directory' as const, id, name: slug };
        return { id, owner, directory: { id, slug }, place: passwordPlace(id), sealed };
      });
    },

    replaceSealed: ({ id, sealed }, replacement) => repository.replaceSealedPassword(id, sealed, replacement),
  };
}
