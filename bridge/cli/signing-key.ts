// realmbridge signing-key list, rotate: the keys that sign security event tokens.
import { Command } from 'commander';
import type { ShownKey } from '../event-streams/signing-keys.ts';
import { type Shell, withServices } from './context.ts';
import { duration } from './duration-option.ts';
import { UsageError } from './exit.ts';
import type { Output } from './output.ts';
import { formatTime } from './table.ts';

async function show(output: Output, keys: ShownKey[]): Promise<void> {
  const { shownKey } = await import('../management/event-streams/presentation.ts');
  output.table(
    keys.map(shownKey),
    ['KID', 'STATE', 'SIGNS FROM (UTC)', 'PUBLISHED UNTIL (UTC)'],
    keys.map(({ id, state, signsFrom, publishedUntil }) => [
      id,
      state,
      formatTime(signsFrom),
      publishedUntil ? formatTime(publishedUntil) : '-',
    ]),
    'There is no key yet: the first event stream makes one.',
  );
}

function listCommand(shell: Shell): Command {
  const command = new Command('list').description('list the keys that are published');
  return command.action(() =>
    withServices(shell, command, async ({ output, services }) => show(output, await services.signingKeys.listKeys())),
  );
}

function rotateCommand(shell: Shell): Command {
  const command = new Command('rotate')
    .description('make a new key: it is published at once and signs a little later; the old one stays published')
    .option('--ahead <duration>', 'how long it is published before it signs (default: 10m)', duration)
    .option('--overlap <duration>', 'how long the old one stays published after that (default: 24h)', duration)
    .option('--at-once', 'sign with it now and take the others away: after a leak', false);
  return command.action((options: { ahead?: number; overlap?: number; atOnce: boolean }) =>
    withServices(shell, command, async ({ output, services }) => {
      const { ahead, overlap, atOnce } = options;
      if (atOnce && (ahead !== undefined || overlap !== undefined)) {
        throw new UsageError('--at-once leaves no time ahead and no overlap.');
      }
      const { keyRotation } = await import('../event-streams/contracts.ts');
      const asked = keyRotation.safeParse({
        ...(ahead !== undefined && { aheadSeconds: ahead / 1_000 }),
        ...(overlap !== undefined && { overlapSeconds: overlap / 1_000 }),
        ...(atOnce && { aheadSeconds: 0, overlapSeconds: 0 }),
      });
      if (!asked.success) throw new UsageError('--ahead can be 7d at most, and --overlap 30d.');
      await show(output, await services.signingKeys.rotate(asked.data));
    }),
  );
}

export function signingKeyCommand(shell: Shell): Command {
  const command = new Command('signing-key').description('the keys that sign security event tokens');
  command.addCommand(listCommand(shell));
  command.addCommand(rotateCommand(shell));
  return command;
}
