// The doctor's checks of Keycloak: server, login, jar, realm, component, and the component's own way to the bridge.
import { setTimeout as sleep } from 'node:timers/promises';
import type { FederationService } from '../../federation/service.ts';
import type { KeycloakAdmin } from '../admin-client.ts';
import { tokenNameOf } from '../apply.ts';
import type { RealmState } from '../contracts.ts';
import { KeycloakError } from '../errors.ts';
import { isLive } from '../federations.ts';
import { readComponents, readProvider, readRealm, requireComponent } from '../state.ts';
import { type Check, type Finding, failed, needs, ok, once, skipped, warning, withDeadline } from './check.ts';
import { ask, describeNoAnswer } from './http-checks.ts';

const syncAttempts = 8;
const syncPauseMs = 500;

export interface KeycloakInput {
  /** Undefined: no --keycloak and no --realm. */
  admin: KeycloakAdmin | undefined;
  hasCredentials: boolean;
  federation: () => Promise<{ slug: string }>;
  listTokens: FederationService['listTokens'];
  /** The address that the component should have; undefined: not known here. */
  bridgeUrl: string | undefined;
  componentId: string | undefined;
  now: () => Date;
}

export type Component = RealmState['components'][number];

export interface KeycloakFacts {
  /** Proves that the admin is logged in and the realm is there. */
  realm: () => Promise<{ id: string }>;
}

async function checkServer({ url }: KeycloakAdmin): Promise<Finding> {
  const remedy = 'Check --keycloak (the base URL, without /realms or /admin), and that the server runs.';
  try {
    const { status, text } = await ask(`${url}/realms/master`);
    if (status === 200 && text.includes('"token-service"')) return ok(`${url} answers.`);
    return failed(`${url} answers (${status}), but not as Keycloak does.`, remedy);
  } catch (error) {
    return failed(`${url}: ${describeNoAnswer(error)}.`, remedy);
  }
}

/** Whether what the component says agrees with what the bridge knows. */
async function checkConfig(
  component: Component,
  realmName: string,
  realmId: string,
  input: KeycloakInput,
): Promise<Finding> {
  const { config, name } = component;
  const again = 'Run `realmbridge connect` again: it sets it right.';
  if (config['enabled'] === 'false') {
    return failed(
      `Component "${name}" is disabled: its users can't log in.`,
      'Enable it in Keycloak under User federation, or run `realmbridge connect` again.',
    );
  }
  const { bridgeUrl } = input;
  if (bridgeUrl !== undefined && config['bridgeUrl'] !== bridgeUrl) {
    return warning(
      `Component "${name}" asks ${config['bridgeUrl'] ?? 'nobody'}, but the bridge is said to be at ${bridgeUrl}.`,
      `If both lead to the bridge, all is well. Otherwise: ${again}`,
    );
  }
  if (config['importEnabled'] === 'false') {
    return warning(
      `Component "${name}" does not import users: in an outage only those seen lately can go on.`,
      'Switch on "Import users" in the component, if that is not wanted.',
    );
  }
  const federation = config['federation'] ?? '';
  const tokens = await input.listTokens(federation).catch(() => []);
  const made = tokens.filter((token) => token.name === tokenNameOf(realmName, realmId));
  if (made.length > 0 && !made.some((token) => isLive(token, input.now()))) {
    return failed(`The token that connect made for component "${name}" is revoked or expired.`, again);
  }
  return ok(`"${name}" (${component.id}) is enabled and asks ${config['bridgeUrl']} for federation "${federation}".`);
}

function describeLink(said: string): Finding {
  if (/401|unauthori[sz]ed|token/i.test(said)) {
    return failed(
      `The bridge refuses the component's token (Keycloak: ${said}).`,
      'Run `realmbridge connect` with --rotate-token: it puts a new token into the component.',
    );
  }
  return failed(
    `Keycloak can't read from the bridge: ${said}.`,
    "Check that Keycloak's machine reaches the component's Bridge URL; if it can't, run `realmbridge connect` with the right --bridge-url.",
  );
}

/** A sync that finds another one running answers "ignored" without a failure; so it is asked again a few times. */
async function fetchChanges(
  admin: KeycloakAdmin,
  id: string,
): Promise<{ ignored: boolean; broken: number; said: string }> {
  for (let attempt = 1; ; attempt += 1) {
    const result = await admin.call('fetching changes', (client) =>
      client.userStorageProvider.sync({ id, action: 'triggerChangedUsersSync' }),
    );
    const { ignored = false, failed: broken = 0, status = '' } = result;
    const busy = ignored && broken === 0;
    if (!busy || attempt === syncAttempts)
      return { ignored, broken, said: status.split('; ').slice(1).join('; ') || status };
    await sleep(syncPauseMs);
  }
}

