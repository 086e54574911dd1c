// Asks a target what it can do and which attributes it has. What it doesn't tell is assumed, and found out by trying.
import { isJsonObject, type JsonObject, own } from '../scim/json.ts';
import { type BulkLimits, bulkLimitsOf } from './bulk.ts';
import type { TargetClient } from './client.ts';
import type { TargetSettings } from './contracts.ts';
import { TargetFailure } from './failure.ts';
import { combineFeatures, type Features, featuresOf } from './features.ts';
import { presets } from './presets.ts';
import { type TargetTypes, targetTypes } from './target-types.ts';

/** As it is stored; `schemas` undefined: it showed none. */
export interface Probe {
  at: string;
  config: JsonObject | null;
  schemas: JsonObject | null;
  /** What the target turned out not to be able to do, whatever it says. */
  learned: Partial<Features>;
}

/** What a client that has probed a target goes by. */
export interface Abilities {
  features: Features;
  types: TargetTypes;
  bulkLimits: BulkLimits;
}

async function optional(client: TargetClient, path: string): Promise<JsonObject | null> {
  try {
    const { status, body } = await client.call('GET', path);
    return status === 200 && body ? body : null;
  } catch (error) {
    // Many answer what they don't have with a page of their framework.
    const isMissing = error instanceof TargetFailure && error.status !== undefined && [200, 404].includes(error.status);
    if (isMissing) return null;
    throw error;
  }
}

/** @throws TargetFailure when nobody answers, or the credentials are refused. */
export async function probeTarget(client: TargetClient, at: Date): Promise<Probe> {
  const config = await optional(client, '/ServiceProviderConfig');
  const schemas = await optional(client, '/Schemas');
  return { at: at.toISOString(), config, schemas: hasSchemas(schemas) ? schemas : null, learned: {} };
}

const hasSchemas = (schemas: JsonObject | null): boolean =>
  isJsonObject(schemas ?? undefined) && Array.isArray(schemas && own(schemas, 'Resources'));

export function abilitiesOf(settings: TargetSettings, { config, schemas, learned }: Probe): Abilities {
  const told = featuresOf(config ?? undefined);
  return {
    features: combineFeatures(told, presets[settings.preset].features, learned, settings.features),
    types: targetTypes(schemas ?? undefined),
    bulkLimits: bulkLimitsOf(config ?? undefined),
  };
}
