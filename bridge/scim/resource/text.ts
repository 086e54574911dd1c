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

/**
 * Walks a parsed JSON body. 400 `invalidValue` for NUL characters or half surrogate pairs in any string or key
 * (PostgreSQL stores neither) and for strings that are too long; 400 `invalidSyntax` for nesting that is too deep.
 * Undefined when all is well.
 */
export function checkText(value: unknown, limits: TextLimits = {}): ScimError | undefined {
  return checkAt(value, '', {
    maxStringLength: limits.maxStringLength ?? DEFAULT_MAX_STRING_LENGTH,
    levels: limits.maxNesting ?? DEFAULT_MAX_NESTING,
  });
}

function checkAt(
  value: unknown,
  where: string,
  limits: { maxStringLength: number; levels: number },
): ScimError | undefined {
  if (typeof value === 'string') return checkString(value, where, limits.maxStringLength);
  if (typeof value !== 'object' || value === null) return undefined;
  if (limits.levels === 0) return badRequest('invalidSyntax', 'The body is nested too deeply.');
  const inner = { maxStringLength: limits.maxStringLength, levels: limits.levels - 1 };
  if (Array.isArray(value)) {
    for (const item of value) {
      const error = checkAt(item, where, inner);
      if (error !== undefined) return error;
    }
    return undefined;
  }
  for (const [key, item] of Object.entries(value)) {
    const error = checkString(key, 'a name', limits.maxStringLength) ?? checkAt(item, key, inner);
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
