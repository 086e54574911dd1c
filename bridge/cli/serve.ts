// realmbridge serve
import { Command } from 'commander';
import type { Shell } from './context.ts';

/** --json changes nothing here: the server's log is JSON lines anyway. */
export function serveCommand(shell: Shell): Command {
  return new Command('serve').description('run the bridge until it is stopped').action(async () => {
    // Loaded only here, so that the other commands start without the web server.
    const { serveUntilStopped } = await import('../main.ts');
    await serveUntilStopped(shell.env);
  });
}
