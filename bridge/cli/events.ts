// realmbridge events: what happened to users, groups and directories, for whoever must say why.
import { Command, InvalidArgumentError, Option } from 'commander';
import type { EventsRequest, LogPage } from '../events/log.ts';
import { type CommandContext, type Shell, withServices } from './context.ts';

interface EventsOptions {
  directory?: string;
  type?: string[];
  last: number;
  after?: string;
  follow: boolean;
}

type ShownEvent = LogPage['events'][number];

export const maxLast = 1_000;
const waitSeconds = 30;

/** How many of the latest entries of a log. */
export function parseLast(text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1 || number > maxLast) {
    throw new InvalidArgumentError(`It must be a number from 1 to ${maxLast}.`);
  }
  return number;
}

/** Loaded only when there is something to show, so that help and mistakes are told at once. */
const presentation = () => import('../events/presentation.ts');

function changed({ data: { changes = {}, members = [] } }: ShownEvent): string {
  const names = Object.keys(changes);
  if (names.length > 0) return names.join(', ');
  return members.length > 0 ? `${members.length} ${members.length === 1 ? 'member' : 'members'}` : '';
}

const rowOf = (event: ShownEvent): string[] => [
  event.createdAt.toISOString(),
  event.directory.slug,
  event.type,
  `${event.resourceType}/${event.resourceId}`,
  event.actor.name,
  event.actor.profile ?? '',
  changed(event),
];

async function follow(shell: Shell, { services, output }: CommandContext, request: EventsRequest): Promise<never> {
  const { shownEvent } = await presentation();
  for (let after = request.after; ; ) {
    const { last: _last, ...rest } = request;
    const page = await services.eventLog.readEvents(after === undefined ? request : { ...rest, after });
    for (const event of page.events) {
      shell.stdout.write(`${output.json ? JSON.stringify(shownEvent(event)) : rowOf(event).join('  ')}\n`);
    }
    after = page.cursor;
  }
}

async function show({ services, output }: CommandContext, request: EventsRequest): Promise<void> {
  const { shownEvent } = await presentation();
  const page = await services.eventLog.readEvents(request);
  // In one directory the order is the log's; several are told in the order of time.
  const events = request.directory ? page.events : page.events.toSorted((a, b) => +a.createdAt - +b.createdAt);
  output.table(
    { ...page, events: page.events.map((event) => shownEvent(event)) },
    ['TIME', 'DIRECTORY', 'EVENT', 'RESOURCE', 'BY', 'PROFILE', 'CHANGED'],
    events.map(rowOf),
    'There are no such events.',
  );
}

export function eventsCommand(shell: Shell): Command {
  const command = new Command('events')
    .description('show what happened to users, groups and directories')
    .option('--directory <slug>', 'only this directory')
    .addOption(new Option('--type <type...>', 'only these types, such as user.deactivated, or user.* for all of users'))
    .addOption(
      new Option('--last <n>', 'how many of the latest events of each directory to look at')
        .argParser(parseLast)
        .default(50),
    )
    .option('--after <cursor>', 'go on after the page that ended with this cursor, instead of --last')
    .option('--follow', 'go on showing events as they come; with --json one on each line', false);
  return command.action(({ directory, type, last, after, follow: following }: EventsOptions) =>
    withServices(shell, command, async (context) => {
      const request: EventsRequest = {
        ...(directory !== undefined && { directory }),
        ...(type && { types: type }),
        ...(after === undefined ? { last } : { after }),
        limit: maxLast,
        waitSeconds: following ? waitSeconds : 0,
      };
      await (following ? follow(shell, context, request) : show(context, request));
    }),
  );
}
