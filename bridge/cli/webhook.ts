// realmbridge webhook …
import { Command, Option } from 'commander';
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

const webhooks: Delivering = { noun: 'webhook', serviceOf: (services) => services.webhooks };

/** Loaded only when there is something to show, so that help and mistakes are told at once. */
const presentation = () => import('../management/webhooks/presentation.ts');

function listCommand(shell: Shell): Command {
  const command = new Command('list').description('list the webhooks');
  return command.action(() =>
    withServices(shell, command, async ({ output, services }) => {
      const { shownWebhook } = await presentation();
      const webhooks = await services.webhooks.listWebhooks();
      output.table(
        webhooks.map(shownWebhook),
        ['SLUG', 'DIRECTORY', 'TYPES', 'STATE', 'URL'],
        webhooks.map((webhook) => [
          webhook.slug,
          webhook.directory?.slug ?? 'all',
          webhook.types?.join(' ') ?? 'all',
          stateOf(webhook),
          webhook.url,
        ]),
        'There is no webhook yet. Make one with `realmbridge webhook create SLUG --url URL`.',
      );
    }),
  );
}

interface CreateOptions {
  url: string;
  directory?: string;
  type?: string[];
  fromBeginning: boolean;
}

const typeOption = () =>
  new Option('--type <type...>', 'only events of these types, such as user.deactivated, or user.* for all of users');

function createCommand(shell: Shell): Command {
  const command = new Command('create')
    .description('make a webhook: events are sent to its URL, signed; the secret is shown this once')
    .argument('<slug>', 'its name')
    .addOption(new Option('--url <url>', 'where to').argParser(parseUrl).makeOptionMandatory())
    .option('--directory <slug>', 'only events of this directory; without it, of all of them')
    .addOption(typeOption())
    .option('--from-beginning', 'send what is in the event log already, too', false);
  return command.action((slug: string, { url, directory, type, fromBeginning }: CreateOptions) =>
    withServices(shell, command, async ({ output, services }) => {
      const { shownWebhook } = await presentation();
      const { webhook, secret } = await services.webhooks.createWebhook({
        slug,
        url,
        ...(directory !== undefined && { directory }),
        ...(type && { types: type }),
        start: fromBeginning ? 'beginning' : 'now',
      });
      output.result({ ...shownWebhook(webhook), secret }, () =>
        [
          `✓ created webhook "${slug}"; messages are signed with`,
          '',
          `  ${secret}`,
          '',
          'It is not shown again.',
          `Next: \`realmbridge webhook test ${slug}\` sends a first message.`,
        ].join('\n'),
      );
    }),
  );
}

function showCommand(shell: Shell): Command {
  const command = new Command('show')
    .description('show a webhook: where it sends to, and how far it is')
    .argument('<slug>', 'which webhook');
  return command.action((slug: string) =>
    withServices(shell, command, async ({ output, services }) => {
      const { shownStatus } = await presentation();
      const webhook = await services.webhooks.requireWebhook(slug);
      const status = await services.webhooks.readStatus(webhook);
      const { behind, waiting, dead, missed, missedAt, deliveredAt, secrets } = status;
      output.result(shownStatus(webhook, status), () =>
        [
          `${slug}: events of ${webhook.directory ? `directory "${webhook.directory.slug}"` : 'all directories'}, types: ${webhook.types?.join(' ') ?? 'all'}`,
          `to ${webhook.url}`,
          webhook.pause
            ? `Paused since ${formatTime(webhook.pause.since)} UTC (${webhook.pause.cause}): ${webhook.pause.reason}`
            : 'Active.',
          `Last delivered ${formatTime(deliveredAt)}, ${behind} events of the log behind; ${waiting} messages wait for another attempt, ${dead} are dead.`,
          ...(missed > 0
            ? [
                `${missed} events had been removed from the log before they could be delivered, the last ${formatTime(missedAt)}.`,
              ]
            : []),
          ...secrets.flatMap(({ createdAt, expiresAt }) =>
            expiresAt
              ? [`The secret of ${formatTime(createdAt)} still signs, until ${formatTime(expiresAt)} UTC.`]
              : [],
          ),
        ].join('\n'),
      );
    }),
  );
}

