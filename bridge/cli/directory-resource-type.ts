// realmbridge directory resource-type …
import { Command, Option } from 'commander';
import { type Shell, withServices } from './context.ts';
import { type DropOption, oldValues, readShape } from './declaration-file.ts';

/** Loaded only for the commands that need it, so that help and mistakes are told at once. */
const contracts = () => import('../provisioning/schemas/contracts.ts');

function listCommand(shell: Shell): Command {
  const command = new Command('list')
    .description('list the resource types that a directory declares')
    .argument('<slug>');
  return command.action((slug: string) =>
    withServices(shell, command, async ({ output, services }) => {
      const { shownType } = await contracts();
      const types = await services.types.listTypes(slug);
      output.table(
        types.map(shownType),
        ['NAME', 'ENDPOINT', 'SCHEMA', 'ATTRIBUTES'],
        types.map(({ name, endpoint, schema }) => [name, endpoint, schema.id, String(schema.attributes.length)]),
        `Directory "${slug}" has users and groups alone. Declare a type with \`realmbridge directory resource-type put ${slug} FILE\`.`,
      );
    }),
  );
}

function showCommand(shell: Shell): Command {
  const command = new Command('show')
    .description('show the declaration of a resource type, as `put` takes it')
    .argument('<slug>', 'the directory')
    .argument('<name>', 'as `directory resource-type list` shows it');
  return command.action((slug: string, name: string) =>
    withServices(shell, command, async ({ output, services }) => {
      const { shownType } = await contracts();
      const type = shownType(await services.types.requireType(slug, name));
      output.result(type, () => JSON.stringify(type, null, 2));
    }),
  );
}

function putCommand(shell: Shell): Command {
  const command = new Command('put')
    .description('declare a resource type, or declare it anew')
    .argument('<slug>')
    .argument('<file>', 'JSON as in docs/custom-schemas.md');
  return command.action((slug: string, file: string) =>
    withServices(shell, command, async ({ output, services }) => {
      const { shownType, toTypeDeclaration, typeShape } = await contracts();
      const declaration = toTypeDeclaration(await readShape(file, typeShape));
      const { type, created } = await services.types.putType(slug, declaration);
      output.result(
        { resourceType: shownType(type), created },
        () => `✓ ${created ? 'declared' : 'changed'} ${type.name} at ${type.endpoint} for directory "${slug}"`,
      );
    }),
  );
}

function deleteCommand(shell: Shell): Command {
  const command = new Command('delete')
    .description('take a declared resource type back')
    .argument('<slug>')
    .argument('<name>', 'as `directory resource-type list` shows it')
    .addOption(new Option('--drop-values', 'delete its resources too; without it they forbid the change'));
  return command.action((slug: string, name: string, options: DropOption) =>
    withServices(shell, command, async ({ output, services }) => {
      const dropped = await services.types.deleteType(slug, name, oldValues(options));
      const also =
        dropped === 0 ? '' : `\n${dropped === 1 ? '1 resource was' : `${dropped} resources were`} deleted with it.`;
      output.result(
        { deleted: name, dropped },
        () => `✓ directory "${slug}" has no resource type ${name} any more${also}`,
      );
    }),
  );
}

export function resourceTypeCommand(shell: Shell): Command {
  return new Command('resource-type')
    .description('resource types that a directory declares beside users and groups')
    .addCommand(listCommand(shell))
    .addCommand(showCommand(shell))
    .addCommand(putCommand(shell))
    .addCommand(deleteCommand(shell));
}
