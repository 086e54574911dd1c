// Pieces of SQL that cost next to nothing to put together: a filter is compiled for every request that has one. They fit
// wherever Kysely takes an expression.
import { type Expression, RawNode, type SqlBool, ValueNode } from 'kysely';
import type { Statement } from './statement.ts';

/** A piece of SQL: texts with something between each two of them, which is another piece or a value to be sent apart. */
export class SqlFragment<T = unknown> implements Expression<T> {
  readonly texts: readonly string[];
  readonly between: readonly unknown[];

  constructor(texts: readonly string[], between: readonly unknown[]) {
    this.texts = texts;
    this.between = between;
  }

  /** Never there; Kysely's way of carrying the type. */
  get expressionType(): T | undefined {
    return undefined;
  }

  toOperationNode(): RawNode {
    const flat: Flat = { texts: [''], values: [] };
    flatten(this, flat);
    return RawNode.create(flat.texts, flat.values.map(ValueNode.create));
  }
}

export type SqlCondition = SqlFragment<SqlBool>;

interface Flat {
  texts: string[];
  values: unknown[];
}

function flatten({ texts, between }: SqlFragment, flat: Flat): void {
  for (let index = 0; index < texts.length; index += 1) {
    flat.texts[flat.values.length] += texts[index] ?? '';
    if (index >= between.length) return;
    const part = between[index];
    if (part instanceof SqlFragment) flatten(part, flat);
    else {
      flat.values.push(part);
      flat.texts.push('');
    }
  }
}

/** The tag: `` sql`active = ${true}` ``. Values become parameters, never text. */
export function sql<T = unknown>(texts: TemplateStringsArray, ...between: unknown[]): SqlFragment<T> {
  return new SqlFragment(texts, between);
}

/** SQL as it stands; never from outside. */
sql.raw = (text: string): SqlFragment => new SqlFragment([text], []);

/** A column or table, such as `users.id`. */
sql.ref = (name: string): SqlFragment =>
  new SqlFragment([`"${name.replaceAll('"', '""').replaceAll('.', '"."')}"`], []);

/** A number as text, for what PostgreSQL must see to plan. */
sql.lit = (number: number): SqlFragment => new SqlFragment([String(Number(number))], []);

sql.join = (fragments: readonly SqlFragment[], separator: string): SqlFragment => {
  const texts = ['', ...fragments.slice(1).map(() => separator), ''];
  return new SqlFragment(fragments.length === 0 ? [''] : texts, fragments);
};

/** The finished statement. */
export function statementOf<Row>(fragment: SqlFragment<Row>): Statement<Row> {
  const flat: Flat = { texts: [''], values: [] };
  flatten(fragment, flat);
  let text = flat.texts[0] ?? '';
  for (let index = 1; index < flat.texts.length; index += 1) text += `$${index}${flat.texts[index]}`;
  return { text, values: flat.values };
}
