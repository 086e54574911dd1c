// What some vendors' SCIM servers refuse, by their documents: enough to see what a preset is good for.
import type { Habits, Write } from './awkward-scim-server.ts';

const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);

function nameless({ kind, method, body }: Write): string | undefined {
  if (kind !== 'Users' || method !== 'POST') return undefined;
  if (body.name?.givenName === undefined || body.name?.familyName === undefined) return 'name.familyName is required';
  return undefined;
}

function holding(names: readonly string[]): (write: Write) => string | undefined {
  return ({ body }) => {
    const held = names.find((name) => body?.[name] !== undefined);
    return held === undefined ? undefined : `${held} is not supported`;
  };
}

const severalOf =
  (...names: string[]) =>
  ({ body }: Write): string | undefined => {
    const several = names.find((name) => list(body?.[name]).length > 1);
    return several === undefined ? undefined : `${several} may have one value`;
  };

const all =
  (...rules: Habits['refuses'][]): Habits['refuses'] =>
  (write) =>
    rules.map((rule) => rule(write)).find((refusal) => refusal !== undefined);

/** IAM Identity Center: one value of each, no ims and so on, groups are not replaced, shown without members, and hold users. */
export const awsIamIdentityCenter: Partial<Habits> = {
  says: { patch: true },
  hidesMembers: true,
  holdsUsersOnly: true,
  maxMembers: 100,
  refuses: all(
    nameless,
    ({ kind, method, body }) =>
      kind === 'Users' && method === 'POST' && body.displayName === undefined ? 'displayName is required' : undefined,
    severalOf('emails', 'phoneNumbers'),
    holding(['ims', 'photos', 'x509Certificates', 'entitlements', 'roles']),
    ({ kind, method }) => (kind === 'Groups' && method === 'PUT' ? 'groups can not be replaced' : undefined),
  ),
};

/** Slack: one e-mail address at least, and groups hold users. */
export const slack: Partial<Habits> = {
  says: { patch: true },
  holdsUsersOnly: true,
  refuses: all(holding(['ims', 'x509Certificates', 'entitlements', 'roles']), ({ kind, method, body }) =>
    kind === 'Users' && method === 'POST' && list(body.emails).length === 0 ? 'emails is required' : undefined,
  ),
};

/** Salesforce: a last name, one e-mail address and one profile, as an entitlement; its configuration is at another place. */
export const salesforce: Partial<Habits> = {
  says: undefined,
  refuses: all(
    nameless,
    severalOf('emails'),
    holding(['ims', 'photos', 'x509Certificates']),
    ({ kind, method, body }) =>
      kind === 'Users' && method === 'POST' && list(body.entitlements).length === 0
        ? 'REQUIRED_FIELD_MISSING:user_must_have_one_entitlement_which_must_be_a_profileid'
        : undefined,
  ),
};

/** An organization of GitHub: users alone, with names and e-mail addresses. */
export const github: Partial<Habits> = {
  says: { patch: true },
  refuses: all(nameless, holding(['ims', 'photos', 'x509Certificates', 'phoneNumbers', 'addresses']), ({ kind }) =>
    kind === 'Groups' ? 'there are no groups' : undefined,
  ),
};
