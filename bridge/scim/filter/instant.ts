// Reads xsd:dateTime (RFC 7643 §2.3.5) into an instant.

/**
 * Milliseconds since 1970 UTC, with a fraction when the text has more than three digits of a second; undefined when it
 * is not a date and time. A missing offset means UTC.
 */
export function parseInstant(text: string): number | undefined {
  const [year, month, day] = [digits(text, 0, 4), digits(text, 5, 2), digits(text, 8, 2)];
  const [hour, minute, second] = [digits(text, 11, 2), digits(text, 14, 2), digits(text, 17, 2)];
  const separated = text[4] === '-' && text[7] === '-' && text[13] === ':' && text[16] === ':';
  if (!separated || (text[10] !== 'T' && text[10] !== 't')) return undefined;
  // Before the year 1 there was none (ISO 8601's year 0 is not one of XML Schema 1.0), and databases know none either.
  if (!(year >= 1 && month >= 1 && month <= 12 && day >= 1 && day <= daysIn(year, month))) return undefined;
  if (!(hour <= 23 && minute <= 59 && second <= 59)) return undefined;
  const fraction = fractionMs(text);
  if (fraction === undefined) return undefined;
  const offset = offsetMinutes(text.slice(fraction.end));
  if (offset === undefined) return undefined;
  return ((daysSince1970(year, month, day) * 24 + hour) * 60 + minute - offset) * 60_000 + second * 1_000 + fraction.ms;
}

/** The number that so many digits make, NaN for anything else. */
function digits(text: string, from: number, count: number): number {
  let number = 0;
  for (let index = from; index < from + count; index++) {
    const digit = text.charCodeAt(index) - 0x30;
    if (!(digit >= 0 && digit <= 9)) return Number.NaN;
    number = number * 10 + digit;
  }
  return number;
}

const secondsEnd = 19;
const maxFractionDigits = 12;

/** What follows the seconds, and where that ends; undefined for a point without digits or with too many. */
function fractionMs(text: string): { ms: number; end: number } | undefined {
  if (text[secondsEnd] !== '.') return { ms: 0, end: secondsEnd };
  let end = secondsEnd + 1;
  while (digits(text, end, 1) >= 0) end++;
  const count = end - secondsEnd - 1;
  if (count === 0 || count > maxFractionDigits) return undefined;
  return { ms: Number(`0${text.slice(secondsEnd, end)}`) * 1_000, end };
}

const isLeap = (year: number): boolean => (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
const monthLengths = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

function daysIn(year: number, month: number): number {
  return month === 2 && isLeap(year) ? 29 : (monthLengths[month - 1] ?? 0);
}

/** In the Gregorian calendar. Date.UTC takes the years 0 to 99 for 1900 to 1999, so it gets a later year of the same shape. */
function daysSince1970(year: number, month: number, day: number): number {
  const shift = year < 100 ? 400 : 0;
  return Date.UTC(year + shift, month - 1, day) / 86_400_000 - (shift === 0 ? 0 : 146_097);
}

/** East of UTC. */
function offsetMinutes(text: string): number | undefined {
  if (text === 'Z' || text === 'z' || text === '') return 0;
  const [hours, minutes] = [digits(text, 1, 2), digits(text, 4, 2)];
  const signed = text.startsWith('-') || text.startsWith('+');
  if (text.length !== 6 || !signed || text[3] !== ':' || !(hours <= 14 && minutes <= 59)) return undefined;
  return (text.startsWith('-') ? -1 : 1) * (hours * 60 + minutes);
}
