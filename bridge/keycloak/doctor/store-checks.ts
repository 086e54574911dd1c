// The doctor's checks of what is the bridge's own: database, migrations, directories, federation.
import { type Directory, defaultDirectorySlug } from '../../directories/contracts.ts';
import type { DirectoryService } from '../../directories/service.ts';
import type { FederationService } from '../../federation/service.ts';
import type { Store } from '../../platform/db/connect.ts';
import { type MigrationState, readMigrationState } from '../../platform/db/migrate.ts';
import { type DatabaseFacts, readDatabaseFacts } from '../doctor-repository.ts';
import { isLive } from '../federations.ts';
import { type Check, type Finding, failed, needs, ok, once, skipped, warning, withDeadline } from './check.ts';

const soonMs = 14 * 86_400_000;

export interface StoreInput {
  store: Pick<Store, 'db'>;
  directories: Pick<DirectoryService, 'findDirectory' | 'listDirectories' | 'listTokens'>;
  federations: Pick<FederationService, 'describeFederation' | 'listTokens' | 'listFederations'>;
  /** Undefined: all of the federation, or all there are. */
  directory: string | undefined;
  federation: string | undefined;
  hasAuthenticationSecret: boolean;
  now: () => Date;
}

export interface StoreFacts {
  database: () => Promise<DatabaseFacts>;
  federation: () => Promise<Awaited<ReturnType<FederationService['describeFederation']>>>;
}

interface AnyToken {
  revokedAt: Date | null;
  expiresAt: Date | null;
}

const days = (milliseconds: number): number => Math.max(0, Math.floor(milliseconds / 86_400_000));

/** What the tokens of `owner` are worth, or undefined when there is nothing to remark. */
function findTokenTrouble(tokens: readonly AnyToken[], now: Date, owner: string, option: string): Finding | undefined {
  const live = tokens.filter((token) => isLive(token, now));
  const create = `\`realmbridge token create ${option}\``;
  if (live.length === 0) {
    const was = tokens.length === 0 ? 'has no token' : 'has no token that is still valid';
    return failed(`${owner} ${was}.`, `Make one with ${create} and give it to the other side.`);
  }
  const longest = Math.max(...live.map(({ expiresAt }) => expiresAt?.getTime() ?? Number.POSITIVE_INFINITY));
  if (longest - now.getTime() > soonMs) return undefined;
  return warning(
    `The last valid token of ${owner} expires in ${days(longest - now.getTime())} days.`,
    `Make another one with ${create} and change over before then.`,
  );
}

/** All troubles in one finding, or undefined when there are none. */
function combine(findings: readonly Finding[]): Finding | undefined {
  const troubles = findings.filter(({ status }) => status !== 'ok');
  const [first] = troubles;
  if (!first) return undefined;
  const worst = troubles.find(({ status }) => status === 'failed') ?? first;
  return {
    status: worst.status,
    detail: troubles.map(({ detail }) => detail).join(' '),
    remedy: troubles.flatMap(({ remedy }) => remedy ?? []).join(' '),
  };
}

function migrationFinding({ applied, pending, unknown }: MigrationState): Finding {
  if (applied.length === 0) return failed('The database has no Realmbridge tables.', 'Run `realmbridge migrate`.');
  if (pending.length > 0) {
    return failed(
      `${pending.length} to be applied: ${pending.join(', ')}.`,
      'Run `realmbridge migrate`, or start the bridge: it does so itself.',
    );
  }
  if (unknown.some((name) => name.endsWith('.breaking'))) {
    return failed(
      `A newer release changed the tables so that this one can't work: ${unknown.join(', ')}.`,
      'Use the newer release.',
    );
  }
  if (unknown.length > 0) {
    return warning(`A newer release was here: ${unknown.join(', ')}.`, 'Bring all replicas to the same release.');
  }
  return ok(`${applied.length} applied, none pending.`);
}

