// A directory's LDAP server as the rest of this folder uses it: connected, bound and with the settings filled in.
import type { Outgoing } from '../platform/http/outgoing.ts';
import type { Sealer } from '../platform/secrets/sealed.ts';
import type { ResourceTypes } from '../scim/schema/resource-types.ts';
import type { LdapConnection } from './connection.ts';
import { LdapFailure, policyErrors } from './failure.ts';
import { createReader, type Reader } from './reader.ts';
import type { StoredConnection } from './repository.ts';
import { type ResolvedSettings, resolveSettings } from './resolved.ts';
import { createServers, type Deadlines } from './servers.ts';

export interface OpenSource {
  connection: LdapConnection;
  reader: Reader;
  resolved: ResolvedSettings;
}

/** Where a directory's bind password belongs, see platform/secrets/sealed.ts. */
export const passwordPlace = (directoryId: string): string => `ldap bind password of ${directoryId}`;

export const readingDeadlines: Deadlines = { connectMs: 10_000, operationMs: 60_000 };
export const probingDeadlines: Deadlines = { connectMs: 3_000, operationMs: 3_000 };

export interface SourceDeps {
  sealer: Sealer;
  outgoing: Outgoing;
}

/** @throws LdapFailure */
export function requireResolved(
  settings: StoredConnection['settings'],
  types: Pick<ResourceTypes, 'user' | 'group'>,
): ResolvedSettings {
  const resolution = resolveSettings(settings, types);
  // Declared schemas may have been taken back since the mapping was checked.
  if (!resolution.ok) throw new LdapFailure('filter', resolution.problem);
  return resolution.resolved;
}

/** Binds as the entry that reads. @throws LdapFailure */
export async function bindToRead(
  connection: LdapConnection,
  { bindDn }: Pick<StoredConnection['settings'], 'bindDn'>,
  password: string,
): Promise<void> {
  const { error } = await connection.bind(bindDn, password);
  if (error === policyErrors.changeAfterReset) {
    throw new LdapFailure('credentials', 'the server lets the bind DN do nothing until its password is changed');
  }
}

/** Connects to the first server that answers, as the directory's bind DN. @throws LdapFailure */
export async function openSource(
  { sealer, outgoing }: SourceDeps,
  directoryId: string,
  { settings, sealedPassword }: StoredConnection,
  types: Pick<ResourceTypes, 'user' | 'group'>,
  deadlines: Deadlines,
): Promise<OpenSource> {
  const resolved = requireResolved(settings, types);
  const password = await sealer.open(sealedPassword, passwordPlace(directoryId));
  const connection = await createServers(settings, outgoing).connect(deadlines, (opened) =>
    bindToRead(opened, settings, password),
  );
  return { connection, resolved, reader: createReader(connection, resolved) };
}

/** Whether the base of users can be read: the cheapest question whose answer means that the server works. */
export async function probe({ connection, resolved }: OpenSource): Promise<void> {
  await connection.search({ base: resolved.users.base, scope: 'base', attributes: ['1.1'] });
}