function updateCommand(shell: Shell): Command {
  const command = new Command('update')
    .description('change where a webhook sends to, and what')
    .argument('<slug>', 'which webhook')
    .addOption(new Option('--url <url>', 'where to').argParser(parseUrl))
    .addOption(typeOption().conflicts('allTypes'))
    .option('--all-types', 'events of all types');
  return command.action((slug: string, options: { url?: string; type?: string[]; allTypes?: true }) =>
    withServices(shell, command, async ({ output, services }) => {
      const { shownWebhook } = await presentation();
      const { url, type, allTypes } = options;
      const webhook = await services.webhooks.updateWebhook(slug, {
        ...(url !== undefined && { url }),
        ...(type && { types: type }),
        ...(allTypes && { types: null }),
      });
      output.result(shownWebhook(webhook), () => `✓ changed webhook "${slug}"`);
    }),
  );
}

function pauseCommand(shell: Shell, paused: boolean): Command {
  const command = new Command(paused ? 'pause' : 'resume')
    .description(
      paused
        ? 'stop sending; events go on being kept for it'
        : 'go on sending where it stopped, whoever or whatever paused it',
    )
    .argument('<slug>', 'which webhook');
  return command.action((slug: string) =>
    withServices(shell, command, async ({ output, services }) => {
      const { shownWebhook } = await presentation();
      const webhook = await services.webhooks.updateWebhook(slug, { paused });
      output.result(shownWebhook(webhook), () => `✓ ${paused ? 'paused' : 'resumed'} webhook "${slug}"`);
    }),
  );
}

function rotateCommand(shell: Shell): Command {
  const command = new Command('rotate-secret')
    .description('make a new secret; for a while messages carry a signature with the old one, too')
    .argument('<slug>', 'which webhook')
    .option('--overlap <duration>', 'how long, such as 12h or 7d (default: 24h)', duration)
    .addOption(new Option('--at-once', 'sign with the old one no more from now on: after a leak').conflicts('overlap'));
  return command.action((slug: string, { overlap, atOnce }: { overlap?: number; atOnce?: true }) =>
    withServices(shell, command, async ({ output, services }) => {
      const { rotation } = await import('../webhooks/contracts.ts');
      const overlapMs = atOnce ? 0 : overlap;
      const asked = rotation.safeParse(overlapMs === undefined ? {} : { overlapSeconds: overlapMs / 1_000 });
      if (!asked.success) throw new UsageError('--overlap can be 30d at most.');
      const { secret, previousUntil } = await services.webhooks.rotateSecret(slug, asked.data.overlapSeconds);
      output.result({ slug, secret, previousUntil }, () =>
        [
          `✓ made a new secret for webhook "${slug}"`,
          '',
          `  ${secret}`,
          '',
          `It is not shown again. Messages are signed with ${atOnce ? 'it alone from now on' : `the old one as well until ${formatTime(previousUntil)} UTC`}.`,
        ].join('\n'),
      );
    }),
  );
}

function testCommand(shell: Shell): Command {
  const command = new Command('test')
    .description('send a message of the type webhook.test and show what came back')
    .argument('<slug>', 'which webhook');
  return command.action((slug: string) =>
    withServices(shell, command, async ({ output, services }) => {
      const { shownOutcome } = await presentation();
      const outcome = await services.webhooks.testWebhook(slug);
      output.result(shownOutcome(outcome), () => sentLines(outcome));
      if (outcome.problem !== null) throw new FailedQuietly();
    }),
  );
}

function deleteCommand(shell: Shell): Command {
  const command = new Command('delete')
    .description('delete a webhook, with all that it has not been sent yet')
    .argument('<slug>', 'which webhook');
  return command.action((slug: string) =>
    withServices(shell, command, async ({ output, services }) => {
      await services.webhooks.deleteWebhook(slug);
      output.result({ slug, deleted: true }, () => `✓ deleted webhook "${slug}"`);
    }),
  );
}

export function webhookCommand(shell: Shell): Command {
  const command = new Command('webhook').description('send events to applications (docs/webhooks.md)');
  for (const child of [
    createCommand(shell),
    listCommand(shell),
    showCommand(shell),
    updateCommand(shell),
    pauseCommand(shell, true),
    pauseCommand(shell, false),
    rotateCommand(shell),
    testCommand(shell),
    attemptsCommand(shell, webhooks),
    waitingCommand(shell, webhooks),
    deadCommand(shell, webhooks),
    replayCommand(shell, webhooks),
    deleteCommand(shell),
  ]) {
    command.addCommand(child);
  }
  return command;
}
