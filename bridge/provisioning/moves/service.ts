// The operator's use cases on moves: planning, starting, looking through, deciding, finishing and undoing.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Directory } from '../../directories/contracts.ts';
import { defaultDirectorySlug } from '../../directories/contracts.ts';
import { presentActor } from '../../events/actor.ts';
import { changesBetween } from '../../events/audit/changes.ts';
import { recordDirectoryChanges } from '../../events/audit/repository.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Scope } from '../../platform/db/scope.ts';
import { ApiError } from '../../platform/http/api-error.ts';
import { isUuid, newId } from '../../platform/ids.ts';
import type { ProfileName } from '../../scim/interop/profiles.ts';
import { forgetHeld, isAnythingUndone } from '../guard/held-repository.ts';
import type { TypeCatalogue } from '../schemas/catalogue.ts';
import type { Transactions } from '../transactions.ts';
import { haveWritersEnded } from '../write-guard-repository.ts';
import { decideClaim, listClaims } from './claims-repository.ts';
import {
  type Leftovers,
  type Move,
  type MoveClaim,
  type MovedEntry,
  type MovedState,
  type MovePlan,
  type MoveProgress,
  type MoveStatus,
  type UndoPlan,
  undoDays,
} from './contracts.ts';
import { clearLeftovers, type Ending, restoreSome } from './ending.ts';
import type { MatchAttribute } from './matching.ts';
import * as moves from './moves-repository.ts';
import { countUndo, noteAddedSince, passOverUnchanged } from './restore-repository.ts';
import { countMatchable, listMovedGroups, listMovedUsers } from './review-repository.ts';
import * as snapshot from './snapshot-repository.ts';

export interface MoveServiceDeps {
  transactions: Transactions;
  requireDirectory: (slug: string) => Promise<Directory>;
  catalogue: TypeCatalogue;
  clock: Clock;
  /** Of a directory that was read from LDAP: how nobody reads it any more, and how it is read again. */
  source: {
    /** False while another bridge still reads it. */
    hold(directoryId: string): Promise<boolean>;
    release(directoryId: string): Promise<void>;
    resume(directoryId: string): Promise<void>;
  };
  /** Whether the directory `default` is opened by AUTHENTICATION_SECRET. */
  hasAuthenticationSecret: boolean;
  /** How long every bridge may take until it knows what a directory is. */
  settleMs?: number;
  /** Told the directory's id after each commit that its readers must see. */
  onChange: (directoryId: string) => void;
}

/** Tokens are trusted for two seconds. */
const usualSettleMs = 2_500;
const leaseSeconds = 60;
const sourceWaitMs = 45_000;
const writersWaitMs = 60_000;
const takenDownAtOnce = 5_000;
const firstId = '00000000-0000-0000-0000-000000000000';
const maxPage = 1_000;
const dayMs = 24 * 3_600_000;

const undoable: readonly string[] = ['starting', 'open', 'finishing', 'finished', 'undoing'];

/** What has been left and nobody has decided about. */
function undecided(status: MoveStatus, leftovers: Leftovers): string[] {
  const { users, groups, unconfirmedMembers, claims } = status;
  const asked: [number, unknown, string][] = [
    [users.waiting, leftovers.users, 'users were not taken over (users: keep, deactivate or delete)'],
    [groups.waiting, leftovers.groups, 'groups were not taken over (groups: keep or delete)'],
    [unconfirmedMembers, leftovers.members, 'members of groups were not named again (members: keep or remove)'],
    [claims.open, leftovers.claims, 'users of the new identity provider wait for a decision (claims: drop)'],
  ];
  return asked.flatMap(([count, decision, words]) =>
    count > 0 && decision === undefined ? [`${count} ${words}`] : [],
  );
}

type MoveAct = 'started' | 'decided' | 'finished' | 'undone' | 'forgotten';

