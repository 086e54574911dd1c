// realmbridge directory move …
import { Command, InvalidArgumentError, Option } from 'commander';
import type {
  Leftovers,
  MoveClaim,
  MoveCounts,
  MovedEntry,
  MovedState,
  MoveProgress,
  MoveStatus,
} from '../provisioning/moves/contracts.ts';
import type { MatchAttribute } from '../provisioning/moves/matching.ts';
import { type ProfileName, profileNames } from '../scim/interop/profiles.ts';
import { type Shell, withServices } from './context.ts';
import { UsageError } from './exit.ts';
import { formatTable, formatTime } from './table.ts';

/** Between two lines of progress. */
const budgetMs = 5_000;

/** Loaded only for the commands that need it, so that help and mistakes are told at once. */
const presentation = () => import('../management/moves/presentation.ts');

const matchOption = () =>
  new Option('--match <attributes...>', 'what users are matched by, the most trusted first')
    .choices(['employeeNumber', 'email', 'userName', 'externalId'])
    .makeOptionMandatory();

const wholeNumber = (text: string): number => {
  if (!/^\d{1,4}$/.test(text) || Number(text) < 1 || Number(text) > 1_000)
    throw new InvalidArgumentError('It must be 1 to 1000.');
  return Number(text);
};

function planCommand(shell: Shell): Command {
  const command = new Command('plan')
    .description('say what moving a directory to another identity provider would do; changes nothing')
    .argument('<slug>')
    .addOption(matchOption());
  return command.action((slug: string, { match }: { match: MatchAttribute[] }) =>
    withServices(shell, command, async ({ output, services }) => {
      const { shownPlan } = await presentation();
      const plan = await services.moves.plan(slug, match);
      output.result(shownPlan(plan), () =>
        [
          `Directory "${slug}" has ${plan.users} users and ${plan.groups} groups. Groups are matched by name, users by:`,
          formatTable(
            ['ATTRIBUTE', 'USERS', 'SHARED BY SEVERAL'],
            plan.match.map(({ attribute, users, ambiguous }) => [attribute, String(users), String(ambiguous)]),
          ),
          '',
          `A start closes ${plan.closes.tokens} tokens and ${plan.closes.issuers} trusted issuers.`,
          ...plan.warnings.map((warning) => `! ${warning}`),
          `Stop the provisioning of the former identity provider, then: \`realmbridge directory move start ${slug} --match ${match.join(' ')}\`.`,
        ].join('\n'),
      );
    }),
  );
}

function startCommand(shell: Shell): Command {
  const command = new Command('start')
    .description('close a directory to its identity provider, and let another one take its users over')
    .argument('<slug>')
    .addOption(matchOption())
    .addOption(new Option('--profile <profile>', "the new identity provider's dialect").choices(profileNames))
    .option('--keep-access', 'leave the tokens and trusted issuers of before as they are');
  return command.action(
    (slug: string, options: { match: MatchAttribute[]; profile?: ProfileName; keepAccess?: true }) =>
      withServices(shell, command, async ({ output, services }) => {
        const { shownMove } = await presentation();
        const { match, profile, keepAccess } = options;
        const status = await services.moves.start(slug, {
          match,
          ...(profile && { profile }),
          ...(keepAccess && { keepAccess }),
        });
        output.result(
          shownMove(status),
          () =>
            `✓ directory "${slug}" waits for its new identity provider to take over ${status.users.waiting} users and ${status.groups.waiting} groups\nNext: \`realmbridge token create --directory ${slug}\` makes its token.`,
        );
      }),
  );
}

function countLines({ users, groups, unconfirmedMembers, claims }: MoveCounts): string[] {
  const row = (name: string, { waiting, adopted, created }: MoveCounts['users']) => [
    name,
    ...[waiting, adopted, created].map(String),
  ];
  return [
    formatTable(['', 'WAITING', 'TAKEN OVER', 'NEW'], [row('users', users), row('groups', groups)]),
    ...(unconfirmedMembers > 0
      ? [`${unconfirmedMembers} members of groups taken over have not been named by the new identity provider.`]
      : []),
    ...(claims.open > 0 ? [`${claims.open} users wait for a decision: \`realmbridge directory move review\`.`] : []),
    ...(claims.decided > 0 ? [`${claims.decided} decisions wait for their users to be sent again.`] : []),
  ];
}

