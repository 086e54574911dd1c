// RFC 7644 §3.4.2.2: filters. Rows are generated: each says which of four users a filter finds, or that it is refused.
import { enterprise } from '../../support/scim.ts';
import { employee, type Feature, get, group, query, type Requirement, refused, section, user } from '../table.ts';

const given: Feature['given'] = {
  ann: [
    '/Users',
    employee(
      'Ann',
      { employeeNumber: '100', department: 'Sales', manager: { value: 'M-1' } },
      {
        externalId: 'Ext-A',
        title: 'Boss',
        name: { familyName: 'O_Neil' },
        displayName: 'a "quoted" \\ 100% name',
        profileUrl: 'https://acme.test/Ann',
        emails: [
          { value: 'ann@work.test', type: 'work', primary: true },
          { value: 'ann@home.test', type: 'home' },
        ],
        x509Certificates: [{ value: 'aGVsbG8=' }],
      },
    ),
  ],
  bob: [
    '/Users',
    employee(
      'bob',
      { department: 'SALES' },
      {
        externalId: 'ext-a',
        title: 'boss of none',
        active: false,
        emails: [
          { value: 'bob@home.test', type: 'work' },
          { value: 'bob@work.test', type: 'home', primary: true },
        ],
      },
    ),
  ],
  cyd: [
    '/Users',
    user('cyd', { title: 'Clerk', profileUrl: 'https://acme.test/ann', emails: [{ value: 'cyd@work.test' }] }),
  ],
  dee: ['/Users', user('dee')],
  crew: ['/Groups', group('Crew', { members: [{ value: '<ann>' }, { value: 'nobody-here' }] })],
};

/** Names of the users found, or the scimType that the filter is refused with. */
type Row = [filter: string, found: string[] | 'invalidFilter'];

const filters = (name: string, says: string, rows: Row[], endpoint = '/Users'): Requirement[] =>
  section(
    name,
    Object.fromEntries(
      rows.map(([filter, found]) => [
        `${says}: ${filter}`,
        get(query(endpoint, { filter }), found === 'invalidFilter' ? refused(found) : { status: 200, found }),
      ]),
    ),
  );

const operators = ['eq', 'ne', 'co', 'sw', 'ew', 'gt', 'ge', 'lt', 'le'] as const;
const everybody = ['Ann', 'bob', 'cyd', 'dee'];
const others = (...names: string[]): string[] => everybody.filter((name) => !names.includes(name));

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
  given,
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

