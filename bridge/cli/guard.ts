// realmbridge guard …: what the guard of a directory that is pushed to allows and holds, and the operator's decision.
import { Command, InvalidArgumentError, Option } from 'commander';
import type {
  GuardedOperation,
  GuardSettings,
  GuardStatus,
  HeldSelection,
  ListedHeld,
  ReleaseProgress,
} from '../provisioning/guard/contracts.ts';
import { type CommandContext, type Shell, withServices } from './context.ts';
import { duration } from './duration-option.ts';
import { FailedQuietly, UsageError } from './exit.ts';
import { formatTable, formatTime } from './table.ts';

type Limit = GuardSettings['limits'][GuardedOperation];

/** Between two lines of progress. */
const budgetMs = 5_000;
/** Of the list that is shown before a decision. */
const shownFirst = 20;
const longestList = 1_000;
const minuteMs = 60_000;

/** Loaded only for the commands that need it, so that help and mistakes are told at once. */
const presentation = () => import('../management/guard/presentation.ts');

const wholeNumber = (text: string): number => {
  if (!/^\d{1,4}$/.test(text) || Number(text) < 1 || Number(text) > 1_000)
    throw new InvalidArgumentError('It must be 1 to 1000.');
  return Number(text);
};

/** Commander takes a null for no value at all. */
type GivenLimit = NonNullable<Limit> | 'off';

function limit(text: string): GivenLimit {
  if (text === 'off') return text;
  const match = /^(\d{1,7})(?:,(\d{1,3}(?:\.\d{1,3})?)%)?$/.exec(text);
  const [count, percent] = [Number(match?.[1]), Number(match?.[2] ?? 0)];
  if (!match || percent > 100) throw new InvalidArgumentError('It must be such as 100, or 100,10%, or off.');
  return { count, percent };
}

function minutesOf(max: number) {
  return (text: string): number => {
    const minutes = duration(text) / minuteMs;
    if (minutes > max) throw new InvalidArgumentError(`It must be ${max / 1_440} days at most.`);
    return minutes;
  };
}

function time(text: string): Date {
  const parsed = new Date(text);
  if (Number.isNaN(parsed.getTime()) || !/^\d{4}-\d\d-\d\dT/.test(text))
    throw new InvalidArgumentError('It must be a time such as 2026-11-23T08:15:00Z.');
  return parsed;
}

const words: Record<GuardedOperation, string> = {
  deactivate: 'deactivated',
  delete: 'deleted',
  remove_member: 'taken out of groups',
};

const limitWords = (one: Limit): string =>
  one === null ? 'any number' : `${one.count}${one.percent > 0 ? `, or ${one.percent} % if that is more` : ''}`;

const subjectOf = ({ userName, userId, groupName, groupId, members }: ListedHeld): [string, string] => [
  userName ?? userId ?? '-',
  groupName === null ? (groupId ?? '-') : members === null ? groupName : `${groupName} (${members} users)`,
];

const heldTable = (held: readonly ListedHeld[]): string =>
  formatTable(
    ['ID', 'OPERATION', 'USER', 'GROUP', 'ASKED BY', 'REQUEST', 'HELD SINCE (UTC)'],
    held.map((one) => [
      one.id,
      one.state === 'released' ? `${one.operation} (released)` : one.operation,
      ...subjectOf(one),
      one.actor,
      one.requestId ?? '-',
      formatTime(one.heldAt),
    ]),
  );

