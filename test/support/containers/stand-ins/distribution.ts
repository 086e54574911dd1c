// Prints the folder of the unpacked Keycloak of a version, which it fetches when the cache has none.
import { findJdk } from '../../../../bridge/dev/jdk.ts';
import { keycloakVersion, prepareDistribution } from '../../../../bridge/dev/keycloak.ts';
import { cacheFolder } from '../../../../bridge/dev/paths.ts';
import { noWatch } from '../../../../bridge/dev/watch.ts';

const { env } = process;
const version = process.argv[2] ?? keycloakVersion;
const jdk = await findJdk(env);
console.log(await prepareDistribution({ watch: noWatch }, { version, cache: cacheFolder(env), jdk, env }));
