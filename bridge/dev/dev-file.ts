// .realmbridge/dev.json: what runs here, for programs. Its keys are documented in docs/development.md.
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { writePrivateJson } from './files.ts';

export interface DevFile {
  /** Absent while the bridge does not run. */
  bridge?: { url: string; metricsUrl: string; pid: number; logFile: string; adminToken: string };
  /** `pid` and `logFile` are absent with --database-url. */
  database?: { url: string; pid?: number; logFile?: string };
  scim?: { directory: string; profile: string; url: string; token: string }[];
  federation?: { slug: string; url: string; token: string };
  users?: { username: string; password?: string; email: string; directory: string }[];
  /** Absent while Keycloak does not run. */
  keycloak?: {
    url: string;
    realm: string;
    pid: number;
    logFile: string;
    /** Of the master realm. */
    admin: { username: string; password: string };
    failoverAdmin: { username: string; password: string };
    component: { id: string };
    /** A public client with direct grants, in this development realm only. */
    client: { id: string };
  };
}

const order = ['bridge', 'database', 'scim', 'federation', 'users', 'keycloak'] as const satisfies (keyof DevFile)[];

export const devFilePath = (folder: string): string => join(folder, 'dev.json');

/** What several starters have ready, as one; undefined when nothing is. */
export function composeDevFile(ready: readonly DevFile[]): DevFile | undefined {
  if (ready.length === 0) return undefined;
  const union: DevFile = Object.assign({}, ...ready);
  return Object.fromEntries(order.filter((key) => union[key] !== undefined).map((key) => [key, union[key]]));
}

/** Writes the file, or removes it when nothing is ready. */
export async function updateDevFile(folder: string, content: DevFile | undefined): Promise<void> {
  if (content) await writePrivateJson(devFilePath(folder), content);
  else await rm(devFilePath(folder), { force: true });
}