export const grammar: Feature = {
  name: 'Filters: grammar',
  supported: true,
  given,
  requirements: [
    ...filters('RFC 7644 §3.4.2.2', 'precedence is grouping, not, and, or', [
      ['userName eq "dee" or title sw "boss" and active eq false', ['bob', 'dee']],
      ['(userName eq "dee" or title sw "boss") and active eq false', ['bob']],
      ['not (title pr) or active eq false and title co "none"', ['bob', 'dee']],
      ['not (title pr or active eq true)', []],
      ['not (title pr and active eq true)', ['bob', 'dee']],
      ['not (userName eq "ann") and not (userName eq "bob")', ['cyd', 'dee']],
      ['((((userName eq "cyd"))))', ['cyd']],
    ]),
    ...filters('RFC 7644 §3.4.2.2', 'names, operators and words are taken in any case', [
      ['USERNAME EQ "ann"', ['Ann']],
      ['username Eq "bob" OR userName eQ "cyd"', ['bob', 'cyd']],
      ['NOT (Title PR) AND active eq TRUE', ['dee']],
      [`${enterprise.toLowerCase()}:DEPARTMENT eq "sales"`, ['Ann', 'bob']],
      ['urn:ietf:params:scim:schemas:core:2.0:User:userName eq "ann"', ['Ann']],
      ['urn:ietf:params:scim:schemas:core:2.0:User:name.familyName eq "O_Neil"', ['Ann']],
    ]),
    ...filters('RFC 7644 §3.4.2.2', 'a value path binds one element', [
      ['emails[type eq "work" and value ew "@work.test"]', ['Ann']],
      ['emails.type eq "work" and emails.value ew "@work.test"', ['Ann', 'bob']],
      ['emails[type eq "home" and primary eq true]', ['bob']],
      ['emails[not (type pr)]', ['cyd']],
      ['emails[type eq "home" or value sw "cyd"]', others('dee')],
      ['not (emails[type eq "work"])', ['cyd', 'dee']],
      ['emails[type eq "work"] and emails[value sw "bob"]', ['bob']],
      ['name[familyName eq "o_neil"]', ['Ann']],
    ]),
    ...filters('RFC 7644 §3.4.2.2', 'a complex attribute stands for its value', [
      ['emails co "@home.test"', ['Ann', 'bob']],
      ['emails eq "cyd@work.test"', ['cyd']],
    ]),
    ...filters('RFC 7644 §3.4.2.2', 'strings are JSON strings', [
      ['displayName co "\\"quoted\\""', ['Ann']],
      ['displayName co "\\\\"', ['Ann']],
      ['userName eq "\\u0061nn"', ['Ann']],
      ['displayName co "100%"', ['Ann']],
      ['displayName co "1%e"', []],
      ['name.familyName sw "o_"', ['Ann']],
      ['name.familyName sw "__"', []],
      ['userName eq "x] or (userName pr)"', []],
    ]),
    ...filters('RFC 7644 §3.4.2.2', 'null and absence', [
      ['title eq null', ['dee']],
      ['title ne null', others('dee')],
      ['title ne "Clerk"', others('cyd')],
    ]),
    ...filters('RFC 7643 §2.3.5', 'dates are instants, whatever their offset', [
      ['meta.created gt "1970-01-01T00:00:00Z"', everybody],
      ['meta.created gt "2200-01-01T01:00:00+01:00"', []],
      ['meta.lastModified le "2200-01-01T00:00:00.123456-05:00"', everybody],
    ]),
    ...filters('RFC 7644 §3.4.2.2', 'computed and common attributes can be searched', [
      ['schemas eq "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"', ['Ann', 'bob']],
      ['meta.resourceType eq "User"', everybody],
      ['groups.display eq "crew"', ['Ann']],
      ['groups.value eq "<crew>"', ['Ann']],
      ['id eq "not-an-id"', []],
    ]),
    ...filters(
      'RFC 7644 §3.4.2.2',
      'groups',
      [
        ['displayName eq "CREW"', ['Crew']],
        ['members.value eq "<ann>"', ['Crew']],
        ['members[value eq "<ann>" and type eq "User"]', ['Crew']],
        ['members.value eq "<bob>"', []],
        ['not (members pr)', []],
      ],
      '/Groups',
    ),
    ...filters(
      'RFC 7644 §3.4.2.2',
      'what is no filter is refused',
      [
        ...[
          'userName',
          'userName eq',
          'eq "ann"',
          'userName zz "ann"',
          'userName eq "ann',
          '(userName pr',
          'userName pr)',
        ],
        ...[
          'userName pr and',
          'and userName pr',
          'userName pr userName pr',
          'not',
          'emails[type eq "work"',
          'emails[]',
        ],
        ...[
          'emails[type eq "work"]]',
          'emails[emails[type pr]]',
          "userName eq 'ann'",
          'userName eq {"a":1}',
          '[]',
          '"ann"',
        ],
        ...[
          'userName eq "\\x"',
          'shoeSize eq 7',
          'name.shoe pr',
          'emails[shoe pr]',
          'userName eq true',
          'active eq "maybe"',
        ],
        ...['name eq "x"', 'meta.created eq "yesterday"', 'title gt null', 'constructor pr', '__proto__.x pr'],
      ].map((filter): Row => [filter, 'invalidFilter']),
    ),
    ...section('RFC 7644 §3.4.2.2', {
      'a plus sign in the query is a space, %2B a plus': [
        get('/Users?filter=userName+eq+%22ann%22', { status: 200, found: ['Ann'] }),
        get('/Users?filter=userName+eq+%22a%2Bnn%22', { status: 200, found: [] }),
      ],
      'unlimited depth, length and number of terms are refused, not tried': [
        get(
          query('/Users', { filter: `${'('.repeat(5_000)}userName pr${')'.repeat(5_000)}` }),
          refused('invalidFilter'),
        ),
        get(query('/Users', { filter: `userName eq "${'x'.repeat(10_000)}"` }), refused('invalidFilter')),
        get(query('/Users', { filter: Array(400).fill('title pr').join(' or ') }), refused('invalidFilter')),
      ],
    }),
  ],
};
