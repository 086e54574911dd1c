// RFC 7644 §3.4.2.1 and RFC 9865: queries over all resource types, and paging by cursor.
import { expect } from 'vitest';
import { listSchema, searchSchema } from '../../support/scim.ts';
import { type Feature, get, group, post, query, refused, section, user } from '../table.ts';

const given: Feature['given'] = {
  ann: ['/Users', user('Ann', { displayName: 'B' })],
  bob: ['/Users', user('bob', { displayName: 'A' })],
  cyd: ['/Users', user('cyd', { active: false })],
  crew: ['/Groups', group('Crew', { externalId: 'C', members: [{ value: '<ann>' }] })],
};

export const rootQueries: Feature = {
  name: 'Queries and /.search at the root',
  supported: true,
  given,
  requirements: [
    ...section('RFC 7644 §3.4.2.1', {
      'finds resources of every type': get('/', {
        status: 200,
        body: { schemas: [listSchema] },
        found: ['Ann', 'bob', 'cyd', 'Crew'],
      }),
      'narrows by meta.resourceType': get(query('/', { filter: 'meta.resourceType eq "Group"' }), {
        status: 200,
        found: ['Crew'],
      }),
      'takes an attribute that a type lacks for absent': [
        get(query('/', { filter: 'userName eq "ann" or externalId eq "C"' }), { status: 200, found: ['Ann', 'Crew'] }),
        get(query('/', { filter: 'displayName pr' }), { status: 200, found: ['Ann', 'bob', 'Crew'] }),
      ],
      'pages over all types together': get(query('/', { startIndex: '3', count: '2' }), {
        status: 200,
        body: { totalResults: 4, startIndex: 3, itemsPerPage: 2 },
        names: ['cyd', 'Crew'],
      }),
      'refuses a bad filter': get(query('/', { filter: 'nonsense' }), refused('invalidFilter')),
    }),
    ...section('RFC 7644 §3.4.3', {
      'asks the same by POST': post(
        '/.search',
        { schemas: [searchSchema], filter: 'displayName pr', attributes: ['displayName'], count: 10 },
        { status: 200, body: { totalResults: 3, Resources: expect.any(Array) }, lacks: ['Resources.userName'] },
      ),
    }),
  ],
};

export const cursors: Feature = {
  name: 'Lists: paging by cursor',
  supported: true,
  given,
  requirements: [
    ...section('RFC 9865 §2', {
      'gives a cursor as long as there is more': [
        get(
          query('/Users', { cursor: '', count: '2' }),
          {
            status: 200,
            names: ['Ann', 'bob'],
            body: { nextCursor: expect.any(String), itemsPerPage: 2 },
            lacks: ['previousCursor'],
          },
          { keep: 'one' },
        ),
        get(query('/Users', { cursor: '<one.nextCursor>', count: '2' }), {
          status: 200,
          names: ['cyd'],
          lacks: ['nextCursor'],
        }),
      ],
      'pages by index unless a cursor is asked for': get('/Users?count=2', {
        status: 200,
        body: { startIndex: 1 },
        lacks: ['nextCursor'],
      }),
      'keeps to filter and order': [
        get(
          query('/Users', { cursor: '', count: '1', filter: 'active eq true', sortBy: 'displayName' }),
          { status: 200, names: ['bob'] },
          { keep: 'one' },
        ),
        get(
          query('/Users', { cursor: '<one.nextCursor>', count: '1', filter: 'active eq true', sortBy: 'displayName' }),
          { status: 200, names: ['Ann'], lacks: ['nextCursor'] },
        ),
      ],
      'takes cursors by POST': [
        post('/Users/.search', { schemas: [searchSchema], cursor: '', count: 2 }, { status: 200 }, { keep: 'one' }),
        post(
          '/Users/.search',
          { schemas: [searchSchema], cursor: '<one.nextCursor>', count: 2 },
          { status: 200, names: ['cyd'] },
        ),
      ],
    }),
    ...section('RFC 9865 §2.1', {
      'answers invalidCursor for what it did not make': get(
        query('/Users', { cursor: 'made-up' }),
        refused('invalidCursor'),
      ),
      'answers invalidCursor for the cursor of another query': [
        get(query('/Users', { cursor: '', count: '1' }), { status: 200 }, { keep: 'one' }),
        get(
          query('/Users', { cursor: '<one.nextCursor>', count: '1', filter: 'active eq true' }),
          refused('invalidCursor'),
        ),
        get(query('/Groups', { cursor: '<one.nextCursor>', count: '1' }), refused('invalidCursor')),
      ],
      'answers invalidCount for a count that is none': get(
        query('/Users', { cursor: '', count: 'many' }),
        refused('invalidCount'),
      ),
    }),
    ...section('RFC 9865 §4', {
      'says so in ServiceProviderConfig': get('/ServiceProviderConfig', {
        status: 200,
        body: {
          pagination: { cursor: true, index: true, defaultPaginationMethod: 'index', maxPageSize: expect.any(Number) },
        },
      }),
    }),
  ],
};

export const me: Feature = {
  name: '/Me',
  supported: false,
  requirements: [
    ...section('RFC 7644 §3.11', {
      'says 501: the token of a directory is no user': get('/Me', { status: 501 }),
    }),
  ],
};
