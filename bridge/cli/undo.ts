// realmbridge undo …: what somebody did to a directory in a window of time is taken back, by a plan that is looked at before.
import { Command, InvalidArgumentError, Option } from 'commander';
import {
  type AttributeUndo,
  type UndoItem,
  type UndoItemState,
  type UndoPlanStatus,
  undoItemStates,
} from '../provisioning/undo/contracts.ts';
import type { Services } from '../services.ts';
import { type Shell, withServices } from './context.ts';
import { UsageError } from './exit.ts';
import { parseTime } from './history.ts';
import type { Output } from './output.ts';
import { formatTable, formatTime } from './table.ts';

/** Between two lines of progress. */
const budgetMs = 5_000;
const maxValue = 40;
const maxPage = 1_000;

/** Loaded only for the commands that need it, so that help and mistakes are told at once. */
const presentation = () => import('../management/undo/presentation.ts');

function parseLimit(text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1 || number > maxPage)
    throw new InvalidArgumentError(`It must be 1 to ${maxPage}.`);
  return number;
}

const planArgument = 'the id of the plan, as `undo list` shows it';

function valueText(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value ?? null);
  return text.length > maxValue ? `${text.slice(0, maxValue)}…` : text;
}

const reasons: Record<NonNullable<UndoItem['reason']>, string> = {
  changed_since: 'changed afterwards',
  changed_since_plan: 'changed since the plan was made',
  in_groups: 'others have put it into groups',
  name_taken: 'its name is taken',
  deleted_since: 'deleted afterwards',
  password_unknown: 'passwords are not in the event log',
  member_gone: 'the member is gone',
  group_gone: 'the group is gone',
  type_gone: 'its resource type is no longer declared',
  invalid: 'the store refused it',
};

function changeText([name, { now, to, since, takenBy }]: [string, AttributeUndo]): string {
  const kept = since ? ` [left: ${since.by}]` : takenBy === undefined ? '' : ` [left: taken by ${takenBy}]`;
  return `${name}: ${valueText(now)} → ${valueText(to)}${kept}`;
}

function whatText({ action, member, changes }: UndoItem): string {
  if (member) return `${action} ${member.name ?? member.id}`;
  const texts = action === 'update' ? Object.entries(changes).map(changeText).join(', ') : '';
  return texts === '' ? action : `${action} ${texts}`;
}

function whyText({ state, reason, by, at, lost, overwrite, problem }: UndoItem): string {
  const who = [by, at && `${formatTime(at)} UTC`].filter(Boolean).join(', ');
  const isTold = reason !== null && state !== 'ready' && state !== 'done';
  return [
    ...(isTold ? [`${reasons[reason]}${who === '' ? '' : ` (${who})`}`] : []),
    ...(overwrite ? ['overwrites'] : []),
    ...(lost.length > 0 ? [`without ${lost.join(', ')}`] : []),
    ...(problem === null ? [] : [problem]),
  ].join('; ');
}

const rowOf = (item: UndoItem): string[] => [
  item.id,
  item.resource.type,
  item.resource.name ?? '-',
  whatText(item),
  item.state,
  whyText(item) || '-',
];

function headline({ id, state, actors, from, to, changes }: UndoPlanStatus): string {
  return `Plan ${id}: ${state}. ${actors.join(', ')} made ${changes} changes from ${from.toISOString()} to ${to.toISOString()}.`;
}

function countLines({ counts: { byState, byAction, partialConflicts } }: UndoPlanStatus): string[] {
  const told = (counts: Record<string, number>): string =>
    Object.entries(counts)
      .filter(([, count]) => count > 0)
      .map(([name, count]) => `${count} ${name.replace('_', ' ')}`)
      .join(', ') || 'nothing';
  return [
    `To do: ${told(byAction)}.`,
    `Items: ${told(byState)}.`,
    ...(partialConflicts > 0
      ? [`Of ${partialConflicts} items, some attributes stay, since others changed them afterwards.`]
      : []),
  ];
}

/** Goes on until the plan is complete. */
async function completed(
  { undo }: Services,
  output: Output,
  slug: string,
  begun: Promise<UndoPlanStatus>,
): Promise<UndoPlanStatus> {
  let plan = await begun;
  while (plan.state === 'planning') {
    output.progress(`… ${plan.changes} changes found, ${plan.counts.unplanned} resources still to be looked at`);
    plan = await undo.continuePlan(slug, plan.id, { budgetMs });
  }
  return plan;
}

function planCommand(shell: Shell): Command {
  const command = new Command('plan')
    .description('plan to undo what somebody did in a window of time; changes nothing')
    .argument('<directory>')
    .requiredOption(
      '--actor <names...>',
      "whose changes: a token's name, a trusted issuer's URL, or an actor as `realmbridge events` shows it",
    )
    .addOption(new Option('--from <time>', 'such as 2026-11-20T08:00:00Z').argParser(parseTime).makeOptionMandatory())
    .addOption(new Option('--to <time>', 'not included; now without it').argParser(parseTime));
  return command.action((slug: string, { actor, from, to }: { actor: string[]; from: Date; to?: Date }) =>
    withServices(shell, command, async ({ output, services }) => {
      const { shownUndoStatus } = await presentation();
      const window = { actors: actor, from, ...(to && { to }) };
      const plan = await completed(services, output, slug, services.undo.plan(slug, window, { budgetMs }));
      output.result(shownUndoStatus(plan), () =>
        [
          headline(plan),
          ...countLines(plan),
          `Look at it: \`realmbridge undo show ${slug} ${plan.id}\`, then: \`realmbridge undo apply ${slug} ${plan.id}\`.`,
        ].join('\n'),
      );
    }),
  );
}

