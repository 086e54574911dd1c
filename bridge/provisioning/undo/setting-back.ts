// A batch of resources that get back what they were: those that were deleted with their ids, the others with their
// attributes. Names may go round among them.
import type { Scope } from '../../platform/db/scope.ts';
import { foldCase } from '../../scim/filter/typed.ts';
import { own } from '../../scim/json.ts';
import { schemasOf } from '../../scim/resource/schemas.ts';
import type { Resource, ResourceTypeDefinition } from '../../scim/schema/model.ts';
import { bringBackGroup, saveGroup } from '../groups/group-changes.ts';
import * as groups from '../groups/groups-repository.ts';
import { bringBackResource, saveResource } from '../resources/resource-changes.ts';
import * as resources from '../resources/resources-repository.ts';
import type { StoredResource } from '../stored-resource.ts';
import { bringBackUser, saveUser } from '../users/user-changes.ts';
import * as users from '../users/users-repository.ts';
import { freeNames, listBearers, listCreationTimes } from './applying-repository.ts';
import type { AttributeUndos } from './contracts.ts';
import { type Applying, typeOf, writingOf } from './item-writing.ts';
import { listRenames, type Outcome, type ReadyItem, type ResourceKind } from './items-repository.ts';
import { restoredAttributes, undoAttributes } from './planner.ts';

/** As many may be in one transaction because of their names. */
const maxBatch = 2_000;

const nameAttribute = { User: 'userName', Group: 'displayName' } as const;
type Named = keyof typeof nameAttribute;

/** What is to be written, as far as nothing stands in the way. */
interface Writing {
  item: ReadyItem;
  resourceType: ResourceTypeDefinition;
  /** Undefined: it is made again. */
  before: (StoredResource & { active?: boolean }) | undefined;
  next: Resource;
  /** What can't be done of it. */
  problems: string[];
}

type Prepared = Writing | Outcome;

const isWriting = (prepared: Prepared): prepared is Writing => 'item' in prepared;

const refused = ({ resourceId }: ReadyItem, reason: NonNullable<Outcome['reason']>): Outcome => ({
  resourceId,
  state: 'refused',
  reason,
});

/** With `schemas`, and without what belongs to none of them. */
function inSchemas(type: ResourceTypeDefinition, resource: Resource, problems: string[]): Resource {
  const known = new Set(type.extensions.map(({ schema }) => schema.id));
  const { schemas: _schemas, ...attributes } = resource;
  for (const urn of Object.keys(attributes).filter((name) => name.includes(':') && !known.has(name))) {
    delete attributes[urn];
    problems.push(`The schema ${urn} is no longer declared.`);
  }
  return { schemas: schemasOf(type, attributes), ...attributes };
}

async function find(scope: Scope, { directoryId }: Applying, { resourceId: id, type }: ReadyItem) {
  if (type === 'User') return users.findUser(scope, directoryId, id, { lock: 'change' });
  if (type === 'Group') return groups.findGroup(scope, directoryId, id, { lock: 'change' });
  return resources.findResource(scope, directoryId, type, id, 'change');
}

/** An existing resource with these attributes set back. */
function writingBack(
  item: ReadyItem,
  resourceType: ResourceTypeDefinition,
  before: NonNullable<Writing['before']>,
  changes: AttributeUndos,
): Prepared {
  const { overwrite } = item;
  const { active } = before;
  const undone = undoAttributes(before.resource, changes, { overwrite, ...(active !== undefined && { active }) });
  if (!undone.isAny) return refused(item, 'changed_since_plan');
  const problems =
    undone.changed.length === 0 ? [] : [`Changed since the plan was made, and left: ${undone.changed.join(', ')}.`];
  const isSame = undone.resource === before.resource;
  const next = isSame ? before.resource : inSchemas(resourceType, undone.resource, problems);
  return { item, resourceType, before, next, problems };
}

/** Locks the resource and says what is to be written of it. */
async function prepare(scope: Scope, applying: Applying, item: ReadyItem): Promise<Prepared> {
  const resourceType = typeOf(applying, item.type);
  if (!resourceType) return refused(item, 'type_gone');
  const before = await find(scope, applying, item);
  if (item.action !== 'restore') {
    return before ? writingBack(item, resourceType, before, item.changes) : refused(item, 'changed_since_plan');
  }
  if (before) return refused(item, 'changed_since_plan');
  const problems: string[] = [];
  const next = inSchemas(resourceType, restoredAttributes(item.changes, item.overwrite), problems);
  return { item, resourceType, before, next, problems };
}

