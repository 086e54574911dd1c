// Several statements as one train of messages: PostgreSQL runs what comes before one Sync as one transaction, so neither
// `begin` nor `commit` is sent (PostgreSQL's documentation, "Pipelining" in the extended query protocol).
import { type Connection, type PoolClient, Query } from 'pg';
import { prepareValue } from 'pg/lib/utils.js';

export interface BatchStatement {
  readonly text: string;
  readonly values: readonly unknown[];
  /** Under which PostgreSQL keeps it prepared; undefined for one that comes once. */
  readonly name: string | undefined;
}

/** pg keeps the texts of prepared statements by name at the connection. */
function preparedTexts(connection: Connection): Record<string, string> {
  const texts: unknown = Reflect.get(connection, 'parsedStatements');
  if (typeof texts !== 'object' || texts === null) throw new TypeError('this pg keeps no texts of prepared statements');
  return texts as Record<string, string>;
}

type Rows = Record<string, unknown>[];

/** A query of pg in all but what it sends. pg itself collects the results of a query that has several. */
class BatchQuery extends Query {
  /** Whether it gave PostgreSQL statements to keep: after an error it isn't known which of them are there. */
  prepares = false;

  constructor(statements: readonly BatchStatement[], done: (error: Error | undefined, results: unknown) => void) {
    super({ text: 'batch' }, done);
    const bound = statements.map(({ text, name = '', values }) => ({ text, name, values: values.map(prepareValue) }));
    this.submit = (connection) => {
      const prepared = preparedTexts(connection);
      connection.stream.cork();
      for (const { text, name, values } of bound) {
        if (name === '' || prepared[name] === undefined) connection.parse({ text, name, types: [] }, true);
        if (name !== '' && prepared[name] === undefined) {
          prepared[name] = text;
          this.prepares = true;
        }
        connection.bind({ statement: name, values }, true);
        connection.describe({ type: 'P' }, true);
        connection.execute({}, true);
      }
      connection.sync();
      connection.stream.uncork();
      return null;
    };
  }
}

/** A failed batch. Nothing of it was done. */
export class BatchFailure extends Error {
  /** False when the connection can't be used again. */
  readonly reusable: boolean;

  constructor(cause: Error, reusable: boolean) {
    super(cause.message, { cause });
    this.reusable = reusable;
  }
}

/**
 * Runs the statements as one transaction in one round trip; answers the rows of each.
 * @throws BatchFailure with what PostgreSQL said as its cause.
 */
export function runBatch(client: PoolClient, statements: readonly BatchStatement[]): Promise<Rows[]> {
  return new Promise((resolve, reject) => {
    const query = new BatchQuery(statements, (error, results) => {
      if (error) return reject(new BatchFailure(error, !query.prepares));
      const all: readonly unknown[] = Array.isArray(results) ? results : [results];
      resolve(all.map((result) => (result as { rows: Rows }).rows));
    });
    client.query(query);
  });
}
