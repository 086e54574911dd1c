// Gathers what `realmbridge status` shows.
import { isLive } from '../keycloak/federations.ts';
import { readMigrationState } from '../platform/db/migrate.ts';
import type { CommandContext } from './context.ts';
import { countDirectory, listConsumers, readServerVersion } from './status-repository.ts';
import { packageVersion } from './version.ts';

export async function readStatus({ store, services }: CommandContext) {
  const migrations = await readMigrationState(store.db);
  const versions = {
    realmbridge: packageVersion(),
    node: process.versions.node,
    postgresql: await readServerVersion(store),
  };
  if (migrations.applied.length === 0) return { versions, migrations, directories: [], federations: [], consumers: [] };

  const directories = await services.directories.listDirectories();
  const counted = [];
  for (const { id, slug, kind, profile, enabled } of directories) {
    counted.push({ slug, kind, profile, enabled, ...(await countDirectory(store, id)) });
  }
  const now = new Date();
  const federations = [];
  for (const { slug } of await services.federations.listFederations()) {
    const described = await services.federations.describeFederation(slug);
    const tokens = await services.federations.listTokens(slug);
    const lastUsed = tokens.map(({ lastUsedAt }) => lastUsedAt?.getTime() ?? 0);
    federations.push({
      slug,
      users: await services.federations.countUsers(described.id, {}),
      liveTokens: tokens.filter((token) => isLive(token, now)).length,
      lastAskedAt: Math.max(0, ...lastUsed) === 0 ? null : new Date(Math.max(...lastUsed)),
      directories: described.directories.map((one) => ({
        slug: one.slug,
        priority: one.priority,
        enabled: one.attachmentEnabled,
        directoryEnabled: one.directoryEnabled,
      })),
    });
  }
  return { versions, migrations, directories: counted, federations, consumers: await listConsumers(store) };
}

export type Status = Awaited<ReturnType<typeof readStatus>>;
