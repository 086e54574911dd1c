// The commands put together; how a command line becomes an exit code.
import { Command, CommanderError } from 'commander';
import { auditCommand } from './audit.ts';
import { connectCommand } from './connect.ts';
import type { Shell } from './context.ts';
import { directoryCommand } from './directory.ts';
import { doctorCommand } from './doctor.ts';
import { eventStreamCommand } from './event-stream.ts';
import { eventsCommand } from './events.ts';
import { exitCodes, FailedQuietly } from './exit.ts';
import { explainCommand } from './explain.ts';
import { federationCommand } from './federation.ts';
import { guardCommand } from './guard.ts';
import { historyCommand } from './history.ts';
import { migrateCommand } from './migrate.ts';
import { requestsCommand } from './requests.ts';
import { secretsCommand } from './secrets.ts';
import { serveCommand } from './serve.ts';
import { signingKeyCommand } from './signing-key.ts';
import { statusCommand } from './status.ts';
import { syncCommand } from './sync.ts';
import { targetCommand } from './target.ts';
import { tokenCommand } from './token.ts';
import { undoCommand } from './undo.ts';
import { packageVersion } from './version.ts';
import { webhookCommand } from './webhook.ts';

const environmentHelp = `
Commands read the same environment as the server (DATABASE_URL and others). Without DATABASE_URL they use the
development system that \`npm start\` runs in this folder.

Exit codes: 0 done, 1 failed, 2 wrong usage, 78 wrong configuration.`;

/** All commands, ready to parse. */
export function createProgram(shell: Shell): Command {
  const program = new Command('realmbridge')
    .description('User-storage federation bridge for Keycloak: users arrive by SCIM, Keycloak reads them over REST.')
    .version(packageVersion(), '-V, --version')
    .addHelpText('after', environmentHelp)
    .showSuggestionAfterError();
  for (const make of [
    serveCommand,
    migrateCommand,
    directoryCommand,
    federationCommand,
    tokenCommand,
    targetCommand,
    guardCommand,
    eventsCommand,
    historyCommand,
    undoCommand,
    requestsCommand,
    auditCommand,
    explainCommand,
    webhookCommand,
    eventStreamCommand,
    signingKeyCommand,
    secretsCommand,
    connectCommand,
    doctorCommand,
    syncCommand,
    statusCommand,
  ]) {
    program.addCommand(make(shell));
  }
  prepare(program, shell);
  return program;
}

/** What an argument is whose command says no more of it. */
const argumentTexts: Readonly<Record<string, string>> = {
  directory: "a directory's slug, as `directory list` shows it",
  federation: "a federation's slug, as `federation list` shows it",
  file: 'a JSON file',
};

function explainArguments(command: Command): void {
  const owner = command.parent?.name() === 'federation' ? 'federation' : 'directory';
  for (const argument of command.registeredArguments) {
    argument.description ||= argumentTexts[argument.name() === 'slug' ? owner : argument.name()] ?? '';
  }
}

/** Every command, however deep, takes --json, writes to the shell's streams and never ends the process by itself. */
function prepare(command: Command, shell: Shell): void {
  command.exitOverride().configureOutput({
    writeOut: (text) => void shell.stdout.write(text),
    writeErr: (text) => void shell.stderr.write(text),
  });
  explainArguments(command);
  command.showHelpAfterError('(--help shows what is possible)');
  if (command.commands.length === 0) command.option('--json', 'print the result as one JSON document');
  for (const child of command.commands) prepare(child, shell);
}

async function tell(error: unknown, shell: Shell, json: boolean): Promise<number> {
  if (error instanceof FailedQuietly) return exitCodes.failed;
  const asJson = (body: object) => json && shell.stdout.write(`${JSON.stringify({ error: body }, null, 2)}\n`);
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return exitCodes.ok;
    asJson({ code: 'usage', message: error.message.replace(/^error: /, '') });
    return exitCodes.usage;
  }
  // Loaded only when it is needed, as everything is that takes long to load.
  const { failureOf } = await import('./failure.ts');
  const { code, message, remedy, exitCode } = failureOf(error);
  shell.stderr.write(`Error: ${message}\n${remedy === undefined ? '' : `${remedy}\n`}`);
  asJson({ code, message, ...(remedy !== undefined && { remedy }) });
  return exitCode;
}

/** Runs one command line (without node and the script) and answers the exit code. */
export async function runCli(args: readonly string[], shell: Shell): Promise<number> {
  const program = createProgram(shell);
  try {
    await program.parseAsync(args, { from: 'user' });
    return exitCodes.ok;
  } catch (error) {
    return tell(error, shell, args.includes('--json'));
  }
}
