// realmbridge event-stream …
import { Command, InvalidArgumentError, Option } from 'commander';
import type { z } from 'zod';
import type { Content, ScimEvent } from '../event-streams/contracts.ts';
import { type Shell, withServices } from './context.ts';
import { duration } from './duration-option.ts';
import { FailedQuietly, UsageError } from './exit.ts';
import { formatTime } from './table.ts';
import { parseUrl } from './url-option.ts';
import {
  attemptsCommand,
  type Delivering,
  deadCommand,
  replayCommand,
  sentLines,
  stateOf,
  waitingCommand,
} from './webhook-deliveries.ts';

const streams: Delivering = { noun: 'event stream', serviceOf: (services) => services.eventStreams };

/** Loaded only when there is something to show, so that help and mistakes are told at once. */
const presentation = () => import('../management/event-streams/presentation.ts');

function listCommand(shell: Shell): Command {
  const command = new Command('list').description('list the event streams');
  return command.action(() =>
    withServices(shell, command, async ({ output, services }) => {
      const { shownStream } = await presentation();
      const found = await services.eventStreams.listStreams();
      output.table(
        found.map(shownStream),
        ['SLUG', 'DIRECTORY', 'DELIVERY', 'CONTENT', 'EVENTS', 'STATE', 'AUDIENCE'],
        found.map((stream) => [
          stream.slug,
          stream.directory?.slug ?? 'all',
          stream.kind,
          stream.content,
          stream.events?.join(' ') ?? 'all',
          stateOf(stream),
          stream.audience,
        ]),
        'There is no event stream yet. Make one with `realmbridge event-stream create SLUG --poll --audience AUDIENCE`.',
      );
    }),
  );
}

const scimEventNames: ScimEvent[] = ['prov:create', 'prov:patch', 'prov:delete', 'prov:activate', 'prov:deactivate'];

function parseEvent(text: string, before: ScimEvent[] = []): ScimEvent[] {
  const event = scimEventNames.find((name) => name === text);
  if (!event) throw new InvalidArgumentError(`It must be one of ${scimEventNames.join(', ')}.`);
  return [...before, event];
}

function parseContent(text: string): Content {
  if (text === 'full' || text === 'notice') return text;
  throw new InvalidArgumentError('It must be full or notice.');
}

const eventOption = () =>
  new Option('--event <event...>', `only these of ${scimEventNames.join(', ')}`).argParser(parseEvent);
const resourceTypeOption = () => new Option('--resource-type <type...>', 'only resources of these types, such as User');
const contentOption = () =>
  new Option('--content <content>', 'full: SETs carry values; notice: names of attributes alone (default)').argParser(
    parseContent,
  );

/** @throws UsageError naming what is wrong */
function parseInput<T>(shape: z.ZodType<T>, given: object): T {
  const parsed = shape.safeParse(given);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new UsageError(`${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'is not valid'}.`);
}

interface CreateOptions {
  poll?: true;
  push?: string;
  authorization?: string;
  audience: string;
  directory?: string;
  content?: Content;
  event?: ScimEvent[];
  resourceType?: string[];
  baseUrl?: string;
  fromBeginning: boolean;
}

function inputOf(slug: string, options: CreateOptions): object {
  const { poll, push, authorization, audience, directory, content, event, resourceType, baseUrl } = options;
  if ((poll === undefined) === (push === undefined)) throw new UsageError('Say either --poll or --push URL.');
  return {
    ...{ slug, audience, delivery: poll ? 'poll' : 'push', start: options.fromBeginning ? 'beginning' : 'now' },
    ...(push !== undefined && { url: push }),
    ...{ authorization, directory, content, baseUrl, events: event, resourceTypes: resourceType },
  };
}

