// A database of one's own for each test file, cloned from the migrated template and dropped afterwards.
import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import { inject } from 'vitest';
import { connectStore, type Store } from '../../bridge/platform/db/connect.ts';

export interface TestDatabase extends Store {
  readonly url: string;
  /** Closes the pool and drops the database. */
  drop(): Promise<void>;
}

async function asAdmin(statement: string): Promise<void> {
  const client = new Client({ connectionString: inject('postgres').adminUrl });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

/** `empty: true` gives a database without our schema. */
export async function createTestDatabase(options: { poolSize?: number; empty?: boolean } = {}): Promise<TestDatabase> {
  const { appUrl, template } = inject('postgres');
  const name = `t_${randomBytes(6).toString('hex')}`;
  const appRole = new URL(appUrl).username;
  await asAdmin(`create database ${name} owner ${appRole}${options.empty ? '' : ` template ${template}`}`);
  const url = new URL(appUrl);
  url.pathname = `/${name}`;
  const store = connectStore({ url: url.href, poolSize: options.poolSize ?? 10 });
  return {
    ...store,
    url: url.href,
    drop: async () => {
      await store.close();
      await asAdmin(`drop database if exists ${name} with (force)`);
    },
  };
}
