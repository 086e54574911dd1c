// The doctor's check of what directories are bound to in the realm: organizations and identity providers.
import type { FederationService } from '../../federation/service.ts';
import type { KeycloakAdmin } from '../admin-client.ts';
import { readBindingState } from '../binding-state.ts';
import { bindingProblems, planBindings } from '../bindings.ts';
import { type Check, type Finding, needs, ok, skipped, warning } from './check.ts';

export interface BindingInput {
  admin: KeycloakAdmin | undefined;
  hasCredentials: boolean;
  realm: () => Promise<unknown>;
  federation: () => Promise<{ slug: string }>;
  describeFederation: FederationService['describeFederation'];
}

async function checkBindings(admin: KeycloakAdmin, { federation, describeFederation }: BindingInput): Promise<Finding> {
  const { slug } = await needs('the check of the federation', federation);
  const { directories } = await describeFederation(slug);
  const state = await readBindingState(admin, directories);
  if (!state) return ok('No directory is bound to an organization or an identity provider.');
  const problems = bindingProblems(directories, state);
  if (problems.length > 0) {
    return warning(problems.join(' '), 'Until then users are imported without what is missing.');
  }
  const { steps, notes } = planBindings(directories, state);
  const undone = steps.filter(({ action }) => action !== undefined).map(({ text }) => text);
  if (undone.length > 0) return warning(`Not done yet: ${undone.join('; ')}.`, 'Run `realmbridge connect` again.');
  if (notes.length > 0)
    return warning(notes.join(' '), 'See to it in Keycloak, under Authentication and Identity providers.');
  return ok('What directories are bound to is there and switched on.');
}

export function createBindingChecks(input: BindingInput): Check[] {
  const { admin } = input;
  if (!admin) return [];
  return [
    {
      id: 'bindings',
      title: 'Organizations and identity providers',
      async run() {
        if (!input.hasCredentials) return skipped('No admin login was given.');
        await needs('the realm', input.realm);
        return checkBindings(admin, input);
      },
    },
  ];
}
