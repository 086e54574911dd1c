// What PostgreSQL means to do for a statement, as the bridge would run it: under row-level security.
import type { Pool } from 'pg';
import { readAtOnce } from '../../bridge/platform/db/scope.ts';
import type { Statement } from '../../bridge/platform/db/statement.ts';

/** The plan's lines. */
export async function explain(pool: Pool, directoryId: string, statement: Statement): Promise<string> {
  const explained: Statement<{ 'QUERY PLAN': string }> = {
    text: `explain (costs off) ${statement.text}`,
    values: statement.values,
  };
  const [lines] = await readAtOnce(pool, [directoryId], [explained]);
  return lines.map((line) => line['QUERY PLAN']).join('\n');
}
