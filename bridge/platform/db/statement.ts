// Single SQL statements as values, so that several can be sent in one go (scope.ts), and the names under which
// PostgreSQL keeps their plans.
import type { Insertable } from 'kysely';
import type { Database } from './database.ts';

/** One statement with its values. `Row` is what it answers. */
export interface Statement<Row = unknown> {
  readonly text: string;
  readonly values: readonly unknown[];
  /** Never there; it only carries the type. */
  readonly row?: Row;
}

/** An insert of rows that all have the columns of the first one. */
export function insertion<Table extends keyof Database>(
  table: Table,
  rows: readonly [Insertable<Database[Table]>, ...Insertable<Database[Table]>[]],
): Statement<never> {
  const columns = Object.keys(rows[0]);
  const values: unknown[] = [];
  const places = rows.map((row) => {
    const cells = new Map<string, unknown>(Object.entries(row));
    return `(${columns.map((column) => `$${values.push(cells.get(column))}`).join(', ')})`;
  });
  return { text: `insert into "${table}" ("${columns.join('", "')}") values ${places.join(', ')}`, values };
}

const maxNames = 300;
const maxSeen = 2_000;
const maxNamedText = 4_000;

/**
 * Gives a statement's text a name when it comes for the second time: PostgreSQL then parses and plans it once per
 * connection instead of at each call. Only so many texts get one, because each costs memory in every connection and a
 * client's filters may make new texts without end; what comes later than those works as well, without the gain.
 */
export function createStatementNames(): (text: string) => string | undefined {
  const names = new Map<string, string>();
  const seen = new Set<string>();
  return (text) => {
    const known = names.get(text);
    if (known !== undefined) return known;
    if (names.size >= maxNames || text.length > maxNamedText) return undefined;
    if (!seen.delete(text)) {
      if (seen.size >= maxSeen) seen.clear();
      seen.add(text);
      return undefined;
    }
    const name = `rb${names.size + 1}`;
    names.set(text, name);
    return name;
  };
}
