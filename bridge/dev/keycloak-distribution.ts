// Keycloak's distribution: fetched by Maven, checked, unpacked once per version into the user's cache folder.
import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { DevFailure } from './failure.ts';
import type { Jdk } from './jdk.ts';
import { runMaven } from './maven.ts';
import { runTool, type ToolContext, tail } from './tool.ts';

/** The one place that says which Keycloak this is; KEYCLOAK_VERSION and --keycloak-version override it for tests. */
export const keycloakVersion = '26.7.5';
/** The newest of the minor version before; the provider must work on it too. */
export const previousKeycloakVersion = '26.6.4';

// The zip's SHA-512 for versions that were tried here. Others are checked against the repository's own checksum only.
const pinned: Record<string, string> = {
  '26.6.4':
    '3e317375ba33c11966d4c23cc5bbad0054ad3c51480437f00c726590b8b2ad00c455db47a5b95510efa396fc16f93ba08185e611fe5ed60e09e8bc05b23186b5',
  '26.7.5':
    '5d6d79d3a62d566ad5b8eaa9dfa86e7377b4562e8823cfa456e76d7bb86c17f438b4529eaa3358e6df4a2f4f8fdc190b0149597db172dcdfed3a39820eb6feb3',
};
const dependencyPlugin = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1';

export interface DistributionOptions {
  version: string;
  /** The user's cache folder. */
  cache: string;
  jdk: Jdk;
  env: NodeJS.ProcessEnv;
  /** Told which part is under way, for a spinner. */
  onProgress?: (what: string) => void;
}

/** Where the unpacked distribution of a version is, or will be. */
export const distributionFolder = (cache: string, version: string): string => join(cache, `keycloak-${version}`);

async function sha512(file: string): Promise<string> {
  const hash = createHash('sha512');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}

async function fetchZip(context: ToolContext, options: DistributionOptions, folder: string): Promise<string> {
  const { version } = options;
  await runMaven(
    { ...context, env: options.env, jdk: options.jdk },
    `Fetching Keycloak ${version}`,
    // Strict checksums: Maven itself compares with the SHA-1 that is published beside the file.
    [
      '-C',
      `${dependencyPlugin}:copy`,
      `-Dartifact=org.keycloak:keycloak-quarkus-dist:${version}:zip`,
      `-DoutputDirectory=${folder}`,
    ],
    folder,
  );
  const zip = join(folder, `keycloak-quarkus-dist-${version}.zip`);
  const expected = pinned[version];
  if (expected !== undefined && (await sha512(zip)) !== expected) {
    throw new DevFailure(
      `Keycloak's distribution is not the one that was published as ${version}: its SHA-512 differs. Delete org/keycloak/keycloak-quarkus-dist/${version} from Maven's local repository (usually ~/.m2/repository) and start again.`,
    );
  }
  return zip;
}

/** Answers the folder of the unpacked distribution, fetching it when the cache has none. Nothing may write below it. */
export async function prepareDistribution(context: ToolContext, options: DistributionOptions): Promise<string> {
  const { version, cache } = options;
  if (!/^[0-9A-Za-z.-]+$/.test(version)) throw new DevFailure(`"${version}" is no version of Keycloak.`);
  const target = distributionFolder(cache, version);
  if (existsSync(join(target, 'version.txt'))) return target;

  await mkdir(cache, { recursive: true });
  const staging = await mkdtemp(join(cache, `keycloak-${version}.tmp-`));
  try {
    options.onProgress?.('fetch');
    const zip = await fetchZip(context, options, staging);
    options.onProgress?.('unpack');
    // `jar` comes with every JDK; `unzip` is not on every machine.
    const { code, output } = await runTool(context, join(options.jdk.home, 'bin', 'jar'), ['xf', zip], {
      cwd: staging,
    });
    if (code !== 0)
      throw new DevFailure(`Keycloak's distribution could not be unpacked into ${staging}:\n${tail(output, 5)}`);
    const unpacked = join(staging, `keycloak-${version}`);
    // `jar` keeps no file modes.
    const programs = (await readdir(join(unpacked, 'bin'))).filter((name) => name.endsWith('.sh'));
    await Promise.all(programs.map((name) => chmod(join(unpacked, 'bin', name), 0o755)));
    // The rename is the moment at which the folder counts as whole. Another start may have been faster.
    await rename(unpacked, target).catch((error: unknown) => {
      if (!existsSync(join(target, 'version.txt'))) throw error;
    });
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
  return target;
}
