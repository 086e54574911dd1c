// realmbridge federation reserved-usernames …: the names that a federation never serves.
import { Command } from 'commander';
import { type Shell, withServices } from './context.ts';

export function federationReservedUsernamesCommand(shell: Shell): Command {
  const list = new Command('list').description('show the names, and why').argument('<federation>', 'its slug');
  list.action((slug: string) =>
    withServices(shell, list, async ({ output, services }) => {
      const reserved = (await services.federations.listReservedUsernames(slug)).map(({ usernameKey, reason }) => ({
        username: usernameKey,
        reason,
      }));
      output.table(
        reserved,
        ['USER NAME', 'WHY'],
        reserved.map(({ username, reason }) => [username, reason]),
        `Federation "${slug}" has no reserved user names.`,
      );
    }),
  );
  const add = new Command('add')
    .description('reserve a user name: whoever has it leaves Keycloak')
    .argument('<federation>', 'its slug')
    .argument('<username>', 'the name, in whatever case')
    .requiredOption('--reason <text>', 'shown to whoever asks why somebody of this name can’t log in');
  add.action((slug: string, username: string, { reason }: { reason: string }) =>
    withServices(shell, add, async ({ output, services }) => {
      const { usernameKey } = await services.federations.reserveUsername(slug, username, reason);
      output.result(
        { username: usernameKey, reason },
        () => `✓ federation "${slug}" never serves the user name "${usernameKey}"`,
      );
    }),
  );
  const remove = new Command('remove')
    .description('give a user name free again: whoever has it is served')
    .argument('<federation>', 'its slug')
    .argument('<username>', 'the name, in whatever case');
  remove.action((slug: string, username: string) =>
    withServices(shell, remove, async ({ output, services }) => {
      const { usernameKey, reason } = await services.federations.releaseUsername(slug, username);
      output.result(
        { released: usernameKey, reason },
        () => `✓ federation "${slug}" serves the user name "${usernameKey}" again (it was reserved: ${reason})`,
      );
    }),
  );
  return new Command('reserved-usernames')
    .description('the user names that a federation never serves, whatever a directory says')
    .addCommand(list)
    .addCommand(add)
    .addCommand(remove);
}
