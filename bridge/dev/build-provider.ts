// `npm run build:provider`: the Keycloak provider's jar, built when its sources have changed.
import { explain } from './failure.ts';
import { findJdk } from './jdk.ts';
import { buildProvider, providerJar } from './provider.ts';
import { noWatch } from './watch.ts';

try {
  const { env } = process;
  const built = await buildProvider({ watch: noWatch, env, jdk: await findJdk(env) });
  console.log(`${built ? 'Built' : 'Unchanged:'} ${providerJar}`);
} catch (error) {
  const message = explain(error);
  if (message === undefined) throw error;
  console.error(message);
  process.exitCode = 1;
}
