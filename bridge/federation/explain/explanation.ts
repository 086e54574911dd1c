// What is said of a name: the same for a program, the API and the command line. Times are ISO 8601 in UTC.
import type { NamedUser } from '../conflicts/conflict-report.ts';
import type { AskedBy } from '../repositories/explanations.ts';

/** A committed change of a user, and in which request it came. */
export interface ExplainedEvent {
  type: string;
  at: string;
  actor: string;
  requestId: string | null;
  position: number | null;
  changed: string[];
}

/** The last SCIM request that wanted to change a user, and what came of it. */
export interface ExplainedRequest {
  method: string;
  at: string;
  actor: string | null;
  requestId: string;
  status: number;
  detail: string | null;
}

/** What the identity provider has asked for, and the directory's guard holds until an operator decides. */
export interface ExplainedHold {
  operation: 'deactivate' | 'delete' | 'remove_member';
  /** Of whoever would leave one. */
  group: string | null;
  at: string;
  actor: string;
  requestId: string | null;
}

export type Verdict =
  | { outcome: 'served' }
  | { outcome: 'reserved'; reason: string }
  | { outcome: 'directory-disabled' }
  | { outcome: 'shadowed'; match: 'username' | 'email'; by: NamedUser };

export interface ExplainedUser extends NamedUser {
  active: boolean;
  /** Null: the directory's server checks it. */
  hasPassword: boolean | null;
  /** The user's account at the realm's identity provider that the directory is bound to. */
  identityLink: { provider: string; subject: string } | null;
  createdAt: string;
  updatedAt: string;
  verdict: Verdict;
  lastEvent: ExplainedEvent | null;
  /** By the user's id, as far back as requests are remembered. */
  lastRequest: ExplainedRequest | null;
  held: ExplainedHold[];
}

export interface ExplainedDirectory {
  slug: string;
  name: string;
  kind: 'scim' | 'ldap';
  priority: number;
  /** In this federation. */
  enabled: boolean;
  /** As a whole. */
  directoryEnabled: boolean;
  health: 'ok' | 'degraded' | 'unavailable' | 'disabled';
  /** Since when it has this health, where that is known. */
  healthSince: string | null;
  /** When the identity provider last called, or the LDAP server last answered. */
  heardAt: string | null;
  /** What else there is to know of the source, in sentences. */
  remarks: string[];
}

/** A Keycloak that reads the change feed. */
export interface ExplainedReader {
  name: string;
  lastSeenAt: string | null;
  /** Events of all directories that it has not read yet. */
  behind: number;
  /** Whether it has read the last change of who is asked about; null: there is none. */
  hasLastEvent: boolean | null;
}

export interface LoginCheck {
  /** Stays the same over releases, for programs. */
  id: string;
  status: 'ok' | 'warning' | 'failed';
  /** One sentence. */
  detail: string;
}

export interface Explanation {
  federation: string;
  asked: AskedBy;
  /** Whom Keycloak gets for the name. */
  served: ExplainedUser | null;
  /** Everybody of the name in the federation's directories, in the order of priority. */
  users: ExplainedUser[];
  /** Whether there are more than are shown. */
  more: boolean;
  /** When nobody has the name: who had it last. */
  deleted: { directory: string; id: string; event: ExplainedEvent } | null;
  directories: ExplainedDirectory[];
  readers: ExplainedReader[];
  login: { works: boolean; checks: LoginCheck[] };
}