function statusLines(status: GuardStatus): string[] {
  const { directory, enabled, isDefault, settings, passingUntil, users, windows, held, released } = status;
  const rows = windows.map(({ operation, counted, allowed, held: count, trippedAt }) => [
    `${words[operation]} (${operation})`,
    limitWords(settings.limits[operation]),
    allowed === null ? '-' : String(allowed),
    String(counted),
    String(count),
    formatTime(trippedAt),
  ]);
  return [
    `Guard of "${directory}": ${enabled ? 'on' : 'off'}${isDefault ? ', default settings' : ''}, ${users} active users, window ${settings.windowMinutes} minutes`,
    ...(passingUntil ? [`Everything is let through until ${formatTime(passingUntil)} UTC.`] : []),
    formatTable(['USERS', 'ALLOWED', 'NOW THAT IS', 'IN THE WINDOW', 'HELD', 'TRIPPED (UTC)'], rows),
    ...(released > 0
      ? [`${released} operations are released and not done yet: \`realmbridge guard release ${directory} --yes\`.`]
      : []),
    held === 0 ? 'Nothing is held.' : `${held} operations are held.`,
  ];
}

interface PageOptions {
  after?: string;
  limit: number;
}

function showCommand(shell: Shell): Command {
  const command = new Command('show')
    .description('settings, what was counted within the window, and what is held')
    .argument('<directory>')
    .option('--after <id>', 'go on after this id')
    .addOption(new Option('--limit <count>', 'how many at most').argParser(wholeNumber).default(100));
  return command.action((directory: string, { after, limit: most }: PageOptions) =>
    withServices(shell, command, async ({ output, services }) => {
      const { shownGuard, shownHeld } = await presentation();
      const status = await services.guard.status(directory);
      const held = await services.guard.listHeld(directory, { limit: most, ...(after !== undefined && { after }) });
      const last = held.at(-1);
      const more = held.length === most && last ? [`Go on with --after ${last.id}`] : [];
      output.result({ ...shownGuard(status), operations: held.map(shownHeld) }, () =>
        [...statusLines(status), ...(held.length > 0 ? ['', heldTable(held), ...more] : [])].join('\n'),
      );
    }),
  );
}

interface SetOptions {
  on?: true;
  off?: true;
  defaults?: true;
  window?: number;
  deactivate?: GivenLimit;
  delete?: GivenLimit;
  removeMember?: GivenLimit;
}

function setCommand(shell: Shell): Command {
  const limitOption = (flag: string, who: string) =>
    new Option(
      `--${flag} <limit>`,
      `users who may be ${who} within the window, such as 100 or 100,10%; off: any number`,
    ).argParser(limit);
  const command = new Command('set')
    .description('change the window and the limits, or switch the guard on or off; what is held stays held')
    .argument('<directory>')
    .option('--on', 'switch the guard on')
    .addOption(new Option('--off', 'switch the guard off').conflicts('on'))
    .option('--defaults', 'go back to the default window and limits')
    .addOption(new Option('--window <duration>', 'such as 30m or 1d').argParser(minutesOf(10_080)))
    .addOption(limitOption('deactivate', words.deactivate))
    .addOption(limitOption('delete', words.delete))
    .addOption(limitOption('remove-member', words.remove_member));
  return command.action((directory: string, options: SetOptions) =>
    withServices(shell, command, async ({ output, services }) => {
      const { shownGuard } = await presentation();
      const { on, off, defaults, window, deactivate, delete: deletion, removeMember } = options;
      const meant = (given: GivenLimit): Limit => (given === 'off' ? null : given);
      const limits = {
        ...(deactivate && { deactivate: meant(deactivate) }),
        ...(deletion && { delete: meant(deletion) }),
        ...(removeMember && { remove_member: meant(removeMember) }),
      };
      const change = {
        ...((on || off) && { enabled: on === true }),
        ...(window !== undefined && { windowMinutes: window }),
        ...(Object.keys(limits).length > 0 && { limits }),
        ...(defaults && { useDefaults: true }),
      };
      if (Object.keys(change).length === 0)
        throw new UsageError('Say what is to be changed; --help shows what can be.');
      const status = await services.guard.update(directory, change);
      output.result(shownGuard(status), () => statusLines(status).join('\n'));
    }),
  );
}

interface DecideOptions {
  until?: Date;
  pass?: number;
  yes?: true;
}

