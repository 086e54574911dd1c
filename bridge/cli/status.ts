// realmbridge status
import { Command } from 'commander';
import { isLive } from '../keycloak/federations.ts';
import { type MigrationState, readMigrationState } from '../platform/db/migrate.ts';
import { type CommandContext, type Shell, withServices } from './context.ts';
import { countDirectory, listConsumers, readServerVersion } from './status-repository.ts';
import { formatTable, formatTime } from './table.ts';
import { packageVersion } from './version.ts';

async function readStatus({ store, services }: CommandContext) {
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

type Status = Awaited<ReturnType<typeof readStatus>>;

function migrationLine({ applied, pending, unknown }: MigrationState): string {
  if (pending.length > 0) return `${pending.length} to be applied: run \`realmbridge migrate\``;
  return unknown.length > 0
    ? `up to date; a newer release left ${unknown.join(', ')}`
    : `up to date (${applied.at(-1) ?? 'none'})`;
}

function describe({ versions, migrations, directories, federations, consumers }: Status): string {
  const sections = [
    [
      `Realmbridge ${versions.realmbridge} on Node ${versions.node}, PostgreSQL ${versions.postgresql}`,
      `Migrations: ${migrationLine(migrations)}`,
    ].join('\n'),
  ];
  if (directories.length > 0) {
    const rows = directories.map((one) => [
      one.slug,
      one.enabled ? 'enabled' : 'disabled',
      one.activeUsers === one.users ? String(one.users) : `${one.users} (${one.activeUsers} active)`,
      String(one.groups),
      String(one.events),
      formatTime(one.lastWriteAt),
    ]);
    sections.push(formatTable(['DIRECTORY', 'STATE', 'USERS', 'GROUPS', 'EVENTS', 'LAST WRITE (UTC)'], rows));
  }
  if (federations.length > 0) {
    const rows = federations.map((one) => [
      one.slug,
      one.directories
        .map(
          ({ slug, priority, enabled, directoryEnabled }) =>
            `${priority} ${slug}${enabled && directoryEnabled ? '' : ' (off)'}`,
        )
        .join(', ') || '-',
      String(one.users),
      String(one.liveTokens),
      formatTime(one.lastAskedAt),
    ]);
    sections.push(formatTable(['FEDERATION', 'DIRECTORIES', 'USERS', 'TOKENS', 'LAST ASKED (UTC)'], rows));
  }
  if (consumers.length > 0) {
    const rows = consumers.map((one) => [one.kind, one.name, formatTime(one.lastSeenAt)]);
    sections.push(formatTable(['CONSUMER', 'NAME', 'LAST SEEN (UTC)'], rows));
  }
  if (directories.length === 0)
    sections.push('There is no directory yet. Make one with `realmbridge directory create SLUG`.');
  return sections.join('\n\n');
}

export function statusCommand(shell: Shell): Command {
  const command = new Command('status').description('versions, migrations, what each directory and federation holds');
  return command.action(() =>
    withServices(shell, command, async (context) => {
      const status = await readStatus(context);
      context.output.result(status, () => describe(status));
    }),
  );
}
