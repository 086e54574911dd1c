// What a federation consists of at one moment, and what follows from that alone.
import { createHash } from 'node:crypto';
import type { DirectoryKind } from '../platform/db/database.ts';
import type { CompiledAttributes } from './mappings/attribute-mappings.ts';
import type { Binding } from './mappings/binding.ts';

export interface Federation {
  id: string;
  /** The name in URLs: lower-case letters, digits and hyphens. */
  slug: string;
  name: string;
  /** Counts the changes to the federation itself; {@link revisionOf} is what clients see. */
  revision: number;
  createdAt: Date;
}

export interface FederationDirectory extends Binding {
  id: string;
  slug: string;
  name: string;
  kind: DirectoryKind;
  /** The lower number comes first. */
  priority: number;
  /** The toggle in this federation. */
  attachmentEnabled: boolean;
  /** The toggle of the directory itself, which holds in every federation. */
  directoryEnabled: boolean;
  /** Whether the source of a directory that is pulled can be reached; others are always `ok`. */
  sourceHealth: 'ok' | 'degraded' | 'unavailable';
  /** When the directory was made, in milliseconds since 1970. */
  createdAt: number;
  /** When it was last reached, in milliseconds since 1970; null: never yet, or it is not pulled. */
  sourceSeenAt: number | null;
}

export interface ReservedUsername {
  usernameKey: string;
  reason: string;
}

export interface Topology {
  federation: Federation;
  /** What its users' attributes are called, and where they come from. */
  attributes: CompiledAttributes;
  /** In the order of priority. */
  directories: FederationDirectory[];
  reserved: ReservedUsername[];
}

/** Both toggles must be on. */
export const isEnabled = (directory: FederationDirectory): boolean =>
  directory.attachmentEnabled && directory.directoryEnabled;

/** As clients are told it. */
export const healthOf = (directory: FederationDirectory): 'ok' | 'degraded' | 'unavailable' | 'disabled' =>
  isEnabled(directory) ? directory.sourceHealth : 'disabled';

/** What a user is told to be when its directory's source can't be reached: a copy, as old as the last contact. */
export function readOnlyOf({ sourceHealth, sourceSeenAt, createdAt }: FederationDirectory) {
  if (sourceHealth !== 'unavailable') return null;
  return { reason: 'source_unavailable' as const, since: sourceSeenAt ?? createdAt };
}

/** What the SQL of resolution needs to know of a federation. */
export interface Reach {
  /** Every directory of the federation, enabled or not, in the order of priority. */
  attached: string[];
  /** Those that are enabled, in the order of priority. */
  enabled: string[];
  /** User name keys that are never served. */
  reserved: string[];
}

export function reachOf(topology: Topology): Reach {
  return {
    attached: topology.directories.map((directory) => directory.id),
    enabled: topology.directories.filter(isEnabled).map((directory) => directory.id),
    reserved: topology.reserved.map((name) => name.usernameKey),
  };
}

/**
 * The revision that clients see. Besides the federation's own count it covers what changes without the federation being
 * touched: a directory that is switched off or deleted as a whole.
 */
export function revisionOf(topology: Topology): string {
  const shown = topology.directories.map((directory) => [directory.id, directory.priority, isEnabled(directory)]);
  const digest = createHash('sha256').update(JSON.stringify(shown)).digest('hex');
  return `${topology.federation.revision}.${digest.slice(0, 12)}`;
}