/** Shows what would be decided about, and how to do it. */
async function refuseWithout(
  { yes, until = new Date(), pass }: DecideOptions,
  { output, services }: CommandContext,
  { name, directory, ids }: { name: string; directory: string; ids: readonly string[] },
): Promise<void> {
  if (yes) return;
  const { shownHeld } = await presentation();
  const status = await services.guard.status(directory);
  const isChosen = ids.length > 0;
  const page = isChosen ? { ids, limit: longestList } : { limit: shownFirst };
  const first = await services.guard.listHeld(directory, page);
  const count = isChosen ? first.length : status.held;
  const passing = pass === undefined ? [] : ['--pass', `${pass}m`];
  const hint = [`realmbridge guard ${name}`, directory, ...ids, ...passing, '--yes --until', until.toISOString()].join(
    ' ',
  );
  output.result({ held: count, operations: first.map(shownHeld), decideWith: hint }, () =>
    count === 0 && first.length === 0
      ? 'Nothing is held.'
      : [
          heldTable(first),
          ...(count > first.length
            ? [`… ${count} are held; \`realmbridge guard show ${directory}\` has them all.`]
            : []),
          '',
          `Nothing was done. To decide about what you see: \`${hint}\``,
        ].join('\n'),
  );
  throw new FailedQuietly();
}

const selectionOf = (ids: readonly string[], { until }: DecideOptions): HeldSelection => ({
  ...(ids.length > 0 && { ids }),
  ...(until && { until }),
});

const decision = (name: string, description: string): Command =>
  new Command(name)
    .description(description)
    .argument('<directory>')
    .argument('[ids...]', 'only these, as `guard show` has them')
    .addOption(new Option('--until <time>', 'nothing that was held later').argParser(time))
    .option('--yes', 'really do it; without it the list is shown');

function releaseCommand(shell: Shell): Command {
  const command = decision('release', 'do what is held; killed half-way, it goes on when it is given again').addOption(
    new Option('--pass <duration>', 'let everything through for so long, for the rest of the same wave').argParser(
      minutesOf(1_440),
    ),
  );
  return command.action((directory: string, ids: string[], options: DecideOptions) =>
    withServices(shell, command, async (context) => {
      const { output, services } = context;
      await refuseWithout(options, context, { name: 'release', directory, ids });
      const selection = {
        ...selectionOf(ids, options),
        ...(options.pass !== undefined && { passMinutes: options.pass }),
      };
      let [done, progress]: [number, ReleaseProgress | undefined] = [0, undefined];
      do {
        // What is left was decided by the first round; anything that came since is not this command's.
        progress = await services.guard.release(directory, progress ? { ids: [] } : selection, { budgetMs });
        done += progress.done;
        if (progress.left > 0) output.progress(`… ${done} done, ${progress.left} left`);
      } while (progress.left > 0);
      const { passingUntil } = progress;
      output.result({ done, passingUntil: passingUntil?.toISOString() ?? null }, () =>
        [
          `✓ ${done} operations are done`,
          ...(passingUntil ? [`Everything is let through until ${formatTime(passingUntil)} UTC.`] : []),
        ].join('\n'),
      );
    }),
  );
}

function rejectCommand(shell: Shell): Command {
  const command = decision('reject', 'forget what is held; the identity provider believes that it was done');
  return command.action((directory: string, ids: string[], options: DecideOptions) =>
    withServices(shell, command, async (context) => {
      await refuseWithout(options, context, { name: 'reject', directory, ids });
      const { rejected } = await context.services.guard.reject(directory, selectionOf(ids, options));
      context.output.result(
        { rejected },
        () =>
          `✓ ${rejected} operations are forgotten, and nothing of them was done\nThe identity provider believes that they were: put it right there, and have it send everything again.`,
      );
    }),
  );
}

export function guardCommand(shell: Shell): Command {
  return new Command('guard')
    .description('hold what an identity provider does to suspiciously many users at once')
    .addCommand(showCommand(shell))
    .addCommand(setCommand(shell))
    .addCommand(releaseCommand(shell))
    .addCommand(rejectCommand(shell));
}