function heading({ directory, move }: MoveStatus): string {
  const ended = move.endedAt ? `, ended ${formatTime(move.endedAt)}` : '';
  return `Move of "${directory.slug}": ${move.state}, started ${formatTime(move.startedAt)} UTC${ended}, matched by ${move.match.join(', ')}`;
}

function statusCommand(shell: Shell): Command {
  const command = new Command('status').description('say how a move does').argument('<slug>');
  return command.action((slug: string) =>
    withServices(shell, command, async ({ output, services }) => {
      const { shownMove } = await presentation();
      const status = await services.moves.status(slug);
      output.result(shownMove(status), () => [heading(status), '', ...countLines(status)].join('\n'));
    }),
  );
}

const claimRow = ({ id, userName, reason, candidates, decision }: MoveClaim): string[] => [
  id,
  userName,
  reason,
  candidates.map((one) => `${one.userName ?? '?'} (${one.id})`).join(', ') || '-',
  decision ? (decision.kind === 'create' ? 'new' : decision.userId) : '-',
];

const sideOf = (side: MovedEntry['before']): string =>
  side ? `${side.name}${side.externalId === null ? '' : ` [${side.externalId}]`}` : '-';

const entryRow = ({ id, matchedBy, before, now }: MovedEntry): string[] => [
  id,
  sideOf(before),
  sideOf(now),
  matchedBy ?? '-',
];

interface ReviewOptions {
  users?: MovedState;
  groups?: MovedState;
  after?: string;
  limit: number;
}

function reviewCommand(shell: Shell): Command {
  const states = ['waiting', 'adopted', 'created'];
  const command = new Command('review')
    .description('list whom only a person can match, or users or groups by whether they were taken over')
    .argument('<slug>')
    .addOption(new Option('--users <state>', 'users of that state').choices(states))
    .addOption(new Option('--groups <state>', 'groups of that state').choices(states).conflicts('users'))
    .option('--after <id>', 'go on after this id')
    .addOption(new Option('--limit <count>', 'how many at most').argParser(wholeNumber).default(100));
  return command.action((slug: string, { users, groups, after, limit }: ReviewOptions) =>
    withServices(shell, command, async ({ output, services }) => {
      const { shownClaim, shownEntry } = await presentation();
      const page = { limit, ...(after !== undefined && { after }) };
      const header = ['ID', 'BEFORE', 'NOW', 'MATCHED BY'];
      if (users ?? groups) {
        const entries = users
          ? await services.moves.listUsers(slug, { state: users, ...page })
          : await services.moves.listGroups(slug, { state: groups ?? 'waiting', ...page });
        output.table(entries.map(shownEntry), header, entries.map(entryRow), 'There are none.');
        return;
      }
      const claims = await services.moves.listClaims(slug, page);
      output.table(
        claims.map(shownClaim),
        ['ID', 'USER NAME', 'WHY', 'COULD BE', 'DECIDED'],
        claims.map(claimRow),
        'Nobody waits for a decision.',
      );
    }),
  );
}

function decideCommand(shell: Shell): Command {
  const command = new Command('decide')
    .description('say who a user on the review list is')
    .argument('<slug>')
    .argument('<id>', "the line's id in `move review`")
    .option('--adopt <user-id>', 'the user of this directory who is taken over')
    .addOption(new Option('--create', 'somebody new').conflicts('adopt'));
  return command.action((slug: string, id: string, { adopt, create }: { adopt?: string; create?: true }) =>
    withServices(shell, command, async ({ output, services }) => {
      if (adopt === undefined && !create) throw new UsageError('Say who it is: --adopt USER-ID or --create.');
      const decision = adopt === undefined ? { kind: 'create' as const } : { kind: 'adopt' as const, userId: adopt };
      await services.moves.decide(slug, id, decision);
      output.result(
        { claim: id, ...decision },
        () => '✓ decided; it holds when the identity provider sends that user again',
      );
    }),
  );
}

