// realmbridge history: what happened to a user or group, and what it was at a past moment.
import { Command, InvalidArgumentError, Option } from 'commander';
import type { LoggedEvent } from '../events/contracts.ts';
import type { History, PastState } from '../provisioning/history/service.ts';
import { type Shell, withServices } from './context.ts';
import { parseLast } from './events.ts';

interface HistoryOptions {
  directory: string;
  at?: Date;
  last: number;
}

const maxValue = 60;

export function parseTime(text: string): Date {
  const time = new Date(text);
  if (/^\d{4}-\d\d-\d\d/.test(text) && !Number.isNaN(time.getTime())) return time;
  throw new InvalidArgumentError('It must be a time such as 2026-11-20T08:00:00Z.');
}

function valueText(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value ?? null);
  return text.length > maxValue ? `${text.slice(0, maxValue)}…` : text;
}

function changesText({ type, data: { changes = {}, members = [] } }: LoggedEvent): string {
  if (members.length > 0) return `${members.length} ${members.length === 1 ? 'member' : 'members'}`;
  const isWhole = type.endsWith('.created') || type.endsWith('.deleted');
  return Object.entries(changes)
    .map(([name, { before, after }]) => (isWhole ? name : `${name}: ${valueText(before)} → ${valueText(after)}`))
    .join(', ');
}

const rowOf = (event: LoggedEvent): string[] => [
  event.createdAt.toISOString(),
  event.type,
  event.actor.name,
  event.actor.requestId ?? '-',
  changesText(event),
];

function pastText({ at, resource, members, groups }: PastState): string {
  if (!resource) return `At ${at.toISOString()} there was none.`;
  const shown = {
    ...resource,
    ...(members && { members }),
    ...(groups && { groups: groups.map(({ id, displayName }) => displayName ?? id) }),
  };
  return `At ${at.toISOString()}:\n${JSON.stringify(shown, null, 2)}`;
}

function headline({ resource, beginsAt }: History): string {
  const gone = resource.exists ? '' : ', which has been deleted';
  const begin = beginsAt ? ` The log begins at ${beginsAt.toISOString()}.` : '';
  return `${resource.type} ${resource.id}${gone}.${begin}`;
}

export function historyCommand(shell: Shell): Command {
  const command = new Command('history')
    .description('show what happened to a user or group, and what it was at a past moment')
    .argument('<who>', "an id, a userName, an e-mail or a group's displayName; also of one that is gone")
    .requiredOption('--directory <slug>', 'in which directory')
    .addOption(new Option('--at <time>', 'also what it was then, such as 2026-11-20T08:00:00Z').argParser(parseTime))
    .addOption(new Option('--last <n>', 'how many of the latest events').argParser(parseLast).default(50));
  return command.action((of: string, { directory, at, last }: HistoryOptions) =>
    withServices(shell, command, async ({ output, services }) => {
      const { shownHistory } = await import('../management/history/presentation.ts');
      const history = await services.history.readHistory({ directory, of, limit: last, ...(at && { at }) });
      if (!output.json) output.progress(headline(history));
      output.table(
        shownHistory(history, await services.directories.requireDirectory(directory)),
        ['TIME', 'EVENT', 'BY', 'REQUEST', 'CHANGED'],
        history.events.toReversed().map(rowOf),
        'The event log has nothing of it any more.',
      );
      if (history.past && !output.json) output.progress(`\n${pastText(history.past)}`);
    }),
  );
}
