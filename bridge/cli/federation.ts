// realmbridge federation …
import { Command, InvalidArgumentError } from 'commander';
import { type BindingOptions, bindingOf, withBindingOptions } from './binding-options.ts';
import { type CommandContext, type Shell, withServices } from './context.ts';
import { UsageError } from './exit.ts';
import { federationAttributesCommand } from './federation-attributes.ts';
import {
  type DryRunOptions,
  federationConflictsCommand,
  showDryRun,
  withDryRunOptions,
} from './federation-conflicts.ts';
import { federationReservedUsernamesCommand } from './federation-reserved-usernames.ts';
import { federationRolesCommand } from './federation-roles.ts';
import { formatTime } from './table.ts';

type Federations = CommandContext['services']['federations'];
type Description = Awaited<ReturnType<Federations['describeFederation']>>;

export function wholeNumber(text: string): number {
  if (!/^\d{1,6}$/.test(text)) throw new InvalidArgumentError('It must be a whole number from 0 to 999999.');
  return Number(text);
}

export function onOff(text: string): boolean {
  if (text !== 'true' && text !== 'false') throw new InvalidArgumentError('It must be true or false.');
  return text === 'true';
}

const shown = ({ slug, name, createdAt, directories, reserved }: Description) => ({
  slug,
  name,
  createdAt,
  directories: directories.map((one) => ({
    slug: one.slug,
    priority: one.priority,
    enabled: one.attachmentEnabled,
    directoryEnabled: one.directoryEnabled,
    organization: one.organization,
    identityLink: one.identityLink,
  })),
  reservedUsernames: reserved.map(({ usernameKey, reason }) => ({ username: usernameKey, reason })),
});

/** `10 acme-entra → organization acme, 20 acme-okta (off)`: the order in which directories are asked, and their bindings. */
function orderOf({ directories }: Description): string {
  if (directories.length === 0) return '(no directory)';
  return directories
    .map(({ slug, priority, attachmentEnabled, directoryEnabled, organization, identityLink }) => {
      const state = !attachmentEnabled ? ' (off)' : directoryEnabled ? '' : ' (directory disabled)';
      const bound = [
        ...(organization === null ? [] : [`organization ${organization}`]),
        ...(identityLink === null ? [] : [`identity provider ${identityLink.provider} by ${identityLink.subject}`]),
      ];
      return `${priority} ${slug}${state}${bound.length === 0 ? '' : ` → ${bound.join(' and ')}`}`;
    })
    .join(', ');
}

function listCommand(shell: Shell): Command {
  const command = new Command('list').description(
    'list the federations and their directories in the order in which they are asked',
  );
  return command.action(() =>
    withServices(shell, command, async ({ output, services }) => {
      const federations = await services.federations.listFederations();
      const all = await Promise.all(federations.map(({ slug }) => services.federations.describeFederation(slug)));
      output.table(
        all.map(shown),
        ['SLUG', 'NAME', 'DIRECTORIES', 'CREATED (UTC)'],
        all.map((one) => [one.slug, one.name, orderOf(one), formatTime(one.createdAt)]),
        'There is no federation yet. Make one with `realmbridge federation create SLUG`.',
      );
    }),
  );
}

function showCommand(shell: Shell): Command {
  const command = new Command('show')
    .description('show a federation: its directories in the order in which they are asked, and its reserved names')
    .argument('<slug>', 'the federation');
  return command.action((slug: string) =>
    withServices(shell, command, async ({ output, services }) => {
      const one = await services.federations.describeFederation(slug);
      const reserved = one.reserved.map(({ usernameKey, reason }) => `  ${usernameKey}: ${reason}`);
      output.result(shown(one), () =>
        [
          `${one.slug}: "${one.name}", created ${formatTime(one.createdAt)} UTC`,
          `Asked in this order: ${orderOf(one)}`,
          ...(reserved.length > 0 ? ['Names that it never serves:', ...reserved] : []),
        ].join('\n'),
      );
    }),
  );
}

function createCommand(shell: Shell): Command {
  const command = new Command('create')
    .description('make a federation: what one Keycloak realm sees')
    .argument('<slug>', 'its name in URLs')
    .option('--name <name>', 'its name for people');
  return command.action((slug: string, { name }: { name?: string }) =>
    withServices(shell, command, async ({ output, services }) => {
      await services.federations.createFederation({ slug, ...(name !== undefined && { name }) });
      output.result(
        shown(await services.federations.describeFederation(slug)),
        () =>
          `✓ created federation "${slug}"\nNext: \`realmbridge federation add-directory ${slug} DIRECTORY\`, then \`realmbridge connect\`.`,
      );
    }),
  );
}

interface DirectoryOptions extends BindingOptions, DryRunOptions {
  priority?: number;
  enabled?: boolean;
}