function createCommand(shell: Shell): Command {
  const command = new Command('create')
    .description('make an event stream; the token of its poller is shown this once')
    .argument('<slug>', 'its name')
    .option('--poll', 'the receiver fetches SETs (RFC 8936)')
    .addOption(new Option('--push <url>', 'SETs are sent to this URL (RFC 8935)').argParser(parseUrl))
    .option('--authorization <value>', 'the header Authorization of each push, such as "Bearer …"')
    .requiredOption('--audience <audience>', 'the claim aud of each SET')
    .option('--directory <slug>', 'only events of this directory; without it, of all of them')
    .addOption(contentOption())
    .addOption(eventOption())
    .addOption(resourceTypeOption())
    .addOption(new Option('--base-url <url>', 'the URL of the bridge, unless PUBLIC_URL says it').argParser(parseUrl))
    .option('--from-beginning', 'tell what is in the event log already, too', false);
  return command.action((slug: string, options: CreateOptions) =>
    withServices(shell, command, async ({ output, services, config }) => {
      const { newEventStream } = await import('../event-streams/contracts.ts');
      const { shownStream } = await presentation();
      const input = parseInput(newEventStream, inputOf(slug, options));
      const { stream, token } = await services.eventStreams.createStream(input, config.http.publicUrl);
      const shown = shownStream(stream);
      output.result({ ...shown, pollToken: token }, () =>
        [
          `✓ created event stream "${slug}"; its SETs are verified with the keys at ${shown.jwksUrl}`,
          ...(token === null
            ? []
            : ['', `  ${token}`, '', `It is the token to poll ${shown.pollUrl} with, and is not shown again.`]),
          `Next: \`realmbridge event-stream verify ${slug}\` sends a first event.`,
        ].join('\n'),
      );
    }),
  );
}

function showCommand(shell: Shell): Command {
  const command = new Command('show')
    .description('show an event stream: what it tells whom, and how far it is')
    .argument('<slug>', 'which event stream');
  return command.action((slug: string) =>
    withServices(shell, command, async ({ output, services }) => {
      const { shownStreamStatus } = await presentation();
      const { stream, status } = await services.eventStreams.readStatus(slug);
      const shown = shownStreamStatus(stream, status);
      const { behind, waiting, dead, missed, missedAt, deliveredAt, verifiedAt, verificationProblem } = status;
      output.result(shown, () =>
        [
          `${slug}: ${stream.content === 'full' ? 'values' : 'names of attributes'} of ${stream.directory ? `directory "${stream.directory.slug}"` : 'all directories'}`,
          `Events: ${stream.events?.join(' ') ?? 'all'}; resource types: ${stream.resourceTypes?.join(' ') ?? 'all'}`,
          stream.kind === 'push'
            ? `Pushed to ${stream.url}`
            : `Polled at ${shown.pollUrl} (token ${stream.tokenPrefix}…)`,
          `Issuer ${shown.issuer}, audience ${stream.audience}, keys at ${shown.jwksUrl}`,
          stream.pause
            ? `Paused since ${formatTime(stream.pause.since)} UTC (${stream.pause.cause}): ${stream.pause.reason}`
            : 'Active.',
          `Last delivered ${formatTime(deliveredAt)}, verified ${formatTime(verifiedAt)}, ${behind} events of the log behind; ${waiting} SETs wait for another attempt, ${dead} are dead.`,
          ...(verificationProblem === null ? [] : [`The latest verification event: ${verificationProblem}`]),
          ...(missed > 0
            ? [
                `${missed} events had been removed from the log before they were told, the last ${formatTime(missedAt)}.`,
              ]
            : []),
        ].join('\n'),
      );
    }),
  );
}

interface UpdateOptions {
  url?: string;
  authorization?: string | false;
  audience?: string;
  content?: Content;
  event?: ScimEvent[];
  allEvents?: true;
  resourceType?: string[];
  allResourceTypes?: true;
}

function updateCommand(shell: Shell): Command {
  const command = new Command('update')
    .description('change what an event stream tells, and where to')
    .argument('<slug>', 'which event stream')
    .addOption(new Option('--url <url>', 'where SETs are pushed to').argParser(parseUrl))
    .option('--authorization <value>', 'the header Authorization of each push')
    .option('--no-authorization', 'no header Authorization')
    .option('--audience <audience>', 'the claim aud of each SET')
    .addOption(contentOption())
    .addOption(eventOption().conflicts('allEvents'))
    .option('--all-events', 'all events')
    .addOption(resourceTypeOption().conflicts('allResourceTypes'))
    .option('--all-resource-types', 'resources of all types');
  return command.action((slug: string, options: UpdateOptions) =>
    withServices(shell, command, async ({ output, services }) => {
      const { eventStreamChange } = await import('../event-streams/contracts.ts');
      const { shownStream } = await presentation();
      const { url, authorization, audience, content, event, allEvents, resourceType, allResourceTypes } = options;
      const change = parseInput(eventStreamChange, {
        ...{ url, audience, content, authorization: authorization === false ? null : authorization },
        events: allEvents ? null : event,
        resourceTypes: allResourceTypes ? null : resourceType,
      });
      const stream = await services.eventStreams.updateStream(slug, change);
      output.result(shownStream(stream), () => `✓ changed event stream "${slug}"`);
    }),
  );
}

