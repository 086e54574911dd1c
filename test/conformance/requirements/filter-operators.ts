// RFC 7644 §3.4.2.2: every operator on every type of attribute.
import { enterprise } from '../../support/scim.ts';
import type { Feature } from '../table.ts';
import { everybody, filters, others, people, type Row } from './filter-people.ts';

const operators = ['eq', 'ne', 'co', 'sw', 'ew', 'gt', 'ge', 'lt', 'le'] as const;

/** One attribute of each type with a value, and what each operator finds with it, in the order of `operators`. */
const byType: [type: string, attribute: string, value: string, found: (string[] | 'invalidFilter')[]][] = [
  [
    'string, whatever its case',
    'title',
    '"BOSS"',
    [
      ['Ann'],
      others('Ann'),
      ['Ann', 'bob'],
      ['Ann', 'bob'],
      ['Ann'],
      ['bob', 'cyd'],
      ['Ann', 'bob', 'cyd'],
      [],
      ['Ann'],
    ],
  ],
  [
    'string, caseExact',
    'externalId',
    '"Ext-A"',
    [['Ann'], others('Ann'), ['Ann'], ['Ann'], ['Ann'], ['bob'], ['Ann', 'bob'], [], ['Ann']],
  ],
  ['id', 'id', '"<ann>"', [['Ann'], others('Ann'), ['Ann'], ['Ann'], ['Ann'], others('Ann'), everybody, [], ['Ann']]],
  ['boolean', 'active', 'true', [others('bob'), ['bob'], ...Array<'invalidFilter'>(7).fill('invalidFilter')]],
  [
    'dateTime',
    'meta.created',
    '"<ann.meta.created>"',
    [['Ann'], others('Ann'), 'invalidFilter', 'invalidFilter', 'invalidFilter', others('Ann'), everybody, [], ['Ann']],
  ],
  [
    'reference',
    'profileUrl',
    '"https://acme.test/Ann"',
    [['Ann'], others('Ann'), ['Ann'], ['Ann'], ['Ann'], ['cyd'], ['Ann', 'cyd'], [], ['Ann']],
  ],
  [
    'binary',
    'x509Certificates.value',
    '"aGVsbG8="',
    [['Ann'], others('Ann'), ...Array<'invalidFilter'>(7).fill('invalidFilter')],
  ],
  [
    'string in a complex value',
    'name.familyName',
    '"o_neil"',
    [['Ann'], others('Ann'), ['Ann'], ['Ann'], ['Ann'], [], ['Ann'], [], ['Ann']],
  ],
  [
    'string in several values',
    'emails.value',
    '"ANN@work.test"',
    [['Ann'], others('Ann'), ['Ann'], ['Ann'], ['Ann'], ['bob', 'cyd'], ['Ann', 'bob', 'cyd'], ['Ann'], ['Ann']],
  ],
  [
    'boolean in several values',
    'emails.primary',
    'true',
    [['Ann', 'bob'], ['cyd', 'dee'], ...Array<'invalidFilter'>(7).fill('invalidFilter')],
  ],
  [
    'string of an extension',
    `${enterprise}:department`,
    '"sales"',
    [
      ['Ann', 'bob'],
      ['cyd', 'dee'],
      ['Ann', 'bob'],
      ['Ann', 'bob'],
      ['Ann', 'bob'],
      [],
      ['Ann', 'bob'],
      [],
      ['Ann', 'bob'],
    ],
  ],
  [
    'string in a complex value of an extension',
    `${enterprise}:manager.value`,
    '"M-1"',
    [['Ann'], others('Ann'), ['Ann'], ['Ann'], ['Ann'], [], ['Ann'], [], ['Ann']],
  ],
];

export const operatorsByType: Feature = {
  name: 'Filters: every operator on every type',
  supported: true,
  given: people,
  requirements: [
    ...byType.flatMap(([type, attribute, value, found]) =>
      filters(
        'RFC 7644 §3.4.2.2',
        type,
        operators.map((operator, index): Row => [`${attribute} ${operator} ${value}`, found[index] ?? []]),
      ),
    ),
    ...filters('RFC 7644 §3.4.2.2', 'pr', [
      ['title pr', others('dee')],
      ['active pr', everybody],
      ['name pr', ['Ann']],
      ['emails pr', others('dee')],
      ['emails.type pr', ['Ann', 'bob']],
      ['x509Certificates pr', ['Ann']],
      [`${enterprise}:manager pr`, ['Ann']],
      ['meta.lastModified pr', everybody],
    ]),
  ],
};
