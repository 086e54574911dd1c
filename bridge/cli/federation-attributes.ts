// realmbridge federation attributes …: which SCIM attributes Keycloak gets, and as what.
import { Command } from 'commander';
import { type CommandContext, type Shell, withServices } from './context.ts';
import { UsageError } from './exit.ts';
import { readList } from './mapping-file.ts';

type Federations = CommandContext['services']['federations'];
type Mappings = Awaited<ReturnType<Federations['listAttributeMappings']>>;
type Wish = Parameters<Federations['changeAttributeMappings']>[1];

const afterwards =
  'Keycloak reads its users anew now. Run `realmbridge connect` again to declare new attributes in the user profile.';

function tell({ output }: CommandContext, mappings: Mappings): void {
  output.table(
    mappings,
    ['SCIM ATTRIBUTE', 'KEYCLOAK ATTRIBUTE', 'VALUES'],
    mappings.mappings.map(({ path, attribute, multiValued }) => [path, attribute, multiValued ? 'all' : 'first']),
    'No attribute is mapped. Bring the default mappings back with `realmbridge federation attributes reset`.',
  );
}

type Wished = NonNullable<ReturnType<Wish>>;

function isWished(value: unknown): value is Wished {
  return (
    Array.isArray(value) &&
    value.every(
      (one: unknown) =>
        typeof one === 'object' &&
        one !== null &&
        'path' in one &&
        typeof one.path === 'string' &&
        'attribute' in one &&
        typeof one.attribute === 'string' &&
        (!('multiValued' in one) || typeof one.multiValued === 'boolean'),
    )
  );
}

function changing(shell: Shell, command: Command, wishOf: (args: string[], options: Options) => Promise<Wish> | Wish) {
  return command.action((federation: string, ...rest: unknown[]) =>
    withServices(shell, command, async (context) => {
      const args = rest.filter((value) => typeof value === 'string');
      const wish = await wishOf(args, command.opts<Options>());
      tell(context, await context.services.federations.changeAttributeMappings(federation, wish));
      context.output.note(afterwards);
    }),
  );
}

interface Options {
  all?: true;
  first?: true;
}

export function federationAttributesCommand(shell: Shell): Command {
  const list = new Command('list').description('show the mappings').argument('<federation>');
  list.action((federation: string) =>
    withServices(shell, list, async (context) =>
      tell(context, await context.services.federations.listAttributeMappings(federation)),
    ),
  );
  return new Command('attributes')
    .description('which SCIM attributes Keycloak gets, and as what')
    .addCommand(list)
    .addCommand(
      changing(
        shell,
        new Command('map')
          .description('map a SCIM attribute to a Keycloak attribute, in place of what was mapped to it')
          .argument('<federation>')
          .argument('<path>', 'such as title, phoneNumbers[type eq "work"].value, or URN:attribute')
          .argument('<attribute>', "Keycloak's name")
          .option('--all', 'all values')
          .option('--first', 'only the first value'),
        ([path = '', attribute = ''], { all, first }) => {
          if (all && first) throw new UsageError('Say either --all or --first.');
          const added = { path, attribute, ...((all || first) && { multiValued: all === true }) };
          return (current) => [...current.filter((one) => one.attribute !== attribute), added];
        },
      ),
    )
    .addCommand(
      changing(
        shell,
        new Command('unmap')
          .description('stop mapping to a Keycloak attribute: users lose it')
          .argument('<federation>')
          .argument('<attribute>', "Keycloak's name"),
        ([attribute = '']) =>
          (current) => {
            if (!current.some((one) => one.attribute === attribute))
              throw new UsageError(`Nothing is mapped to the Keycloak attribute "${attribute}".`);
            return current.filter((one) => one.attribute !== attribute);
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
          if (!isWished(wished)) throw new UsageError(`The file ${file} must hold a list of {"path", "attribute"}.`);
          return () => wished;
        },
      ),
    )
    .addCommand(
      changing(
        shell,
        new Command('reset').description('bring the default mappings back').argument('<federation>'),
        () => () => undefined,
      ),
    );
}