function pauseCommand(shell: Shell, paused: boolean): Command {
  const command = new Command(paused ? 'pause' : 'resume')
    .description(
      paused ? 'tell nothing; the stream keeps its place' : 'go on where it stopped, whoever or whatever paused it',
    )
    .argument('<slug>', 'which event stream');
  return command.action((slug: string) =>
    withServices(shell, command, async ({ output, services }) => {
      const { shownStream } = await presentation();
      const stream = await services.eventStreams.updateStream(slug, { paused });
      output.result(shownStream(stream), () => `✓ ${paused ? 'paused' : 'resumed'} event stream "${slug}"`);
    }),
  );
}

function rotateCommand(shell: Shell): Command {
  const command = new Command('rotate-token')
    .description('make a new token for the poller; for a while the old one is good, too')
    .argument('<slug>', 'which event stream')
    .option('--overlap <duration>', 'how long, such as 12h or 7d (default: 24h)', duration)
    .addOption(new Option('--at-once', 'refuse the old one from now on: after a leak').conflicts('overlap'));
  return command.action((slug: string, { overlap, atOnce }: { overlap?: number; atOnce?: true }) =>
    withServices(shell, command, async ({ output, services }) => {
      const { tokenRotation } = await import('../event-streams/contracts.ts');
      const overlapMs = atOnce ? 0 : overlap;
      const asked = tokenRotation.safeParse(overlapMs === undefined ? {} : { overlapSeconds: overlapMs / 1_000 });
      if (!asked.success) throw new UsageError('--overlap can be 30d at most.');
      const { token, previousUntil } = await services.eventStreams.rotateToken(slug, asked.data.overlapSeconds);
      output.result({ slug, pollToken: token, previousUntil }, () =>
        [
          `✓ made a new token for event stream "${slug}"`,
          '',
          `  ${token}`,
          '',
          `It is not shown again. The old one is ${atOnce ? 'refused now' : `good until ${formatTime(previousUntil)} UTC`}.`,
        ].join('\n'),
      );
    }),
  );
}

function verifyCommand(shell: Shell): Command {
  const command = new Command('verify')
    .description('push a verification event and show what came back, or have the poller find one')
    .argument('<slug>', 'which event stream');
  return command.action((slug: string) =>
    withServices(shell, command, async ({ output, services }) => {
      const { shownVerification } = await presentation();
      const outcome = await services.eventStreams.verifyStream(slug);
      const { sent } = outcome;
      output.result(shownVerification(outcome), () =>
        sent === null
          ? `✓ the next poll brings a verification event with the state ${outcome.state}; \`event-stream show\` tells when it was acknowledged`
          : sentLines(sent),
      );
      if (sent && sent.problem !== null) throw new FailedQuietly();
    }),
  );
}

function deleteCommand(shell: Shell): Command {
  const command = new Command('delete')
    .description('delete an event stream, with all that it has not told yet')
    .argument('<slug>', 'which event stream');
  return command.action((slug: string) =>
    withServices(shell, command, async ({ output, services }) => {
      await services.eventStreams.deleteStream(slug);
      output.result({ slug, deleted: true }, () => `✓ deleted event stream "${slug}"`);
    }),
  );
}

export function eventStreamCommand(shell: Shell): Command {
  const command = new Command('event-stream').description(
    'tell of changes by security event tokens (docs/security-event-tokens.md)',
  );
  for (const child of [
    createCommand(shell),
    listCommand(shell),
    showCommand(shell),
    updateCommand(shell),
    pauseCommand(shell, true),
    pauseCommand(shell, false),
    rotateCommand(shell),
    verifyCommand(shell),
    attemptsCommand(shell, streams),
    waitingCommand(shell, streams),
    deadCommand(shell, streams),
    replayCommand(shell, streams),
    deleteCommand(shell),
  ]) {
    command.addCommand(child);
  }
  return command;
}