/** With those who bear the names that others get back, and are renamed by the plan themselves. */
async function withBearers(
  scope: Scope,
  { directoryId, planId }: Applying,
  kind: Named,
  items: readonly ReadyItem[],
): Promise<ReadyItem[]> {
  const batch = [...items];
  const known = new Set(batch.map(({ resourceId }) => resourceId));
  for (let next = batch.slice(); next.length > 0 && batch.length < maxBatch; ) {
    const names = next.flatMap(({ nameKey }) => nameKey ?? []);
    const bearers = await listBearers(scope, directoryId, kind, names);
    const unknown = [...bearers.values()].filter((id) => !known.has(id));
    next = await listRenames(scope, directoryId, planId, unknown);
    for (const item of next) known.add(item.resourceId);
    batch.push(...next);
  }
  return batch;
}

const nameKeyOf = (kind: Named, resource: Resource | undefined): string | undefined => {
  const name = resource && own(resource, nameAttribute[kind]);
  return typeof name === 'string' ? foldCase(name) : undefined;
};

/** Leaves a name that is somebody else's: whoever was to be made again with it is not, others keep their present one. */
function withoutName(kind: Named, { item, resourceType, before }: Writing): Prepared {
  const { [nameAttribute[kind]]: _name, ...changes } = item.changes;
  const plain = before && writingBack(item, resourceType, before, changes);
  if (!plain || !isWriting(plain)) return refused(item, 'name_taken');
  plain.problems.push(`The ${nameAttribute[kind]} is somebody else's now, and was left.`);
  return plain;
}

/** Leaves names that are taken, and takes those from their bearers that go round. */
async function settleNames(
  scope: Scope,
  { directoryId }: Applying,
  kind: Named,
  prepared: readonly Prepared[],
): Promise<Prepared[]> {
  const settled = [...prepared];
  const wanted = (one: Prepared): string | undefined => {
    if (!isWriting(one)) return undefined;
    const key = nameKeyOf(kind, one.next);
    return key === nameKeyOf(kind, one.before?.resource) ? undefined : key;
  };
  const bearers = await listBearers(
    scope,
    directoryId,
    kind,
    settled.flatMap((one) => wanted(one) ?? []),
  );
  const movers = new Set(settled.flatMap((one) => (isWriting(one) && wanted(one) ? [one.item.resourceId] : [])));
  for (let isStable = false; !isStable; ) {
    isStable = true;
    const claimed = new Set<string>();
    settled.forEach((one, index) => {
      const key = wanted(one);
      if (!isWriting(one) || key === undefined) return;
      const bearer = bearers.get(key);
      if (!claimed.has(key) && (bearer === undefined || bearer === one.item.resourceId || movers.has(bearer))) {
        claimed.add(key);
        return;
      }
      movers.delete(one.item.resourceId);
      settled[index] = withoutName(kind, one);
      isStable = false;
    });
  }
  const freed = [...bearers.values()].filter((id) => movers.has(id));
  await freeNames(scope, directoryId, kind, freed);
  return settled;
}

async function write(scope: Scope, applying: Applying, writing: Writing, createdAt: Date | undefined): Promise<void> {
  const { item, resourceType, before, next } = writing;
  const writer = { ...applying, resourceType };
  const { resourceId: id, type, version } = item;
  if (before) {
    if (next === before.resource) return;
    if (type === 'User') await saveUser(scope, writer, { active: true, ...before }, { resource: next });
    else if (type === 'Group') await saveGroup(scope, writer, before, next, []);
    else await saveResource(scope, writer, before, next);
    return;
  }
  const former = { id, resource: next, version, createdAt: createdAt ?? applying.now };
  // `active` is among the attributes of each user that is made again.
  if (type === 'User') await bringBackUser(scope, writer, { ...former, active: false });
  else if (type === 'Group') await bringBackGroup(scope, writer, former);
  else await bringBackResource(scope, writer, former);
}

/** Sets all of them back, and whoever must go along. @throws ItemRefused */
export async function setBack(
  scope: Scope,
  applying: Applying,
  kind: ResourceKind,
  items: readonly ReadyItem[],
): Promise<Outcome[]> {
  const { directoryId } = applying;
  const batch = kind === 'declared' ? items : await withBearers(scope, applying, kind, items);
  // In one order, so that two transactions never wait for each other.
  const inOrder = batch.toSorted((a, b) => (a.resourceId < b.resourceId ? -1 : 1));
  const prepared: Prepared[] = [];
  for (const item of inOrder) prepared.push(await prepare(scope, applying, item));
  const settled = kind === 'declared' ? prepared : await settleNames(scope, applying, kind, prepared);
  const remade = settled.flatMap((one) => (isWriting(one) && !one.before ? [one.item.resourceId] : []));
  const createdAt = await listCreationTimes(scope, directoryId, remade);
  const outcomes: Outcome[] = [];
  for (const one of settled) {
    if (!isWriting(one)) {
      outcomes.push(one);
      continue;
    }
    const { resourceId } = one.item;
    await writingOf(one.item, () => write(scope, applying, one, createdAt.get(resourceId)));
    const problem = one.problems.length > 0 && { problem: one.problems.join(' ') };
    outcomes.push({ resourceId, state: 'done', ...problem });
  }
  return outcomes;
}
