// Who of the directory a user of the new identity provider is. Pure: the candidates were looked up before.
import { foldCase } from '../../scim/filter/typed.ts';
import { isJsonObject, own } from '../../scim/json.ts';
import { ENTERPRISE_USER_SCHEMA } from '../../scim/schema/enterprise-user-schema.ts';
import type { Resource } from '../../scim/schema/model.ts';
import { userColumns } from '../resource-columns.ts';

/** What users can be matched by. */
export const matchAttributes = ['employeeNumber', 'email', 'userName', 'externalId'] as const;
export type MatchAttribute = (typeof matchAttributes)[number];

export const isMatchAttribute = (text: string): text is MatchAttribute =>
  matchAttributes.some((attribute) => attribute === text);

/** The values of one user, in the form in which they are compared. */
export type MatchKeys = Partial<Record<MatchAttribute, string>>;

/** Longer values are nobody's number or name, and would not fit into an index. */
const maxKeyLength = 512;

/** Two identity providers seldom agree on capitals and blanks. Undefined for what can't tell anybody apart. */
export function matchKey(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined;
  const key = foldCase(value.trim().replace(/\s+/g, ' '));
  return key === '' || key.length > maxKeyLength ? undefined : key;
}

/** The values that a user is matched by, as they stand in its columns and its resource. */
export function keysOf(values: Partial<Record<MatchAttribute, unknown>>): MatchKeys {
  const keys: MatchKeys = {};
  for (const attribute of matchAttributes) {
    const key = matchKey(values[attribute]);
    if (key !== undefined) keys[attribute] = key;
  }
  return keys;
}

/** The values that users are matched by, as they were sent; of the e-mails, the primary or else the first one. */
export function matchValues(resource: Resource): Record<MatchAttribute, string | null> {
  const { user_name: userName, email, external_id: externalId } = userColumns(resource);
  const extension = own(resource, ENTERPRISE_USER_SCHEMA);
  const number = isJsonObject(extension) ? own(extension, 'employeeNumber') : undefined;
  return { employeeNumber: typeof number === 'string' ? number : null, email, userName, externalId };
}

export interface Candidate {
  id: string;
  /** Whether somebody of the new identity provider has it already. */
  isTaken: boolean;
  /** As the move found them. */
  keys: MatchKeys;
}

/** Why only a person can say who it is. */
export type ClaimReason = 'ambiguous' | 'conflicting' | 'taken' | 'name_taken' | 'unmatched';

export type Verdict =
  | { kind: 'new' }
  | { kind: 'match'; id: string; by: MatchAttribute }
  | { kind: 'review'; reason: ClaimReason; by: MatchAttribute; ids: string[] };

/**
 * Goes through the attributes of the rule, the most trusted first; the first that finds anybody decides. It is a match only
 * when it finds one user whom nobody has, no more trusted attribute says that these are two people, and no other attribute
 * finds somebody else. The candidates are all users that have one of the keys.
 */
export function judge(rule: readonly MatchAttribute[], keys: MatchKeys, candidates: readonly Candidate[]): Verdict {
  const findBy = (attribute: MatchAttribute) =>
    keys[attribute] === undefined ? [] : candidates.filter((one) => one.keys[attribute] === keys[attribute]);
  const place = rule.findIndex((attribute) => findBy(attribute).length > 0);
  const by = rule[place];
  if (by === undefined) return { kind: 'new' };
  const found = findBy(by);
  const review = (reason: ClaimReason, ids: readonly string[]): Verdict => ({
    kind: 'review',
    reason,
    by,
    ids: [...new Set(ids)].sort(),
  });
  const [match, ...others] = found;
  if (!match) return { kind: 'new' };
  if (others.length > 0)
    return review(
      'ambiguous',
      found.map(({ id }) => id),
    );
  const isOther = rule
    .slice(0, place)
    .some((attribute) => keys[attribute] !== undefined && match.keys[attribute] !== undefined);
  const rivals = rule.slice(place + 1).flatMap((attribute) => findBy(attribute).filter(({ id }) => id !== match.id));
  if (isOther || rivals.length > 0) return review('conflicting', [match.id, ...rivals.map(({ id }) => id)]);
  return match.isTaken ? review('taken', [match.id]) : { kind: 'match', id: match.id, by };
}

/**
 * Whether a write to a user that an identity provider has found by itself speaks of the same person: the first attribute of
 * the rule that both states have must be the same. Undefined when none is, or none is there.
 */
export function sameBy(
  rule: readonly MatchAttribute[],
  before: MatchKeys,
  after: MatchKeys,
): MatchAttribute | undefined {
  const shared = rule.find((attribute) => before[attribute] !== undefined && after[attribute] !== undefined);
  return shared !== undefined && before[shared] === after[shared] ? shared : undefined;
}
