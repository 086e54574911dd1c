// realmbridge directory …
import { Command, Option } from 'commander';
import type { Directory } from '../directories/contracts.ts';
import type { ToleranceReport } from '../directories/tolerance-uses.ts';
import { type ProfileName, profileNames } from '../scim/interop/profiles.ts';
import { type Shell, withServices } from './context.ts';
import {
  addLdapOptions,
  type LdapOptions,
  ldapCommand,
  readNewSettings,
  statusLines,
  syncCommand,
  testCommand,
} from './directory-ldap.ts';
import { moveCommand } from './directory-move.ts';
import { resourceTypeCommand } from './directory-resource-type.ts';
import { schemaCommand } from './directory-schema.ts';
import { UsageError } from './exit.ts';
import {
  type DirectoryDryRunOptions,
  showDirectoryDryRun,
  withDirectoryDryRunOptions,
} from './federation-conflicts.ts';
import { issuerCommand } from './issuer.ts';
import { formatTable, formatTime } from './table.ts';

const profileOption = () => new Option('--profile <profile>', "the identity provider's dialect").choices(profileNames);

const shown = ({ slug, name, kind, profile, enabled, createdAt, source }: Directory) => ({
  ...(source && { health: enabled ? source.health : 'disabled', seenAt: source.seenAt }),
  slug,
  name,
  kind,
  profile,
  enabled,
  createdAt,
});

function listCommand(shell: Shell): Command {
  const command = new Command('list').description('list the directories');
  return command.action(() =>
    withServices(shell, command, async ({ output, services }) => {
      const directories = await services.directories.listDirectories();
      output.table(
        directories.map(shown),
        ['SLUG', 'NAME', 'KIND', 'PROFILE', 'STATE', 'CREATED (UTC)'],
        directories.map((d) => [
          d.slug,
          d.name,
          d.kind,
          d.profile,
          d.enabled ? (d.source && d.source.health !== 'ok' ? d.source.health : 'enabled') : 'disabled',
          formatTime(d.createdAt),
        ]),
        'There is no directory yet. Make one with `realmbridge directory create SLUG`.',
      );
    }),
  );
}

interface CreateOptions extends LdapOptions {
  name?: string;
  profile?: ProfileName;
  kind: 'scim' | 'ldap';
  json?: boolean;
}

function createCommand(shell: Shell): Command {
  const command = addLdapOptions(
    new Command('create')
      .description('make a directory that an identity provider pushes to, or that is read from an LDAP server')
      .argument('<slug>', 'its name in URLs')
      .option('--name <name>', 'its name for people')
      .addOption(new Option('--kind <kind>', 'where its users come from').choices(['scim', 'ldap']).default('scim'))
      .addOption(profileOption()),
  );
  return command.action((slug: string, options: CreateOptions) =>
    withServices(shell, command, async ({ output, services }) => {
      const { name, profile, kind, json: _json, ...ldap } = options;
      const named = { slug, ...(name !== undefined && { name }) };
      if (kind === 'ldap') {
        if (profile !== undefined) throw new UsageError('--profile is for directories of the kind scim.');
        const directory = await services.ldap.createDirectory(named, await readNewSettings(shell, ldap));
        output.result(
          shown(directory),
          () =>
            `✓ created directory "${slug}"; the running bridge begins to read it now\nNext: \`realmbridge directory test ${slug}\` tells whether that can work.`,
        );
        return;
      }
      if (Object.keys(ldap).some((option) => option !== 'startTls'))
        throw new UsageError('Options of an LDAP server need --kind ldap.');
      const directory = await services.directories.createDirectory({ ...named, ...(profile && { profile }) });
      output.result(
        shown(directory),
        () =>
          `✓ created directory "${slug}"\nNext: \`realmbridge token create --directory ${slug}\` makes the token for its identity provider.`,
      );
    }),
  );
}

/** What the identity provider really needs of its profile, and how narrow a profile would do. */
function toleranceLines({ profile, tolerances, sufficientProfiles }: ToleranceReport): string[] {
  const used = tolerances.filter(({ uses }) => uses > 0);
  if (used.length === 0) return [`No request has needed a tolerance of the profile ${profile} yet.`];
  const [strictest] = sufficientProfiles;
  const wider = strictest !== undefined && sufficientProfiles.indexOf(profile) > 0;
  return [
    formatTable(
      ['TOLERANCE', 'ALLOWED', 'REQUESTS', 'FIRST (UTC)', 'LAST (UTC)'],
      used.map(({ name, allowed, uses, firstUsedAt, lastUsedAt }) => [
        name,
        allowed ? 'yes' : 'no',
        String(uses),
        formatTime(firstUsedAt),
        formatTime(lastUsedAt),
      ]),
    ),
    '',
    ...used.map(({ name, note }) => `${name}: ${note}`),
    ...(wider
      ? [
          '',
          `So far the stricter profile ${strictest} would have accepted all of these, too. What has not come up yet isn't counted.`,
        ]
      : []),
  ];
}

