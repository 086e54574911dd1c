// What the store has of one company.
import { Client } from 'pg';
import { inject } from 'vitest';
import type { Company, World } from './world.ts';

/** Every row of the company, as a superuser sees it; but not when its tokens were used, nor that somebody tried to. */
export async function rowsOf(world: World, { directoryIds, federationId }: Company): Promise<Record<string, string>> {
  const url = new URL(inject('postgres').adminUrl);
  url.pathname = new URL(world.bridge.database.url).pathname;
  const client = new Client({ connectionString: url.href });
  await client.connect();
  try {
    const { rows: columns } = await client.query<{ table: string; column: string }>(
      `select table_name as "table", column_name as "column" from information_schema.columns
       where table_schema = 'public' and column_name in ('directory_id', 'federation_id')
         and table_name <> 'scim_requests' order by 1`,
    );
    const found: Record<string, string> = {};
    for (const { table, column } of columns) {
      const { rows } = await client.query<{ row: string }>(
        `select (to_jsonb(t) - 'last_used_at')::text as row from ${table} t where ${column} = any($1) order by 1`,
        [column === 'directory_id' ? directoryIds : [federationId]],
      );
      if (rows.length > 0) found[`${table}.${column}`] = rows.map(({ row }) => row).join('\n');
    }
    return found;
  } finally {
    await client.end();
  }
}
