// Where reading changes goes on. Marks come from the server; its clock may be ahead of ours or behind.
import type { ChangeMark } from './presets.ts';

/** Replicas show a change later than the time that it carries, and two changes may share a second. */
const overlapMs = 120_000;

const generalizedTime = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(?:[.,]\d+)?Z$/;

/** A time as LDAP writes it (RFC 4517 §3.3.13). */
const formatTime = (time: Date): string =>
  time
    .toISOString()
    .replace(/\.\d+Z$/, 'Z')
    .replace(/[-:T]/g, '');

function parseTime(text: string): Date | undefined {
  const match = generalizedTime.exec(text);
  if (!match) return undefined;
  const [year = 0, month = 1, ...rest] = match.slice(1, 7).map(Number);
  return new Date(Date.UTC(year, month - 1, ...rest));
}

/** The higher of two marks; one that can't be read counts for nothing. */
export function laterMark(kind: ChangeMark, one: string | undefined, other: string | undefined): string | undefined {
  const usable = [one, other].filter(
    (mark) => mark !== undefined && (kind === 'uSNChanged' ? /^\d+$/.test(mark) : parseTime(mark) !== undefined),
  );
  const [a, b] = usable;
  if (a === undefined || b === undefined) return a;
  if (kind === 'uSNChanged') return BigInt(a) >= BigInt(b) ? a : b;
  return (parseTime(a) ?? 0) >= (parseTime(b) ?? 0) ? a : b;
}

/**
 * The mark from which changes are read the next time. A time ahead of our clock is not believed: one entry from a server
 * whose clock is wrong would hide the changes of all others. What is read twice is only compared.
 */
export function nextSince(kind: ChangeMark, mark: string, now: Date): string {
  if (kind === 'uSNChanged') return String(BigInt(mark) + 1n);
  const time = parseTime(mark) ?? now;
  return formatTime(new Date(Math.min(time.getTime(), now.getTime()) - overlapMs));
}
