// The operator's use cases on the guard: its settings, what it holds, and the decision.
import type { Pool } from 'pg';
import type { Directory } from '../../directories/contracts.ts';
import { changesBetween, isEmpty } from '../../events/audit/changes.ts';
import { recordDirectoryChanges } from '../../events/audit/repository.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Scope } from '../../platform/db/scope.ts';
import { ApiError } from '../../platform/http/api-error.ts';
import { isUuid } from '../../platform/ids.ts';
import { holdOpenMove } from '../moves/moves-repository.ts';
import type { DirectoryTypes, TypeCatalogue } from '../schemas/catalogue.ts';
import { ScimFailure } from '../scim-failure.ts';
import type { Transactions } from '../transactions.ts';
import { guardWrite } from '../write-guard-repository.ts';
import { carryOut } from './carrying-out.ts';
import {
  defaultSettings,
  type GuardSettings,
  type GuardStatus,
  guardedOperations,
  type HeldOperation,
  type HeldSelection,
  heldOperations,
  type ListedHeld,
  type ReleaseProgress,
  watchedAs,
} from './contracts.ts';
import * as held from './held-repository.ts';
import { allowedBy } from './limits.ts';
import * as windows from './windows-repository.ts';

export interface GuardServiceDeps {
  pool: Pool;
  transactions: Transactions;
  requireDirectory: (slug: string) => Promise<Directory>;
  listDirectories: () => Promise<Directory[]>;
  catalogue: TypeCatalogue;
  clock: Clock;
  /** Told the directory's id after each commit that its readers must see. */
  onChange: (directoryId: string) => void;
}

const maxPage = 1_000;
const minutes = 60_000;

export interface GuardChange {
  enabled?: boolean | undefined;
  windowMinutes?: number | undefined;
  limits?:
    | { [Operation in keyof GuardSettings['limits']]?: GuardSettings['limits'][Operation] | undefined }
    | undefined;
}

/** What an audit shows of the guard. */
const audited = ({ enabled, settings, passingUntil }: windows.GuardRow) => ({
  enabled,
  windowMinutes: settings.windowMinutes,
  ...settings.limits,
  passingUntil: passingUntil?.toISOString() ?? null,
});

const without = <T extends object>(change: T | undefined) =>
  Object.fromEntries(Object.entries(change ?? {}).filter(([, value]) => value !== undefined));

const isChanging = (error: unknown): boolean => error instanceof ScimFailure && error.error.status === 503;
const changing = (slug: string): ApiError =>
  new ApiError(
    'conflict',
    `Directory "${slug}" is being changed or moved; what was released is done when you give it again.`,
  );

