// What a checkout's development servers need to know again at their next start: passwords, ports and tokens. Random, made
// once, kept in .realmbridge/secrets.json with mode 0600. `--reset` forgets them with the data.
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { z } from 'zod';
import { readJson, writePrivateJson } from './files.ts';
import { withLock } from './lock.ts';

const text = z.string().min(1);
const shape = z.object({
  postgres: z.object({ superuser: text, bridge: text, keycloak: text, port: z.number().int().optional() }),
  adminToken: text,
  keycloakAdmin: text,
  failoverAdmin: text,
  /** What was set up in a database, by the database's name in RunState. */
  databases: z.record(
    z.string(),
    z.object({
      scimTokens: z.record(z.string(), z.string()),
      federationToken: z.string().optional(),
      /** The directories whose samples have arrived; they are pushed once and then the person's own. */
      sampled: z.array(z.string()),
    }),
  ),
});

export type Secrets = z.infer<typeof shape>;
export type DatabaseSecrets = Secrets['databases'][string];

const password = (): string => randomBytes(18).toString('base64url');

function newSecrets(): Secrets {
  return {
    postgres: { superuser: password(), bridge: password(), keycloak: password() },
    adminToken: `rb_admin_${randomBytes(32).toString('base64url')}`,
    // People type these two.
    keycloakAdmin: randomBytes(9).toString('base64url'),
    failoverAdmin: randomBytes(9).toString('base64url'),
    databases: {},
  };
}

/** Reads the secrets, makes them if there are none, lets `work` change them and keeps the change. */
export async function changeSecrets(
  folder: string,
  work: (secrets: Secrets) => void = () => undefined,
): Promise<Secrets> {
  const file = join(folder, 'secrets.json');
  return withLock(join(folder, 'secrets.lock'), async () => {
    const parsed = shape.safeParse(await readJson(file));
    const secrets = parsed.success ? parsed.data : newSecrets();
    const before = parsed.success ? JSON.stringify(secrets) : undefined;
    work(secrets);
    if (JSON.stringify(secrets) !== before) await writePrivateJson(file, secrets);
    return secrets;
  });
}

/** The secrets of one database, made empty when there are none. */
export function secretsOf(secrets: Secrets, database: string): DatabaseSecrets {
  secrets.databases[database] ??= { scimTokens: {}, sampled: [] };
  return secrets.databases[database];
}
