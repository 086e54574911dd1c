// RFC 7644 §3.4.2.2: the grammar of filters and what it means.
import { enterprise } from '../../support/scim.ts';
import { type Feature, get, query, refused, section } from '../table.ts';
import { everybody, filters, others, people, type Row } from './filter-people.ts';

export const grammar: Feature = {
  name: 'Filters: grammar',
  supported: true,
  given: people,
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
