// A build of the repositories that forgets its directory: every statement goes to PostgreSQL without the condition on
// `directory_id`, as if nobody had written it. What then keeps companies apart is row-level security alone.
import type { Pool } from 'pg';

/** What is not behind the wall: the operator's tables, and the copy of search keys. */
const outsideTheWall = /\b(federation_directories|federation_role_mappings)\b/;
const writesSearchKeys = /\b(insert into|update|delete from) "?user_search\b/;

const column = String.raw`(?:"?\w+"?\.)?"?directory_id"?`;
const equal = new RegExp(String.raw`${column} = (\$\d+)(?!\d|::)`, 'g');
const among = new RegExp(String.raw`${column} = any\((\$\d+)::uuid\[\]\)`, 'g');
/** The lists of directories that federations are asked with, joined to what is looked for. */
const listAlias = /unnest\([^)]*\)(?: with ordinality)? as (\w+) \(directory_id/g;

/** The statement without its condition; it still has the same parameters. */
function withoutDirectory(text: string): string {
  const aliases = [...text.replaceAll(/\s+/g, ' ').matchAll(listAlias)].map(([, alias]) => alias);
  const joined = aliases.length > 0 && new RegExp(String.raw`${column} = (?:${aliases.join('|')})\.directory_id`, 'g');
  const loose = text.replaceAll(equal, '$1::uuid is not null').replaceAll(among, '$1::uuid[] is not null');
  return joined ? loose.replaceAll(joined, 'true') : loose;
}

export interface ForgetfulPool {
  /** Statements that were sent without a condition that they had. */
  readonly loosened: Set<string>;
  /** Statements that still say whose rows they mean. */
  readonly kept: Set<string>;
}

function parseOf(client: unknown): { connection: object; parse: (query: { text: string }, more: boolean) => void } {
  const connection: unknown = typeof client === 'object' && client && Reflect.get(client, 'connection');
  const parse: unknown = typeof connection === 'object' && connection && Reflect.get(connection, 'parse');
  if (typeof connection !== 'object' || !connection || typeof parse !== 'function') {
    throw new TypeError('this pg sends its statements in another way');
  }
  return { connection, parse: (query, more) => Reflect.apply(parse, connection, [query, more]) };
}

/** Makes the pool forget, before its first connection: all statements with values go through the protocol's `parse`. */
export function forgetDirectories(pool: Pool): ForgetfulPool {
  const [loosened, kept] = [new Set<string>(), new Set<string>()];
  pool.on('connect', (client) => {
    const { connection, parse } = parseOf(client);
    Reflect.set(connection, 'parse', (query: { text: string }, more: boolean) => {
      if (outsideTheWall.test(query.text) || writesSearchKeys.test(query.text)) return parse(query, more);
      const text = withoutDirectory(query.text);
      if (text !== query.text) loosened.add(text);
      else if (/directory_id"? (=|in)\s/.test(query.text)) kept.add(query.text);
      return parse({ ...query, text }, more);
    });
  });
  return { loosened, kept };
}
