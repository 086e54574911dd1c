// Laws that hold for every filter and every resource, not only for the examples beside the code.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Filter } from '../../bridge/scim/filter/ast.ts';
import { checkFilter } from '../../bridge/scim/filter/check.ts';
import { evaluate } from '../../bridge/scim/filter/evaluate.ts';
import { parseBracketPath, parseFilter } from '../../bridge/scim/filter/parse.ts';
import { printFilter } from '../../bridge/scim/filter/print.ts';
import type { TypedFilter } from '../../bridge/scim/filter/typed.ts';
import { parsePath } from '../../bridge/scim/path/path.ts';
import type { Resource } from '../../bridge/scim/schema/model.ts';
import { userResourceType } from '../../bridge/scim/schema/resource-types.ts';

const E = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

const text = fc.string({ unit: 'grapheme', maxLength: 12 }).filter((value) => !value.includes('\u0000'));
const word = fc.constantFrom('anna', 'Anna', 'b', 'work', 'home', 'a@x.test', '');
const present = <T>(path: fc.Arbitrary<T>) => path.map((name) => ({ kind: 'present' as const, path: name }));

const anyComparison = fc.record({
  kind: fc.constant('compare' as const),
  path: fc.constantFrom(
    'a',
    'userName',
    'name.givenName',
    `${E}:manager.value`,
    'members.$ref',
    'not-a-keyword',
    'andy',
  ),
  operator: fc.constantFrom(
    'eq' as const,
    'ne' as const,
    'co' as const,
    'sw' as const,
    'ew' as const,
    'gt' as const,
    'le' as const,
  ),
  value: fc.oneof(
    text,
    fc.boolean(),
    fc.constant(null),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => number + 0),
  ),
});

/** Trees of all shapes over the given leaves. */
function tree(leaf: fc.Arbitrary<Filter>): fc.Arbitrary<Filter> {
  return fc.letrec<{ filter: Filter }>((tie) => ({
    filter: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      leaf,
      fc.record({
        kind: fc.constantFrom('and' as const, 'or' as const),
        operands: fc.array(tie('filter'), { minLength: 2, maxLength: 3 }),
      }),
      fc.record({ kind: fc.constant('not' as const), operand: tie('filter') }),
    ),
  })).filter;
}

function withElements(leaf: fc.Arbitrary<Filter>, path: fc.Arbitrary<string>, inner: fc.Arbitrary<Filter>) {
  return tree(fc.oneof(leaf, fc.record({ kind: fc.constant('element' as const), path, filter: tree(inner) })));
}

const anyLeaf = fc.oneof(anyComparison, present(fc.constantFrom('a', 'emails.value')));
const anyFilter = withElements(anyLeaf, fc.constantFrom('emails', 'a.b'), anyLeaf);

const equals = (path: string, values: fc.Arbitrary<string | boolean>) =>
  fc.record({
    kind: fc.constant('compare' as const),
    path: fc.constant(path),
    operator: fc.constantFrom('eq' as const, 'ne' as const),
    value: values,
  });
const userLeaf = fc.oneof(
  equals('userName', word),
  equals('title', word),
  equals('emails.value', word),
  equals('emails', word),
  equals(`${E}:department`, word),
  equals('active', fc.boolean()),
  present(fc.constantFrom('title', 'emails', 'name', 'emails.type', 'active')),
);
const elementLeaf = fc.oneof(
  equals('value', word),
  equals('type', word),
  equals('primary', fc.boolean()),
  present(fc.constantFrom('type')),
);
const userFilter = withElements(userLeaf, fc.constant('emails'), elementLeaf);

const email = fc.record({ value: word, type: word, primary: fc.boolean() }, { requiredKeys: [] });
const user: fc.Arbitrary<Resource> = fc.record(
  {
    userName: word,
    title: word,
    active: fc.boolean(),
    name: fc.record({ givenName: word }, { requiredKeys: [] }),
    emails: fc.array(email, { maxLength: 3 }),
    [E]: fc.record({ department: word }),
  },
  { requiredKeys: ['userName'] },
);

function checked(filter: Filter): TypedFilter {
  const result = checkFilter(filter, userResourceType);
  if (!result.ok) throw new Error(result.error.detail);
  return result.value;
}

