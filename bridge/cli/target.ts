// realmbridge target …: other SCIM servers that a directory is pushed on to.
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import type { Difference, ResourceProblem, RunReport, TargetStatus } from '../outbound/contracts.ts';
import { targetSettings } from '../outbound/contracts.ts';
import { presetNames } from '../outbound/presets.ts';
import type { ShownTarget } from '../outbound/service.ts';
import { type CommandContext, type Shell, withServices } from './context.ts';
import { readShape } from './declaration-file.ts';
import { FailedQuietly, UsageError } from './exit.ts';
import { formatTable, formatTime } from './table.ts';

const secretVariable = 'TARGET_SECRET';

interface TargetOptions {
  settings?: string;
  preset?: (typeof presetNames)[number];
  url?: string;
  tokenUrl?: string;
  clientId?: string;
  oauthScope?: string;
  secretFile?: string;
  users?: 'all' | 'of-groups';
  groups?: string[];
  allGroups?: true;
  leavers?: 'deactivate' | 'delete' | 'keep';
  mappings?: string;
}

const addOptions = (command: Command): Command =>
  command
    .option(
      '--settings <file>',
      'all settings as JSON, as `target show --json` has them; the options below go before it',
    )
    .addOption(new Option('--preset <name>', 'what kind of target it is').choices(presetNames))
    .option('--url <url>', 'the base URL, in front of /Users')
    .option('--token-url <url>', 'with OAuth client credentials: where tokens are had')
    .option('--client-id <id>', 'of the OAuth client')
    .option('--oauth-scope <scope>', 'of its tokens')
    .option(
      '--secret-file <file>',
      `a file with the token, or the OAuth client's secret; else ${secretVariable} is read`,
    )
    .addOption(new Option('--users <which>', 'which users').choices(['all', 'of-groups']))
    .option('--groups <group...>', 'only these groups, by id or display name')
    .option('--all-groups', 'all groups')
    .addOption(new Option('--leavers <what>', 'what becomes of who left').choices(['deactivate', 'delete', 'keep']))
    .option('--mappings <file>', 'attribute mappings as a JSON array');

async function readText(shell: Shell, file: string): Promise<string> {
  return readFile(resolve(shell.cwd, file), 'utf8').catch((cause: unknown) => {
    throw new UsageError(`The file ${file} can't be read.`, { cause });
  });
}

/** The secret never stands in the command line, where others may see it. */
async function secretOf(shell: Shell, { secretFile }: TargetOptions): Promise<string | undefined> {
  if (secretFile !== undefined) return (await readText(shell, secretFile)).replace(/\r?\n$/, '');
  return shell.env[secretVariable];
}

function authenticationOf(present: ShownTarget['settings']['authentication'] | undefined, options: TargetOptions) {
  const { tokenUrl, clientId, oauthScope } = options;
  if (tokenUrl === undefined && clientId === undefined && oauthScope === undefined) return {};
  const before = present?.type === 'oauth' ? present : undefined;
  return {
    authentication: {
      type: 'oauth',
      tokenUrl: tokenUrl ?? before?.tokenUrl,
      clientId: clientId ?? before?.clientId,
      scope: oauthScope ?? before?.scope ?? null,
    },
  };
}

async function settingsOf(shell: Shell, options: TargetOptions, present?: ShownTarget['settings']) {
  const { settings: file, preset, url, users, groups, allGroups, leavers, mappings } = options;
  const shape = targetSettings.partial().loose();
  const base = file === undefined ? present : await readShape(resolve(shell.cwd, file), shape);
  const parsed = targetSettings.safeParse({
    ...base,
    ...authenticationOf(present?.authentication, options),
    ...(preset && { preset }),
    ...(url !== undefined && { baseUrl: url }),
    ...(users && { users }),
    ...(groups && { groups }),
    ...(allGroups && { groups: null }),
    ...(leavers && { leavers }),
    ...(mappings !== undefined && {
      mappings: await readShape(resolve(shell.cwd, mappings), targetSettings.shape.mappings),
    }),
  });
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const path = issue?.path.map(String).join('.') || 'the settings';
  throw new UsageError(`${path === 'baseUrl' ? '--url' : path}: ${issue?.message ?? 'is not valid'}.`);
}

type Action = (context: CommandContext, directory: string, target: string, options: TargetOptions) => Promise<void>;

/** A command on one target of a directory. */
function onTarget(shell: Shell, command: Command, action: Action): Command {
  return command
    .argument('<directory>')
    .argument('<target>', "the target's slug")
    .action((directory: string, target: string, options: TargetOptions) =>
      withServices(shell, command, (context) => action(context, directory, target, options)),
    );
}

const shown = ({ createdAt, ...target }: ShownTarget) => ({ ...target, createdAt: createdAt.toISOString() });

