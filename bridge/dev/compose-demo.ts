// The samples of compose/ (profile `demo`): two directories join the federation, people are pushed by SCIM as their
// identity providers would, and the realm gets a client for trying logins. Running it again finds everything there.
import { readFileSync } from 'node:fs';
import { parseConfig } from '../config.ts';
import { createAdmin } from '../keycloak/admin-client.ts';
import { explain } from './failure.ts';
import { sampleDirectories } from './sample-data.ts';
import { pushSamples } from './sample-push.ts';
import { withServices } from './setup-bridge.ts';
import { ensureDevelopmentClient, keycloakAdmin } from './setup-keycloak.ts';

const { env } = process;

function required(name: string): string {
  const value = env[name];
  if (!value) throw new Error(`${name} is required`);
  return value;
}

async function pushAll(federation: string, scimUrl: string): Promise<void> {
  await withServices(parseConfig(env).database.url, async ({ directories, federations }) => {
    const attached = (await federations.describeFederation(federation)).directories.map(({ slug }) => slug);
    for (const directory of sampleDirectories) {
      const { slug, name, profile } = directory;
      if (!(await directories.findDirectory(slug))) await directories.createDirectory({ slug, name, profile });
      if (!attached.includes(slug)) await federations.addDirectory(federation, slug);
      const { id, token } = await directories.createToken(slug, { name: 'compose demo' });
      try {
        const made = await pushSamples({ url: `${scimUrl}/${slug}`, token }, directory);
        console.log(`${name}: ${made.users} new users, ${made.groups} new groups`);
      } finally {
        await directories.revokeToken(slug, id);
      }
      for (const { userName, password } of directory.people) {
        if (password !== undefined) console.log(`  ${userName}  ${password}`);
      }
    }
  });
}

try {
  const keycloakUrl = required('KEYCLOAK_URL');
  const password = readFileSync(required('KEYCLOAK_ADMIN_PASSWORD_FILE'), 'utf8').trim();
  await pushAll(required('FEDERATION'), required('SCIM_URL'));
  const credentials = { username: keycloakAdmin, password };
  await ensureDevelopmentClient(createAdmin({ url: keycloakUrl, realm: required('REALM'), credentials }));
} catch (error) {
  const message = explain(error);
  if (message === undefined) throw error;
  console.error(message);
  process.exitCode = 1;
}
