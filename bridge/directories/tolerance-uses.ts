// Which tolerances each directory's identity provider has really needed. Counted in memory, written now and then: a request
// must not wait for statistics.
import type { Clock } from '../platform/clock.ts';
import { violatedConstraint } from '../platform/db/errors.ts';
import { type ProfileName, profileNames, tolerancesOf } from '../scim/interop/profiles.ts';
import { type ToleranceName, toleranceNames, toleranceNotes } from '../scim/interop/tolerances.ts';
import type { Directory } from './contracts.ts';
import type { ToleranceUse, ToleranceUsesRepository } from './tolerance-uses-repository.ts';

const writeAfterMs = 30_000;

export interface ToleranceReport {
  profile: ProfileName;
  tolerances: {
    name: ToleranceName;
    note: string;
    /** Whether the present profile has it. */
    allowed: boolean;
    uses: number;
    firstUsedAt: Date | null;
    lastUsedAt: Date | null;
  }[];
  /** Profiles under which everything so far would have been accepted, the strictest first. */
  sufficientProfiles: ProfileName[];
}

export interface ToleranceUsesDeps {
  repository: ToleranceUsesRepository;
  clock: Clock;
  requireDirectory: (slug: string) => Promise<Directory>;
  /** Told of uses that could not be written; they are kept and written later. */
  onError: (error: unknown) => void;
}

const allowedBy = (profile: ProfileName): ToleranceName[] =>
  toleranceNames.filter((name) => tolerancesOf(profile)[name]);

const fromStrict = profileNames.toSorted((a, b) => allowedBy(a).length - allowedBy(b).length);

export function createToleranceUses({ repository, clock, requireDirectory, onError }: ToleranceUsesDeps) {
  let pending = new Map<string, Map<ToleranceName, ToleranceUse>>();
  let timer: NodeJS.Timeout | undefined;

  function add(directoryId: string, use: ToleranceUse): void {
    const ofDirectory = pending.get(directoryId) ?? new Map<ToleranceName, ToleranceUse>();
    pending.set(directoryId, ofDirectory);
    const known = ofDirectory.get(use.tolerance);
    if (!known) {
      ofDirectory.set(use.tolerance, { ...use });
      return;
    }
    known.uses += use.uses;
    if (use.firstUsedAt < known.firstUsedAt) known.firstUsedAt = use.firstUsedAt;
    if (use.lastUsedAt > known.lastUsedAt) known.lastUsedAt = use.lastUsedAt;
  }

  function schedule(): void {
    timer ??= setTimeout(() => {
      timer = undefined;
      flush().catch(onError);
    }, writeAfterMs).unref();
  }

  /** Writes what has been counted. */
  async function flush(): Promise<void> {
    const taken = pending;
    pending = new Map();
    const failures: unknown[] = [];
    for (const [directoryId, uses] of taken) {
      try {
        await repository.addUses(directoryId, [...uses.values()]);
      } catch (error) {
        // The directory has been deleted in between.
        if (violatedConstraint(error)?.endsWith('directory_id_fkey')) continue;
        for (const use of uses.values()) add(directoryId, use);
        failures.push(error);
      }
    }
    if (failures.length === 0) return;
    schedule();
    throw failures[0];
  }

  return {
    flush,

    /** Counts a request that succeeded because of these tolerances. */
    record(directoryId: string, tolerances: Iterable<ToleranceName>): void {
      const now = clock.now();
      for (const tolerance of tolerances) {
        add(directoryId, { tolerance, uses: 1, firstUsedAt: now, lastUsedAt: now });
      }
      schedule();
    },

    /** Every tolerance with its use. Other replicas' last half minute may be missing. @throws ApiError directory_absent */
    async report(slug: string): Promise<ToleranceReport> {
      const { id, profile } = await requireDirectory(slug);
      await flush();
      const uses = new Map((await repository.listUses(id)).map((use) => [use.tolerance, use]));
      const tolerances = toleranceNames.map((name) => {
        const { uses: count = 0, firstUsedAt = null, lastUsedAt = null } = uses.get(name) ?? {};
        const allowed = tolerancesOf(profile)[name];
        return { name, note: toleranceNotes[name], allowed, uses: count, firstUsedAt, lastUsedAt };
      });
      const used = [...uses.keys()];
      const sufficientProfiles = fromStrict.filter((candidate) => used.every((name) => tolerancesOf(candidate)[name]));
      return { profile, tolerances, sufficientProfiles };
    },

    async close(): Promise<void> {
      clearTimeout(timer);
      timer = undefined;
      await flush().catch(onError);
      clearTimeout(timer);
    },
  };
}

export type ToleranceUses = ReturnType<typeof createToleranceUses>;
