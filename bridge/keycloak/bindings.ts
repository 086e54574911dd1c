// What a federation's directories are bound to in the realm, and what `connect` does about it: it sees that whoever is to be
// refused at an identity provider is refused, and says what is missing. Organizations and identity providers are the
// administrator's own: they are never made or removed here.
import type { IdentityLink } from '../federation/mappings/binding.ts';
import {
  type BindingState,
  type BoundDirectory,
  type IdentityProviderState,
  type PlanStep,
  refusalFlowName,
} from './contracts.ts';

const quoted = (text: string) => `"${text}"`;

/** The links by provider; a provider of several directories refuses when one of them says so. */
function linksOf(directories: readonly BoundDirectory[]): Map<string, IdentityLink> {
  const links = new Map<string, IdentityLink>();
  for (const { identityLink } of directories) {
    if (!identityLink) continue;
    const known = links.get(identityLink.provider);
    if (known?.unlinkedUsers !== 'refuse') links.set(identityLink.provider, identityLink);
  }
  return links;
}

function planProvider(provider: IdentityProviderState, refuse: boolean): PlanStep {
  const { alias, firstLoginFlow } = provider;
  const name = `identity provider ${quoted(alias)}`;
  const refuses = firstLoginFlow === refusalFlowName;
  if (refuse && !refuses) {
    return {
      text: `refuse at ${name} who has no linked user: first login flow ${quoted(firstLoginFlow ?? "the realm's default")} → ${quoted(refusalFlowName)}`,
      action: { type: 'set-first-login-flow', alias, flow: refusalFlowName },
    };
  }
  if (!refuse && refuses) {
    return {
      text: `let unlinked users in at ${name} again: first login flow ${quoted(refusalFlowName)} → the realm's default`,
      action: { type: 'set-first-login-flow', alias, flow: undefined },
    };
  }
  return { text: `${name} ${refuse ? 'refuses who has no linked user' : 'lets unlinked users in its own way'}` };
}

const again = 'Then the provider takes it up by itself.';

/** What stands in the way of a binding and is for the administrator to mend. */
export function bindingProblems(directories: readonly BoundDirectory[], state: BindingState): string[] {
  const problems: string[] = [];
  for (const { slug, organization } of directories) {
    if (organization === null) continue;
    const bound = `Directory ${quoted(slug)} is bound to organization ${quoted(organization)}`;
    const found = state.organizations.find(({ alias }) => alias === organization);
    if (!state.organizationsEnabled) {
      problems.push(
        `${bound}, but the realm has organizations switched off. Switch them on in Realm settings. ${again}`,
      );
    } else if (!found) {
      problems.push(`${bound}, which the realm has not. Make an organization of this alias. ${again}`);
    } else if (!found.enabled) {
      problems.push(`${bound}, which is disabled: its managed members can't log in until it is enabled.`);
    }
  }
  for (const { slug, identityLink } of directories) {
    if (!identityLink) continue;
    const bound = `Directory ${quoted(slug)} is bound to identity provider ${quoted(identityLink.provider)}`;
    const found = state.identityProviders.find(({ alias }) => alias === identityLink.provider);
    if (!found) problems.push(`${bound}, which the realm has not. Make an identity provider of this alias. ${again}`);
    else if (!found.enabled) problems.push(`${bound}, which is disabled: nobody can sign on through it.`);
    else if (found.linkOnly) {
      problems.push(`${bound}, which is set to "Account linking only": Keycloak refuses every sign-on through it.`);
    } else if (found.syncMode === 'FORCE') {
      problems.push(
        `${bound}, whose sync mode is "Force": a sign-on fails when the names there differ from the directory's. Set it to "Import".`,
      );
    }
  }
  return problems;
}

export function planBindings(
  directories: readonly BoundDirectory[],
  state: BindingState | undefined,
): { steps: PlanStep[]; notes: string[] } {
  if (!state) return { steps: [], notes: [] };
  const links = linksOf(directories);
  const steps: PlanStep[] = [];
  const notes = bindingProblems(directories, state);
  const isRefused = (alias: string) => links.get(alias)?.unlinkedUsers === 'refuse';
  if (state.identityProviders.some(({ alias }) => isRefused(alias))) {
    if (state.refusalFlow === 'absent' || state.refusalFlow === 'empty') {
      steps.push({
        text: `create first login flow ${quoted(refusalFlowName)}, which denies access`,
        action: { type: 'create-refusal-flow', isThere: state.refusalFlow === 'empty' },
      });
    } else if (state.refusalFlow === 'changed') {
      notes.push(
        `The flow ${quoted(refusalFlowName)} was changed by hand: it may let strangers in. Delete it and run this again, if that is not meant.`,
      );
    }
  }
  for (const provider of state.identityProviders) {
    if (links.has(provider.alias)) steps.push(planProvider(provider, isRefused(provider.alias)));
    else if (provider.firstLoginFlow === refusalFlowName) {
      notes.push(
        `Identity provider ${quoted(provider.alias)} refuses who has no linked user, but no directory is bound to it any more. Set its first login flow as you want it.`,
      );
    }
  }
  return { steps, notes };
}
