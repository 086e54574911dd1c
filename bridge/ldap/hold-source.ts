// For whoever changes what a directory is: that no bridge reads it meanwhile, and that one reads all of it afterwards.
import { newId } from '../platform/ids.ts';
import type { LdapRepository } from './repository.ts';

/** Longer than anybody needs the directory for; the lease of one that died ends by itself. */
const holdSeconds = 120;

export function createSourceHold(repository: LdapRepository) {
  const owner = newId();
  return {
    /** False while a bridge reads the directory. */
    hold: (directoryId: string): Promise<boolean> => repository.takeLease(directoryId, owner, holdSeconds),

    release: (directoryId: string): Promise<void> => repository.releaseLease(directoryId, owner),

    /** Has all of it read as soon as it is a directory to be read again. */
    async resume(directoryId: string): Promise<void> {
      await repository.updateState(directoryId, { watermark: undefined, requested: 'full', failure: null, held: null });
    },
  };
}