export function createStoreChecks(input: StoreInput): { checks: Check[]; facts: StoreFacts } {
  const { store, directories, federations, now } = input;
  const database = once(() => withDeadline(readDatabaseFacts(store)));
  const migrations = once(async () => {
    await needs('the database', database);
    const state = await withDeadline(readMigrationState(store.db));
    const finding = migrationFinding(state);
    return { finding, usable: state.pending.length === 0 };
  });
  const tables = async (): Promise<void> => {
    const { usable } = await needs('the database', migrations);
    if (!usable) await needs('the migrations', () => Promise.reject(new Error('pending')));
  };
  const federation = once(async () => {
    await tables();
    let { federation: slug } = input;
    if (slug === undefined) {
      const all = await withDeadline(federations.listFederations());
      slug = all.length === 1 ? all[0]?.slug : undefined;
    }
    if (slug === undefined) throw new NoFederation();
    return withDeadline(federations.describeFederation(slug));
  });

  async function chosenDirectories(): Promise<Directory[]> {
    if (input.directory !== undefined) {
      const one = await withDeadline(directories.findDirectory(input.directory));
      return one ? [one] : [];
    }
    const all = await withDeadline(directories.listDirectories());
    const ofFederation = await federation().catch(() => undefined);
    if (!ofFederation || input.federation === undefined) return all;
    return all.filter(({ id }) => ofFederation.directories.some((attached) => attached.id === id));
  }

  async function checkDirectory(directory: Directory): Promise<Finding> {
    const { slug, kind, enabled } = directory;
    if (!enabled) {
      return warning(
        `Directory "${slug}" is disabled.`,
        `Enable it with \`realmbridge directory enable ${slug}\`, if that is not wanted.`,
      );
    }
    if (kind !== 'scim' || (slug === defaultDirectorySlug && input.hasAuthenticationSecret)) return ok(slug);
    const tokens = await withDeadline(directories.listTokens(slug));
    return findTokenTrouble(tokens, now(), `Directory "${slug}"`, `--directory ${slug}`) ?? ok(slug);
  }

  const checks: Check[] = [
    {
      id: 'database',
      title: 'Database',
      async run() {
        const { version, user, bypassesRowSecurity } = await database();
        if (!bypassesRowSecurity) return ok(`PostgreSQL ${version}, as user "${user}".`);
        return warning(
          `PostgreSQL ${version}: user "${user}" is a superuser or has BYPASSRLS, so row-level security does not bind it.`,
          'Use a role of its own that owns the tables: `create role realmbridge login`, without superuser and without bypassrls.',
        );
      },
    },
    { id: 'migrations', title: 'Migrations', run: async () => (await migrations()).finding },
    {
      id: 'directory',
      title: input.directory === undefined ? 'Directories' : `Directory ${input.directory}`,
      async run() {
        await tables();
        const chosen = await chosenDirectories();
        if (chosen.length === 0) {
          return input.directory === undefined
            ? failed('There is no directory.', 'Make one with `realmbridge directory create SLUG`.')
            : failed(`There is no directory "${input.directory}".`, 'See them with `realmbridge directory list`.');
        }
        const findings = [];
        for (const directory of chosen) findings.push(await checkDirectory(directory));
        return (
          combine(findings) ?? ok(`${findings.map(({ detail }) => detail).join(', ')}: enabled, with a valid token.`)
        );
      },
    },
    {
      id: 'default-secret',
      title: 'AUTHENTICATION_SECRET',
      async run() {
        if (!input.hasAuthenticationSecret)
          return skipped('Not set: the plain /scim/v2 takes only tokens of the directory "default".');
        await tables();
        const found = await withDeadline(directories.findDirectory(defaultDirectorySlug));
        if (!found)
          return failed(
            'It is set, but there is no directory "default" that it would open.',
            'Start the bridge with it: it makes the directory.',
          );
        return ok('It opens the directory "default" at /scim/v2.');
      },
    },
    {
      id: 'federation',
      title: input.federation === undefined ? 'Federation' : `Federation ${input.federation}`,
      async run() {
        let described: Awaited<ReturnType<typeof federation>>;
        try {
          described = await federation();
        } catch (error) {
          if (error instanceof NoFederation) return skipped('Not said which one.', 'Name it with --federation.');
          throw error;
        }
        const { slug } = described;
        if (described.directories.length === 0) {
          return failed(
            `Federation "${slug}" has no directory, so it serves nobody.`,
            `Add one with \`realmbridge federation add-directory ${slug} DIRECTORY\`.`,
          );
        }
        if (!described.directories.some(({ enabled }) => enabled)) {
          return failed(
            `All directories of federation "${slug}" are switched off, so it serves nobody.`,
            `See \`realmbridge federation list\`; switch one on with \`realmbridge federation set-directory ${slug} DIRECTORY --enabled true\`.`,
          );
        }
        const tokens = await withDeadline(federations.listTokens(slug));
        const order = described.directories.map((one) => `${one.slug}${one.enabled ? '' : ' (off)'}`).join(', ');
        const trouble = findTokenTrouble(tokens, now(), `Federation "${slug}"`, `--federation ${slug}`);
        if (trouble)
          return {
            ...trouble,
            remedy: `Run \`realmbridge connect\` with --rotate-token: it makes one and puts it into Keycloak.`,
          };
        return ok(`"${slug}" serves ${order}.`);
      },
    },
  ];
  return { checks, facts: { database, federation } };
}

class NoFederation extends Error {
  override readonly name = 'NoFederation';
}
