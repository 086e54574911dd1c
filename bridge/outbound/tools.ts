// What is needed to push to one target: a client with its secret, and what the target can do, asked once in a while.
import type { Clock } from '../platform/clock.ts';
import type { KeptConnections, Outgoing } from '../platform/http/outgoing.ts';
import type { Sealer } from '../platform/secrets/sealed.ts';
import { type Bulk, createBulk } from './bulk.ts';
import { createTargetClient, type TargetClient } from './client.ts';
import type { Target } from './contracts.ts';
import { TargetFailure } from './failure.ts';
import type { Gate, Hold } from './gate.ts';
import type { MembersRepository } from './members-repository.ts';
import { type Abilities, abilitiesOf, type Probe, probeTarget } from './probe.ts';
import { createPush, type Push } from './push.ts';
import { createMembersPush } from './push-members.ts';
import { createRemote } from './remote.ts';
import type { ResourcesRepository } from './resources-repository.ts';
import { secretPlace } from './secrets.ts';
import type { TargetsRepository } from './targets-repository.ts';

export interface Tools {
  push: Push;
  bulk: Bulk;
  abilities: Abilities;
}

export interface ToolsDeps {
  target: Target;
  owner: string;
  targets: TargetsRepository;
  resources: ResourcesRepository;
  members: MembersRepository;
  sealer: Sealer;
  outgoing: Outgoing;
  clock: Clock;
  gate: Gate;
  probeMs: number;
  /** Called between the parts of a large push. @throws when it is to end */
  goOn: (sourceId: string) => Promise<void>;
  onLearned: (told: Probe['learned']) => void;
  onHold: (hold: Hold | null) => Promise<void>;
  onError: (error: unknown) => void;
}

const lostSecret =
  'The secret of this target can not be opened with the present SECRETS_KEY. Set the key from before, or the secret again.';

export function createTools(deps: ToolsDeps) {
  const { target, owner, targets, resources, members, sealer, outgoing, clock, gate, probeMs } = deps;
  const { goOn, onLearned, onHold, onError } = deps;
  const { settings } = target;
  let connections: KeptConnections | undefined;
  let client: Promise<TargetClient> | undefined;
  let probe: { probe: Probe; abilities: Abilities } | undefined;

  /** It may have been sealed anew since the target was read, which makes it no other target. */
  async function presentSealed(): Promise<Buffer> {
    const present = await targets.findTarget(target.directoryId, target.slug);
    // A secret of other settings is not for the URL of these; whoever runs for them comes.
    return present?.id === target.id && present.revision === target.revision
      ? present.sealedSecret
      : target.sealedSecret;
  }

  async function makeClient(): Promise<TargetClient> {
    const secret = await sealer.open(await presentSealed(), secretPlace(target)).catch((cause: unknown) => {
      throw new TargetFailure('target', lostSecret, { status: 401, cause });
    });
    connections ??= outgoing.keep({ maxConnections: settings.concurrency * 2 });
    return createTargetClient({ connections, settings, secret, clock });
  }

  /** One for whoever opens at the same time, so that an OAuth client fetches one token. */
  function openClient(): Promise<TargetClient> {
    client ??= makeClient().catch((error: unknown) => {
      client = undefined;
      throw error;
    });
    return client;
  }

  /** @throws TargetFailure */
  async function currentAbilities(using: TargetClient): Promise<Abilities> {
    const isFresh = (known: Probe) => clock.now().getTime() - Date.parse(known.at) < probeMs;
    if (probe && isFresh(probe.probe)) return probe.abilities;
    const stored = (await targets.findState(target))?.probe;
    const fresh = stored && isFresh(stored) ? stored : await probeTarget(using, clock.now());
    if (fresh !== stored) {
      if (gate.succeeded()) await onHold(null);
      await targets.updateProbe(target, fresh);
    }
    probe = { probe: fresh, abilities: abilitiesOf(settings, fresh) };
    return probe.abilities;
  }

  function learn(told: Probe['learned']): void {
    if (!probe) return;
    probe.probe.learned = { ...probe.probe.learned, ...told };
    onLearned(told);
    targets.updateProbe(target, probe.probe).catch(onError);
  }

  return {
    /** Undefined while the target can't be asked what it can do. */
    async open(): Promise<Tools | undefined> {
      if (!gate.enter()) return undefined;
      try {
        const using = await openClient();
        const abilities = await currentAbilities(using);
        const { features, types, bulkLimits: limits } = abilities;
        const remote = createRemote(using, features, learn);
        const membersPush = createMembersPush({ target, remote, members, goOn });
        const push = createPush({ target, owner, remote, types, resources, membersPush });
        const bulk = createBulk({ client: using, features, limits, learn });
        gate.gaveUp();
        return { push, bulk, abilities };
      } catch (error) {
        if (error instanceof TargetFailure) {
          const hold = gate.failed(error);
          if (hold) await onHold(hold);
          return undefined;
        }
        gate.gaveUp();
        throw error;
      }
    },

    /** Ends the calls that run. */
    close: (): void => connections?.close(),
  };
}
