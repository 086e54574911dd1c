// What a directory's users are tied to in the realm: an organization, and their accounts at the realm's identity provider.
import { isStorable } from '../../platform/db/storable.ts';
import type { StoredUser } from '../stored.ts';
import { type AttributeSource, parseSource, readSource } from './attribute-source.ts';

export const unlinkedUsersChoices = ['allow', 'refuse'] as const;
/** What happens to somebody whom the identity provider lets in and no directory has: Keycloak's usual way, or the door. */
export type UnlinkedUsers = (typeof unlinkedUsersChoices)[number];

export interface IdentityLink {
  /** Alias of the realm's identity provider, OpenID Connect or SAML. */
  provider: string;
  /** Path of the SCIM attribute that holds the user's subject there. */
  subject: string;
  unlinkedUsers: UnlinkedUsers;
}

export interface Binding {
  /** Alias of the Keycloak organization whose managed members the directory's users are. */
  organization: string | null;
  identityLink: IdentityLink | null;
}

/** What an operator says about it: what is left out stays, null takes it away. */
export interface BindingChange {
  organization?: string | null;
  identityLink?: { provider?: string; subject?: string; unlinkedUsers?: UnlinkedUsers } | null;
}

export const unbound: Binding = { organization: null, identityLink: null };
export const defaultSubject = 'externalId';
const maxAlias = 255;

export type CheckedBinding = { ok: true; binding: Binding } | { ok: false; problem: string };

function aliasProblem(alias: string, what: string): string | undefined {
  return alias.trim() === alias && alias !== '' && alias.length <= maxAlias && isStorable(alias)
    ? undefined
    : `${what} is its alias in Keycloak: 1 to ${maxAlias} characters, no blanks at the ends.`;
}

function changeLink(
  link: IdentityLink | null,
  change: BindingChange['identityLink'],
): { ok: true; link: IdentityLink | null } | { ok: false; problem: string } {
  if (change === undefined) return { ok: true, link };
  if (change === null) return { ok: true, link: null };
  const provider = change.provider ?? link?.provider;
  if (provider === undefined) {
    return { ok: false, problem: 'identityLink.provider: say which identity provider the users are linked to.' };
  }
  const problem = aliasProblem(provider, 'identityLink.provider');
  if (problem !== undefined) return { ok: false, problem };
  const parsed = parseSource(change.subject ?? link?.subject ?? defaultSubject);
  if (!parsed.ok) return { ok: false, problem: `identityLink.subject: ${parsed.problem}.` };
  const unlinkedUsers = change.unlinkedUsers ?? link?.unlinkedUsers ?? 'allow';
  return { ok: true, link: { provider, subject: parsed.source.text, unlinkedUsers } };
}

/** The binding after the change, with the subject's path spelt canonically. */
export function changeBinding(before: Binding, change: BindingChange): CheckedBinding {
  const organization = change.organization === undefined ? before.organization : change.organization;
  const problem = organization === null ? undefined : aliasProblem(organization, 'organization');
  if (problem !== undefined) return { ok: false, problem };
  const linked = changeLink(before.identityLink, change.identityLink);
  return linked.ok ? { ok: true, binding: { organization, identityLink: linked.link } } : linked;
}

/** The account of one user at an identity provider. */
export interface LinkedIdentity {
  provider: string;
  subject: string;
  /** What Keycloak shows beside the subject. */
  username: string;
}

/** Keycloak's column for subjects; a longer one can't be anybody's. */
const maxSubject = 255;

const sources = new Map<string, AttributeSource>();

/** Parsed once for each path: it is asked for every user. */
function sourceOf(path: string): AttributeSource | undefined {
  const known = sources.get(path);
  if (known) return known;
  const parsed = parseSource(path);
  if (!parsed.ok) return undefined;
  if (sources.size >= 1_000) sources.clear();
  sources.set(path, parsed.source);
  return parsed.source;
}

/** Null for a user who has no subject: nobody can sign in as that one through the identity provider. */
export function identityOf(
  link: IdentityLink | null,
  user: Pick<StoredUser, 'resource' | 'userName'>,
): LinkedIdentity | null {
  if (!link) return null;
  const source = sourceOf(link.subject);
  const [subject] = source ? readSource(user.resource, source) : [];
  if (subject === undefined || subject.length > maxSubject) return null;
  return { provider: link.provider, subject, username: user.userName };
}
