// realmbridge directory …
import { Command, Option } from 'commander';
import type { Directory } from '../directories/contracts.ts';
import type { ToleranceReport } from '../directories/tolerance-uses.ts';
import { type ProfileName, profileNames } from '../scim/interop/profiles.ts';
import { type Shell, withServices } from './context.ts';
import { resourceTypeCommand } from './directory-resource-type.ts';
import { schemaCommand } from './directory-schema.ts';
import { UsageError } from './exit.ts';
import { issuerCommand } from './issuer.ts';
import { formatTable, formatTime } from './table.ts';

const profileOption = () => new Option('--profile <profile>', "the identity provider's dialect").choices(profileNames);

const shown = ({ slug, name, kind, profile, enabled, createdAt }: Directory) => ({
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
          d.enabled ? 'enabled' : 'disabled',
          formatTime(d.createdAt),
        ]),
        'There is no directory yet. Make one with `realmbridge directory create SLUG`.',
      );
    }),
  );
}

function createCommand(shell: Shell): Command {
  const command = new Command('create')
    .description('make a directory that an identity provider can push to')
    .argument('<slug>', 'its name in URLs')
    .option('--name <name>', 'its name for people')
    .addOption(profileOption());
  return command.action((slug: string, options: { name?: string; profile?: ProfileName }) =>
    withServices(shell, command, async ({ output, services }) => {
      const directory = await services.directories.createDirectory({ slug, ...options });
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
    .description('show a directory and which tolerances of its profile its identity provider has needed')
    .argument('<slug>');
  return command.action((slug: string) =>
    withServices(shell, command, async ({ output, services }) => {
      const directory = await services.directories.requireDirectory(slug);
      const report = await services.toleranceUses.report(slug);
      const { tolerances, sufficientProfiles } = report;
      output.result({ ...shown(directory), tolerances, sufficientProfiles }, () =>
        [
          `${directory.slug}: "${directory.name}", ${directory.kind}, profile ${directory.profile}, ${directory.enabled ? 'enabled' : 'disabled'}, created ${formatTime(directory.createdAt)} UTC`,
          '',
          ...toleranceLines(report),
        ].join('\n'),
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
  const command = new Command(enabled ? 'enable' : 'disable')
    .description(
      enabled
        ? 'let a directory take and serve users again'
        : 'stop a directory: it takes no changes and serves nobody',
    )
    .argument('<slug>');
  return command.action((slug: string) =>
    withServices(shell, command, async ({ output, services }) => {
      const directory = await services.directories.updateDirectory(slug, { enabled });
      const meaning = enabled
        ? 'Its users are served again as they were.'
        : 'Its users stay in Keycloak, read-only, and come back unchanged when it is enabled again.';
      output.result(shown(directory), () => `✓ ${enabled ? 'enabled' : 'disabled'} directory "${slug}"\n${meaning}`);
    }),
  );
}

function deleteCommand(shell: Shell): Command {
  const command = new Command('delete')
    .description('delete a directory with all its users, groups, tokens and events')
    .argument('<slug>')
    .option('--yes', 'really do it');
  return command.action((slug: string, { yes }: { yes?: true }) =>
    withServices(shell, command, async ({ output, services }) => {
      await services.directories.requireDirectory(slug);
      if (!yes)
        throw new UsageError(`This deletes directory "${slug}" with everything in it, for good. Add --yes to do it.`);
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
    .addCommand(issuerCommand(shell))
    .addCommand(schemaCommand(shell))
    .addCommand(resourceTypeCommand(shell));
}