function listCommand(shell: Shell): Command {
  const command = new Command('list').description('list the undo plans of a directory').argument('<directory>');
  return command.action((slug: string) =>
    withServices(shell, command, async ({ output, services }) => {
      const { shownUndoPlan } = await presentation();
      const plans = await services.undo.listPlans(slug);
      output.table(
        plans.map(shownUndoPlan),
        ['ID', 'STATE', 'WHOSE', 'FROM', 'TO', 'CHANGES', 'BY'],
        plans.map(({ id, state, actors, from, to, changes, createdBy }) => [
          id,
          state,
          actors.join(', '),
          formatTime(from),
          formatTime(to),
          String(changes),
          createdBy,
        ]),
        'There are none.',
      );
    }),
  );
}

interface ShowOptions {
  state?: UndoItemState[];
  after?: string;
  limit: number;
}

function showCommand(shell: Shell): Command {
  const command = new Command('show')
    .description('show what a plan would do, what it would not do and why, or what became of it')
    .argument('<directory>')
    .argument('<plan>', planArgument)
    .addOption(new Option('--state <states...>', 'only these').choices(undoItemStates))
    .option('--after <id>', 'go on after this item')
    .addOption(new Option('--limit <count>', 'how many items at most').argParser(parseLimit).default(100));
  return command.action((slug: string, planId: string, { state: states, after, limit }: ShowOptions) =>
    withServices(shell, command, async ({ output, services }) => {
      const { shownUndoItem, shownUndoStatus } = await presentation();
      const plan = await completed(services, output, slug, services.undo.readPlan(slug, planId));
      const page = { limit, ...(states && { states }), ...(after !== undefined && { after }) };
      const items = await services.undo.listItems(slug, planId, page);
      const last = items.length === limit ? items.at(-1) : undefined;
      output.result({ ...shownUndoStatus(plan), items: items.map(shownUndoItem) }, () =>
        [
          headline(plan),
          ...countLines(plan),
          '',
          items.length === 0
            ? 'There are no such items.'
            : formatTable(['ID', 'TYPE', 'NAME', 'WHAT', 'STATE', 'WHY'], items.map(rowOf)),
          ...(last ? [`More: --after ${last.id}`] : []),
        ].join('\n'),
      );
    }),
  );
}

interface ApplyOptions {
  overwrite?: string[];
  overwriteAll?: true;
  yes?: true;
}

function applyCommand(shell: Shell): Command {
  const command = new Command('apply')
    .description('do what a plan says, where things are still as it saw them')
    .argument('<directory>')
    .argument('<plan>', planArgument)
    .option('--overwrite <ids...>', 'also these items, although others changed them afterwards')
    .addOption(new Option('--overwrite-all', 'also all items that others changed afterwards').conflicts('overwrite'))
    .option('--yes', 'really do it');
  return command.action((slug: string, planId: string, { overwrite, overwriteAll, yes }: ApplyOptions) =>
    withServices(shell, command, async ({ output, services }) => {
      if (!yes) {
        const plan = await services.undo.readPlan(slug, planId);
        throw new UsageError(`${headline(plan)} ${countLines(plan).join(' ')} Add --yes to do it.`);
      }
      const { shownUndoStatus } = await presentation();
      const overwriting = overwriteAll ? ('all' as const) : overwrite;
      let plan = await services.undo.apply(slug, planId, { budgetMs, ...(overwriting && { overwrite: overwriting }) });
      while (plan.state === 'applying') {
        const { done, refused, ready } = plan.counts.byState;
        output.progress(`… ${done + refused} of ${done + refused + ready}`);
        plan = await services.undo.apply(slug, planId, { budgetMs });
      }
      const { done, refused } = plan.counts.byState;
      output.result(shownUndoStatus(plan), () =>
        [
          `✓ ${done} items are undone`,
          ...(refused > 0
            ? [`${refused} could not be: \`realmbridge undo show ${slug} ${planId} --state refused\` says why.`]
            : []),
        ].join('\n'),
      );
    }),
  );
}

function discardCommand(shell: Shell): Command {
  const command = new Command('discard')
    .description('forget a plan; what it has done stays done')
    .argument('<directory>')
    .argument('<plan>', planArgument);
  return command.action((slug: string, planId: string) =>
    withServices(shell, command, async ({ output, services }) => {
      await services.undo.discard(slug, planId);
      output.result({ discarded: planId }, () => `✓ the plan ${planId} is forgotten`);
    }),
  );
}

export function undoCommand(shell: Shell): Command {
  return new Command('undo')
    .description('undo what somebody did to a directory in a window of time, by a plan that you look at first')
    .addCommand(planCommand(shell))
    .addCommand(listCommand(shell))
    .addCommand(showCommand(shell))
    .addCommand(applyCommand(shell))
    .addCommand(discardCommand(shell));
}
