// PATCH of a group's members: planned without the members themselves, as changes that a store applies in order.

import { badRequest, type ScimError } from '../errors.ts';
import type { TypedFilter } from '../filter/typed.ts';
import { forgives } from '../interop/tolerances.ts';
import { unwrapNamed } from '../interop/values.ts';
import { isObject } from '../json.ts';
import type { PatchPath } from '../path/path.ts';
import { readMembers } from '../resource/members.ts';
import { isUnassigned } from '../resource/values.ts';
import type { Draft } from './draft.ts';
import type { PatchOperation } from './types.ts';

/** Applies an operation on `members`. Returns the error, if any. */
export function applyToMembers(
  operation: PatchOperation,
  path: Extract<PatchPath, { kind: 'attribute' | 'elements' }>,
  draft: Draft,
): ScimError | undefined {
  const subAttribute = path.kind === 'elements' ? path.subAttribute : path.path.subAttribute;
  if (subAttribute !== undefined) {
    return badRequest(
      'mutability',
      `members.${subAttribute.name} can't be changed; remove the member and add another.`,
    );
  }
  return path.kind === 'elements' ? applyToSelected(operation, path.filter, draft) : applyToAll(operation, draft);
}

function applyToAll({ op, value }: PatchOperation, draft: Draft): ScimError | undefined {
  // Null is no value (RFC 7643 §2.5). An empty list is a list of nothing and must not empty the group.
  if (op === 'remove' && (value === undefined || value === null)) {
    draft.members.replaceAll([]);
    return undefined;
  }
  if (op === 'remove' && !forgives(draft.options, 'removeByValue')) {
    return badRequest('invalidValue', 'A remove operation takes no value; select the members by a filter in the path.');
  }
  const raw = unwrapNamed(value, 'members', draft.options);
  const members = readMembers(isObject(raw) ? [raw] : raw, draft.options);
  if (!members.ok) return members.error;
  if (op === 'add') draft.members.add(members.value);
  else if (op === 'replace') draft.members.replaceAll(members.value);
  else draft.members.remove(members.value.map((member) => member.value));
  return undefined;
}

function applyToSelected(operation: PatchOperation, filter: TypedFilter, draft: Draft): ScimError | undefined {
  const values = selectedValues(filter);
  if (operation.op === 'remove') {
    if (values === undefined) draft.members.removeWhere(filter);
    else draft.members.remove(values);
    return undefined;
  }
  const [value] = values ?? [];
  if (values?.length !== 1 || value === undefined || !forgives(draft.options, 'createOnMiss')) {
    return badRequest('noTarget', 'Members are added by their value, or by a path that selects one value.');
  }
  if (operation.op === 'replace' && isUnassigned(operation.value)) {
    draft.members.remove([value]);
    return undefined;
  }
  const raw = isObject(operation.value) ? { value, ...operation.value } : { value };
  const members = readMembers([isUnassigned(raw.value) ? { ...raw, value } : raw], draft.options);
  if (!members.ok) return members.error;
  if (members.value.some((member) => member.value !== value)) {
    return badRequest('mutability', "members.value can't be changed; remove the member and add another.");
  }
  draft.members.add(members.value);
  return undefined;
}

/** The ids that `value eq "a" or value eq "b"` selects; undefined for filters that select otherwise. */
function selectedValues(filter: TypedFilter): string[] | undefined {
  if (filter.kind === 'compare') {
    const isValue = filter.type === 'string' && filter.operator === 'eq' && filter.path.leaf.name === 'value';
    return isValue ? [filter.literal] : undefined;
  }
  if (filter.kind !== 'or') return undefined;
  const values: string[] = [];
  for (const operand of filter.operands) {
    const selected = selectedValues(operand);
    if (selected === undefined) return undefined;
    values.push(...selected);
  }
  return values;
}
