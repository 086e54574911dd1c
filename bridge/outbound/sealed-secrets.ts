// The secrets of targets, for whoever seals them anew.
import type { Directory } from '../directories/contracts.ts';
import type { SealedSecret, SecretKeeper } from '../sealed-secrets/contracts.ts';
import type { Target } from './contracts.ts';
import { secretPlace } from './secrets.ts';
import { part } from './target-changes.ts';
import type { TargetsRepository } from './targets-repository.ts';

export interface TargetKeeperDeps {
  targets: Pick<TargetsRepository, 'listTargets' | 'replaceSealedSecret'>;
  listDirectories: () => Promise<Directory[]>;
}

export function createTargetKeeper({ targets, listDirectories }: TargetKeeperDeps): SecretKeeper {
  const secretOf = (target: Target, slug: string): SealedSecret => ({
    id: target.id,
    owner: part(target),
    directory: { id: target.directoryId, slug },
    place: secretPlace(target),
    sealed: target.sealedSecret,
  });
  return {
    kind: 'target_secret',

    async listSealed() {
      const directories = new Map((await listDirectories()).map(({ id, slug }) => [id, slug]));
      const all = await targets.listTargets([...directories.keys()]);
      return all.map((target) => secretOf(target, directories.get(target.directoryId) ?? target.directoryId));
    },

    async replaceSealed({ id, directory, sealed }, replacement) {
      return directory !== undefined && targets.replaceSealedSecret(directory.id, id, sealed, replacement);
    },
  };
}
