// Reads and sets what directories are bound to in a realm: organizations, identity providers, and the flow that refuses.
import type { KeycloakAdmin } from './admin-client.ts';
import { type BindingState, type BoundDirectory, type IdentityProviderState, refusalFlowName } from './contracts.ts';
import { KeycloakError } from './errors.ts';

const page = 200;
const denial = 'deny-access-authenticator';

async function readOrganizations(admin: KeycloakAdmin): Promise<BindingState['organizations']> {
  const organizations: BindingState['organizations'] = [];
  for (let first = 0; ; first += page) {
    const found = await admin.call('reading the organizations', (client) =>
      client.organizations.find({ first, max: page }),
    );
    for (const { alias, enabled } of found) {
      if (alias !== undefined) organizations.push({ alias, enabled: enabled !== false });
    }
    if (found.length < page) return organizations;
  }
}

async function readIdentityProviders(admin: KeycloakAdmin): Promise<IdentityProviderState[]> {
  const providers: IdentityProviderState[] = [];
  for (let first = 0; ; first += page) {
    const found = await admin.call('reading the identity providers', (client) =>
      client.identityProviders.find({ first, max: page }),
    );
    for (const { alias, enabled, linkOnly, config, firstBrokerLoginFlowAlias } of found) {
      if (alias === undefined) continue;
      const syncMode = typeof config?.['syncMode'] === 'string' ? config['syncMode'] : undefined;
      const firstLoginFlow = firstBrokerLoginFlowAlias || undefined;
      providers.push({ alias, enabled: enabled !== false, linkOnly: linkOnly === true, syncMode, firstLoginFlow });
    }
    if (found.length < page) return providers;
  }
}

async function readRefusalFlow(admin: KeycloakAdmin): Promise<BindingState['refusalFlow']> {
  const flows = await admin.call('reading the flows', (client) => client.authenticationManagement.getFlows());
  const flow = flows.find(({ alias }) => alias === refusalFlowName);
  if (!flow) return 'absent';
  const executions = flow.authenticationExecutions ?? [];
  if (executions.length === 0) return 'empty';
  const [only] = executions;
  const isRight = executions.length === 1 && only?.authenticator === denial && only.requirement === 'REQUIRED';
  return isRight ? 'right' : 'changed';
}

/** Undefined when no directory is bound: then nothing of it is read. */
export async function readBindingState(
  admin: KeycloakAdmin,
  directories: readonly BoundDirectory[],
): Promise<BindingState | undefined> {
  if (directories.every(({ organization, identityLink }) => organization === null && identityLink === null)) {
    return undefined;
  }
  const realm = await admin.call('reading the realm', (client) => client.realms.findOne({ realm: admin.realm }));
  const organizationsEnabled = realm?.organizationsEnabled === true;
  const wantsOrganizations = directories.some(({ organization }) => organization !== null);
  return {
    organizationsEnabled,
    organizations: organizationsEnabled && wantsOrganizations ? await readOrganizations(admin) : [],
    identityProviders: await readIdentityProviders(admin),
    refusalFlow: await readRefusalFlow(admin),
  };
}

/** The flow is of use to nobody before its only step is required, so it is given to an identity provider after that. */
export async function createRefusalFlow(admin: KeycloakAdmin, isThere: boolean): Promise<void> {
  const flow = refusalFlowName;
  if (!isThere) {
    await admin.call('creating the flow', (client) =>
      client.authenticationManagement.createFlow({
        alias: flow,
        description: 'Denies access to whom no directory of Realmbridge has',
        providerId: 'basic-flow',
        topLevel: true,
        builtIn: false,
      }),
    );
  }
  await admin.call('adding the step to the flow', (client) =>
    client.authenticationManagement.addExecutionToFlow({ flow, provider: denial }),
  );
  const executions = await admin.call('reading the flow', (client) =>
    client.authenticationManagement.getExecutions({ flow }),
  );
  const step = executions.find(({ providerId }) => providerId === denial);
  if (!step) throw new KeycloakError('refused', `The step of flow "${flow}" has just vanished.`);
  await admin.call('requiring the step of the flow', (client) =>
    client.authenticationManagement.updateExecution({ flow }, { ...step, requirement: 'REQUIRED' }),
  );
}

/** Undefined: the realm's default. */
export async function setFirstLoginFlow(admin: KeycloakAdmin, alias: string, flow: string | undefined): Promise<void> {
  const provider = await admin.call('reading the identity provider', (client) =>
    client.identityProviders.findOne({ alias }),
  );
  if (!provider) throw new KeycloakError('refused', `The identity provider "${alias}" has just vanished.`);
  // The masked secret goes back as it came: then Keycloak keeps the one it has.
  await admin.call('setting the first login flow', (client) =>
    client.identityProviders.update({ alias }, { ...provider, firstBrokerLoginFlowAlias: flow ?? '' }),
  );
}