const createCommand = (shell: Shell): Command =>
  onTarget(
    shell,
    addOptions(new Command('create').description('push a directory on to another SCIM server')),
    async ({ output, services }, directory, slug, options) => {
      const secret = await secretOf(shell, options);
      if (secret === undefined || secret === '') {
        throw new UsageError(`The target's token, or OAuth secret, is missing (--secret-file, or ${secretVariable}).`);
      }
      const settings = await settingsOf(shell, options);
      const made = await services.outbound.createTarget(directory, { slug, settings, secret });
      output.result(
        shown(made),
        () =>
          `✓ made the target "${slug}" of directory "${directory}"; the running bridge pushes everything to it now\nSee \`realmbridge target test ${directory} ${slug}\` and \`realmbridge target show ${directory} ${slug}\`.`,
      );
    },
  );

const updateCommand = (shell: Shell): Command =>
  onTarget(
    shell,
    addOptions(new Command('update').description('change a target, or its secret; everything is compared anew')),
    async ({ output, services }, directory, slug, options) => {
      const present = await services.outbound.readTarget(directory, slug);
      const secret = await secretOf(shell, options);
      const settings = await settingsOf(shell, options, present.settings);
      const change = { settings, ...(secret !== undefined && { secret }) };
      const changed = await services.outbound.updateTarget(directory, slug, change);
      output.result(shown(changed), () => `✓ changed the target "${slug}"`);
    },
  );

function listCommand(shell: Shell): Command {
  const command = new Command('list').description("a directory's targets").argument('<directory>');
  return command.action((directory: string) =>
    withServices(shell, command, async ({ output, services }) => {
      const targets = await services.outbound.listTargets(directory);
      output.table(
        targets.map(shown),
        ['TARGET', 'MODE', 'PRESET', 'URL'],
        targets.map(({ slug, mode, settings }) => [slug, mode, settings.preset, settings.baseUrl]),
        `Directory "${directory}" has no target. Make one with \`realmbridge target create ${directory} SLUG\`.`,
      );
    }),
  );
}

function reportLines({ startedAt, seconds, resources, drift, ...counts }: RunReport): string[] {
  const told = Object.entries(counts).filter(([, count]) => count > 0);
  return [
    `Compared ${startedAt.slice(0, 16).replace('T', ' ')} UTC in ${seconds.toFixed(1)} s: ${resources} resources; ${told.map(([name, count]) => `${count} ${name}`).join(', ') || 'nothing there'}`,
    ...(drift.length > 0
      ? [
          '',
          formatTable(
            ['DRIFTED', 'ID', 'HOW'],
            drift.map(({ type, sourceId, what }) => [type, sourceId, what]),
          ),
        ]
      : []),
  ];
}

const problemLines = (title: string, problems: ResourceProblem[]): string[] =>
  problems.length === 0
    ? []
    : [
        '',
        formatTable(
          [title, 'ID', 'ATTEMPTS', 'WHY'],
          problems.map(({ type, sourceId, attempts, problem }) => [type, sourceId, String(attempts), problem]),
        ),
      ];

function statusLines({ slug, mode, settings }: ShownTarget, status: TargetStatus): string[] {
  const { counts, behind, held, pushedAt, run, lastReport, quarantined, failing, lacking } = status;
  return [
    `Target ${slug} (${mode}): ${settings.baseUrl}, preset ${settings.preset}`,
    `${counts.ok} as they should be, ${counts.pending} to be pushed, ${counts.quarantined} refused; ${behind} events behind; last pushed ${formatTime(pushedAt)} UTC`,
    ...(held ? [`Left alone until ${formatTime(held.until)} UTC: ${held.reason}`] : []),
    ...(lacking.length > 0 ? [`It says that it has these, and refuses them: ${lacking.join(', ')}`] : []),
    ...(run ? [`Comparing everything: ${run.done} of ${run.tasks} tasks done`] : []),
    ...(lastReport ? reportLines(lastReport) : []),
    ...problemLines('REFUSED', quarantined),
    ...problemLines('FAILING', failing),
  ];
}

const showCommand = (shell: Shell): Command =>
  onTarget(
    shell,
    new Command('show').description('a target: its settings, how it does, what is refused, what had drifted'),
    async ({ output, services }, directory, slug) => {
      const target = await services.outbound.readTarget(directory, slug);
      const status = await services.outbound.readStatus(directory, slug);
      output.result({ ...shown(target), status }, () => statusLines(target, status).join('\n'));
    },
  );