/** Each method throws ApiError: `directory_absent`, `move_absent`, `claim_absent`, `conflict` or `invalid_request`. */
export function createMoveService(deps: MoveServiceDeps) {
  const { transactions, requireDirectory, catalogue, clock, source, onChange } = deps;
  const settle = () => sleep(deps.settleMs ?? usualSettleMs);

  const absent = (slug: string) => new ApiError('move_absent', `Directory "${slug}" has not been moved.`);

  async function requireMove(slug: string, ...states: string[]): Promise<{ directory: Directory; move: Move }> {
    const directory = await requireDirectory(slug);
    const move = await transactions.read(directory.id, (scope) => moves.findMove(scope, directory.id));
    if (!move) throw absent(slug);
    if (states.length > 0 && !states.includes(move.state))
      throw new ApiError('conflict', `The move of directory "${slug}" is ${move.state}.`);
    return { directory, move };
  }

  /** In a transaction that changes the move's state: that nobody else has done so since it was looked at. */
  async function holdState(scope: Scope, { id, slug }: Directory, { id: moveId, state }: Move): Promise<void> {
    const now = await moves.findMove(scope, id, { lock: true });
    if (now?.id !== moveId || now.state !== state)
      throw new ApiError('conflict', `Somebody else works on the move of directory "${slug}"; look at it again.`);
  }

  /** Works in small transactions while the move is in `state`, until `step` has nothing left to do, or time is up. */
  async function workOn(
    directory: Directory,
    { id: moveId, state }: Pick<Move, 'id' | 'state'>,
    budgetMs: number,
    step: (scope: Scope) => Promise<boolean>,
  ): Promise<boolean> {
    const { id, slug } = directory;
    const owner = newId();
    const until = performance.now() + budgetMs;
    try {
      for (;;) {
        const more = await transactions.write(id, async (scope) => {
          if (!(await moves.takeMoveLease(scope, id, { id: moveId, state }, owner, leaseSeconds)))
            throw new ApiError(
              'conflict',
              `Somebody else works on the move of directory "${slug}"; try again in a minute.`,
            );
          return step(scope);
        });
        if (!more) return true;
        onChange(id);
        if (performance.now() >= until) return false;
      }
    } finally {
      await transactions.write(id, (scope) => moves.releaseMoveLease(scope, id, owner)).catch(() => undefined);
    }
  }

  /** Tells the audit log what was done, as the last thing in its transaction. */
  const record = (scope: Scope, directory: Directory, act: MoveAct, before: object, after: object) =>
    recordDirectoryChanges(
      scope,
      directory,
      [{ type: `directory.move_${act}`, changes: changesBetween(before, after) }],
      clock.now(),
    );

  async function holdSource({ id, slug }: Directory): Promise<void> {
    const until = performance.now() + sourceWaitMs;
    while (!(await source.hold(id))) {
      if (performance.now() > until)
        throw new ApiError(
          'conflict',
          `Directory "${slug}" is still being read from LDAP; start the move again to go on.`,
        );
      await sleep(250);
    }
  }

  /** Until what began before the move, and knows nothing of it, is written or refused. */
  async function waitForWriters({ id, slug }: Directory): Promise<void> {
    const until = performance.now() + writersWaitMs;
    while (!(await transactions.write(id, (scope) => haveWritersEnded(scope, id)))) {
      if (performance.now() > until)
        throw new ApiError('conflict', `Directory "${slug}" is still being written to; start the move again to go on.`);
      await sleep(100);
    }
  }

  async function takeDown(directory: Directory, move: Move): Promise<void> {
    const { id } = directory;
    await workOn(directory, move, Number.POSITIVE_INFINITY, async (scope) => {
      const last = (await snapshot.lastTakenDown(scope, id)) ?? firstId;
      const users = await snapshot.listKeyedUsers(scope, id, last, takenDownAtOnce);
      await snapshot.takeDownUsers(scope, id, users);
      if (users.length === takenDownAtOnce) return true;
      await moves.allowLongStatements(scope);
      await snapshot.takeDownGroups(scope, id);
      await moves.updateMove(scope, id, { state: 'open' });
      return false;
    });
  }

  async function statusOf(directory: Directory, move: Move): Promise<MoveStatus> {
    const counts = await transactions.read(directory.id, (scope) => snapshot.countMoved(scope, directory.id));
    return { move, directory, ...counts };
  }

  const endingOf = async (directory: Directory): Promise<Ending> => ({
    directoryId: directory.id,
    types: await catalogue.typesOf(directory),
    actor: presentActor(),
    now: clock.now(),
  });

  function requireUndoable({ state, endedAt }: Move, slug: string): void {
    if (!undoable.includes(state)) throw new ApiError('conflict', `The move of directory "${slug}" is ${state}.`);
    if (endedAt && clock.now().getTime() - endedAt.getTime() > undoDays * dayMs)
      throw new ApiError('conflict', `The move of directory "${slug}" ended more than ${undoDays} days ago.`);
  }

  const checkPage = (after: string | undefined, limit: number): { after: string; limit: number } => {
    if (after !== undefined && !isUuid(after)) throw new ApiError('invalid_request', 'after: must be an id.');
    if (!(limit >= 1 && limit <= maxPage)) throw new ApiError('invalid_request', `limit: must be 1 to ${maxPage}.`);
    return { after: after ?? firstId, limit };
  };

  return {
    /** What a start would do; changes nothing. */
    async plan(slug: string, match: readonly MatchAttribute[]): Promise<MovePlan> {
      const directory = await requireDirectory(slug);
      const { id, kind } = directory;
      const { counts, access } = await transactions.read(id, async (scope) => ({
        counts: await countMatchable(scope, id, match),
        access: await moves.listAccess(scope, id, clock.now()),
      }));
      const isSecret = deps.hasAuthenticationSecret && slug === defaultDirectorySlug;
      return {
        directory,
        users: counts.users,
        groups: counts.groups,
        match: counts.attributes,
        unmatchable: counts.unmatchable,
        closes: { tokens: access.tokenIds.length, issuers: access.issuerIds.length },
        warnings: [
          ...(kind === 'ldap'
            ? [
                'The LDAP server is read no longer, and passwords are no longer checked there: users log in by an identity provider, or by passwords that the new one sends.',
              ]
            : []),
          ...(isSecret
            ? ['AUTHENTICATION_SECRET still opens the directory: stop the former identity provider before you start.']
            : []),
          ...(counts.unmatchable > 0
            ? [`${counts.unmatchable} users have none of the attributes, so nobody can be matched with them.`]
            : []),
        ],
      };
    },

    /**
     * Closes the directory to its former identity provider, takes down how everything is, and lets the new one take
     * users over. Called again it goes on where it was interrupted. `keepAccess` leaves tokens and issuers as they are.
     */
    async start(
      slug: string,
      input: { match: readonly MatchAttribute[]; profile?: ProfileName; keepAccess?: boolean },
    ): Promise<MoveStatus> {
      const directory = await requireDirectory(slug);
      const { id } = directory;
      if (input.match.length === 0 || new Set(input.match).size < input.match.length)
        throw new ApiError('invalid_request', 'match: must name one attribute or several different ones.');
      const now = clock.now();
      const move = await transactions.write(id, async (scope) => {
        const before = await moves.lockDirectory(scope, id);
        if (!before) throw new ApiError('directory_absent', `There is no directory "${slug}".`);
        const known = await moves.findMove(scope, id, { lock: true });
        if (known?.state === 'starting') return known;
        if (known && !['finished', 'undone'].includes(known.state))
          throw new ApiError('conflict', `Directory "${slug}" is being moved already; its move is ${known.state}.`);
        if (await isAnythingUndone(scope, id))
          throw new ApiError(
            'conflict',
            `The guard of directory "${slug}" holds what its identity provider has asked for: release or reject it first, see \`realmbridge guard show ${slug}\`.`,
          );
        const access = await moves.listAccess(scope, id, now);
        const closed = input.keepAccess !== true;
        const previous = { ...before, closed, ...access };
        const started: Move = {
          id: newId(),
          state: 'starting',
          match: [...input.match],
          previous,
          leftovers: null,
          startedAt: now,
          endedAt: null,
        };
        await moves.insertMove(scope, id, started);
        if (closed) await moves.closeAccess(scope, id, access, now);
        const change = { moving: true, kind: 'scim' as const, profile: input.profile ?? 'auto' };
        await moves.updateMovingDirectory(scope, id, change, now);
        const open = { tokens: access.tokenIds.length, issuers: access.issuerIds.length };
        const left = closed ? { tokens: 0, issuers: 0 } : open;
        const { kind, profile } = change;
        await record(
          scope,
          directory,
          'started',
          { ...before, ...open },
          { kind, profile, ...left, match: input.match },
        );
        return started;
      });
      onChange(id);
      await settle();
      const wasRead = move.previous.kind === 'ldap';
      if (wasRead) await holdSource(directory);
      await waitForWriters(directory);
      await takeDown(directory, move);
      // From now on nobody asks for it any more, since the directory is not one to be read.
      if (wasRead) await source.release(id);
      onChange(id);
      return statusOf(await requireDirectory(slug), { ...move, state: 'open' });
    },

    async status(slug: string): Promise<MoveStatus> {
      const { directory, move } = await requireMove(slug);
      return statusOf(directory, move);
    },

    async listUsers(slug: string, page: { state: MovedState; after?: string; limit: number }): Promise<MovedEntry[]> {
      const { directory } = await requireMove(slug);
      const checked = { state: page.state, ...checkPage(page.after, page.limit) };
      return transactions.read(directory.id, (scope) => listMovedUsers(scope, directory.id, checked));
    },

    async listGroups(slug: string, page: { state: MovedState; after?: string; limit: number }): Promise<MovedEntry[]> {
      const { directory } = await requireMove(slug);
      const checked = { state: page.state, ...checkPage(page.after, page.limit) };
      return transactions.read(directory.id, (scope) => listMovedGroups(scope, directory.id, checked));
    },

    async listClaims(slug: string, page: { after?: string; limit: number }): Promise<MoveClaim[]> {
      const { directory } = await requireMove(slug);
      const { after, limit } = checkPage(page.after, page.limit);
      return transactions.read(directory.id, (scope) => listClaims(scope, directory.id, after, limit));
    },

    /** Says who a user on the review list is: one of the directory, or a new one. It holds when that user is sent again. */
    async decide(
      slug: string,
      claimId: string,
      decision: { kind: 'adopt'; userId: string } | { kind: 'create' },
    ): Promise<void> {
      const { directory } = await requireMove(slug, 'open');
      const { id } = directory;
      await transactions.write(id, async (scope) => {
        const userId = decision.kind === 'adopt' ? decision.userId : null;
        if (userId !== null) {
          const moved = isUuid(userId) ? await snapshot.lockMovedUser(scope, id, userId) : undefined;
          if (!moved) throw new ApiError('user_absent', `Directory "${slug}" had no user ${userId} before its move.`);
          if (moved.state !== 'waiting') throw new ApiError('conflict', `The user ${userId} was taken over already.`);
        }
        const answer = { decision: decision.kind, userId };
        const userName = isUuid(claimId) ? await decideClaim(scope, id, claimId, answer) : undefined;
        if (userName === undefined)
          throw new ApiError('claim_absent', `The move of "${slug}" has no such user on its review list.`);
        await record(scope, directory, 'decided', {}, { userName, ...answer });
      });
    },

    /**
     * Ends the move. What was not taken over stays or goes, as the operator says; without a word for something that is
     * there, nothing happens. Works for `budgetMs` at most: call again until it is done.
     */
    async finish(slug: string, leftovers: Leftovers, { budgetMs }: { budgetMs: number }): Promise<MoveProgress> {
      const { directory, move } = await requireMove(slug, 'open', 'finishing');
      const { id } = directory;
      if (move.state === 'open') {
        const questions = undecided(await statusOf(directory, move), leftovers);
        if (questions.length > 0) throw new ApiError('conflict', `Say what becomes of them: ${questions.join('; ')}.`);
        await transactions.write(id, async (scope) => {
          await holdState(scope, directory, move);
          await moves.updateMove(scope, id, { state: 'finishing', leftovers });
        });
      }
      const decided = move.leftovers ?? leftovers;
      const ending = await endingOf(directory);
      const done = await workOn(directory, { id: move.id, state: 'finishing' }, budgetMs, async (scope) => {
        if (await clearLeftovers(scope, { ...ending, now: clock.now() }, decided)) return true;
        await moves.updateMove(scope, id, { state: 'finished', endedAt: clock.now() });
        await moves.updateMovingDirectory(scope, id, { moving: false }, clock.now());
        await record(scope, directory, 'finished', {}, decided);
        return false;
      });
      onChange(id);
      return { state: done ? 'finished' : 'finishing', done };
    },

    /** What going back would do now; changes nothing. */
    async planUndo(slug: string): Promise<UndoPlan> {
      const { directory, move } = await requireMove(slug);
      requireUndoable(move, slug);
      return transactions.read(directory.id, (scope) => countUndo(scope, directory.id));
    },

    /**
     * Brings back how the directory was when the move started: users, groups, members, passwords, its kind, profile and
     * access. Works for `budgetMs` at most: call again until it is done.
     */
    async undo(slug: string, { budgetMs }: { budgetMs: number }): Promise<MoveProgress> {
      const { directory, move } = await requireMove(slug);
      const { id } = directory;
      requireUndoable(move, slug);
      const { previous, startedAt } = move;
      // What was not taken down to its end has not been changed either.
      const state = move.state === 'starting' ? 'starting' : 'undoing';
      if (move.state !== 'undoing') {
        await transactions.write(id, async (scope) => {
          await moves.lockDirectory(scope, id);
          await holdState(scope, directory, move);
          const now = clock.now();
          const { tokenIds, issuerIds } = await moves.listAccess(scope, id, now);
          const isNew = (before: readonly string[]) => (one: string) => !before.includes(one);
          const since = {
            tokenIds: tokenIds.filter(isNew(previous.tokenIds)),
            issuerIds: issuerIds.filter(isNew(previous.issuerIds)),
          };
          await moves.closeAccess(scope, id, since, now);
          // It was asked for by the one whose work is taken back.
          await forgetHeld(scope, id);
          await moves.updateMove(scope, id, { state });
          await moves.updateMovingDirectory(scope, id, { moving: true }, now);
        });
        onChange(id);
        await settle();
      }
      const ending = await endingOf(directory);
      if (state === 'undoing') {
        // Nobody writes any more by now.
        await transactions.write(id, async (scope) => {
          await moves.allowLongStatements(scope);
          await noteAddedSince(scope, id, clock.now());
          await passOverUnchanged(scope, id);
        });
      }
      const done = await workOn(directory, { id: move.id, state }, budgetMs, async (scope) => {
        if (state === 'undoing' && (await restoreSome(scope, { ...ending, now: clock.now() }))) return true;
        const now = clock.now();
        const change = { moving: false, kind: previous.kind, profile: previous.profile };
        await moves.updateMovingDirectory(scope, id, change, now);
        if (previous.closed) await moves.reopenAccess(scope, id, previous, startedAt);
        await moves.insertMove(scope, id, move);
        await moves.updateMove(scope, id, { state: 'undone', endedAt: now });
        const { kind, profile } = directory;
        await record(scope, directory, 'undone', { kind, profile }, { kind: change.kind, profile: change.profile });
        return false;
      });
      if (done && previous.kind === 'ldap') await source.resume(id);
      onChange(id);
      return { state: done ? 'undone' : 'undoing', done };
    },

    /** Forgets how everything was before the move, which then can't be undone any more. */
    async forget(slug: string): Promise<void> {
      const { directory } = await requireMove(slug, 'finished', 'undone');
      await transactions.write(directory.id, async (scope) => {
        await moves.deleteMove(scope, directory.id);
        await record(scope, directory, 'forgotten', {}, {});
      });
    },
  };
}

export type MoveService = ReturnType<typeof createMoveService>;
