// The operator's use cases of attribute mappings.
import { isDeepStrictEqual } from 'node:util';
import { ApiError } from '../../platform/http/api-error.ts';
import { type ChangeDeps, createFederationChanges, federationAbsent } from '../change.ts';
import { type AttributeMapping, checkMappings, defaultMappings, type WishedMapping } from './attribute-mappings.ts';

export interface AttributeMappings {
  /** Whether these are the ones that every federation starts with. */
  default: boolean;
  mappings: readonly AttributeMapping[];
}

/** Undefined brings the default mappings back. */
type Wish = (current: readonly AttributeMapping[]) => readonly WishedMapping[] | undefined;

function checked(wished: readonly WishedMapping[] | undefined): AttributeMapping[] | null {
  if (wished === undefined) return null;
  const result = checkMappings(wished);
  if (!result.ok) throw new ApiError('invalid_request', result.problem);
  return isDeepStrictEqual(result.mappings, defaultMappings) ? null : result.mappings;
}

/** Each method throws ApiError: `federation_absent` or `invalid_request`. */
export interface AttributeService {
  listAttributeMappings(slug: string): Promise<AttributeMappings>;
  /**
   * Replaces the mappings by what `wish` makes of the present ones. Keycloak reads every user anew after that; when
   * nothing would change, nothing is written.
   */
  changeAttributeMappings(slug: string, wish: Wish): Promise<AttributeMappings>;
}

export function createAttributeService(deps: ChangeDeps): AttributeService {
  const { requireFederation, change } = createFederationChanges(deps);

  async function listAttributeMappings(slug: string): Promise<AttributeMappings> {
    const topology = await deps.repository.findTopology((await requireFederation(slug)).id);
    if (!topology) throw federationAbsent(slug);
    const { mappings, fingerprint } = topology.attributes;
    return { default: fingerprint === undefined, mappings };
  }

  return {
    listAttributeMappings,

    async changeAttributeMappings(slug: string, wish: Wish): Promise<AttributeMappings> {
      const before = await listAttributeMappings(slug);
      const wanted = checked(wish(before.mappings));
      if (!isDeepStrictEqual(wanted, before.default ? null : before.mappings)) {
        await change(slug, async (federation) => {
          const current = await federation.readAttributeMappings();
          await federation.writeAttributeMappings(checked(wish(current ?? defaultMappings)));
        });
      }
      return listAttributeMappings(slug);
    },
  };
}
