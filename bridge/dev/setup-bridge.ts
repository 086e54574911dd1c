// Sets up the development tenant in the bridge's database, with the bridge's own services: two directories, a federation
// of them, and their tokens. What is there already is left as it is.
import { createLocalSignal } from '../events/signal.ts';
import { systemClock } from '../platform/clock.ts';
import { connectStore } from '../platform/db/connect.ts';
import { MigrationRefusedError, migrate } from '../platform/db/migrate.ts';
import { createPasswordHasher } from '../platform/secrets/passwords.ts';
import { createServices, type Services } from '../services.ts';
import { DevFailure } from './failure.ts';
import { sampleDirectories } from './sample-data.ts';
import { changeSecrets, secretsOf } from './secrets.ts';

export const federationSlug = 'demo';
const tokenName = 'npm start';

export interface Tenant {
  scim: { directory: string; profile: string; token: string }[];
  federationToken: string;
  /** Directories that have their samples. */
  sampled: string[];
}

/** Runs `work` with the bridge's services on this database. */
export async function withServices<T>(databaseUrl: string, work: (services: Services) => Promise<T>): Promise<T> {
  const store = connectStore({ url: databaseUrl, poolSize: 3 });
  const signal = createLocalSignal();
  const services = createServices({ store, clock: systemClock, passwords: createPasswordHasher(), signal });
  try {
    return await work(services);
  } finally {
    services.federations.close();
    await signal.close();
    await store.close();
  }
}

/** Answers the names of the migrations that were new. */
export async function migrateDatabase(databaseUrl: string): Promise<string[]> {
  const store = connectStore({ url: databaseUrl, poolSize: 2 });
  try {
    return await migrate(store.db);
  } catch (error) {
    if (error instanceof MigrationRefusedError) throw new DevFailure(error.message, { cause: error });
    throw error;
  } finally {
    await store.close();
  }
}

async function scimToken(services: Services, slug: string, known: string | undefined): Promise<string> {
  if (known !== undefined && (await services.authenticator.authenticate(slug, known))) return known;
  return (await services.directories.createToken(slug, { name: tokenName })).token;
}

async function federationToken(services: Services, known: string | undefined): Promise<string> {
  if (known !== undefined && (await services.federationAuthenticator.authenticate(federationSlug, known))) return known;
  return (await services.federations.createToken(federationSlug, { name: tokenName })).token;
}

/** `database` is the name under which secrets of this database are kept. */
export async function ensureTenant(folder: string, databaseUrl: string, database: string): Promise<Tenant> {
  const kept = secretsOf(await changeSecrets(folder), database);
  const fresh: string[] = [];
  const tenant = await withServices(databaseUrl, async (services) => {
    const { directories, federations } = services;
    const scim: Tenant['scim'] = [];
    if (!(await federations.findFederation(federationSlug))) {
      await federations.createFederation({ slug: federationSlug, name: 'Demo' });
    }
    const attached = (await federations.describeFederation(federationSlug)).directories.map(({ slug }) => slug);
    for (const { slug, name, profile } of sampleDirectories) {
      if (!(await directories.findDirectory(slug))) {
        await directories.createDirectory({ slug, name, profile });
        fresh.push(slug);
      }
      if (!attached.includes(slug)) await federations.addDirectory(federationSlug, slug);
      scim.push({ directory: slug, profile, token: await scimToken(services, slug, kept.scimTokens[slug]) });
    }
    return { scim, federationToken: await federationToken(services, kept.federationToken) };
  });
  const changed = await changeSecrets(folder, (secrets) => {
    const own = secretsOf(secrets, database);
    own.scimTokens = Object.fromEntries(tenant.scim.map(({ directory, token }) => [directory, token]));
    own.federationToken = tenant.federationToken;
    own.sampled = own.sampled.filter((slug) => !fresh.includes(slug));
  });
  return { ...tenant, sampled: secretsOf(changed, database).sampled };
}

/** Notes that a directory's samples have arrived, so that they are not pushed again. */
export async function noteSampled(folder: string, database: string, slug: string): Promise<void> {
  await changeSecrets(folder, (secrets) => {
    const own = secretsOf(secrets, database);
    if (!own.sampled.includes(slug)) own.sampled.push(slug);
  });
}
