// Plans a PATCH: what the resource becomes and what happens to members and password (RFC 7644 §3.5.2).

import { badRequest, type ScimError } from '../errors.ts';
import { forgives } from '../interop/tolerances.ts';
import { cloneObject, deepEqual, own } from '../json.ts';
import type { PatchPath } from '../path/path.ts';
import { checkImmutable, checkRequiredParts } from '../resource/declared-rules.ts';
import { isOnlyLabels } from '../resource/elements.ts';
import { schemasOf } from '../resource/schemas.ts';
import { readValue } from '../resource/values.ts';
import { fail, ok, type Result } from '../result.ts';
import { membersAttribute } from '../schema/group-schema.ts';
import type { Resource, ResourceTypeDefinition } from '../schema/model.ts';
import { resolveSchema, topLevelPaths } from '../schema/resolve.ts';
import { type Draft, MAX_WORK, readAttribute, writeAttribute } from './draft.ts';
import { applyToElements } from './elements.ts';
import { MemberPlan } from './member-plan.ts';
import { applyToMembers } from './members.ts';
import type { PatchOptions } from './parse.ts';
import { applyToSingle } from './single.ts';
import type { PatchOperation, PatchPlan } from './types.ts';

type AttributeTarget = Extract<PatchPath, { kind: 'attribute' | 'elements' }>;

/**
 * Applies operations in order to a copy of a resource in canonical form (a group's without members). All or nothing:
 * the first operation that fails is the answer, and the input is never touched. Pass `id` along in the resource, so
 * that an echo of it can be told from an attempt to change it.
 *
 * 400 `mutability` for read-only attributes and the removal of required ones, `invalidValue` for wrong types, blank
 * required attributes and two primaries, `noTarget` for a value path that selects nothing (unless it may create). 413 for
 * more work than one PATCH may be.
 */
export function planPatch(
  resourceType: ResourceTypeDefinition,
  resource: Resource,
  operations: readonly PatchOperation[],
  options: PatchOptions,
): Result<PatchPlan> {
  const draft: Draft = {
    resourceType,
    options,
    resource: cloneObject(resource),
    members: new MemberPlan(),
    password: undefined,
    work: MAX_WORK,
  };
  for (const operation of operations) {
    const error = apply(operation, draft);
    if (error !== undefined) return fail(error);
  }
  settle(draft);
  const broken =
    checkRequiredParts(resourceType, draft.resource) ?? checkImmutable(resourceType, resource, draft.resource);
  if (broken !== undefined) return fail(broken);
  return ok({
    resource: draft.resource,
    changed: !deepEqual(resource, draft.resource),
    members: draft.members.changes(),
    ...(draft.password === undefined ? {} : { password: draft.password }),
  });
}

function apply(operation: PatchOperation, draft: Draft): ScimError | undefined {
  const target = operation.path;
  if (target.kind === 'unknown') return undefined;
  if (target.kind === 'schema') return removeExtension(target, draft);
  const { attribute } = target.path;
  if (attribute.name === 'schemas') return checkSchemasOperation(operation, draft);
  if (isReadOnly(target)) return checkEcho(operation, target, draft);
  if (attribute === membersAttribute) return applyToMembers(operation, target, draft);
  if (attribute.mutability === 'writeOnly') return applyToPassword(operation, target, draft);
  if (target.kind === 'attribute' && !attribute.multiValued) return applyToSingle(operation, target.path, draft);
  return applyToElements(operation, target, draft);
}

function removeExtension(target: Extract<PatchPath, { kind: 'schema' }>, draft: Draft): ScimError | undefined {
  if (target.extension === undefined) return badRequest('noTarget', 'The core schema of a resource stays.');
  delete draft.resource[target.extension];
  return undefined;
}

function isReadOnly(target: AttributeTarget): boolean {
  const subAttribute = target.kind === 'elements' ? target.subAttribute : target.path.subAttribute;
  return target.path.attribute.mutability === 'readOnly' || subAttribute?.mutability === 'readOnly';
}

/**
 * An unchanged `id` may be repeated by anyone. Other read-only attributes pass without effect when they came along in
 * the value of a pathless operation, as in Okta's group renames; a path that names one was meant.
 */
function checkEcho(operation: PatchOperation, target: AttributeTarget, draft: Draft): ScimError | undefined {
  const { path } = target;
  if (path.attribute.name === 'id') {
    const isSame = operation.op !== 'remove' && operation.value === own(draft.resource, 'id');
    if (isSame) return undefined;
  } else if (operation.pathless && forgives(draft.options, 'readOnlyEchoes')) {
    return undefined;
  }
  return badRequest('mutability', `${path.text} is read-only.`);
}

/** `schemas` follows from the content, so naming known schemas has no effect and other changes are refused. */
function checkSchemasOperation({ op, value, pathless }: PatchOperation, draft: Draft): ScimError | undefined {
  const urns: unknown[] = Array.isArray(value) ? value : [value];
  const known = urns.every((urn) => typeof urn === 'string' && resolveSchema(draft.resourceType, urn) !== undefined);
  if (op !== 'remove' && known) return undefined;
  const isEcho = pathless || op === 'add';
  return isEcho && forgives(draft.options, 'readOnlyEchoes')
    ? undefined
    : badRequest('mutability', "schemas can't be changed.");
}

function applyToPassword(operation: PatchOperation, target: AttributeTarget, draft: Draft): ScimError | undefined {
  const { attribute } = target.path;
  const raw = operation.op === 'remove' ? undefined : operation.value;
  const value = readValue(attribute, raw, draft.options);
  if (!value.ok) return value.error;
  draft.password = typeof value.value === 'string' ? value.value : null;
  return undefined;
}

/** Takes away elements left without a value, and brings `schemas` in line with the extensions in use. */
function settle(draft: Draft): void {
  for (const path of topLevelPaths(draft.resourceType)) {
    if (!path.attribute.multiValued || path.attribute.mutability === 'readOnly') continue;
    const value = readAttribute(draft.resource, path);
    if (!Array.isArray(value)) continue;
    const kept = value.filter((element) => !isOnlyLabels(path.attribute, element));
    if (kept.length < value.length) writeAttribute(draft.resource, path, kept);
  }
  draft.resource.schemas = schemasOf(draft.resourceType, draft.resource);
}
