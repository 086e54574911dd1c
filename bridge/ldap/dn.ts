// Distinguished names (RFC 4514): the same entry may be named with other case, spaces and escapes.

interface AttributeValue {
  type: string;
  value: string;
}

const hexPair = /^[0-9a-f]{2}$/i;

/** What an escape at `at` stands for, and where the text goes on: a character, or bytes of UTF-8 in hex pairs. */
function unescaped(text: string, at: number): { value: string; next: number } {
  const bytes: number[] = [];
  let next = at;
  while (text[next] === '\\' && hexPair.test(text.slice(next + 1, next + 3))) {
    bytes.push(Number.parseInt(text.slice(next + 1, next + 3), 16));
    next += 3;
  }
  if (bytes.length > 0) return { value: Buffer.from(bytes).toString('utf8'), next };
  return { value: text[at + 1] ?? '', next: at + 2 };
}

/** Splits a name into its parts, each of one or more attribute values. */
function parseParts(dn: string): AttributeValue[][] {
  const parts: AttributeValue[][] = [];
  let part: AttributeValue[] = [];
  let type: string | undefined;
  let text = '';
  /** The length of `text` up to which blanks belong to the value, because they were escaped. */
  let kept = 0;
  const endValue = () => {
    const trimmed = text.slice(0, kept) + text.slice(kept).trimEnd();
    part.push({ type: (type ?? '').trim(), value: trimmed });
    type = undefined;
    text = '';
    kept = 0;
  };
  for (let at = 0; at < dn.length; ) {
    const character = dn[at] ?? '';
    if (character === '\\') {
      const { value, next } = unescaped(dn, at);
      text += value;
      kept = text.length;
      at = next;
      continue;
    }
    at += 1;
    if (character === '=' && type === undefined) {
      type = text;
      text = '';
      kept = 0;
    } else if (character === ',' || character === ';') {
      endValue();
      parts.push(part);
      part = [];
    } else if (character === '+' && type !== undefined) {
      endValue();
    } else if (!(character === ' ' && text === '')) {
      text += character;
    }
  }
  if (type !== undefined || text !== '') endValue();
  if (part.length > 0) parts.push(part);
  return parts;
}

const escaped = (value: string): string => value.replace(/[\\,+=]/g, '\\$&');

const canonical = ({ type, value }: AttributeValue): string =>
  `${type.toLowerCase()}=${escaped(value.toLowerCase().replace(/\s+/g, ' '))}`;

const canonicalParts = (dn: string): string[] => parseParts(dn).map((part) => part.map(canonical).toSorted().join('+'));

/** A form in which names of one entry are one text. */
export const canonicalDn = (dn: string): string => canonicalParts(dn).join(',');

/** Whether it is the name of the tree's root or of an entry below it. */
export function isWithin(dn: string, root: string): boolean {
  const [parts, of] = [canonicalParts(dn), canonicalParts(root)];
  return of.length <= parts.length && of.every((part, index) => part === parts[parts.length - of.length + index]);
}

/** Whether a text can be a distinguished name: each part has a type and a value. */
export const isDn = (text: string): boolean =>
  parseParts(text).every((part) =>
    part.every(({ type, value }) => /^([a-z][a-z0-9-]*|\d+(\.\d+)*)$/i.test(type) && value !== ''),
  );
