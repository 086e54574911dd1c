// Strings as PostgreSQL looks for them.

/** LIKE's own wildcards in a value stand for themselves. */
const escapeLike = (value: string): string => (/[\\%_]/.test(value) ? value.replace(/[\\%_]/g, '\\$&') : value);

export function likePattern(operator: 'eq' | 'co' | 'sw' | 'ew', value: string): string {
  const start = operator === 'co' || operator === 'ew' ? '%' : '';
  const end = operator === 'co' || operator === 'sw' ? '%' : '';
  return `${start}${escapeLike(value)}${end}`;
}

const lastCodePoint = 0x10ffff;
const firstSurrogate = 0xd800;
const afterSurrogates = 0xe000;

/**
 * The least string that is greater than all that begin with `prefix`, in the order of code points (UTF-8's byte order);
 * undefined when there is none.
 */
export function afterPrefix(prefix: string): string | undefined {
  const lastUnit = prefix.charCodeAt(prefix.length - 1);
  if (lastUnit < firstSurrogate - 1) return prefix.slice(0, -1) + String.fromCharCode(lastUnit + 1);
  const points = Array.from(prefix, (character) => character.codePointAt(0) ?? 0);
  while (points.at(-1) === lastCodePoint) points.pop();
  const last = points.pop();
  if (last === undefined) return undefined;
  return String.fromCodePoint(...points, last + 1 === firstSurrogate ? afterSurrogates : last + 1);
}
