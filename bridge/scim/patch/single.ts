// PATCH of single-valued attributes and their sub-attributes.

import { badRequest, type ScimError } from '../errors.ts';
import { singleElement } from '../interop/values.ts';
import { isJsonObject, type JsonObject } from '../json.ts';
import { isBlank, isUnassigned, readSubValues, readValue, type SubValues } from '../resource/values.ts';
import type { AttributePath } from '../schema/model.ts';
import { type Draft, readAttribute, writeAttribute } from './draft.ts';
import type { PatchOperation } from './types.ts';

/**
 * Applies an operation on a single-valued attribute. add and replace mean the same here; on a complex attribute both
 * merge (RFC 7644 §3.5.2.3). Unassigned values unassign. Returns the error, if any.
 */
export function applyToSingle(operation: PatchOperation, path: AttributePath, draft: Draft): ScimError | undefined {
  const { attribute, subAttribute, leaf } = path;
  const isRemove = operation.op === 'remove';
  if (isRemove && leaf.required) return badRequest('mutability', `${path.text} is required and can't be removed.`);
  if (attribute.type !== 'complex') return writeSimple(operation, path, draft);

  if (subAttribute === undefined) {
    const raw = isRemove ? undefined : singleElement(operation.value, draft.options);
    if (isUnassigned(raw)) {
      writeAttribute(draft.resource, path, undefined);
      return undefined;
    }
    const values = readSubValues(attribute, raw, draft.options, path.text);
    if (!values.ok) return values.error;
    merge(path, values.value, draft);
    return undefined;
  }
  const value = readValue(subAttribute, isRemove ? undefined : operation.value, draft.options, path.text);
  if (!value.ok) return value.error;
  merge(path, new Map([[subAttribute, value.value]]), draft);
  return undefined;
}

function writeSimple(operation: PatchOperation, path: AttributePath, draft: Draft): ScimError | undefined {
  const raw = operation.op === 'remove' ? undefined : operation.value;
  const value = readValue(path.attribute, raw, draft.options, path.text);
  if (!value.ok) return value.error;
  if (path.attribute.required && isBlank(value.value)) {
    return badRequest('invalidValue', `${path.text} is required and can't be blank.`);
  }
  writeAttribute(draft.resource, path, value.value);
  return undefined;
}

function merge(path: AttributePath, values: SubValues, draft: Draft): void {
  const current = readAttribute(draft.resource, path);
  writeAttribute(draft.resource, path, mergeObject(isJsonObject(current) ? current : {}, values));
}

/** The object with sub-attributes set, or taken away where the value is undefined. */
export function mergeObject(object: JsonObject, values: SubValues): JsonObject {
  const merged: JsonObject = { ...object };
  for (const [sub, value] of values) {
    if (value === undefined) delete merged[sub.name];
    else merged[sub.name] = value;
  }
  return merged;
}
