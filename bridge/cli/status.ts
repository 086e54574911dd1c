// realmbridge status
import { Command } from 'commander';
import type { MigrationState } from '../platform/db/migrate.ts';
import { type Shell, withServices } from './context.ts';
import type { Status } from './status-reader.ts';
import { formatTable, formatTime } from './table.ts';

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
    const held = directories.filter((one) => one.held > 0);
    if (held.length > 0) {
      const lines = held.map(
        (one) =>
          `! The guard of "${one.slug}" holds ${one.held} operations: see \`realmbridge guard show ${one.slug}\`.`,
      );
      sections.push(lines.join('\n'));
    }
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
      const { readStatus } = await import('./status-reader.ts');
      const status = await readStatus(context);
      context.output.result(status, () => describe(status));
    }),
  );
}
