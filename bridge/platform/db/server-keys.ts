// Secret keys of this installation. They live in the database, so that every replica has the same and nobody has to
// configure one; deleting a row makes a new key after the next start.
import { randomBytes } from 'node:crypto';
import type { Kysely } from 'kysely';
import type { Clock } from '../clock.ts';
import type { Database } from './database.ts';

const keyBytes = 32;

/** The key of that name, made by whichever replica asks first. */
export async function readServerKey(db: Kysely<Database>, name: string, clock: Clock): Promise<Buffer> {
  const find = () => db.selectFrom('server_keys').select('secret').where('name', '=', name).executeTakeFirst();
  const known = await find();
  if (known) return known.secret;
  await db
    .insertInto('server_keys')
    .values({ name, secret: randomBytes(keyBytes), created_at: clock.now() })
    .onConflict((conflict) => conflict.column('name').doNothing())
    .execute();
  const made = await find();
  if (!made) throw new Error(`the server key ${name} was not stored`);
  return made.secret;
}
