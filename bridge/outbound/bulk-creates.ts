// Creates users at a target that has never had them, many with one request, where it can do that: what a first
// comparison consists of. Whatever the target doesn't take so is left to be pushed one by one.
import type { Clock } from '../platform/clock.ts';
import type { Bulk, BulkCreate } from './bulk.ts';
import type { PushedResource, ResourceKind, Target } from './contracts.ts';
import { desiredOf, type Source } from './desired.ts';
import { TargetFailure } from './failure.ts';
import type { Abilities } from './probe.ts';
import { isShared, type Pusher } from './pusher.ts';
import type { RemoteResource } from './remote.ts';
import type { ResourcesRepository } from './resources-repository.ts';
import type { SourceRepository } from './source-repository.ts';

export interface BulkCreatesDeps {
  target: Target;
  owner: string;
  resources: ResourcesRepository;
  source: SourceRepository;
  pusher: Pusher;
  clock: Clock;
  rowSeconds: number;
}

interface NewResource {
  source: Source;
  create: BulkCreate;
}

export function createBulkCreates(deps: BulkCreatesDeps) {
  const { target, owner, resources, source, pusher, clock, rowSeconds } = deps;

  async function listNew(
    type: ResourceKind,
    ids: readonly string[],
    { features, types }: Abilities,
  ): Promise<NewResource[]> {
    const known = new Set((await resources.listResources(target, ids)).map(({ sourceId }) => sourceId));
    const unknown = ids.filter((id) => !known.has(id));
    const sources = await source.readSources(target, type, unknown, features);
    return [...sources.values()].flatMap((one) => {
      const wished = desiredOf(one, target.settings, types);
      return wished.ok ? [{ source: one, create: { id: one.id, resource: wished.resource } }] : [];
    });
  }

  async function settle(
    row: PushedResource,
    { source: { version }, create }: NewResource,
    remote: RemoteResource | undefined,
  ): Promise<boolean> {
    const letGo = () => pusher.letGo(row, new Date(clock.now().getTime() + rowSeconds * 1_000)).then(() => false);
    if (!remote) return letGo();
    const learned = { remoteId: remote.id, adopted: false, retired: false, etag: remote.etag ?? null };
    try {
      await pusher.noteCreated(row, { state: 'ok', ...learned, pushed: create.resource, version });
      return true;
    } catch (error) {
      // It named somebody else's account; the usual way tells of that.
      if (!isShared(error)) throw error;
      return letGo();
    }
  }

  async function createTogether(type: ResourceKind, all: readonly NewResource[], bulk: Bulk): Promise<string[]> {
    const byId = new Map(all.map((one) => [one.create.id, one]));
    const lease = { type, ids: [...byId.keys()], seconds: rowSeconds, now: clock.now() };
    const rows = await resources.claimNew(target, owner, lease);
    const creates = rows.flatMap(({ sourceId }) => byId.get(sourceId)?.create ?? []);
    if (creates.length === 0) return [];
    const called = await pusher.call(() => bulk.create(type, creates));
    if (called.kind === 'failure' && !(called.error instanceof TargetFailure)) throw called.error;
    const created = called.kind === 'answer' ? called.answer : new Map<string, RemoteResource>();
    const noted = await Promise.all(
      rows.map(async (row) => {
        const one = byId.get(row.sourceId);
        return one && (await settle(row, one, created.get(row.sourceId))) ? [row.sourceId] : [];
      }),
    );
    return noted.flat();
  }

  /** Ids of those that the target has now. `goOn` is asked before each request. */
  return async (
    type: ResourceKind,
    ids: readonly string[],
    { abilities, bulk }: { abilities: Abilities; bulk: Bulk },
    goOn: () => Promise<boolean>,
  ): Promise<string[]> => {
    // Groups want requests of their own anyhow, for their members; and who is purged gets nothing new.
    if (type !== 'User' || target.mode !== 'active' || !bulk.isUsed()) return [];
    const done: string[] = [];
    let left = await listNew(type, ids, abilities);
    while (left.length > 1 && (await goOn())) {
      const fitting = bulk.fitting(
        type,
        left.map(({ create }) => create),
      );
      if (fitting.length === 0) break;
      const created = await createTogether(type, left.slice(0, fitting.length), bulk);
      done.push(...created);
      left = left.slice(fitting.length);
      // Something is the matter: the usual way tells what.
      if (created.length === 0) break;
    }
    return done;
  };
}
