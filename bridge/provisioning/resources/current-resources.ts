// Resources as they are now, for readers of the event log: as SCIM shows them, without memberships, which may be very many.
import type { Pool } from 'pg';
import type { Directory } from '../../directories/contracts.ts';
import { toResponse } from '../../scim/messages.ts';
import { project } from '../../scim/projection.ts';
import type { Resource } from '../../scim/schema/model.ts';
import type { TypeCatalogue } from '../schemas/catalogue.ts';
import { readCurrent } from './current-repository.ts';

export interface CurrentResourcesDeps {
  pool: Pool;
  catalogue: TypeCatalogue;
  findDirectory: (slug: string) => Promise<Directory | undefined>;
}

export interface CurrentResources {
  /** By id; what is gone is left out. `baseUrl` is that of the SCIM endpoints, without a directory. */
  readCurrent(slug: string, ids: readonly string[], baseUrl: string): Promise<Map<string, Resource>>;
}

export function createCurrentResources({ pool, catalogue, findDirectory }: CurrentResourcesDeps): CurrentResources {
  return {
    async readCurrent(slug, ids, baseUrl) {
      const directory = await findDirectory(slug);
      if (!directory || ids.length === 0) return new Map();
      const { all } = await catalogue.typesOf(directory);
      const shown = (await readCurrent(pool, directory.id, ids)).flatMap(
        ({
          type: name,
          id,
          resource,
          version,
          createdAt: created,
          lastModifiedAt: lastModified,
        }): [string, Resource][] => {
          const type = all.find((one) => one.name === name);
          if (!type) return [];
          const whole = toResponse(type, { id, resource, version, created, lastModified }, `${baseUrl}/${slug}`);
          return [[id, project(type, whole)]];
        },
      );
      return new Map(shown);
    },
  };
}
