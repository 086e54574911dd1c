// The resource types of each directory, kept from request to request. A directory says by its revision whether what is
// kept is still true, and whoever lets a request in has just read that: see directories/authenticator.ts.
import type { Directory } from '../../directories/contracts.ts';
import type { SchemaDeclaration } from '../../scim/schema/declaration.ts';
import { type ResourceTypes, standardTypes, typesWith } from '../../scim/schema/resource-types.ts';
import type { TypeDeclaration } from '../../scim/schema/type-declaration.ts';

/** The resource types as of a revision; what is written by them is refused once there is another (write-guard-repository.ts). */
export interface DirectoryTypes extends ResourceTypes {
  readonly revision: number;
}

export interface Declared {
  revision: number;
  schemas: readonly SchemaDeclaration[];
  types: readonly TypeDeclaration[];
}

export interface TypeCatalogue {
  /** Answers at once for a directory that never declared anything. */
  typesOf(directory: Pick<Directory, 'id' | 'schemaRevision'>): DirectoryTypes | Promise<DirectoryTypes>;
}

const undeclared: DirectoryTypes = { ...standardTypes, revision: 0 };
const maxRemembered = 1_000;

export function createTypeCatalogue(read: (directoryId: string) => Promise<Declared>): TypeCatalogue {
  const remembered = new Map<string, DirectoryTypes>();
  return {
    typesOf({ id, schemaRevision }) {
      if (schemaRevision === 0) return undeclared;
      const known = remembered.get(id);
      if (known !== undefined && known.revision >= schemaRevision) return known;
      return read(id).then(({ revision, schemas, types: declared }) => {
        const types: DirectoryTypes = { ...typesWith(schemas, declared), revision };
        if (remembered.size >= maxRemembered) remembered.clear();
        remembered.set(id, types);
        return types;
      });
    },
  };
}