async function untilDone(progress: (line: string) => void, work: () => Promise<MoveProgress>): Promise<MoveProgress> {
  for (;;) {
    const came = await work();
    if (came.done) return came;
    progress(`… ${came.state}`);
  }
}

interface FinishOptions extends Omit<Leftovers, 'claims'> {
  dropClaims?: true;
}

function finishCommand(shell: Shell): Command {
  const command = new Command('finish')
    .description('end a move; what was not taken over stays or goes as you say')
    .argument('<slug>')
    .addOption(new Option('--users <what>', 'who was not taken over').choices(['keep', 'deactivate', 'delete']))
    .addOption(new Option('--groups <what>', 'groups that were not').choices(['keep', 'delete']))
    .addOption(new Option('--members <what>', 'members not named again').choices(['keep', 'remove']))
    .option('--drop-claims', 'forget the review list');
  return command.action((slug: string, { users, groups, members, dropClaims }: FinishOptions) =>
    withServices(shell, command, async ({ output, services }) => {
      const leftovers: Leftovers = {
        ...(users && { users }),
        ...(groups && { groups }),
        ...(members && { members }),
        ...(dropClaims && { claims: 'drop' }),
      };
      const done = await untilDone(output.progress, () => services.moves.finish(slug, leftovers, { budgetMs }));
      output.result(
        done,
        () =>
          `✓ the move of "${slug}" is finished\nFor 30 days \`realmbridge directory move undo ${slug}\` takes it back.`,
      );
    }),
  );
}

function undoCommand(shell: Shell): Command {
  const command = new Command('undo')
    .description('bring back how a directory was when its move started')
    .argument('<slug>')
    .option('--dry-run', 'only say what that would change')
    .option('--yes', 'really do it');
  return command.action((slug: string, { dryRun, yes }: { dryRun?: true; yes?: true }) =>
    withServices(shell, command, async ({ output, services }) => {
      if (dryRun) {
        const { users, groups } = await services.moves.planUndo(slug);
        output.result(
          { users, groups },
          () =>
            `Users: ${users.restored} get back what they were, ${users.remade} come back, ${users.removed} new ones go, ${users.activated} can log in again.\nGroups: ${groups.restored} get back what they were, ${groups.remade} come back, ${groups.removed} new ones go.`,
        );
        return;
      }
      if (!yes)
        throw new UsageError(
          `This takes back what the new identity provider of "${slug}" has done. --dry-run says what; add --yes to do it.`,
        );
      const done = await untilDone(output.progress, () => services.moves.undo(slug, { budgetMs }));
      output.result(done, () => `✓ directory "${slug}" is as it was, with the access of its former identity provider`);
    }),
  );
}

function forgetCommand(shell: Shell): Command {
  const command = new Command('forget')
    .description('delete what is kept for undoing a move that has ended')
    .argument('<slug>')
    .option('--yes', 'really do it');
  return command.action((slug: string, { yes }: { yes?: true }) =>
    withServices(shell, command, async ({ output, services }) => {
      if (!yes) throw new UsageError(`The move of "${slug}" can't be undone after that. Add --yes to do it.`);
      await services.moves.forget(slug);
      output.result({ forgotten: slug }, () => `✓ the move of "${slug}" can't be undone any more`);
    }),
  );
}

export function moveCommand(shell: Shell): Command {
  return new Command('move')
    .description('change the identity provider of a directory; its users keep their ids')
    .addCommand(planCommand(shell))
    .addCommand(startCommand(shell))
    .addCommand(statusCommand(shell))
    .addCommand(reviewCommand(shell))
    .addCommand(decideCommand(shell))
    .addCommand(finishCommand(shell))
    .addCommand(undoCommand(shell))
    .addCommand(forgetCommand(shell));
}
