// realmbridge directory schema …
import { Command, Option } from 'commander';
import { type Shell, withServices } from './context.ts';
import { type DropOption, oldValues, readShape } from './declaration-file.ts';

const dropOption = () =>
  new Option(
    '--drop-values',
    'remove stored values that would be left without their attribute; without it they forbid the change',
  );

const lost = (dropped: number): string => (dropped === 0 ? '' : `\n${dropped} resources lost values.`);

/** Loaded only for the commands that need it, so that help and mistakes are told at once. */
const contracts = () => import('../provisioning/schemas/contracts.ts');

function listCommand(shell: Shell): Command {
  const command = new Command('list').description('list the schemas that a directory declares').argument('<slug>');
  return command.action((slug: string) =>
    withServices(shell, command, async ({ output, services }) => {
      const { shownSchema } = await contracts();
      const schemas = await services.schemas.listSchemas(slug);
      output.table(
        schemas.map(shownSchema),
        ['URN', 'NAME', 'EXTENDS', 'REQUIRED', 'ATTRIBUTES', 'INDEXED'],
        schemas.map(({ id, name, resourceType, required, attributes }) => [
          id,
          name,
          resourceType,
          required ? 'yes' : 'no',
          String(attributes.length),
          String(attributes.flatMap((one) => [one, ...(one.subAttributes ?? [])]).filter((one) => one.indexed).length),
        ]),
        `Directory "${slug}" has the standard schemas alone. Declare one with \`realmbridge directory schema put ${slug} FILE\`.`,
      );
    }),
  );
}

function showCommand(shell: Shell): Command {
  const command = new Command('show')
    .description('show the declaration of a schema, as `put` takes it')
    .argument('<slug>', 'the directory')
    .argument('<urn>', 'as `directory schema list` shows it');
  return command.action((slug: string, urn: string) =>
    withServices(shell, command, async ({ output, services }) => {
      const { shownSchema } = await contracts();
      const schema = shownSchema(await services.schemas.requireSchema(slug, urn));
      output.result(schema, () => JSON.stringify(schema, null, 2));
    }),
  );
}

function putCommand(shell: Shell): Command {
  const command = new Command('put')
    .description('declare an extension schema, or declare it anew')
    .argument('<slug>')
    .argument('<file>', 'JSON as in docs/custom-schemas.md')
    .addOption(dropOption());
  return command.action((slug: string, file: string, options: DropOption) =>
    withServices(shell, command, async ({ output, services }) => {
      const { schemaShape, shownSchema, toDeclaration } = await contracts();
      const declaration = toDeclaration(await readShape(file, schemaShape));
      const { schema, created, dropped } = await services.schemas.putSchema(slug, declaration, oldValues(options));
      output.result(
        { schema: shownSchema(schema), created, dropped },
        () => `✓ ${created ? 'declared' : 'changed'} ${schema.id} for directory "${slug}"${lost(dropped)}`,
      );
    }),
  );
}

function deleteCommand(shell: Shell): Command {
  const command = new Command('delete')
    .description('take a declared schema back')
    .argument('<slug>')
    .argument('<urn>', 'as `directory schema list` shows it')
    .addOption(dropOption());
  return command.action((slug: string, urn: string, options: DropOption) =>
    withServices(shell, command, async ({ output, services }) => {
      const dropped = await services.schemas.deleteSchema(slug, urn, oldValues(options));
      output.result(
        { deleted: urn, dropped },
        () => `✓ directory "${slug}" has no schema ${urn} any more${lost(dropped)}`,
      );
    }),
  );
}

export function schemaCommand(shell: Shell): Command {
  return new Command('schema')
    .description('extension schemas that a directory declares for itself')
    .addCommand(listCommand(shell))
    .addCommand(showCommand(shell))
    .addCommand(putCommand(shell))
    .addCommand(deleteCommand(shell));
}
