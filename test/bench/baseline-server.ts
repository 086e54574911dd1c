// What one gets with Hono and pg alone: no SCIM, no validation, no tenants, no tokens. The yardstick of the benchmarks,
// started by them as a process of its own. `plain` is written as anybody would; `tuned` needs one prepared statement.

import { serve } from '@hono/node-server';
import { verify } from '@node-rs/argon2';
import { Hono } from 'hono';
import { Pool } from 'pg';
import { uuidv7 } from 'uuidv7';

const pool = new Pool({
  connectionString: process.env['DATABASE_URL'],
  max: Number(process.env['DATABASE_POOL_SIZE']),
});
const app = new Hono();

interface SentUser {
  userName: string;
  externalId: string;
  displayName: string;
  name: { givenName: string; familyName: string };
  emails: { value: string }[];
}

const insertUser = `insert into bare_users (directory_id, id, user_name, user_name_key, external_id, email, email_key, given_name,
  family_name, display_name, display_name_key, active, resource, version, created_at, last_modified_at)
  values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, true, $12, 1, $13, $13)`;

function userValues(directoryId: string, id: string, user: SentUser, now: Date): unknown[] {
  const email = user.emails[0]?.value ?? '';
  return [
    directoryId,
    id,
    user.userName,
    user.userName.toLowerCase(),
    user.externalId,
    email,
    email.toLowerCase(),
    user.name.givenName,
    user.name.familyName,
    user.displayName,
    user.displayName.toLowerCase(),
    JSON.stringify(user),
    now,
  ];
}

const eventData = (user: SentUser): string => JSON.stringify({ changes: { before: null, after: user } });

app.post('/plain/:directory/users', async (c) => {
  const user = await c.req.json<SentUser>();
  const directoryId = c.req.param('directory');
  const [id, now] = [uuidv7(), new Date()];
  const client = await pool.connect();
  try {
    await client.query('begin');
    await client.query(insertUser, userValues(directoryId, id, user, now));
    await client.query(
      `insert into bare_events (directory_id, type, resource_type, resource_id, resource_version, data, actor, request_id, created_at)
       values ($1, 'user.created', 'User', $2, 1, $3, 'bench', $4, $5)`,
      [directoryId, id, eventData(user), id, now],
    );
    await client.query('commit');
  } catch (error) {
    await client.query('rollback');
    throw error;
  } finally {
    client.release();
  }
  return c.json({ ...user, id }, 201);
});

app.post('/tuned/:directory/users', async (c) => {
  const user = await c.req.json<SentUser>();
  const directoryId = c.req.param('directory');
  const [id, now] = [uuidv7(), new Date()];
  await pool.query({
    name: 'create',
    text: `with made as (${insertUser} returning id)
      insert into bare_events (directory_id, type, resource_type, resource_id, resource_version, data, actor, request_id, created_at)
      select $1, 'user.created', 'User', made.id, 1, $14, 'bench', $15, $13 from made`,
    values: [...userValues(directoryId, id, user, now), eventData(user), id],
  });
  return c.json({ ...user, id }, 201);
});

const selectUser =
  'select id, resource, version, created_at, last_modified_at from bare_users where directory_id = $1 and';

for (const style of ['plain', 'tuned'] as const) {
  const named = (name: string) => (style === 'tuned' ? { name } : {});
  app.get(`/${style}/:directory/users/:id`, async (c) => {
    const values = [c.req.param('directory'), c.req.param('id')];
    const { rows } = await pool.query({ ...named('by-id'), text: `${selectUser} id = $2`, values });
    return rows[0] ? c.json(rows[0]) : c.notFound();
  });
  app.get(`/${style}/:directory/users`, async (c) => {
    const values = [c.req.param('directory'), c.req.query('userName')?.toLowerCase()];
    const { rows } = await pool.query({ ...named('by-name'), text: `${selectUser} user_name_key = $2`, values });
    return c.json({ Resources: rows });
  });
}

app.post('/plain/:directory/users/:id/verify-password', async (c) => {
  const { password } = await c.req.json<{ password: string }>();
  const { rows } = await pool.query<{ password_hash: string }>(
    'select password_hash from bare_credentials where directory_id = $1 and user_id = $2',
    [c.req.param('directory'), c.req.param('id')],
  );
  return c.json({ valid: rows[0] !== undefined && (await verify(rows[0].password_hash, password)) });
});

const server = serve({ fetch: app.fetch, hostname: '127.0.0.1', port: 0 }, ({ port }) => process.send?.({ port }));
process.once('SIGTERM', () => {
  server.close();
  process.exit(0);
});
process.once('disconnect', () => process.exit(0));