/** The subcommands that change one directory's place in one federation. */
function changeCommand(
  shell: Shell,
  input: {
    name: string;
    action: 'add' | 'set' | 'remove';
    description: string;
    options?: (command: Command) => Command;
    /** @throws UsageError */
    check?: (options: DirectoryOptions) => void;
    work: (federations: Federations, slug: string, directory: string, options: DirectoryOptions) => Promise<string>;
  },
): Command {
  const bare = new Command(input.name).description(input.description).argument('<federation>').argument('<directory>');
  const command = withDryRunOptions(input.options ? input.options(bare) : bare);
  return command.action((slug: string, directory: string, options: DirectoryOptions) =>
    withServices(shell, command, async (context) => {
      const { output, services } = context;
      input.check?.(options);
      const { priority, enabled } = options;
      const change = { directory, action: input.action, priority, enabled };
      if (await showDryRun(context, slug, change, options)) return;
      const done = await input.work(services.federations, slug, directory, options);
      const after = await services.federations.describeFederation(slug);
      output.result(shown(after), () => `✓ ${done}\nAsked in this order: ${orderOf(after)}`);
    }),
  );
}

function deleteCommand(shell: Shell): Command {
  const command = withDryRunOptions(
    new Command('delete')
      .description('delete a federation with its tokens; directories and their users stay')
      .argument('<slug>')
      .option('--yes', 'really do it'),
  );
  return command.action((slug: string, { yes, ...options }: { yes?: true } & DryRunOptions) =>
    withServices(shell, command, async (context) => {
      const { output, services } = context;
      if (await showDryRun(context, slug, 'delete', options)) return;
      await services.federations.requireFederation(slug);
      if (!yes) {
        throw new UsageError(
          `This cuts off every Keycloak realm that uses federation "${slug}": its users stay there, read-only, but can't be checked. --dry-run says who; add --yes to do it.`,
        );
      }
      await services.federations.deleteFederation(slug);
      output.result({ deleted: slug }, () => `✓ deleted federation "${slug}"; remove its component from Keycloak, too`);
    }),
  );
}

const priorityOption = ['--priority <number>', 'its place: the lower number is asked first', wholeNumber] as const;

export function federationCommand(shell: Shell): Command {
  return new Command('federation')
    .description('federations: what a Keycloak realm sees, an ordered list of directories')
    .addCommand(listCommand(shell))
    .addCommand(showCommand(shell))
    .addCommand(createCommand(shell))
    .addCommand(
      changeCommand(shell, {
        name: 'add-directory',
        action: 'add',
        description: 'let a federation serve a directory',
        options: (command) => withBindingOptions(command.option(...priorityOption), { removing: false }),
        work: async (federations, slug, directory, { priority, ...options }) => {
          await federations.addDirectory(slug, directory, {
            ...(priority !== undefined && { priority }),
            ...bindingOf(options),
          });
          return `federation "${slug}" serves directory "${directory}"`;
        },
      }),
    )
    .addCommand(
      changeCommand(shell, {
        name: 'remove-directory',
        action: 'remove',
        description: 'take a directory out of a federation: its users leave the realm',
        work: async (federations, slug, directory) => {
          await federations.removeDirectory(slug, directory);
          return `federation "${slug}" no longer serves directory "${directory}"`;
        },
      }),
    )
    .addCommand(
      changeCommand(shell, {
        name: 'set-directory',
        action: 'set',
        description:
          "change a directory's place in a federation and its bindings in Keycloak, or switch it on or off there",
        options: (command) =>
          withBindingOptions(
            command.option(...priorityOption).option('--enabled <true|false>', 'serve it or skip it', onOff),
            { removing: true },
          ),
        check: ({ priority, enabled, ...options }) => {
          if (priority !== undefined || enabled !== undefined || Object.keys(bindingOf(options)).length > 0) return;
          throw new UsageError(
            'Say what to change: --priority, --enabled, --[no-]organization, --[no-]identity-provider, --subject or --unlinked-users.',
          );
        },
        work: async (federations, slug, directory, { priority, enabled, ...options }) => {
          const binding = bindingOf(options);
          await federations.setDirectory(slug, directory, {
            ...(priority !== undefined && { priority }),
            ...(enabled !== undefined && { enabled }),
            ...binding,
          });
          const state = enabled === undefined ? '' : enabled ? ', on' : ', off';
          return `directory "${directory}" in federation "${slug}"${priority === undefined ? '' : `: priority ${priority}`}${state}`;
        },
      }),
    )
    .addCommand(federationConflictsCommand(shell))
    .addCommand(federationAttributesCommand(shell))
    .addCommand(federationReservedUsernamesCommand(shell))
    .addCommand(federationRolesCommand(shell))
    .addCommand(deleteCommand(shell));
}
