// Packs the Keycloak theme into a jar. A theme has nothing to compile, so neither Java nor Maven is needed. The same sources make
// the same bytes, so that Keycloak is not built anew for nothing.
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { type Zippable, zipSync } from 'fflate';
import { projectFolder } from './paths.ts';

const sources = join(projectFolder, 'keycloak-theme');
/** The jar that goes to Keycloak's providers folder, beside the provider's. */
export const themeJar = join(sources, 'target', 'realmbridge-theme.jar');
// The earliest time that the format has.
const modified = new Date(1980, 0, 1);
const manifest = 'Manifest-Version: 1.0\r\nCreated-By: Realmbridge\r\n\r\n';

async function listFiles(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

/** Answers whether there was anything to write. */
export async function buildTheme(): Promise<boolean> {
  const files = await Promise.all([listFiles(join(sources, 'META-INF')), listFiles(join(sources, 'theme'))]);
  // The manifest has to be the first entry.
  const content: Zippable = { 'META-INF/MANIFEST.MF': Buffer.from(manifest) };
  for (const file of files.flat().sort()) {
    content[relative(sources, file).split(sep).join('/')] = await readFile(file);
  }
  const jar = zipSync(content, { mtime: modified, level: 9 });
  const before = await readFile(themeJar).catch(() => undefined);
  if (before?.equals(jar)) return false;
  await mkdir(dirname(themeJar), { recursive: true });
  await writeFile(themeJar, jar);
  return true;
}