const testCommand = (shell: Shell): Command =>
  onTarget(
    shell,
    new Command('test').description('whether the target answers, and what it can do; changes nothing'),
    async ({ output, services }, directory, slug) => {
      const report = await services.outbound.testTarget(directory, slug);
      const uses = Object.entries(report.features ?? {}).map(([name, flag]) => `${flag ? '+' : '-'}${name}`);
      output.result(report, () =>
        [
          ...report.steps.map(({ step, ok, detail }) => `${ok ? '✓' : '✗'} ${step}: ${detail}`),
          ...(uses.length > 0 ? [`Used of it: ${uses.join(' ')}`] : []),
        ].join('\n'),
      );
      if (!report.ok) throw new FailedQuietly();
    },
  );

function moving(
  shell: Shell,
  name: 'pause' | 'resume',
  description: string,
  method: 'pauseTarget' | 'resumeTarget',
): Command {
  return onTarget(shell, new Command(name).description(description), async ({ output, services }, directory, slug) => {
    const moved = await services.outbound[method](directory, slug);
    output.result(shown(moved), () => `✓ the target "${slug}" is ${moved.mode}`);
  });
}

function purgeCommand(shell: Shell): Command {
  const command = new Command('purge')
    .description('delete there what the bridge has created, then pause; what was there before stays')
    .requiredOption('--yes', 'really do it');
  return onTarget(shell, command, async ({ output, services }, directory, slug) => {
    const purging = await services.outbound.purgeTarget(directory, slug);
    output.result(shown(purging), () => `✓ the running bridge takes away what it has created at "${slug}"`);
  });
}

const deleteCommand = (shell: Shell): Command =>
  onTarget(
    shell,
    new Command('delete').description('forget a target and leave everything there as it is'),
    async ({ output, services }, directory, slug) => {
      await services.outbound.deleteTarget(directory, slug);
      output.result({ deleted: slug }, () => `✓ deleted the target "${slug}"; nothing was changed there`);
    },
  );

function limit(text: string): number {
  if (/^\d{1,6}$/.test(text) && Number(text) > 0) return Number(text);
  throw new InvalidArgumentError('It must be a number.');
}

const atOnce = 200;

async function tellDiff(
  { output, services }: CommandContext,
  directory: string,
  slug: string,
  most: number,
): Promise<void> {
  const differences: Difference[] = [];
  let compared = 0;
  let after: string | undefined;
  do {
    const page = await services.outbound.diff(directory, slug, {
      limit: Math.min(atOnce, most - compared),
      ...(after !== undefined && { after }),
    });
    differences.push(...page.differences);
    compared += page.compared;
    after = page.next ?? undefined;
  } while (after !== undefined && compared < most);
  output.table(
    { differences, compared, complete: after === undefined },
    ['WOULD', 'TYPE', 'NAME', 'ID', 'DETAIL'],
    differences.map(({ action, type, name, sourceId, detail }) => [action, type, name, sourceId, detail]),
    `The target has everything as it should be (${compared} compared).`,
  );
  if (after !== undefined) output.note(`Only the first ${compared} were compared; see --limit.`);
}

const withLimit = (command: Command): Command =>
  command.addOption(new Option('--limit <n>', 'compare at most so many').argParser(limit).default(10_000));

function diffCommand(shell: Shell): Command {
  const command = withLimit(new Command('diff').description('what `target sync` would do, without doing it'));
  return onTarget(shell, command, (context, directory, slug) =>
    tellDiff(context, directory, slug, command.opts<{ limit: number }>().limit),
  );
}

function syncCommand(shell: Shell): Command {
  const command = withLimit(
    new Command('sync')
      .description('have the running bridge compare everything with the target, and put it right')
      .option('--dry-run', 'only say what would be done'),
  );
  return onTarget(shell, command, async (context, directory, slug) => {
    const { dryRun, limit: most } = command.opts<{ dryRun?: true; limit: number }>();
    if (dryRun) return tellDiff(context, directory, slug, most);
    await context.services.outbound.requestSync(directory, slug);
    context.output.result(
      { requested: slug },
      () => `✓ the running bridge compares everything now\nSee \`realmbridge target show ${directory} ${slug}\`.`,
    );
  });
}

export function targetCommand(shell: Shell): Command {
  return new Command('target')
    .description('other SCIM servers that a directory is pushed on to')
    .addCommand(createCommand(shell))
    .addCommand(listCommand(shell))
    .addCommand(showCommand(shell))
    .addCommand(updateCommand(shell))
    .addCommand(testCommand(shell))
    .addCommand(moving(shell, 'pause', 'stop pushing to a target', 'pauseTarget'))
    .addCommand(moving(shell, 'resume', 'go on, after comparing everything', 'resumeTarget'))
    .addCommand(syncCommand(shell))
    .addCommand(diffCommand(shell))
    .addCommand(purgeCommand(shell))
    .addCommand(deleteCommand(shell));
}
