// The operator's use cases on LDAP directories: making them, changing how they are reached, testing that, and how they do.
import type { Directory } from '../directories/contracts.ts';
import { mapSlugConflict, requireSlug } from '../directories/contracts.ts';
import type { Clock } from '../platform/clock.ts';
import { ApiError } from '../platform/http/api-error.ts';
import { newId } from '../platform/ids.ts';
import type { TypeCatalogue } from '../provisioning/schemas/catalogue.ts';
import { standardTypes } from '../scim/schema/resource-types.ts';
import type { LdapSettings, LdapSettingsChange, LdapStatus, NewLdapSettings, TestReport } from './contracts.ts';
import type { EntriesRepository } from './entries-repository.ts';
import type { LdapRepository, Requested, StoredConnection } from './repository.ts';
import { resolveSettings } from './resolved.ts';
import { passwordPlace, type SourceDeps } from './source.ts';
import { testServers } from './test-servers.ts';

export interface LdapServiceDeps extends SourceDeps {
  repository: LdapRepository;
  entries: EntriesRepository;
  requireDirectory: (slug: string) => Promise<Directory>;
  catalogue: TypeCatalogue;
  clock: Clock;
  /** Told the directory's id after a change that its readers must see. */
  onChange: (directoryId: string) => void;
}

/** Each method throws ApiError: `directory_absent`, `conflict` or `invalid_request`. */
export function createLdapService(deps: LdapServiceDeps) {
  const { repository, entries, requireDirectory, catalogue, clock, sealer, outgoing, onChange } = deps;

  async function requireLdap(slug: string): Promise<{ directory: Directory; connection: StoredConnection }> {
    const directory = await requireDirectory(slug);
    const connection = directory.kind === 'ldap' ? await repository.findConnection(directory.id) : undefined;
    if (!connection) throw new ApiError('conflict', `Directory "${slug}" is not read from LDAP: its kind is scim.`);
    return { directory, connection };
  }

  function checkSettings(settings: LdapSettings, types: Parameters<typeof resolveSettings>[1]): void {
    const resolution = resolveSettings(settings, types);
    if (!resolution.ok) throw new ApiError('invalid_request', `${resolution.problem}.`);
    for (const url of settings.urls) {
      const { hostname, protocol } = new URL(url);
      const problem = outgoing.guard(protocol === 'ldaps:' || settings.startTls).problemOf(hostname);
      if (problem !== undefined) throw new ApiError('invalid_request', `urls: ${url} ${problem}.`);
    }
  }

  return {
    async createDirectory(
      input: { slug: string; name?: string },
      { bindPassword, ...settings }: NewLdapSettings,
    ): Promise<Directory> {
      const slug = requireSlug(input.slug);
      checkSettings(settings, standardTypes);
      const directory: Directory = {
        id: newId(),
        slug,
        name: input.name ?? slug,
        kind: 'ldap',
        profile: 'rfc',
        enabled: true,
        createdAt: clock.now(),
        schemaRevision: 0,
        moving: false,
        source: { health: 'ok', seenAt: null },
      };
      const sealedPassword = await sealer.seal(bindPassword, passwordPlace(directory.id));
      try {
        await repository.insertDirectory(directory, { settings, sealedPassword });
      } catch (error) {
        throw mapSlugConflict(error, slug);
      }
      onChange(directory.id);
      return directory;
    },

    /** Never with the password. */
    async readSettings(slug: string): Promise<LdapSettings> {
      return (await requireLdap(slug)).connection.settings;
    },

    /** Without a password the present one stays. Everything is read anew. */
    async changeSettings(slug: string, { bindPassword, ...settings }: LdapSettingsChange): Promise<LdapSettings> {
      const { directory } = await requireLdap(slug);
      checkSettings(settings, await catalogue.typesOf(directory));
      const sealedPassword =
        bindPassword === undefined ? undefined : await sealer.seal(bindPassword, passwordPlace(directory.id));
      await repository.updateConnection(directory, { settings, sealedPassword }, clock.now());
      onChange(directory.id);
      return settings;
    },

    /** Tries what the settings say at each server, and changes nothing. */
    async testDirectory(slug: string): Promise<TestReport> {
      const { directory, connection } = await requireLdap(slug);
      const password = await sealer.open(connection.sealedPassword, passwordPlace(directory.id));
      return testServers(connection.settings, password, { outgoing, types: await catalogue.typesOf(directory) });
    },

    /** Like {@link testDirectory}, for settings that nobody has stored yet. */
    async testSettings({ bindPassword, ...settings }: NewLdapSettings): Promise<TestReport> {
      checkSettings(settings, standardTypes);
      return testServers(settings, bindPassword, { outgoing, types: standardTypes });
    },

    async readStatus(slug: string): Promise<LdapStatus> {
      const { directory } = await requireLdap(slug);
      const {
        health,
        watermark: _watermark,
        requested: _requested,
        ...state
      } = await repository.readState(directory.id);
      return {
        ...state,
        health: directory.enabled ? (directory.source?.health ?? 'ok') : 'disabled',
        healthSince: health?.since ?? directory.createdAt,
        seenAt: directory.source?.seenAt ?? null,
        refused: await entries.listProblems(directory.id),
      };
    },

    /** Has the bridge that reads the directory read all of it, and remove what is held if that is wanted. */
    async requestSync(slug: string, requested: Requested): Promise<Directory> {
      const { directory } = await requireLdap(slug);
      await repository.requestSync(directory, requested, clock.now());
      onChange(directory.id);
      return directory;
    },
  };
}

export type LdapService = ReturnType<typeof createLdapService>;
