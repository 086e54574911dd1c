// Whoever is matched, by whatever rule: nobody is taken over who could be somebody else.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  type Candidate,
  judge,
  keysOf,
  type MatchAttribute,
  type MatchKeys,
  matchAttributes,
  matchKey,
} from '../../bridge/provisioning/moves/matching.ts';

const value = fc.constantFrom('a', 'b', 'c');
const keys: fc.Arbitrary<MatchKeys> = fc.record(
  { employeeNumber: value, email: value, userName: value, externalId: value },
  { requiredKeys: [] },
);
const rule = fc.shuffledSubarray([...matchAttributes], { minLength: 1 });
const directory = fc
  .array(fc.record({ keys, isTaken: fc.boolean() }), { maxLength: 6 })
  .map((users) => users.map((user, n): Candidate => ({ id: `u${n}`, ...user })));

/** Those that a lookup by any attribute of the rule finds, which is what the store is asked for. */
const candidatesOf = (all: readonly Candidate[], by: readonly MatchAttribute[], own: MatchKeys) =>
  all.filter((one) => by.some((attribute) => own[attribute] !== undefined && one.keys[attribute] === own[attribute]));

test('a match shares a key with nobody else of the directory, and contradicts no more trusted attribute', () => {
  fc.assert(
    fc.property(directory, rule, keys, (all, by, own) => {
      const candidates = candidatesOf(all, by, own);
      const verdict = judge(by, own, candidates);
      if (verdict.kind === 'new') {
        expect(candidates).toEqual([]);
        return;
      }
      if (verdict.kind === 'review') {
        expect(candidates.map(({ id }) => id)).toEqual(expect.arrayContaining(verdict.ids));
        expect(verdict.ids.length).toBeGreaterThan(verdict.reason === 'ambiguous' ? 1 : 0);
        return;
      }
      const match = all.find(({ id }) => id === verdict.id);
      expect(match?.isTaken).toBe(false);
      // Of all users with any of the keys there is this one alone.
      expect(candidates).toEqual([match]);
      for (const attribute of by.slice(0, by.indexOf(verdict.by))) {
        expect(own[attribute] === undefined || match?.keys[attribute] === undefined).toBe(true);
      }
    }),
    { numRuns: 2_000 },
  );
});

test('the order in which the store answers changes nothing', () => {
  fc.assert(
    fc.property(directory, rule, keys, (all, by, own) => {
      const candidates = candidatesOf(all, by, own);
      expect(judge(by, own, candidates.toReversed())).toEqual(judge(by, own, candidates));
    }),
    { numRuns: 1_000 },
  );
});

test('blanks around, blanks between and capitals make no difference', () => {
  const word = fc.stringMatching(/^[a-zå0-9@.]{1,12}$/);
  const blank = fc.constantFrom(' ', '  ', '\t', '\u00a0', '\n ');
  fc.assert(
    fc.property(
      fc.array(word, { minLength: 1, maxLength: 4 }),
      fc.array(blank, { minLength: 5, maxLength: 5 }),
      (words, blanks) => {
        const plain = words.join(' ');
        const strange = `${blanks[4]}${words.map((one, n) => one.toUpperCase() + blanks[n % 4]).join('')}`;
        expect(matchKey(strange)).toBe(matchKey(plain));
        expect(keysOf({ email: strange })).toEqual(keysOf({ email: plain }));
      },
    ),
  );
});
