// Where the starter keeps things: per checkout below .realmbridge/, and what checkouts share in the user's cache folder.
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The checkout. */
export const projectFolder = fileURLToPath(new URL('../..', import.meta.url)).replace(/[\\/]$/, '');

/** State of this checkout; git ignores it. Tests name another, to leave a developer's own alone. */
export const stateFolder = process.env['REALMBRIDGE_STATE_FOLDER'] || join(projectFolder, '.realmbridge');

/** The user's cache folder for this project, shared by all checkouts. */
export function cacheFolder(env: NodeJS.ProcessEnv): string {
  const given = env['XDG_CACHE_HOME'];
  if (given) return join(given, 'realmbridge');
  return process.platform === 'darwin'
    ? join(homedir(), 'Library', 'Caches', 'realmbridge')
    : join(homedir(), '.cache', 'realmbridge');
}
