// What a reconciliation would do, without doing it.

import { ApiError } from '../platform/http/api-error.ts';
import { isUuid } from '../platform/ids.ts';
import { type JsonObject, own } from '../scim/json.ts';
import { differencesOf } from './compare.ts';
import type { Difference, PushedResource, ResourceKind, Target } from './contracts.ts';
import { desiredOf, type Source } from './desired.ts';
import { TargetFailure } from './failure.ts';
import type { MembersRepository } from './members-repository.ts';
import { membersIn } from './push-members.ts';
import { inParallel } from './pusher.ts';
import { nameAttributes, type Remote } from './remote.ts';
import type { ResourcesRepository } from './resources-repository.ts';
import type { SourceRepository } from './source-repository.ts';
import type { TargetTypes } from './target-types.ts';

export interface DiffDeps {
  target: Target;
  remote: Remote;
  types: TargetTypes;
  resources: ResourcesRepository;
  members: MembersRepository;
  source: SourceRepository;
}

const kinds: readonly ResourceKind[] = ['User', 'Group'];

function nameOf(type: ResourceKind, resource: JsonObject | undefined): string {
  const name = resource && own(resource, nameAttributes[type]);
  return typeof name === 'string' ? name : '';
}

/** `User/ID`, after which the next page begins. */
function parsePlace(text: string): { type: ResourceKind; id: string } {
  const [kind, id = ''] = text.split('/');
  const type = kinds.find((one) => one === kind);
  if (type && isUuid(id)) return { type, id };
  throw new ApiError('invalid_request', 'after: must be what the page before said in "next".');
}

export function createDiff({ target, remote, types, resources, members, source }: DiffDeps) {
  const { settings } = target;

  async function leaver(row: PushedResource | undefined): Promise<Omit<Difference, 'type' | 'sourceId'> | undefined> {
    if (!row || row.remoteId === null) return undefined;
    const name = nameOf(row.type, row.pushed ?? undefined);
    if (settings.leavers === 'keep') return { name, action: 'forget', detail: 'it stays there as it is' };
    if (row.type === 'User' && settings.leavers === 'deactivate') {
      return row.retired ? undefined : { name, action: 'deactivate', detail: row.remoteId };
    }
    return { name, action: 'delete', detail: row.remoteId };
  }

  /** Of those whom the target has already; who is yet to come is told of as himself. */
  async function memberDifferences(groupId: string, group: JsonObject): Promise<string[]> {
    const { nestedGroups, membersShown } = remote.features;
    const shown = membersShown ? (membersIn(group) ?? []) : undefined;
    const { add, remove } = await members.compareMembers(target, groupId, { flattened: !nestedGroups, shown });
    if (add + remove === 0) return [];
    const changes = [add > 0 && `${add} to add`, remove > 0 && `${remove} to remove`].filter((one) => one !== false);
    return [`members (${changes.join(', ')})`];
  }

  async function present(
    one: Source,
    row: PushedResource | undefined,
  ): Promise<Omit<Difference, 'type' | 'sourceId'> | undefined> {
    const { type } = one;
    const wished = desiredOf(one, settings, types);
    if (!wished.ok) return { name: nameOf(type, one.resource), action: 'refuse', detail: wished.problem };
    const desired = wished.resource;
    const name = nameOf(type, desired);
    const isShown = type === 'Group' && remote.features.membersShown;
    const there = row?.remoteId != null ? await remote.read(type, row.remoteId, isShown) : undefined;
    const found =
      there ??
      (await remote.find(type, 'externalId', one.id)) ??
      (name === '' ? undefined : await remote.find(type, nameAttributes[type], name));
    if (!found) return { name, action: 'create', detail: row?.remoteId != null ? 'it is gone there' : '' };
    const differing = differencesOf(desired, found.body);
    if (there && type === 'Group') differing.push(...(await memberDifferences(one.id, there.body)));
    if (there) return differing.length === 0 ? undefined : { name, action: 'update', detail: differing.join(', ') };
    return { name, action: 'adopt', detail: [found.id, ...differing].join(', ') };
  }

  async function compare(
    type: ResourceKind,
    sourceId: string,
    one: Source | undefined,
    row: PushedResource | undefined,
  ): Promise<Difference | undefined> {
    try {
      const found = one ? await present(one, row) : await leaver(row);
      return found && { type, sourceId, ...found };
    } catch (error) {
      if (!(error instanceof TargetFailure)) throw error;
      if (error.kind === 'target') throw new ApiError('unavailable', error.message, { cause: error });
      return { type, sourceId, name: nameOf(type, one?.resource), action: 'refuse', detail: error.message };
    }
  }

  return async ({ after, limit }: { after?: string; limit: number }) => {
    const place = after === undefined ? undefined : parsePlace(after);
    const from = place ? kinds.indexOf(place.type) : 0;
    const differences: Difference[] = [];
    let compared = 0;
    for (const type of kinds.slice(from)) {
      const ids = (await source.listIds(target, type)).filter((id) => place?.type !== type || id > place.id);
      const page = ids.slice(0, limit - compared);
      const sources = await source.readSources(target, type, page, remote.features);
      const rows = new Map((await resources.listResources(target, page)).map((row) => [row.sourceId, row]));
      const found = new Map<string, Difference>();
      await inParallel(page, settings.concurrency, async (id) => {
        const difference = await compare(type, id, sources.get(id), rows.get(id));
        if (difference) found.set(id, difference);
      });
      differences.push(...page.flatMap((id) => found.get(id) ?? []));
      compared += page.length;
      const last = page.at(-1) ?? place?.id;
      if (compared >= limit && last !== undefined) {
        const isLast = page.length === ids.length && type === 'Group';
        return { differences, compared, next: isLast ? null : `${type}/${last}` };
      }
    }
    return { differences, compared, next: null };
  };
}
