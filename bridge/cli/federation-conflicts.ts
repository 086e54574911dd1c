// realmbridge federation conflicts, and what --dry-run says of a change.
import { Command, InvalidArgumentError } from 'commander';
import type {
  ChangePreview,
  DirectoryChange,
  Shift,
  WholeDirectoryChange,
} from '../federation/conflicts/change-preview.ts';
import type { Conflict, ConflictReport, NamedUser } from '../federation/conflicts/conflict-report.ts';
import { type CommandContext, type Shell, withServices } from './context.ts';
import { UsageError } from './exit.ts';
import { formatTable } from './table.ts';

export interface PageOptions {
  limit: number;
  after?: string;
}

interface ConflictsOptions extends PageOptions {
  directories?: string;
}

export interface DryRunOptions extends Partial<PageOptions> {
  dryRun?: true;
}

const maxShown = 1_000;
const defaultShown = 50;

function parseLimit(text: string): number {
  const number = Number(text);
  if (!/^\d{1,4}$/.test(text) || number < 1 || number > maxShown) {
    throw new InvalidArgumentError(`It must be a number from 1 to ${maxShown}.`);
  }
  return number;
}

const limitOption = ['--limit <n>', 'how many users to show at most', parseLimit] as const;
const afterOption = ['--after <cursor>', 'go on after the page that ended with this cursor'] as const;

/** For the commands that change who is served. */
export const withDryRunOptions = (command: Command): Command =>
  command
    .option('--dry-run', 'only show who would appear, vanish or change owner')
    .option(limitOption[0], `with --dry-run: ${limitOption[1]} (default: ${defaultShown})`, parseLimit)
    .option(afterOption[0], `with --dry-run: ${afterOption[1]}`);

const nextLine = (next: string | null): string[] => (next === null ? [] : [`More: add --after ${next}`]);
const people = (count: number): string => `${count} ${count === 1 ? 'user' : 'users'}`;
const shownUser = ({ username, email, directory }: NamedUser): string =>
  `${username} (${directory}${email === null ? '' : `, ${email}`})`;

const kinds: Record<Conflict['kind'], string> = {
  username: 'same user name',
  email: 'same e-mail',
  'reserved-username': 'reserved name',
};

function tellConflicts({ counts, conflicts, next }: ConflictReport): string {
  const total = counts.username + counts.email + counts.reservedUsername;
  if (total === 0) return 'No conflicts: everybody in these directories is served.';
  const rows = conflicts.map(({ kind, hidden, by }) => [shownUser(hidden), kinds[kind], by ? shownUser(by) : '-']);
  return [
    `${people(total)} not served: ${counts.username} by the user name, ${counts.email} by the e-mail, ${counts.reservedUsername} by a reserved name.`,
    formatTable(['NOT SERVED', 'WHY', 'BECAUSE OF'], rows),
    ...nextLine(next),
  ].join('\n');
}

export function federationConflictsCommand(shell: Shell): Command {
  const command = new Command('conflicts')
    .description('show who is not served because another directory has the same user name or e-mail')
    .argument('<federation>')
    .option('--directories <slugs>', 'as if it had these directories, in this order, with commas between them')
    .option(...limitOption, defaultShown)
    .option(...afterOption);
  return command.action((slug: string, { directories, limit, after }: ConflictsOptions) =>
    withServices(shell, command, async ({ output, services }) => {
      const report = await services.federations.listConflicts(slug, {
        directories: directories?.split(',').map((one) => one.trim()),
        after,
        limit,
      });
      output.result(report, () => tellConflicts(report));
    }),
  );
}

const words: Record<Shift['kind'], string> = { appear: 'appears', vanish: 'vanishes', 'change-owner': 'changes owner' };
const reasons: Record<Shift['reason'], string> = {
  'directory-added': 'its directory is added',
  'directory-enabled': 'its directory is switched on',
  'directory-removed': 'its directory is taken out',
  'directory-disabled': 'its directory is switched off',
  'federation-deleted': 'the federation is deleted',
  shadowed: 'hidden',
  'no-longer-shadowed': 'hidden no more',
};

function why({ reason, hiddenBy }: Shift): string {
  return hiddenBy && reason === 'shadowed' ? `hidden by ${shownUser(hiddenBy)}` : reasons[reason];
}

const nothingChanged = 'Nothing was changed (--dry-run). This is what the change would do:';

function previewLines({ counts, conflicts, shifts, next }: ChangePreview): string[] {
  const total = (of: ChangePreview['conflicts']['before']) => of.username + of.email + of.reservedUsername;
  const rows = shifts.map((shift) => [
    (shift.before ?? shift.after)?.username ?? '',
    words[shift.kind],
    shift.before?.directory ?? '-',
    shift.after?.directory ?? '-',
    why(shift),
  ]);
  const { keepCopy } = counts;
  const kept =
    keepCopy === 0 ? [] : [`Of those that vanish, Keycloak keeps ${keepCopy} as copies that nobody can change.`];
  return [
    `${counts.appear} would appear, ${counts.vanish} would vanish, ${counts.changeOwner} would change owner.`,
    ...kept,
    `Users not served because of conflicts: ${total(conflicts.before)} now, ${total(conflicts.after)} then.`,
    ...(rows.length === 0 ? [] : [formatTable(['USER NAME', 'WHAT', 'FROM', 'TO', 'WHY'], rows)]),
    ...nextLine(next),
  ];
}

/** The page that was asked for with --dry-run; undefined without it. @throws UsageError */
function pageOf({ dryRun, limit, after }: DryRunOptions): PageOptions | undefined {
  if (!dryRun && (limit !== undefined || after !== undefined))
    throw new UsageError('--limit and --after go with --dry-run.');
  return dryRun && { limit: limit ?? defaultShown, ...(after !== undefined && { after }) };
}

/** Shows what the change would do, when --dry-run is given; answers whether it is. `delete`: of the federation itself. */
export async function showDryRun(
  { output, services }: CommandContext,
  slug: string,
  change: DirectoryChange | 'delete',
  options: DryRunOptions,
): Promise<boolean> {
  const page = pageOf(options);
  if (!page) return false;
  const { federations } = services;
  const preview =
    change === 'delete'
      ? await federations.previewDeletion(slug, page)
      : await federations.previewChange(slug, change, page);
  output.result({ dryRun: true, ...preview }, () => [nothingChanged, ...previewLines(preview)].join('\n'));
  return true;
}

export interface DirectoryDryRunOptions extends DryRunOptions {
  federation?: string;
}

/** For the commands that change a directory in all federations at once. */
export const withDirectoryDryRunOptions = (command: Command): Command =>
  withDryRunOptions(command).option(
    '--federation <federation>',
    'with --dry-run: only in this one; needed with --after',
  );

/** Like {@link showDryRun}, for each federation that has the directory. */
export async function showDirectoryDryRun(
  { output, services }: CommandContext,
  slug: string,
  change: WholeDirectoryChange,
  { federation, ...options }: DirectoryDryRunOptions,
): Promise<boolean> {
  const page = pageOf(options);
  if (!page) {
    if (federation !== undefined) throw new UsageError('--federation goes with --dry-run.');
    return false;
  }
  const previews = await services.federations.previewDirectory(slug, change, { ...page, federation });
  output.result({ dryRun: true, federations: previews }, () =>
    previews.length === 0
      ? `Nothing was changed (--dry-run). No federation has directory "${slug}", so nobody would notice.`
      : [
          nothingChanged,
          ...previews.flatMap((preview) => ['', `In federation "${preview.federation}":`, ...previewLines(preview)]),
        ].join('\n'),
  );
  return true;
}