/** Lets the component fetch what is new, which goes the whole way: address, token, federation, database. */
async function checkLink(admin: KeycloakAdmin, component: Component): Promise<Finding> {
  if (component.config['enabled'] === 'false') return skipped('The component is disabled.');
  try {
    const { ignored, broken, said } = await fetchChanges(admin, component.id);
    if (ignored && broken > 0) return describeLink(said);
    if (ignored) return warning('Another import was running all the time.', 'Run this again when it is over.');
    if (broken > 0)
      return warning(
        `Keycloak reads from the bridge, but ${broken} users or groups were not taken over (${said}).`,
        "See Keycloak's log for each of them.",
      );
    return ok('Keycloak has just fetched the changes from the bridge.');
  } catch (error) {
    if (error instanceof KeycloakError && error.code === 'timeout') {
      return warning(
        'Fetching changes takes longer than 5 s.',
        'See whether a first import runs; if not, whether the bridge answers Keycloak in time.',
      );
    }
    throw error;
  }
}

export function createKeycloakChecks(input: KeycloakInput): { checks: Check[]; facts: KeycloakFacts } {
  const { admin } = input;
  const nowhere = () => skipped('Not said which Keycloak.', 'Name it with --keycloak and --realm.');
  const server = once(async () => {
    if (!admin) throw new Error('no Keycloak');
    const finding = await checkServer(admin);
    if (finding.status !== 'ok') throw new Error(finding.detail);
    return admin;
  });
  const login = once(async () => {
    const reached = await needs('Keycloak', server);
    await withDeadline(reached.logIn());
    return reached;
  });
  const realm = once(async () => {
    const loggedIn = await needs('the admin login', login);
    const found = await readRealm(loggedIn);
    if (!found)
      throw new KeycloakError('refused', `There is no realm "${loggedIn.realm}".`, {
        remedy: 'Check --realm, or make it with `realmbridge connect --create-realm`.',
      });
    return found;
  });
  const component = once(async () => {
    await needs('the realm', realm);
    const loggedIn = await login();
    const slug = (await input.federation().catch(() => undefined))?.slug;
    const all = await readComponents(loggedIn);
    return requireComponent(all, { realm: loggedIn.realm, federation: slug, id: input.componentId });
  });

  const withAdmin = (work: (known: KeycloakAdmin) => Promise<Finding>) => async (): Promise<Finding> => {
    if (!admin || !input.hasCredentials)
      return skipped(
        'No admin login was given.',
        'Give it with --admin-user and --admin-password-file or KEYCLOAK_ADMIN_PASSWORD.',
      );
    return work(admin);
  };
  const first: Check = { id: 'keycloak', title: 'Keycloak', run: async () => (admin ? checkServer(admin) : nowhere()) };
  // Without a Keycloak the others would all say the same.
  if (!admin) return { checks: [first], facts: { realm } };
  const checks: Check[] = [
    first,
    {
      id: 'keycloak-admin',
      title: 'Admin login',
      run: withAdmin(async () => {
        await login();
        return ok('Logged in.');
      }),
    },
    {
      id: 'provider',
      title: 'Provider jar',
      run: withAdmin(async () => {
        const loggedIn = await needs('the admin login', login);
        const { loaded, serverVersion } = await readProvider(loggedIn);
        const version = serverVersion === undefined ? '' : ` by Keycloak ${serverVersion}`;
        if (loaded) return ok(`Loaded${version}.`);
        return failed(
          `The provider "realmbridge" is not loaded${version}.`,
          "Copy realmbridge-keycloak-provider.jar into Keycloak's providers folder, run `kc.sh build` and restart it.",
        );
      }),
    },
    {
      id: 'realm',
      title: 'Realm',
      run: withAdmin(async (known) => {
        await realm();
        return ok(`"${known.realm}" is there.`);
      }),
    },
    {
      id: 'component',
      title: 'Component',
      run: withAdmin(async (known) => checkConfig(await component(), known.realm, (await realm()).id, input)),
    },
    {
      id: 'link',
      title: 'Keycloak to bridge',
      run: withAdmin(async (known) => checkLink(known, await needs('the check of the component', component))),
    },
  ];
  return { checks, facts: { realm } };
}
