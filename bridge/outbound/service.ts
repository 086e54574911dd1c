// The operator's use cases on targets: making, changing, testing, pausing and purging them, and seeing how they do.
import type { Directory } from '../directories/contracts.ts';
import { requireSlug } from '../directories/contracts.ts';
import { changesBetween, isEmpty } from '../events/audit/changes.ts';
import type { DirectoryChange } from '../events/audit/repository.ts';
import type { EventReader } from '../events/repository.ts';
import type { ChangeSignal } from '../events/signal.ts';
import type { Clock } from '../platform/clock.ts';
import { violatedConstraint } from '../platform/db/errors.ts';
import { ApiError } from '../platform/http/api-error.ts';
import type { Outgoing } from '../platform/http/outgoing.ts';
import { newId } from '../platform/ids.ts';
import type { Sealer } from '../platform/secrets/sealed.ts';
import { createTargetClient } from './client.ts';
import type { Difference, Target, TargetMode, TargetSettings, TargetStatus } from './contracts.ts';
import { createDiff } from './diff.ts';
import { TargetFailure } from './failure.ts';
import type { MembersRepository } from './members-repository.ts';
import { abilitiesOf, probeTarget } from './probe.ts';
import { createRemote } from './remote.ts';
import type { ResourcesRepository } from './resources-repository.ts';
import { secretPlace } from './secrets.ts';
import type { SourceRepository } from './source-repository.ts';
import { modeChange, part } from './target-changes.ts';
import { type TargetTest, testTarget } from './target-test.ts';
import type { TargetsRepository } from './targets-repository.ts';
import { outboundTopic } from './worker.ts';

export interface OutboundServiceDeps {
  targets: TargetsRepository;
  resources: ResourcesRepository;
  members: MembersRepository;
  source: SourceRepository;
  reader: Pick<EventReader, 'placeEvents'>;
  requireDirectory: (slug: string) => Promise<Directory>;
  sealer: Sealer;
  outgoing: Outgoing;
  clock: Clock;
  signal: Pick<ChangeSignal, 'changed'>;
}

const maxTargets = 20;

export interface TargetInput {
  slug: string;
  settings: TargetSettings;
  secret: string;
}

/** What is told of a target: never its secret. */
export type ShownTarget = Pick<Target, 'slug' | 'settings' | 'mode' | 'createdAt'>;

const shown = ({ slug, settings, mode, createdAt }: Target): ShownTarget => ({ slug, settings, mode, createdAt });

