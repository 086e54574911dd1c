// Refuses JSON that could not be stored or that is out of proportion, before anything else looks at it.

import { badRequest, quote, type ScimError } from '../errors.ts';

export interface TextLimits {
  /** UTF-16 units in one string. */
  readonly maxStringLength?: number;
  /** Levels of objects and arrays. */
  readonly maxNesting?: number;
}

/** The longest string that any client is known to need is a photo or a certificate; this is ample for both. */
export const DEFAULT_MAX_STRING_LENGTH = 65_536;
export const DEFAULT_MAX_NESTING = 32;

/** The attributes of one object; no schema has a tenth of them. */
export const DEFAULT_MAX_NAMES = 1_000;

/**
 * Walks a parsed JSON body. 400 `invalidValue` for NUL characters or half surrogate pairs in any string or key
 * (PostgreSQL stores neither) and for strings that are too long; 400 `invalidSyntax` for nesting that is too deep and for
 * objects with too many names. Undefined when all is well.
 */
export function checkText(value: unknown, limits: TextLimits = {}): ScimError | undefined {
  const maxStringLength = limits.maxStringLength ?? DEFAULT_MAX_STRING_LENGTH;
  return checkAt(value, '', maxStringLength, limits.maxNesting ?? DEFAULT_MAX_NESTING);
}

function checkAt(value: unknown, where: string, maxStringLength: number, levels: number): ScimError | undefined {
  if (typeof value === 'string') return checkString(value, where, maxStringLength);
  if (typeof value !== 'object' || value === null) return undefined;
  if (levels === 0) return badRequest('invalidSyntax', 'The body is nested too deeply.');
  if (Array.isArray(value)) {
    for (const item of value) {
      const error = checkAt(item, where, maxStringLength, levels - 1);
      if (error !== undefined) return error;
    }
    return undefined;
  }
  return checkNames(value) ?? checkEntries(value, maxStringLength, levels);
}

/** 400 `invalidSyntax` for an object with too many names. Looks at nothing inside it. */
export function checkNames(object: object): ScimError | undefined {
  return Object.keys(object).length > DEFAULT_MAX_NAMES
    ? badRequest('invalidSyntax', `An object in the body has more than ${DEFAULT_MAX_NAMES} attributes.`)
    : undefined;
}

function checkEntries(object: object, maxStringLength: number, levels: number): ScimError | undefined {
  for (const [key, item] of Object.entries(object)) {
    const error = checkString(key, 'a name', maxStringLength) ?? checkAt(item, key, maxStringLength, levels - 1);
    if (error !== undefined) return error;
  }
  return undefined;
}

function checkString(text: string, where: string, maxLength: number): ScimError | undefined {
  const subject = where === 'a name' ? 'A name in the body' : `The value of ${quote(where)}`;
  if (text.length > maxLength) return badRequest('invalidValue', `${subject} is longer than ${maxLength} characters.`);
  if (text.includes('\u0000') || !text.isWellFormed()) {
    return badRequest('invalidValue', `${subject} has a NUL character or half a surrogate pair.`);
  }
  return undefined;
}
