// An entry as the server sent it, in the form in which the rest reads it.
import type { Entry } from 'ldapts';

/** More values of one attribute than anybody has, members of groups aside. */
const maxValues = 100;
const maxTextLength = 10_000;

export interface LdapEntry {
  readonly dn: string;
  /** The attribute's values that are text and not blank, at most a hundred; the name is in lower case. */
  texts(attribute: string): string[];
  /** All values, blank ones too. */
  all(attribute: string): string[];
  bytes(attribute: string): Buffer | undefined;
  /** Names of the attributes that the server sent, in lower case. */
  readonly names: readonly string[];
}

type Value = string | Buffer;

const listOf = (value: Entry[string] | undefined): Value[] =>
  value === undefined ? [] : Array.isArray(value) ? [...value] : [value];

export function readEntry(entry: Entry): LdapEntry {
  const byName = new Map<string, Value[]>();
  for (const [name, value] of Object.entries(entry)) {
    if (name !== 'dn') byName.set(name.toLowerCase(), listOf(value));
  }
  const all = (attribute: string): string[] =>
    (byName.get(attribute) ?? []).filter((value) => typeof value === 'string');
  return {
    dn: entry.dn,
    all,
    texts: (attribute) =>
      all(attribute)
        .filter((value) => value.trim() !== '' && value.length <= maxTextLength)
        .slice(0, maxValues),
    bytes: (attribute) => {
      const [value] = byName.get(attribute) ?? [];
      return typeof value === 'string' ? Buffer.from(value, 'utf8') : value;
    },
    names: [...byName.keys()],
  };
}

/** Active Directory's form of a GUID (MS-DTYP §2.3.4.2): the first three groups are little-endian. */
export function guidOf(bytes: Buffer): string | undefined {
  if (bytes.length !== 16) return undefined;
  const hex = (...places: number[]) => places.map((place) => bytes.subarray(place, place + 1).toString('hex')).join('');
  return [hex(3, 2, 1, 0), hex(5, 4), hex(7, 6), hex(8, 9), hex(10, 11, 12, 13, 14, 15)].join('-');
}

/** The bytes of a GUID that {@link guidOf} has read. */
export function guidBytes(guid: string): Buffer {
  const bytes = Buffer.from(guid.replaceAll('-', ''), 'hex');
  return Buffer.from([3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15].map((place) => bytes[place] ?? 0));
}

/** A value as a filter wants it (RFC 4515 §3). */
export const escapedValue = (value: string): string =>
  value.replace(/[\\*()\0]/g, (character) => `\\${character.charCodeAt(0).toString(16).padStart(2, '0')}`);

/** `member;range=0-1499`: which part of the values it is (MS-ADTS §3.1.1.3.1.3.3), and where the next begins. */
export function rangeOf(name: string): { attribute: string; next: number | undefined } | undefined {
  const match = /^(.+);range=(\d+)-(\d+|\*)$/i.exec(name);
  if (!match) return undefined;
  const [, attribute = '', , end = '*'] = match;
  return { attribute, next: end === '*' ? undefined : Number(end) + 1 };
}