/** Each method throws ApiError: `directory_absent`, `conflict` for a directory that is read from LDAP, or `invalid_request`. */
export function createGuardService(deps: GuardServiceDeps) {
  const { pool, transactions, listDirectories, catalogue, clock, onChange } = deps;

  async function requireDirectory(slug: string): Promise<Directory> {
    const directory = await deps.requireDirectory(slug);
    if (directory.kind === 'scim') return directory;
    throw new ApiError(
      'conflict',
      `Directory "${slug}" is read from LDAP, and its readings have a guard of their own: see \`realmbridge directory sync\`.`,
    );
  }

  /** That what is done is done to the directory as it is known here, until the commit. */
  async function holdDirectory(scope: Scope, known: { directory: Directory; types: DirectoryTypes }): Promise<void> {
    const { directory } = known;
    if (directory.moving && !(await holdOpenMove(scope, directory.id))) throw changing(directory.slug);
    await guardWrite(scope, known);
  }

  /** The windows of what nothing is held of any more begin anew. */
  async function restart(scope: Scope, directoryId: string, decided: Partial<Record<HeldOperation, number>>) {
    for (const operation of new Set(heldOperations.filter((one) => decided[one]).map(watchedAs))) {
      const kinds = heldOperations.filter((one) => watchedAs(one) === operation);
      if (!(await held.isAnythingHeld(scope, directoryId, kinds)))
        await windows.restartWindows(scope, directoryId, [operation]);
    }
  }

  function checkSelection({ ids }: HeldSelection): void {
    for (const id of ids ?? []) if (!isUuid(id)) throw new ApiError('invalid_request', `ids: "${id}" is not an id.`);
  }

  async function statusOf(scope: Scope, { id, slug }: Directory): Promise<GuardStatus> {
    const { passingUntil, ...guard } = await windows.readGuard(scope, id);
    const now = clock.now();
    const since = new Date(now.getTime() - guard.settings.windowMinutes * minutes);
    const counted = await windows.listWindows(scope, id, since);
    const counts = await held.countHeld(scope, id);
    const users = await windows.countActiveUsers(scope, id);
    const total = (state: 'held' | 'released', of: (operation: HeldOperation) => boolean = () => true) =>
      counts.reduce((sum, one) => sum + (one.state === state && of(one.operation) ? one.count : 0), 0);
    return {
      directory: slug,
      ...guard,
      passingUntil: passingUntil !== null && passingUntil > now ? passingUntil : null,
      users,
      held: total('held'),
      released: total('released'),
      windows: guardedOperations.map((operation) => {
        const window = counted.find((one) => one.operation === operation);
        const limit = guard.enabled ? guard.settings.limits[operation] : null;
        const count = total('held', (one) => watchedAs(one) === operation);
        return {
          operation,
          counted: window?.counted ?? 0,
          allowed: limit && allowedBy(limit, Math.max(users + (window?.gone ?? 0), window?.known ?? 0)),
          held: count,
          trippedAt: count > 0 ? (window?.trippedAt ?? null) : null,
        };
      }),
    };
  }

  return {
    async status(slug: string): Promise<GuardStatus> {
      const directory = await requireDirectory(slug);
      return transactions.read(directory.id, (scope) => statusOf(scope, directory));
    },

    /** Changes what is given; what is held stays held. */
    async update(slug: string, change: GuardChange & { useDefaults?: boolean }): Promise<GuardStatus> {
      const directory = await requireDirectory(slug);
      const { id } = directory;
      const { windowMinutes, limits, enabled } = change;
      const status = await transactions.write(id, async (scope) => {
        const before = await windows.lockGuard(scope, id);
        await windows.lockWindows(scope, id);
        const base = change.useDefaults ? defaultSettings : before.settings;
        const isChanged = windowMinutes !== undefined || limits !== undefined;
        const after: windows.GuardRow = {
          enabled: enabled ?? before.enabled,
          settings: {
            windowMinutes: windowMinutes ?? base.windowMinutes,
            limits: { ...base.limits, ...without(limits) },
          },
          isDefault: !isChanged && (change.useDefaults === true || before.isDefault),
          passingUntil: before.passingUntil,
        };
        const changes = changesBetween(audited(before), audited(after));
        await windows.saveGuard(scope, id, after);
        if (!after.enabled) await windows.restartWindows(scope, id, guardedOperations);
        const now = await statusOf(scope, directory);
        if (!isEmpty(changes))
          await recordDirectoryChanges(scope, directory, [{ type: 'guard.updated', changes }], clock.now());
        return now;
      });
      onChange(id);
      return status;
    },

    /** What is held, and what was released and is not done yet, in the order in which it came; of given ids, these alone. */
    async listHeld(
      slug: string,
      { after, ids, limit }: { after?: string; ids?: readonly string[]; limit: number },
    ): Promise<ListedHeld[]> {
      const directory = await requireDirectory(slug);
      if (!Number.isInteger(limit) || limit < 1 || limit > maxPage)
        throw new ApiError('invalid_request', `limit: must be 1 to ${maxPage}.`);
      if (after !== undefined && !isUuid(after)) throw new ApiError('invalid_request', 'after: is not an id.');
      checkSelection({ ...(ids && { ids }) });
      const page = { limit, ...(after !== undefined && { after }), ...(ids && { ids }) };
      return transactions.read(directory.id, (scope) => held.listHeld(scope, directory.id, page));
    },

    /**
     * Does what is held. Works for `budgetMs` at most: call again until nothing is left. `passMinutes`: for so long everything
     * else is let through, so that the identity provider can send the rest of what was released.
     */
    async release(
      slug: string,
      selection: HeldSelection & { passMinutes?: number },
      { budgetMs }: { budgetMs: number },
    ): Promise<ReleaseProgress> {
      const directory = await requireDirectory(slug);
      const { id } = directory;
      checkSelection(selection);
      const { passMinutes } = selection;
      const passingUntil = await transactions.write(id, async (scope) => {
        const before = await windows.lockGuard(scope, id);
        await windows.lockWindows(scope, id);
        const after =
          passMinutes === undefined ? before.passingUntil : new Date(clock.now().getTime() + passMinutes * minutes);
        if (passMinutes !== undefined) await windows.saveGuard(scope, id, { ...before, passingUntil: after });
        const released = await held.markReleased(scope, id, selection);
        await restart(scope, id, released);
        const changes = changesBetween(undefined, {
          ...released,
          ...(passMinutes !== undefined && { passingUntil: after?.toISOString() ?? null }),
        });
        if (!isEmpty(changes))
          await recordDirectoryChanges(scope, directory, [{ type: 'guard.released', changes }], clock.now());
        return after;
      });
      const types = await catalogue.typesOf(directory);
      const out = { directoryId: id, types, clock };
      const until = performance.now() + budgetMs;
      let done = 0;
      for (;;) {
        const some = await transactions
          .write(id, async (scope) => {
            await holdDirectory(scope, { directory, types });
            return carryOut(scope, out);
          })
          .catch((error: unknown) => {
            throw isChanging(error) ? changing(slug) : error;
          });
        done += some;
        onChange(id);
        if (some === 0 || performance.now() >= until) break;
      }
      const counts = await transactions.read(id, (scope) => held.countHeld(scope, id));
      const left = counts.reduce((sum, { state, count }) => sum + (state === 'released' ? count : 0), 0);
      return { done, left, passingUntil: passingUntil !== null && passingUntil > clock.now() ? passingUntil : null };
    },

    /** Forgets what is held, and what was released and is not done yet. Answers how many operations. */
    async reject(slug: string, selection: HeldSelection): Promise<{ rejected: number }> {
      const directory = await requireDirectory(slug);
      const { id } = directory;
      checkSelection(selection);
      const rejected = await transactions.write(id, async (scope) => {
        // The windows go on: what was rejected is sent again, and is to be held again.
        const dropped = await held.dropHeld(scope, id, selection);
        const changes = changesBetween(undefined, dropped);
        if (!isEmpty(changes))
          await recordDirectoryChanges(scope, directory, [{ type: 'guard.rejected', changes }], clock.now());
        return Object.values(dropped).reduce((sum, count) => sum + count, 0);
      });
      onChange(id);
      return { rejected };
    },

    /** Of all directories, what is held now: for the metrics. */
    async countHeld(): Promise<{ directory: string; operation: HeldOperation; count: number }[]> {
      const directories = (await listDirectories()).filter(({ kind }) => kind === 'scim');
      const slugs = new Map(directories.map(({ id, slug }) => [id, slug]));
      const counts = await held.countAllHeld(pool, [...slugs.keys()]);
      return counts.map(({ directoryId, ...count }) => ({ directory: slugs.get(directoryId) ?? '', ...count }));
    },
  };
}

export type GuardService = ReturnType<typeof createGuardService>;
