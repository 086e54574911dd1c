// The environment that a command works in: the server's own variables, or what a running `npm start` has written down.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { type Config, isGiven, readConfig } from '../config.ts';

export const devFile = join('.realmbridge', 'dev.json');

const devShape = z.object({
  bridge: z.object({ url: z.string() }).optional(),
  database: z.object({ url: z.string() }),
  federation: z.object({ slug: z.string() }).optional(),
  keycloak: z
    .object({
      url: z.string(),
      realm: z.string(),
      admin: z.object({ username: z.string(), password: z.string() }),
      failoverAdmin: z.object({ username: z.string(), password: z.string() }).optional(),
    })
    .optional(),
});

/** What the command line takes from a running `npm start`. */
export type DevFile = z.infer<typeof devShape>;

export interface Environment {
  config: Config;
  env: Record<string, string | undefined>;
  /** Set when DATABASE_URL is unset and `npm start` runs in this folder. */
  dev?: DevFile;
}

async function readDevFile(cwd: string): Promise<DevFile | undefined> {
  try {
    const parsed = devShape.safeParse(JSON.parse(await readFile(join(cwd, devFile), 'utf8')));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}

/** @throws ConfigError naming every bad variable. */
export async function readEnvironment(env: Record<string, string | undefined>, cwd: string): Promise<Environment> {
  if (isGiven(env, 'DATABASE_URL')) return { config: await readConfig(env), env };
  const dev = await readDevFile(cwd);
  if (!dev) return { config: await readConfig(env), env };
  return { config: await readConfig({ ...env, DATABASE_URL: dev.database.url }), env, dev };
}
