// realmbridge audit: what operators changed, for whoever must say who did it.
import { Command, Option } from 'commander';
import type { AuditEntry } from '../events/audit/contracts.ts';
import { type Shell, withServices } from './context.ts';
import { maxLast, parseLast } from './events.ts';

interface AuditOptions {
  directory?: string;
  federation?: string;
  type?: string[];
  last: number;
  after?: string;
}

const subjectOf = ({ directory, federation }: AuditEntry): string =>
  [federation && `federation ${federation.slug}`, directory && `directory ${directory.slug}`]
    .filter((part) => part !== undefined)
    .join(', ');

const rowOf = (entry: AuditEntry): string[] => [
  entry.createdAt.toISOString(),
  entry.actor.name,
  entry.type,
  subjectOf(entry),
  ['Directory', 'Federation'].includes(entry.resource.type) ? '-' : entry.resource.name,
  Object.keys(entry.changes).join(', '),
];

export function auditCommand(shell: Shell): Command {
  const command = new Command('audit')
    .description('show what operators changed, also of directories and federations that are gone')
    .option('--directory <slug>', 'only what was done to this directory')
    .option('--federation <slug>', 'only what was done to this federation')
    .addOption(
      new Option('--type <type...>', 'only these types, such as directory.deleted, or token.* for all of tokens'),
    )
    .addOption(new Option('--last <n>', 'how many of the latest entries').argParser(parseLast).default(50))
    .option('--after <cursor>', 'go on after the page that ended with this cursor, instead of --last');
  return command.action(({ directory, federation, type, last, after }: AuditOptions) =>
    withServices(shell, command, async ({ output, services }) => {
      const { shownEntry } = await import('../management/audit/presentation.ts');
      const { entries, ...page } = await services.auditLog.readAudit({
        ...(directory !== undefined && { directory }),
        ...(federation !== undefined && { federation }),
        ...(type && { types: type }),
        ...(after === undefined ? { last } : { after }),
        limit: maxLast,
      });
      output.table(
        { ...page, entries: entries.map(shownEntry) },
        ['TIME', 'BY', 'CHANGE', 'OF', 'WHICH', 'CHANGED'],
        entries.map(rowOf),
        'There are no such changes.',
      );
    }),
  );
}
