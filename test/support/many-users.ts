// Many users at once, written by PostgreSQL itself as its superuser.
import { Client } from 'pg';
import { inject } from 'vitest';
import { loadUsers } from '../bench/support/data.ts';

/** Users 1 to `count` of the benchmarks' data, analysed. */
export async function loadTestUsers(databaseUrl: string, directoryId: string, count: number): Promise<void> {
  const url = new URL(inject('postgres').adminUrl);
  url.pathname = new URL(databaseUrl).pathname;
  const admin = new Client({ connectionString: url.href });
  await admin.connect();
  try {
    await loadUsers(admin, directoryId, count);
    await admin.query('vacuum analyze');
  } finally {
    await admin.end();
  }
}
