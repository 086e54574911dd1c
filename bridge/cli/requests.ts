// realmbridge requests: what an identity provider sent and how it ended, for whoever must say why somebody is not there.
import { Command, InvalidArgumentError, Option } from 'commander';
import type { LoggedRequest } from '../provisioning/requests/contracts.ts';
import { type Shell, withServices } from './context.ts';
import { parseLast } from './events.ts';
import { parseTime } from './history.ts';

interface RequestsOptions {
  directory: string;
  failed: boolean;
  resource?: string;
  request?: string;
  by?: string;
  since?: Date;
  until?: Date;
  text?: string;
  last: number;
}

function parseId(text: string): string {
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text)) {
    throw new InvalidArgumentError('It must be an id, such as `realmbridge events` shows it behind "User/".');
  }
  return text.toLowerCase();
}

function parseText(text: string): string {
  if (text.length < 2 || text.length > 100) throw new InvalidArgumentError('It must have 2 to 100 characters.');
  return text;
}

function whyOf({ detail, scimType, failedOperations }: LoggedRequest): string {
  const bulk = failedOperations === undefined ? '' : `${failedOperations} operations failed, the first: `;
  return detail === undefined ? '' : `${bulk}${scimType === undefined ? '' : `${scimType}: `}${detail}`;
}

const rowOf = (request: LoggedRequest): string[] => [
  request.at.toISOString(),
  String(request.status),
  request.method,
  `${request.path}${Object.keys(request.query).length > 0 ? `?${new URLSearchParams(request.query)}` : ''}`,
  `${request.durationMs} ms`,
  request.actor ?? 'nobody known',
  whyOf(request),
];

export function requestsCommand(shell: Shell): Command {
  const command = new Command('requests')
    .description('show what an identity provider sent by SCIM, and why it was refused')
    .requiredOption('--directory <slug>', 'whose identity provider')
    .option('--failed', 'only requests that were refused, with what they sent', false)
    .addOption(new Option('--resource <id>', 'only requests on the user or group with this id').argParser(parseId))
    .option('--request <id>', 'only the request with this id, as logs and events name it')
    .option('--by <token>', 'only requests with this token, as BY shows it')
    .addOption(new Option('--since <time>', 'from this time on, such as 2026-11-20T08:00:00Z').argParser(parseTime))
    .addOption(new Option('--until <time>', 'before this time').argParser(parseTime))
    .addOption(
      new Option('--text <text>', 'only requests that name this, such as a userName that never arrived').argParser(
        parseText,
      ),
    )
    .addOption(new Option('--last <n>', 'how many of the latest').argParser(parseLast).default(50));
  return command.action(({ directory, failed, resource, request, by, since, until, text, last }: RequestsOptions) =>
    withServices(shell, command, async ({ output, services }) => {
      const { shownRequests } = await import('../management/requests/presentation.ts');
      const read = await services.requestLog.listRequests(directory, {
        failed,
        ...(resource !== undefined && { resource }),
        ...(request !== undefined && { requestId: request }),
        ...(by !== undefined && { actor: by }),
        ...(since && { since }),
        ...(until && { until }),
        ...(text !== undefined && { text }),
        limit: last + 1,
      });
      const rows = read.slice(0, last).toReversed();
      output.table(
        shownRequests(read, last),
        ['TIME', 'STATUS', 'METHOD', 'PATH', 'TOOK', 'BY', 'WHY'],
        rows.map(rowOf),
        failed ? 'None of the requests that are remembered failed.' : 'There are no such requests.',
      );
      if (output.json || !failed) return;
      for (const { at, sent } of rows.filter((row) => row.sent !== undefined)) {
        shell.stdout.write(`\n${at.toISOString()} sent:\n${JSON.stringify(sent, null, 2)}\n`);
      }
    }),
  );
}
