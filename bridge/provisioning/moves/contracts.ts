// What a move of a directory from one identity provider to another is, and the words in which it is told.
import type { Directory } from '../../directories/contracts.ts';
import type { DirectoryKind, MovedState, MoveState } from '../../platform/db/database.ts';
import type { ProfileName } from '../../scim/interop/profiles.ts';
import type { ClaimReason, MatchAttribute } from './matching.ts';

export type { MovedState, MoveState };
export const movedStates = ['waiting', 'adopted', 'created'] as const;
export const claimReasons = ['ambiguous', 'conflicting', 'taken', 'name_taken', 'unmatched'] as const;

/** How long after the end of a move it can be undone. */
export const undoDays = 30;

/** How the directory was before the move, and who could get in. */
export interface PreviousAccess {
  kind: DirectoryKind;
  profile: ProfileName;
  /** Whether the move has closed these. */
  closed: boolean;
  tokenIds: string[];
  issuerIds: string[];
}

/** What becomes of that which the new identity provider has not taken over. What is not said is not decided. */
export interface Leftovers {
  users?: 'keep' | 'deactivate' | 'delete';
  groups?: 'keep' | 'delete';
  /** Of groups that were taken over, but not these members. */
  members?: 'keep' | 'remove';
  /** Users of the new identity provider who wait for a decision. */
  claims?: 'drop';
}

export interface Move {
  id: string;
  state: MoveState;
  match: MatchAttribute[];
  previous: PreviousAccess;
  leftovers: Leftovers | null;
  startedAt: Date;
  endedAt: Date | null;
}

export interface MoveCounts {
  users: Record<MovedState, number>;
  groups: Record<MovedState, number>;
  /** Members of groups taken over whom the new identity provider hasn't named. */
  unconfirmedMembers: number;
  claims: { open: number; decided: number };
}

export interface MoveStatus extends MoveCounts {
  move: Move;
  directory: Directory;
}

/** What a start would do, and how well users can be told apart. */
export interface MovePlan {
  directory: Directory;
  users: number;
  groups: number;
  match: { attribute: MatchAttribute; users: number; ambiguous: number }[];
  /** Users without a value of any of the attributes: they can't be matched. */
  unmatchable: number;
  closes: { tokens: number; issuers: number };
  warnings: string[];
}

/** One user or group, as it was and as it is. */
export interface MovedEntry {
  id: string;
  state: MovedState;
  matchedBy: string | null;
  movedAt: Date | null;
  before: { name: string; externalId: string | null; active: boolean | null } | null;
  /** Null: it has been deleted since. */
  now: { name: string; externalId: string | null; active: boolean | null } | null;
}

/** A user of the new identity provider who waits until a person says who it is. */
export interface MoveClaim {
  id: string;
  userName: string;
  externalId: string | null;
  email: string | null;
  employeeNumber: string | null;
  reason: ClaimReason;
  /** Users of the directory that it could be. */
  candidates: { id: string; userName: string | null; email: string | null }[];
  decision: { kind: 'adopt'; userId: string } | { kind: 'create' } | null;
  attempts: number;
  firstSeenAt: Date;
  lastSeenAt: Date;
}

/** What going back would do, counted. */
export interface UndoPlan {
  users: { restored: number; remade: number; removed: number; activated: number };
  groups: { restored: number; remade: number; removed: number };
}

/** How far a long work has come: call again until nothing remains. */
export interface MoveProgress {
  state: 'finishing' | 'finished' | 'undoing' | 'undone';
  done: boolean;
}
