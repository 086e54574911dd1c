// Reads the lexical pieces of a filter: words, strings and bare values. One pass over the text, no regular expressions.

/** Character classes of attribute paths and URNs: letters, digits and `_ - $ : . /`. */
const WORD = new Uint8Array(128);
for (const char of 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-$:./') {
  WORD[char.charCodeAt(0)] = 1;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const ESCAPES = new Map([
  ['"', '"'],
  ['\\', '\\'],
  ['/', '/'],
  ['b', '\b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
]);

/** A cursor over the text. Methods that can fail return undefined and leave the reason in `error`. */
export class Scanner {
  readonly text: string;
  position = 0;
  error = '';

  constructor(text: string) {
    this.text = text;
  }

  /** The code of the next character, NaN at the end. */
  peek(): number {
    return this.text.charCodeAt(this.position);
  }

  atEnd(): boolean {
    return this.position >= this.text.length;
  }

  skipSpace(): void {
    while (isSpace(this.peek())) this.position++;
  }

  /** Steps over one character if it is the next one. */
  take(charCode: number): boolean {
    if (this.peek() !== charCode) return false;
    this.position++;
    return true;
  }

  /** Steps over a lower-case keyword, in any case, unless it is only the start of a longer word. */
  takeKeyword(keyword: string): boolean {
    const end = this.position + keyword.length;
    if (isWord(this.text.charCodeAt(end))) return false;
    for (let i = 0; i < keyword.length; i++) {
      if ((this.text.charCodeAt(this.position + i) | 0x20) !== keyword.charCodeAt(i)) return false;
    }
    this.position = end;
    return true;
  }

  /** The longest run of word characters, possibly empty. */
  readWord(): string {
    const { text, position: start } = this;
    let end = start;
    while (isWord(text.charCodeAt(end))) end++;
    this.position = end;
    return text.slice(start, end);
  }

  /** Everything up to white space, a bracket or a parenthesis: an unquoted value. */
  readBare(): string {
    const start = this.position;
    while (!this.atEnd() && !isDelimiter(this.peek())) this.position++;
    return this.text.slice(start, this.position);
  }

  /** A JSON string, starting at its opening quote; escapes are decoded (RFC 7159 §7). */
  readString(): string | undefined {
    const { text } = this;
    const start = ++this.position;
    let seen = 0;
    for (let end = start; end < text.length; end++) {
      const code = text.charCodeAt(end);
      seen |= code;
      if (code === QUOTE) {
        this.position = end + 1;
        const value = text.slice(start, end);
        // Without a character beyond 0x7ff there is no surrogate either.
        return seen <= 0x7ff ? value : this.checked(value, start);
      }
      if (code === BACKSLASH) {
        this.position = end;
        return this.readEscapedString(start);
      }
      if (code < 0x20) break;
    }
    return this.failString(start);
  }

  private readEscapedString(start: number): string | undefined {
    let value = this.text.slice(start, this.position);
    while (!this.atEnd()) {
      const code = this.peek();
      if (code < 0x20) break;
      const char = this.text.charAt(this.position++);
      if (code === QUOTE) return this.checked(value, start);
      if (code !== BACKSLASH) {
        value += char;
        continue;
      }
      const decoded = this.readEscape();
      if (decoded === undefined) return undefined;
      value += decoded;
    }
    return this.failString(start);
  }

  private readEscape(): string | undefined {
    const letter = this.text.charAt(this.position++);
    if (letter !== 'u') {
      const char = ESCAPES.get(letter);
      if (char === undefined) this.error = `unknown escape in the string at position ${this.position - 1}`;
      return char;
    }
    let code = 0;
    for (let i = 0; i < 4; i++) {
      const digit = hexDigit(this.text.charCodeAt(this.position++));
      if (digit < 0) {
        this.error = `\\u needs four hexadecimal digits at position ${this.position - 1}`;
        return undefined;
      }
      code = code * 16 + digit;
    }
    return String.fromCharCode(code);
  }

  /** PostgreSQL can store neither NUL nor half a surrogate pair, so no value can equal such a string. */
  private checked(value: string, start: number): string | undefined {
    if (value.isWellFormed() && !value.includes('\u0000')) return value;
    this.error = `the string at position ${start} has a NUL character or half a surrogate pair`;
    return undefined;
  }

  private failString(start: number): undefined {
    this.error = `the string at position ${start} does not end`;
    return undefined;
  }
}

/** Whether a text is a number as JSON writes it. */
export function isJsonNumber(text: string): boolean {
  let i = text.charCodeAt(0) === 0x2d ? 1 : 0;
  const first = text.charCodeAt(i);
  const integer = skipDigits(text, i);
  if (integer === i || (first === 0x30 && integer > i + 1)) return false;
  i = integer;
  if (text.charCodeAt(i) === 0x2e) {
    const fraction = skipDigits(text, i + 1);
    if (fraction === i + 1) return false;
    i = fraction;
  }
  if ((text.charCodeAt(i) | 0x20) === 0x65) {
    const sign = text.charCodeAt(i + 1);
    const digits = sign === 0x2b || sign === 0x2d ? i + 2 : i + 1;
    const exponent = skipDigits(text, digits);
    if (exponent === digits) return false;
    i = exponent;
  }
  return i === text.length;
}

function skipDigits(text: string, from: number): number {
  let i = from;
  while (text.charCodeAt(i) >= 0x30 && text.charCodeAt(i) <= 0x39) i++;
  return i;
}

function isWord(code: number): boolean {
  return code < 128 && WORD[code] === 1;
}

function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x09 || code === 0x0a || code === 0x0d;
}

/** Space, `"`, `(`, `)`, `[` or `]`. */
function isDelimiter(code: number): boolean {
  return isSpace(code) || code === QUOTE || code === 0x28 || code === 0x29 || code === 0x5b || code === 0x5d;
}

function hexDigit(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const lower = code | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}
