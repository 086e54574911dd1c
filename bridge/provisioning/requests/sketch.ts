// What is kept of a request that was refused. It is built up from what is known to be harmless, and not taken down from what was
// sent: values stand only under names that the directory's schemas have and that are not secret; of all others, their kind.
import { isObject, type JsonObject, type JsonValue } from '../../scim/json.ts';
import type { AttributeDefinition, ResourceTypeDefinition } from '../../scim/schema/model.ts';

const maxText = 200;
const maxName = 100;
const maxElements = 20;
const maxKeys = 60;
const maxDepth = 8;
/** Of names and values together; what comes after that is kept by its kind. */
const maxLetters = 20_000;

/** The words of SCIM messages (RFC 7644), beside those of the schemas. */
const messageWords = [
  ...['schemas', 'operations', 'op', 'path', 'value', 'method', 'bulkid', 'data', 'version', 'failonerrors'],
  ...['filter', 'attributes', 'excludedattributes', 'sortby', 'sortorder', 'startindex', 'count', 'cursor'],
  ...['id', 'externalid', 'meta', 'resourcetype', 'created', 'lastmodified', 'location'],
];

interface Vocabulary {
  known: ReadonlySet<string>;
  secret: ReadonlySet<string>;
}

const isSecret = ({ mutability, returned }: AttributeDefinition): boolean =>
  mutability === 'writeOnly' || returned === 'never';

/** A directory's types are the same object until its schemas change. */
const vocabularies = new WeakMap<readonly ResourceTypeDefinition[], Vocabulary>();

function vocabularyOf(types: readonly ResourceTypeDefinition[]): Vocabulary {
  const known = vocabularies.get(types);
  if (known) return known;
  const made = newVocabulary(types);
  vocabularies.set(types, made);
  return made;
}

function newVocabulary(types: readonly ResourceTypeDefinition[]): Vocabulary {
  const known = new Set(messageWords);
  // Also where a directory has no users, or a client spells it elsewhere.
  const secret = new Set(['password', 'secret', 'token', 'authorization']);
  const add = (attribute: AttributeDefinition): void => {
    (isSecret(attribute) ? secret : known).add(attribute.name.toLowerCase());
    for (const part of attribute.subAttributes ?? []) add(part);
  };
  for (const { schema, extensions } of types) {
    for (const { id, attributes } of [schema, ...extensions.map((extension) => extension.schema)]) {
      known.add(id.toLowerCase());
      for (const attribute of attributes) add(attribute);
    }
  }
  return { known, secret };
}

/** The names in a path, an attribute name or a filter: `urn:…:User:name.givenName`, `emails[type eq "work"].value`. */
const wordsOf = (text: string): string[] => text.toLowerCase().match(/[a-z$][\w$-]*/g) ?? [];

const mentionsSecret = (text: string, { secret }: Vocabulary): boolean =>
  wordsOf(text).some((word) => secret.has(word));

/** The attribute that a key or path begins with. */
function rootOf(name: string): string {
  const plain = name.toLowerCase().startsWith('urn:') ? name.slice(name.lastIndexOf(':') + 1) : name;
  return plain.split(/[.[]/)[0]?.trim().toLowerCase() ?? '';
}

function isKnown(name: string, vocabulary: Vocabulary): boolean {
  if (mentionsSecret(name, vocabulary)) return false;
  return vocabulary.known.has(name.toLowerCase()) || vocabulary.known.has(rootOf(name));
}

const cut = (text: string, length: number): string => (text.length > length ? `${text.slice(0, length)}…` : text);

function kindOf(value: unknown): string {
  if (value === null) return '(null)';
  if (typeof value === 'string') return `(text of ${value.length} characters)`;
  if (Array.isArray(value)) return `(list of ${value.length})`;
  return `(${typeof value})`;
}

/** A PATCH operation says in one member what the value of another means, and may say it wrongly, or twice. */
const pathsAreKnown = (value: Record<string, unknown>, vocabulary: Vocabulary): boolean =>
  Object.entries(value)
    .filter(([name]) => name.toLowerCase() === 'path')
    .every(([, path]) => typeof path === 'string' && isKnown(path, vocabulary));

/** What a sketch may still hold. */
interface Space {
  letters: number;
}

function sketchObject(value: Record<string, unknown>, vocabulary: Vocabulary, space: Space, depth: number): JsonObject {
  const pathIsKnown = pathsAreKnown(value, vocabulary);
  const entries = Object.entries(value);
  const shown = entries.slice(0, maxKeys).map(([name, part]): [string, JsonValue] => {
    const word = name.toLowerCase();
    space.letters -= Math.min(name.length, maxName);
    if (word === 'path' || word === 'filter')
      return [name, typeof part === 'string' ? sketchFilter(part, vocabulary) : kindOf(part)];
    const isShown = isKnown(name, vocabulary) && (pathIsKnown || word !== 'value');
    return [cut(name, maxName), isShown ? sketchValue(part, vocabulary, space, depth + 1) : kindOf(part)];
  });
  if (entries.length > maxKeys) shown.push(['…', `(${entries.length - maxKeys} more)`]);
  return Object.fromEntries(shown);
}

function sketchValue(value: unknown, vocabulary: Vocabulary, space: Space, depth: number): JsonValue {
  if (value === null || typeof value === 'boolean' || typeof value === 'number') return value;
  if (depth >= maxDepth || space.letters <= 0) return kindOf(value);
  if (typeof value === 'string') {
    space.letters -= Math.min(value.length, maxText);
    return cut(value, maxText);
  }
  if (Array.isArray(value)) {
    const first = value.slice(0, maxElements);
    const shown = first.map((element: unknown) => sketchValue(element, vocabulary, space, depth + 1));
    return value.length > maxElements ? [...shown, `(${value.length - maxElements} more)`] : shown;
  }
  return isObject(value) ? sketchObject(value, vocabulary, space, depth) : kindOf(value);
}

/** A name alone, which holds no value. */
const plainPath = /^[\w:.$-]{1,200}$/;

const sketchFilter = (text: string, vocabulary: Vocabulary): string =>
  !plainPath.test(text) && mentionsSecret(text, vocabulary) ? kindOf(text) : cut(text, 2 * maxText);

/** The body of a request, whatever it is, as it may be kept. */
export const sketchBody = (body: unknown, types: readonly ResourceTypeDefinition[]): JsonValue =>
  sketchValue(body, vocabularyOf(types), { letters: maxLetters }, 0);

const queryWords = [
  'filter',
  'startindex',
  'count',
  'cursor',
  'sortby',
  'sortorder',
  'attributes',
  'excludedattributes',
];

/** The parameters of a request that SCIM knows, as they may be kept; of others, their names. */
export function sketchQuery(
  query: Readonly<Record<string, string>>,
  types: readonly ResourceTypeDefinition[],
): Record<string, string> {
  const vocabulary = vocabularyOf(types);
  const shown = Object.entries(query)
    .slice(0, maxElements)
    .map(([name, value]): [string, string] => {
      const isShown = queryWords.includes(name.toLowerCase());
      return [cut(name, maxName), isShown ? sketchFilter(value, vocabulary) : kindOf(value)];
    });
  return Object.fromEntries(shown);
}
