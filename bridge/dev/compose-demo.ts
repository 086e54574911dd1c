// The samples of compose/ (profile `demo`): two directories join the federation, people are pushed by SCIM as their
// identity providers would, a third one is read from LDAP, and the realm gets a client for trying logins. Running it again
// finds everything there.
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { openServices } from '../cli/services.ts';
import { readConfig } from '../config.ts';
import { createAdmin } from '../keycloak/admin-client.ts';
import { newLdapSettings } from '../ldap/contracts.ts';
import type { Services } from '../services.ts';
import { DevFailure, explain } from './failure.ts';
import { sampleDirectories, sampleLdapDirectory } from './sample-data.ts';
import { pushSamples } from './sample-push.ts';
import { ensureDevelopmentClient, keycloakAdmin } from './setup-keycloak.ts';

const { env } = process;
const firstReadingMs = 120_000;

function required(name: string): string {
  const value = env[name];
  if (!value) throw new Error(`${name} is required`);
  return value;
}

const readSecret = (name: string): string => readFileSync(required(name), 'utf8').replace(/\r?\n$/, '');

const showPasswords = (people: readonly { userName: string; password?: string }[]): void => {
  for (const { userName, password } of people) if (password !== undefined) console.log(`  ${userName}  ${password}`);
};

/** Behind those that the federation has already. */
async function addTo(federation: string, slug: string, { federations }: Services): Promise<void> {
  const { directories } = await federations.describeFederation(federation);
  if (!directories.some((directory) => directory.slug === slug)) await federations.addDirectory(federation, slug);
}

async function pushAll(federation: string, scimUrl: string, services: Services): Promise<void> {
  const { directories } = services;
  for (const directory of sampleDirectories) {
    const { slug, name, profile } = directory;
    if (!(await directories.findDirectory(slug))) await directories.createDirectory({ slug, name, profile });
    await addTo(federation, slug, services);
    const { id, token } = await directories.createToken(slug, { name: 'compose demo' });
    try {
      const made = await pushSamples({ url: `${scimUrl}/${slug}`, token }, directory);
      console.log(`${name}: ${made.users} new users, ${made.groups} new groups`);
    } finally {
      await directories.revokeToken(slug, id);
    }
    showPasswords(directory.people);
  }
}

/** Waits until the running bridge has read the directory as a whole once. */
async function untilRead(slug: string, { ldap }: Services): Promise<void> {
  const deadline = Date.now() + firstReadingMs;
  for (;;) {
    const { lastFullAt, failure } = await ldap.readStatus(slug);
    if (lastFullAt) return;
    if (Date.now() > deadline) {
      const why = failure ? `: ${failure.message}` : '.';
      throw new DevFailure(`The bridge has not read directory "${slug}" within ${firstReadingMs / 1_000} s${why}`);
    }
    await sleep(250);
  }
}

async function readFromLdap(federation: string, services: Services): Promise<void> {
  const { slug, name, bindDn, users, groups, people } = sampleLdapDirectory;
  if (!(await services.directories.findDirectory(slug))) {
    const settings = newLdapSettings.parse({
      preset: 'openldap',
      urls: [required('LDAP_URL')],
      ca: readFileSync(required('LDAP_CA_FILE'), 'utf8'),
      bindDn,
      bindPassword: readSecret('LDAP_BIND_PASSWORD_FILE'),
      users: { base: users },
      groups: { base: groups },
    });
    await services.ldap.createDirectory({ slug, name }, settings);
  }
  await addTo(federation, slug, services);
  await untilRead(slug, services);
  console.log(`${name}: the bridge has read it`);
  showPasswords(people);
}

try {
  const { services, close } = openServices(await readConfig(env));
  try {
    const federation = required('FEDERATION');
    await pushAll(federation, required('SCIM_URL'), services);
    await readFromLdap(federation, services);
  } finally {
    await close();
  }
  const credentials = { username: keycloakAdmin, password: readSecret('KEYCLOAK_ADMIN_PASSWORD_FILE') };
  await ensureDevelopmentClient(createAdmin({ url: required('KEYCLOAK_URL'), realm: required('REALM'), credentials }));
} catch (error) {
  const message = explain(error);
  if (message === undefined) throw error;
  console.error(message);
  process.exitCode = 1;
}
