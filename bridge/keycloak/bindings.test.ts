import { describe, expect, it } from 'vitest';
import type { UnlinkedUsers } from '../federation/mappings/binding.ts';
import { bindingProblems, planBindings } from './bindings.ts';
import { type BindingState, type BoundDirectory, type IdentityProviderState, refusalFlowName } from './contracts.ts';

const linked = (slug: string, provider: string, unlinkedUsers: UnlinkedUsers): BoundDirectory => ({
  slug,
  organization: null,
  identityLink: { provider, subject: 'externalId', unlinkedUsers },
});

const provider = (over: Partial<IdentityProviderState> = {}): IdentityProviderState => ({
  alias: 'oidc',
  enabled: true,
  linkOnly: false,
  syncMode: 'IMPORT',
  firstLoginFlow: undefined,
  ...over,
});

const stateWith = (over: Partial<BindingState> = {}): BindingState => ({
  organizationsEnabled: true,
  organizations: [{ alias: 'acme', enabled: true }],
  identityProviders: [provider()],
  refusalFlow: 'right',
  ...over,
});

const actionsOf = (directories: BoundDirectory[], state: BindingState) =>
  planBindings(directories, state).steps.flatMap(({ action }) => action ?? []);
const refusing = { type: 'set-first-login-flow', alias: 'oidc', flow: refusalFlowName };

describe('refusing who has no linked user', () => {
  it('makes the flow before an identity provider gets it, and does nothing the second time', () => {
    const directories = [linked('acme', 'oidc', 'refuse')];
    expect(actionsOf(directories, stateWith({ refusalFlow: 'absent' }))).toEqual([
      { type: 'create-refusal-flow', isThere: false },
      refusing,
    ]);
    expect(actionsOf(directories, stateWith({ refusalFlow: 'empty' }))).toEqual([
      { type: 'create-refusal-flow', isThere: true },
      refusing,
    ]);
    const done = stateWith({ identityProviders: [provider({ firstLoginFlow: refusalFlowName })] });
    expect(actionsOf(directories, done)).toEqual([]);
  });

  it('says which flow of the operator’s it replaces', () => {
    const state = stateWith({ identityProviders: [provider({ firstLoginFlow: 'our own flow' })] });
    expect(planBindings([linked('acme', 'oidc', 'refuse')], state).steps[0]?.text).toContain('"our own flow" → ');
  });

  it('is taken back when unlinked users are allowed again, and leaves other flows and providers alone', () => {
    const allowed = [linked('acme', 'oidc', 'allow')];
    const refused = stateWith({ identityProviders: [provider({ firstLoginFlow: refusalFlowName })] });
    expect(actionsOf(allowed, refused)).toEqual([{ ...refusing, flow: undefined }]);
    const own = stateWith({ identityProviders: [provider({ firstLoginFlow: 'our own flow' })] });
    expect(actionsOf(allowed, own)).toEqual([]);
    const unbound = planBindings([linked('acme', 'other', 'allow')], refused);
    expect(unbound.steps).toEqual([]);
    expect(unbound.notes.join()).toContain('no directory is bound to it any more');
  });

  it('holds for a provider of two directories when one of them says so', () => {
    for (const choices of [
      ['refuse', 'allow'],
      ['allow', 'refuse'],
    ] as const) {
      const directories = choices.map((choice, index) => linked(`d${index}`, 'oidc', choice));
      expect(actionsOf(directories, stateWith())).toEqual([refusing]);
    }
  });

  it('is remarked on when somebody changed the flow', () => {
    const plan = planBindings([linked('acme', 'oidc', 'refuse')], stateWith({ refusalFlow: 'changed' }));
    expect(plan.notes.join()).toContain('was changed by hand');
  });
});

describe('what stands in the way', () => {
  const organized: BoundDirectory = { slug: 'acme', organization: 'acme', identityLink: null };

  it.each([
    ['organizations switched off', [organized], stateWith({ organizationsEnabled: false }), 'switched off'],
    ['a missing organization', [organized], stateWith({ organizations: [] }), 'which the realm has not'],
    [
      'a disabled organization',
      [organized],
      stateWith({ organizations: [{ alias: 'acme', enabled: false }] }),
      "can't log in until it is enabled",
    ],
    ['a missing provider', [linked('acme', 'saml', 'allow')], stateWith(), 'Make an identity provider'],
    [
      'a disabled provider',
      [linked('acme', 'oidc', 'allow')],
      stateWith({ identityProviders: [provider({ enabled: false })] }),
      'nobody can sign on',
    ],
    [
      'a provider for linking only',
      [linked('acme', 'oidc', 'allow')],
      stateWith({ identityProviders: [provider({ linkOnly: true })] }),
      'Account linking only',
    ],
    [
      'a provider that writes names',
      [linked('acme', 'oidc', 'allow')],
      stateWith({ identityProviders: [provider({ syncMode: 'FORCE' })] }),
      'Set it to "Import"',
    ],
  ])('%s is told', (_what, directories, state, told) => {
    expect(bindingProblems(directories, state)).toEqual([expect.stringContaining(told)]);
  });

  it('is nothing when all is right', () => {
    expect(bindingProblems([organized, linked('okta', 'oidc', 'refuse')], stateWith())).toEqual([]);
    expect(planBindings([], undefined)).toEqual({ steps: [], notes: [] });
  });
});