const holds = (filter: Filter, resource: Resource) => evaluate(checked(filter), resource);
const not = (operand: Filter): Filter => ({ kind: 'not', operand });
const join = (kind: 'and' | 'or', ...operands: Filter[]): Filter => ({ kind, operands });
const unlimited = { maxLength: 1e6, maxDepth: 1000, maxNodes: 1e5 };

describe('filters', () => {
  it('survive printing and parsing', () => {
    fc.assert(
      fc.property(anyFilter, (filter) => {
        expect(parseFilter(printFilter(filter), unlimited)).toEqual({ ok: true, value: filter });
      }),
    );
  });

  it('keep the laws of logic on every resource', () => {
    fc.assert(
      fc.property(userFilter, userFilter, user, (a, b, resource) => {
        const [first, second] = [holds(a, resource), holds(b, resource)];
        expect(holds(not(a), resource)).toBe(!first);
        expect(holds(join('and', a, b), resource)).toBe(first && second);
        expect(holds(join('or', a, b), resource)).toBe(first || second);
        expect(holds(not(join('and', a, b)), resource)).toBe(holds(join('or', not(a), not(b)), resource));
        expect(holds(not(join('or', a, b)), resource)).toBe(holds(join('and', not(a), not(b)), resource));
      }),
    );
  });

  it('mean the same after printing and parsing', () => {
    fc.assert(
      fc.property(userFilter, user, (filter, resource) => {
        const again = parseFilter(printFilter(filter), unlimited);
        expect(again.ok && holds(again.value, resource)).toBe(holds(filter, resource));
      }),
    );
  });

  it('bind brackets to one element: each element on its own is the definition', () => {
    fc.assert(
      fc.property(tree(elementLeaf), user, (inner, resource) => {
        const emails = Array.isArray(resource['emails']) ? resource['emails'] : [];
        const filter: Filter = { kind: 'element', path: 'emails', filter: inner };
        const each = emails.map((single) => holds(filter, { ...resource, emails: [single] }));
        expect(holds(filter, resource)).toBe(each.includes(true));
      }),
    );
  });

  it('have ne as the complement of eq', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('userName', 'title', 'emails.value', 'emails.type'),
        word,
        user,
        (path, value, resource) => {
          const eq: Filter = { kind: 'compare', path, operator: 'eq', value };
          expect(holds({ ...eq, operator: 'ne' }, resource)).toBe(!holds(eq, resource));
        },
      ),
    );
  });
});

describe('the parsers', () => {
  const pieces = fc.constantFrom(
    '(',
    ')',
    '[',
    ']',
    '.',
    ' ',
    '"',
    '\\',
    '\\u00',
    'and',
    'or',
    'not',
    'eq',
    'pr',
    'emails',
    'type',
    'userName',
    '1',
    '-',
    'null',
    E,
    '__proto__',
    '\u0000',
    '\ud800',
    '🙂',
  );
  const soup = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(pieces, { maxLength: 40 }).map((parts) => parts.join('')),
    fc.array(pieces, { maxLength: 40 }).map((parts) => parts.join(' ')),
  );

  it('answer any text without throwing', () => {
    fc.assert(
      fc.property(soup, fc.boolean(), (input, tolerant) => {
        const options = { unquotedFilterValues: tolerant, unknownAttributes: tolerant, looseExtensionNames: tolerant };
        const filter = parseFilter(input, options);
        if (filter.ok) checkFilter(filter.value, userResourceType, options);
        else expect(filter.error).toMatchObject({ status: 400, scimType: 'invalidFilter' });
        parseBracketPath(input, options);
        parsePath(input, userResourceType, options);
      }),
      { numRuns: 500 },
    );
  });

  it('take time in proportion to the length, whatever is repeated', () => {
    const units = [
      '(',
      'not ',
      'a[',
      '\\\\',
      '\\"',
      'a eq "',
      'a pr and ',
      'a pr or (',
      ' ',
      'a',
      '"',
      '1',
      '[',
      'a.b:c',
    ];
    for (const unit of units) {
      for (const start of ['', 'a eq "', 'a eq ']) {
        const input = start + unit.repeat(50_000 / unit.length);
        const begin = performance.now();
        parseFilter(input, { maxLength: 1e6, unquotedFilterValues: true });
        parsePath(input, userResourceType, { unknownAttributes: true });
        expect(performance.now() - begin).toBeLessThan(250);
      }
    }
  });
});
