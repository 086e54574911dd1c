// The members of a group as a client sends them.

import { badRequest, type ScimError } from '../errors.ts';
import { forgives } from '../interop/tolerances.ts';
import { bareStringAsValue } from '../interop/values.ts';
import { isObject } from '../json.ts';
import { fail, ok, type Result } from '../result.ts';
import type { ValueOptions } from './options.ts';
import { isUnassigned, unknownName, wrongType } from './values.ts';

/** A member: `value` is its identity; `type` and `display` are hints and never compared. */
export interface MemberRef {
  readonly value: string;
  readonly type?: 'User' | 'Group';
  readonly display?: string;
}

/**
 * Reads members from an array, one object, or (where bare values are tolerated) ids as strings. Each id appears once in
 * the answer, blanks not at all. 400 `invalidValue` for anything without an id.
 */
export function readMembers(raw: unknown, options: ValueOptions): Result<MemberRef[]> {
  if (isUnassigned(raw)) return ok([]);
  const list = isLone(raw, options) ? [raw] : raw;
  if (!Array.isArray(list)) return fail(wrongType('members', 'an array'));
  const members = new Map<string, MemberRef>();
  for (const item of list) {
    if (isUnassigned(item)) continue;
    const member = readMember(item, options);
    if (!member.ok) return member;
    if (!members.has(member.value.value)) members.set(member.value.value, member.value);
  }
  return ok([...members.values()]);
}

/** One member where an array belongs. That a string stands for its id is forgiven, or not, when it is read. */
function isLone(raw: unknown, options: ValueOptions): boolean {
  if (typeof raw === 'string') return options.singleValueForMultiValued || options.bareValues;
  return isObject(raw) && (forgives(options, 'singleValueForMultiValued') || forgives(options, 'bareValues'));
}

function readMember(raw: unknown, options: ValueOptions): Result<MemberRef> {
  const object = bareStringAsValue(raw, options);
  if (!isObject(object)) return fail(wrongType('Each of the members', 'an object with a value'));
  let value: unknown;
  let ref: unknown;
  let type: unknown;
  let display: unknown;
  for (const [key, item] of Object.entries(object)) {
    const name = key.toLowerCase();
    if (name === 'value') value = item;
    else if (name === 'type') type = item;
    else if (name === 'display') display = item;
    else if (name === '$ref') ref = item;
    else {
      const error = unknownName(key, 'members', options);
      if (error !== undefined) return fail(error);
    }
  }
  if (isUnassigned(value)) value = idInReference(ref);
  if (typeof value !== 'string' || value === '') return fail(wrongType('members.value', 'the id of a member'));
  const kind = memberType(type);
  if (kind === undefined && !isUnassigned(type) && !forgives(options, 'unknownAttributes')) return fail(unknownType());
  return ok({
    value,
    ...(kind === undefined ? {} : { type: kind }),
    ...(typeof display === 'string' && display !== '' ? { display } : {}),
  });
}

/** `$ref` alone names a member too: absolute or relative, its last segment is the id (RFC 7643 §2.4). */
function idInReference(ref: unknown): string | undefined {
  return typeof ref === 'string' ? /(?:^|\/)(?:Users|Groups)\/([^/?#]+)$/.exec(ref)?.[1] : undefined;
}

function memberType(raw: unknown): 'User' | 'Group' | undefined {
  const lower = typeof raw === 'string' ? raw.toLowerCase() : '';
  return lower === 'user' ? 'User' : lower === 'group' ? 'Group' : undefined;
}

function unknownType(): ScimError {
  return badRequest('invalidValue', 'members.type must be "User" or "Group".');
}