function showCommand(shell: Shell): Command {
  const command = new Command('show')
    .description('show a directory: which tolerances its identity provider has needed, or how its LDAP server does')
    .argument('<slug>');
  return command.action((slug: string) =>
    withServices(shell, command, async ({ output, services }) => {
      const directory = await services.directories.requireDirectory(slug);
      const heading = `${directory.slug}: "${directory.name}", ${directory.kind}, ${directory.kind === 'scim' ? `profile ${directory.profile}, ` : ''}${directory.enabled ? 'enabled' : 'disabled'}, created ${formatTime(directory.createdAt)} UTC`;
      if (directory.kind === 'ldap') {
        const status = await services.ldap.readStatus(slug);
        output.result({ ...shown(directory), ldap: status }, () =>
          [heading, '', ...statusLines(slug, status)].join('\n'),
        );
        return;
      }
      const report = await services.toleranceUses.report(slug);
      const { tolerances, sufficientProfiles } = report;
      output.result({ ...shown(directory), tolerances, sufficientProfiles }, () =>
        [heading, '', ...toleranceLines(report)].join('\n'),
      );
    }),
  );
}

function updateCommand(shell: Shell): Command {
  const command = new Command('update')
    .description("change a directory's name or profile")
    .argument('<slug>')
    .option('--name <name>', 'its name for people')
    .addOption(profileOption());
  return command.action((slug: string, options: { name?: string; profile?: ProfileName; json?: boolean }) =>
    withServices(shell, command, async ({ output, services }) => {
      const { name, profile } = options;
      if (name === undefined && profile === undefined) throw new UsageError('Say what to change: --name or --profile.');
      const directory = await services.directories.updateDirectory(slug, {
        ...(name !== undefined && { name }),
        ...(profile !== undefined && { profile }),
      });
      output.result(
        shown(directory),
        () => `✓ changed directory "${slug}": name "${directory.name}", profile ${directory.profile}`,
      );
    }),
  );
}

function toggleCommand(shell: Shell, enabled: boolean): Command {
  const command = withDirectoryDryRunOptions(
    new Command(enabled ? 'enable' : 'disable')
      .description(
        enabled
          ? 'let a directory take and serve users again'
          : 'stop a directory: it takes no changes and serves nobody',
      )
      .argument('<slug>'),
  );
  return command.action((slug: string, options: DirectoryDryRunOptions) =>
    withServices(shell, command, async (context) => {
      const { output, services } = context;
      if (await showDirectoryDryRun(context, slug, { enabled }, options)) return;
      const directory = await services.directories.updateDirectory(slug, { enabled });
      const meaning = enabled
        ? 'Its users are served again as they were.'
        : 'Its users stay in Keycloak, read-only, and come back unchanged when it is enabled again.';
      output.result(shown(directory), () => `✓ ${enabled ? 'enabled' : 'disabled'} directory "${slug}"\n${meaning}`);
    }),
  );
}

function deleteCommand(shell: Shell): Command {
  const command = withDirectoryDryRunOptions(
    new Command('delete')
      .description('delete a directory with all its users, groups, tokens and events')
      .argument('<slug>')
      .option('--yes', 'really do it'),
  );
  return command.action((slug: string, { yes, ...options }: { yes?: true } & DirectoryDryRunOptions) =>
    withServices(shell, command, async (context) => {
      const { output, services } = context;
      if (await showDirectoryDryRun(context, slug, { delete: true }, options)) return;
      await services.directories.requireDirectory(slug);
      if (!yes)
        throw new UsageError(
          `This deletes directory "${slug}" with everything in it, for good. --dry-run says who is served no more; add --yes to do it.`,
        );
      await services.directories.deleteDirectory(slug);
      output.result({ deleted: slug }, () => `✓ deleted directory "${slug}" with everything in it`);
    }),
  );
}

export function directoryCommand(shell: Shell): Command {
  return new Command('directory')
    .description('directories: the sources of users and groups')
    .addCommand(listCommand(shell))
    .addCommand(showCommand(shell))
    .addCommand(createCommand(shell))
    .addCommand(updateCommand(shell))
    .addCommand(toggleCommand(shell, true))
    .addCommand(toggleCommand(shell, false))
    .addCommand(deleteCommand(shell))
    .addCommand(ldapCommand(shell))
    .addCommand(testCommand(shell))
    .addCommand(syncCommand(shell))
    .addCommand(moveCommand(shell))
    .addCommand(issuerCommand(shell))
    .addCommand(schemaCommand(shell))
    .addCommand(resourceTypeCommand(shell));
}
