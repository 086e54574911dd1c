// deliveries, waiting, dead, replay of `realmbridge webhook` and `realmbridge event-stream`: what was sent, what was not, and
// sending it again.
import { Command, InvalidArgumentError, Option } from 'commander';
import type { Services } from '../services.ts';
import type { FailedDelivery, InDirectory, ReplayRequest, Webhook } from '../webhooks/contracts.ts';
import type { Sent } from '../webhooks/sender.ts';
import { type Shell, withServices } from './context.ts';
import { parseLast } from './events.ts';
import { UsageError } from './exit.ts';
import { formatTime } from './table.ts';

/** Whose messages they are. */
export interface Delivering {
  noun: string;
  serviceOf: (
    services: Services,
  ) => Pick<Services['webhooks'], 'listAttempts' | 'listFailed' | 'replay' | 'reviveDead'>;
}

export const stateOf = ({ pause }: Pick<Webhook, 'pause'>): string => (pause ? `paused (${pause.cause})` : 'active');

/** What came of a single message. */
export const sentLines = ({
  status,
  durationMs,
  problem,
  answer,
}: Pick<Sent, 'status' | 'durationMs' | 'problem' | 'answer'>): string =>
  [
    problem === null ? `✓ delivered in ${durationMs} ms (${status})` : `✗ not delivered: ${problem}`,
    ...(answer === '' ? [] : [answer]),
  ].join('\n');

const presentation = () => import('../management/webhooks/presentation.ts');

const lastOption = () => new Option('--last <n>', 'how many of the latest').argParser(parseLast).default(50);

const withSlug = ({ noun }: Delivering, name: string, description: string): Command =>
  new Command(name).description(description).argument('<slug>', `which ${noun}`);

export function attemptsCommand(shell: Shell, delivering: Delivering): Command {
  const command = withSlug(delivering, 'deliveries', 'show the latest calls and what came back')
    .addOption(lastOption())
    .option('--failed', 'only those that failed', false);
  return command.action((slug: string, { last, failed }: { last: number; failed: boolean }) =>
    withServices(shell, command, async ({ output, services }) => {
      const { shownAttempt } = await presentation();
      const attempts = (await delivering.serviceOf(services).listAttempts(slug, { limit: last, failed })).map(
        shownAttempt,
      );
      output.table(
        attempts,
        ['TIME', 'EVENT', 'TYPE', 'DIRECTORY', 'STATUS', 'MS', 'PROBLEM'],
        attempts.map((one) => [
          one.at,
          one.event,
          one.type,
          one.directory.slug,
          String(one.status ?? '-'),
          String(one.durationMs),
          one.problem ?? '',
        ]),
        'There are no such calls.',
      );
    }),
  );
}

const rowOf = (one: InDirectory<FailedDelivery>): string[] => [
  `${one.directory.id}.${one.position}`,
  one.type,
  one.directory.slug,
  `${one.resourceType}/${one.resourceId}`,
  String(one.attempts),
  formatTime(one.firstFailedAt),
  one.state === 'dead' ? formatTime(one.lastFailedAt) : formatTime(one.nextAttemptAt),
  one.problem ?? (one.attempts === 0 ? 'waits behind another message of the same resource' : ''),
];

function failedCommand(
  shell: Shell,
  delivering: Delivering,
  state: FailedDelivery['state'],
  description: string,
): Command {
  const command = withSlug(delivering, state, description).addOption(lastOption());
  return command.action((slug: string, { last }: { last: number }) =>
    withServices(shell, command, async ({ output, services }) => {
      const { shownFailed } = await presentation();
      const failed = await delivering.serviceOf(services).listFailed(slug, { state, limit: last });
      output.table(
        failed.map(shownFailed),
        [
          ...['EVENT', 'TYPE', 'DIRECTORY', 'RESOURCE', 'ATTEMPTS', 'FIRST FAILED (UTC)'],
          ...[state === 'dead' ? 'GIVEN UP (UTC)' : 'NEXT (UTC)', 'PROBLEM'],
        ],
        failed.map(rowOf),
        state === 'dead' ? 'There are no dead messages.' : 'No message waits for another attempt.',
      );
    }),
  );
}

export const waitingCommand = (shell: Shell, delivering: Delivering): Command =>
  failedCommand(shell, delivering, 'waiting', 'show the messages that wait for another attempt');

export const deadCommand = (shell: Shell, delivering: Delivering): Command =>
  failedCommand(
    shell,
    delivering,
    'dead',
    'show the messages that were given up; `replay --dead` sends them once more',
  );

interface ReplayOptions {
  dead?: true | string[];
  directory?: string;
  after?: string;
  position?: number;
  since?: string;
  to?: number;
  until?: string;
}

function time(text: string): string {
  const parsed = new Date(text);
  if (Number.isNaN(parsed.getTime())) throw new InvalidArgumentError('It must be a time such as 2026-11-23T08:00:00Z.');
  return parsed.toISOString();
}

function position(text: string): number {
  const number = Number(text);
  if (!Number.isSafeInteger(number) || number < 1) throw new InvalidArgumentError('It must be a position: 1, 2, 3 …');
  return number;
}

async function requestOf({ dead: _dead, ...options }: ReplayOptions): Promise<ReplayRequest> {
  const { replay } = await import('../webhooks/contracts.ts');
  const asked = replay.safeParse(Object.fromEntries(Object.entries(options).filter(([key]) => key !== 'json')));
  if (!asked.success) throw new UsageError(`${asked.error.issues[0]?.message ?? 'That is not possible'}.`);
  return asked.data;
}

export function replayCommand(shell: Shell, delivering: Delivering): Command {
  const { noun, serviceOf } = delivering;
  const range = ['directory', 'after', 'position', 'since', 'to', 'until'];
  const command = withSlug(delivering, 'replay', 'send again what was sent already, with the same ids, or what is dead')
    .addOption(new Option('--dead [event...]', 'dead messages: those of these events, or all of them').conflicts(range))
    .option('--directory <slug>', 'only events of this directory')
    .option('--after <cursor>', 'events after this cursor of the event log')
    .addOption(new Option('--position <n>', "events from this position in the directory's log on").argParser(position))
    .addOption(new Option('--since <time>', 'events from this time on').argParser(time))
    .addOption(new Option('--to <n>', 'no events after this position').argParser(position))
    .addOption(new Option('--until <time>', 'no events after this time').argParser(time));
  return command.action((slug: string, options: ReplayOptions) =>
    withServices(shell, command, async ({ output, services }) => {
      if (options.dead) {
        const events = options.dead === true ? undefined : options.dead;
        const replayed = await serviceOf(services).reviveDead(slug, events);
        output.result({ slug, replayed }, () => `✓ ${replayed} dead messages of ${noun} "${slug}" are sent once more`);
        return;
      }
      const replayed = await serviceOf(services).replay(slug, await requestOf(options));
      output.table(
        { slug, replayed },
        ['DIRECTORY', 'FROM', 'TO'],
        replayed.map(({ directory, from, to }) => [directory.slug, String(from), String(to)]),
        `There is nothing to send again: the ${noun} has not come that far yet.`,
      );
    }),
  );
}
