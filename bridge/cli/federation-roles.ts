// realmbridge federation roles …: which groups bring which roles in Keycloak.
import { Command } from 'commander';
import { isUuid } from '../platform/ids.ts';
import { type CommandContext, type Shell, withServices } from './context.ts';
import { UsageError } from './exit.ts';
import { readList } from './mapping-file.ts';

type Federations = CommandContext['services']['federations'];
type Mapping = Awaited<ReturnType<Federations['listRoleMappings']>>[number];
type Wish = Parameters<Federations['changeRoleMappings']>[1];
type Wished = ReturnType<Wish>;
type Preview = Awaited<ReturnType<Federations['previewRoleMappings']>>;

const namedUsers = 20;

const groupText = ({ group }: Mapping): string => ('id' in group ? group.id : group.displayName);
const roleText = ({ client, role }: { client: string | null; role: string }): string =>
  client === null ? role : `${client}/${role}`;

function tell({ output }: CommandContext, mappings: readonly Mapping[]): void {
  output.table(
    { mappings },
    ['DIRECTORY', 'GROUP', 'ROLE', 'ADMIN ROLES'],
    mappings.map((one) => [one.directory, groupText(one), roleText(one), one.allowAdmin ? 'allowed' : 'refused']),
    'No group is mapped to a role.',
  );
}

/** A group may come later than its mapping, but it is as likely to be misspelt. */
const unmatchedLines = ({ unmatched }: Preview): string[] =>
  unmatched.map((one) => `! ${one.directory} has no group "${groupText(one)}" yet; ${roleText(one)} waits for it`);

function tellPreview({ output }: CommandContext, preview: Preview): void {
  const lines = preview.roles.flatMap(({ gain, lose, ...role }) =>
    [
      { sign: '+', ...gain },
      { sign: '-', ...lose },
    ]
      .filter(({ count }) => count > 0)
      .map(({ sign, count, users }) => {
        const more = count > users.length ? ` and ${count - users.length} more` : '';
        return `${sign} ${roleText(role)}: ${count} ${count === 1 ? 'user' : 'users'} (${users.map(({ username }) => username).join(', ')}${more})`;
      }),
  );
  output.result(preview, () =>
    [
      ...(lines.length > 0 ? lines : ['Nobody gains or loses a role.']),
      ...unmatchedLines(preview),
      'Nothing was changed.',
    ].join('\n'),
  );
}

function isWished(value: unknown): value is Wished {
  return (
    Array.isArray(value) &&
    value.every(
      (one: unknown) =>
        typeof one === 'object' &&
        one !== null &&
        'directory' in one &&
        typeof one.directory === 'string' &&
        'role' in one &&
        typeof one.role === 'string' &&
        (!('client' in one) || one.client === null || typeof one.client === 'string') &&
        (!('allowAdmin' in one) || typeof one.allowAdmin === 'boolean') &&
        'group' in one &&
        typeof one.group === 'object' &&
        one.group !== null &&
        (('id' in one.group && typeof one.group.id === 'string') ||
          ('displayName' in one.group && typeof one.group.displayName === 'string')),
    )
  );
}

interface Options {
  preview?: true;
  client?: string;
  allowAdmin?: true;
}

function changing(shell: Shell, bare: Command, wishOf: (args: string[], options: Options) => Promise<Wish> | Wish) {
  const command = bare.option('--preview', 'only show who would gain and lose which roles');
  return command.action((federation: string, ...rest: unknown[]) =>
    withServices(shell, command, async (context) => {
      const { federations } = context.services;
      const options = command.opts<Options>();
      const wish = await wishOf(
        rest.filter((value) => typeof value === 'string'),
        options,
      );
      if (options.preview) tellPreview(context, await federations.previewRoleMappings(federation, wish, namedUsers));
      else {
        tell(context, await federations.changeRoleMappings(federation, wish));
        const now = await federations.previewRoleMappings(federation, (current) => current, namedUsers);
        for (const line of unmatchedLines(now)) context.output.note(line);
      }
    }),
  );
}

const groupOf = (text: string) => (isUuid(text) ? { id: text.toLowerCase() } : { displayName: text });

const sameGroup = (a: Mapping, directory: string, group: string): boolean =>
  a.directory === directory && groupText(a).toLowerCase() === group.toLowerCase();

export function federationRolesCommand(shell: Shell): Command {
  const list = new Command('list').description('show the mappings').argument('<federation>');
  list.action((federation: string) =>
    withServices(shell, list, async (context) =>
      tell(context, await context.services.federations.listRoleMappings(federation)),
    ),
  );
  const target = (name: string, description: string) =>
    new Command(name)
      .description(description)
      .argument('<federation>')
      .argument('<directory>')
      .argument('<group>', 'its displayName, or its id')
      .argument('<role>', 'its name in the realm, or in the client that --client names')
      .option('--client <client id>', 'the role is one of this client, not of the realm');
  return new Command('roles')
    .description('which groups bring which roles in Keycloak')
    .addCommand(list)
    .addCommand(
      changing(
        shell,
        target('map', 'let a group bring a role').option(
          '--allow-admin',
          'also a role that administers Keycloak: whoever fills the group at the identity provider would, too',
        ),
        ([directory = '', group = '', role = ''], { client = null, allowAdmin = false }) => {
          const added = { directory, group: groupOf(group), client, role, allowAdmin };
          return (current) => [
            ...current.filter(
              (one) => !(sameGroup(one, directory, group) && one.role === role && one.client === client),
            ),
            added,
          ];
        },
      ),
    )
    .addCommand(
      changing(
        shell,
        target('unmap', 'stop letting a group bring a role'),
        ([directory = '', group = '', role = ''], { client = null }) =>
          (current) => {
            const kept = current.filter(
              (one) => !(sameGroup(one, directory, group) && one.role === role && one.client === client),
            );
            if (kept.length === current.length) {
              throw new UsageError(
                `The group "${group}" of "${directory}" is not mapped to ${roleText({ client, role })}.`,
              );
            }
            return kept;
          },
      ),
    )
    .addCommand(
      changing(
        shell,
        new Command('import')
          .description('replace all mappings by those of a JSON file, as `list --json` shows them')
          .argument('<federation>')
          .argument('<file>'),
        async ([file = '']) => {
          const wished = await readList(shell, file);
          if (!isWished(wished))
            throw new UsageError(`The file ${file} must hold a list of {"directory", "group", "role"}.`);
          return () => wished;
        },
      ),
    );
}
