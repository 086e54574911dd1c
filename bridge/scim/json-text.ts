// Looks at JSON before it is parsed. JSON.parse can't be interrupted, and a few megabytes of the right kind hold up the
// process for a fifth of a second.

import { badRequest, type ScimError, scimError } from './errors.ts';

/** Shorter texts can't take long, whatever they hold. */
const HARMLESS_LENGTH = 65_536;
const MAX_NESTING = 64;
/** Names of attributes, the same ones counted again: a bulk request of 1,000 users with 50 each. */
export const MAX_NAMES = 50_000;
/** Commas and brackets, which bound the number of values. */
export const MAX_VALUES = 200_000;

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_BRACKET = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

/** 400 `invalidSyntax` for nesting that is too deep, 413 for too many names or values; undefined when all is well. */
export function checkJsonText(text: string): ScimError | undefined {
  if (text.length <= HARMLESS_LENGTH) return undefined;
  let depth = 0;
  let names = 0;
  let values = 0;
  for (let index = 0; index < text.length; index += 1) {
    switch (text.charCodeAt(index)) {
      case QUOTE:
        index = endOfString(text, index);
        break;
      case COLON:
        names += 1;
        break;
      case COMMA:
        values += 1;
        break;
      case OPEN_BRACE:
      case OPEN_BRACKET:
        values += 1;
        depth += 1;
        if (depth > MAX_NESTING) return badRequest('invalidSyntax', 'The body is nested too deeply.');
        break;
      case CLOSE_BRACE:
      case CLOSE_BRACKET:
        depth -= 1;
    }
  }
  return names > MAX_NAMES || values > MAX_VALUES
    ? scimError(413, `The body may have ${MAX_NAMES} attributes and ${MAX_VALUES} values at most.`)
    : undefined;
}

/** The index of the quote that ends the string which begins at `start`; of the last character if none does. */
function endOfString(text: string, start: number): number {
  let end = start;
  do {
    end = text.indexOf('"', end + 1);
    if (end === -1) return text.length - 1;
  } while (isEscaped(text, end));
  return end;
}

function isEscaped(text: string, at: number): boolean {
  let start = at;
  while (text.charCodeAt(start - 1) === BACKSLASH) start -= 1;
  return (at - start) % 2 === 1;
}