/** Each method throws ApiError: `directory_absent`, `target_absent`, `conflict` or `invalid_request`. */
export function createOutboundService(deps: OutboundServiceDeps) {
  const { targets, resources, members, source, reader, requireDirectory, sealer, outgoing, clock, signal } = deps;
  const changed = () => signal.changed(outboundTopic);

  async function requireTarget(directorySlug: string, slug: string): Promise<{ directory: Directory; target: Target }> {
    const directory = await requireDirectory(directorySlug);
    const target = await targets.findTarget(directory.id, slug);
    if (!target) throw new ApiError('target_absent', `Directory "${directorySlug}" has no target "${slug}".`);
    return { directory, target };
  }

  function checkSettings({ baseUrl, authentication }: TargetSettings): void {
    const urls = { baseUrl, ...(authentication.type === 'oauth' && { tokenUrl: authentication.tokenUrl }) };
    for (const [name, text] of Object.entries(urls)) {
      const problem = outgoing.problemOf(new URL(text));
      if (problem !== undefined) throw new ApiError('invalid_request', `${name}: ${problem}.`);
    }
  }

  /** With a client whose connections end with the work. */
  async function withClient<T>(
    target: Target,
    work: (client: ReturnType<typeof createTargetClient>) => Promise<T>,
  ): Promise<T> {
    const secret = await sealer.open(target.sealedSecret, secretPlace(target)).catch((cause: unknown) => {
      const message = `The secret of target "${target.slug}" can not be opened. Set it again.`;
      throw new ApiError('conflict', message, { cause });
    });
    const { settings } = target;
    const connections = outgoing.keep({ maxConnections: settings.concurrency });
    try {
      return await work(createTargetClient({ connections, settings, secret, clock }));
    } catch (cause) {
      if (cause instanceof TargetFailure) throw new ApiError('unavailable', cause.message, { cause });
      throw cause;
    } finally {
      connections.close();
    }
  }

  async function changeMode(directorySlug: string, slug: string, mode: TargetMode): Promise<ShownTarget> {
    const { directory, target } = await requireTarget(directorySlug, slug);
    if (target.mode === mode) return shown(target);
    const told = { changes: [modeChange(target, mode)], now: clock.now() };
    await targets.updateTarget(target, directory, { mode }, told);
    changed();
    return { ...shown(target), mode };
  }

  return {
    async listTargets(directorySlug: string): Promise<ShownTarget[]> {
      const directory = await requireDirectory(directorySlug);
      return (await targets.listTargets([directory.id])).map(shown);
    },

    async readTarget(directorySlug: string, slug: string): Promise<ShownTarget> {
      return shown((await requireTarget(directorySlug, slug)).target);
    },

    async createTarget(directorySlug: string, { slug, settings, secret }: TargetInput): Promise<ShownTarget> {
      const directory = await requireDirectory(directorySlug);
      checkSettings(settings);
      if ((await targets.listTargets([directory.id])).length >= maxTargets) {
        throw new ApiError(
          'conflict',
          `Directory "${directorySlug}" has ${maxTargets} targets already, and may have no more.`,
        );
      }
      const id = newId();
      const place = secretPlace({ directoryId: directory.id, id });
      const target: Target = {
        ...{ id, slug: requireSlug(slug), settings, directoryId: directory.id, mode: 'active', revision: 1 },
        sealedSecret: await sealer.seal(secret, place),
        createdAt: clock.now(),
      };
      // Everything is compared first; what changes from now on comes from the log.
      const position = await reader.placeEvents(directory.id);
      const changes = changesBetween(undefined, settings);
      try {
        await targets.insertTarget(target, directory, position, {
          ...{ type: 'target.created', part: part(target), changes },
        });
      } catch (error) {
        if (violatedConstraint(error) !== 'outbound_targets_slug_key') throw error;
        const message = `Directory "${directorySlug}" has a target "${slug}" already.`;
        throw new ApiError('conflict', message, { cause: error });
      }
      changed();
      return shown(target);
    },

    /** What is left out stays. Everything is compared anew. */
    async updateTarget(
      directorySlug: string,
      slug: string,
      change: { settings?: TargetSettings; secret?: string },
    ): Promise<ShownTarget> {
      const { directory, target } = await requireTarget(directorySlug, slug);
      const { settings, secret } = change;
      if (settings) checkSettings(settings);
      const recorded: DirectoryChange[] = [];
      const changes = changesBetween(target.settings, settings ?? target.settings);
      if (!isEmpty(changes)) recorded.push({ type: 'target.updated', part: part(target), changes });
      if (secret !== undefined) recorded.push({ type: 'target.secret_changed', part: part(target), changes: {} });
      if (recorded.length > 0) {
        const stored = {
          ...(settings && { settings }),
          ...(secret !== undefined && { sealedSecret: await sealer.seal(secret, secretPlace(target)) }),
        };
        await targets.updateTarget(target, directory, stored, { changes: recorded, now: clock.now() });
        changed();
      }
      return { ...shown(target), ...(settings && { settings }) };
    },

    pauseTarget: (directorySlug: string, slug: string) => changeMode(directorySlug, slug, 'paused'),
    resumeTarget: (directorySlug: string, slug: string) => changeMode(directorySlug, slug, 'active'),

    /** Takes away there what the bridge has created, and then pauses. What was adopted stays as it is. */
    purgeTarget: (directorySlug: string, slug: string) => changeMode(directorySlug, slug, 'purging'),

    /** Forgets the target, and leaves everything there as it is. */
    async deleteTarget(directorySlug: string, slug: string): Promise<void> {
      const { directory, target } = await requireTarget(directorySlug, slug);
      const changes = changesBetween(target.settings, undefined);
      const now = clock.now();
      await targets.deleteTarget(target, directory, { type: 'target.deleted', part: part(target), changes }, now);
      changed();
    },

    /** Has everything compared as soon as the comparison that may be running is done. */
    async requestSync(directorySlug: string, slug: string): Promise<void> {
      const { target } = await requireTarget(directorySlug, slug);
      if (target.mode === 'paused') {
        throw new ApiError('conflict', `Target "${slug}" is paused. Resume it, and everything is compared.`);
      }
      await targets.requestRun(target);
      changed();
    },

    async readStatus(directorySlug: string, slug: string): Promise<TargetStatus> {
      const { directory, target } = await requireTarget(directorySlug, slug);
      const state = await targets.findState(target);
      const run = state?.run ?? null;
      const tasks = run && (await targets.countTasks(target, run.id));
      const head = await reader.placeEvents(directory.id);
      const isHeld = state?.hold && state.hold.until > clock.now();
      return {
        counts: await resources.countAll(target),
        behind: Math.max(0, head - (state?.position ?? 0)),
        held: isHeld ? state.hold : null,
        features: state?.probe ? { ...abilitiesOf(target.settings, state.probe).features } : null,
        lacking: Object.keys(state?.probe?.learned ?? {}),
        pushedAt: state?.pushedAt ?? null,
        run: run && tasks && { startedAt: run.startedAt, tasks: tasks.all, done: tasks.all - tasks.open },
        lastReport: state?.lastReport ?? null,
        quarantined: await resources.listProblems(target, 'quarantined'),
        failing: await resources.listProblems(target, 'pending'),
      };
    },

    /** Asks the target what it can do, and reads; changes nothing. */
    async testTarget(directorySlug: string, slug: string): Promise<TargetTest> {
      const { target } = await requireTarget(directorySlug, slug);
      return withClient(target, (client) => testTarget(client, target.settings, clock.now()));
    },

    /** What a comparison would do to the next of the directory's users and groups, and does not. */
    async diff(
      directorySlug: string,
      slug: string,
      query: { after?: string; limit: number },
    ): Promise<{ differences: Difference[]; compared: number; next: string | null }> {
      const { target } = await requireTarget(directorySlug, slug);
      return withClient(target, async (client) => {
        const { features, types } = abilitiesOf(target.settings, await probeTarget(client, clock.now()));
        const remote = createRemote(client, features, () => undefined);
        return createDiff({ target, remote, types, resources, members, source })(query);
      });
    },
  };
}

export type OutboundService = ReturnType<typeof createOutboundService>;
