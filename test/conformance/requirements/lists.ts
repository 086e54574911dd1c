// RFC 7644 §3.4.2 and §3.4.3: lists, sorting, paging, projections, searching by POST.
import { expect } from 'vitest';
import { listSchema, searchSchema } from '../../support/scim.ts';
import { employee, type Feature, get, group, post, query, refused, section, user } from '../table.ts';

const given: Feature['given'] = {
  cyd: ['/Users', user('cyd', { displayName: 'B', externalId: '2', active: false })],
  ann: [
    '/Users',
    employee(
      'Ann',
      { department: 'Z' },
      { displayName: 'a', externalId: '10', name: { familyName: 'One', givenName: 'Ann' } },
    ),
  ],
  bob: ['/Users', user('bob', { nickName: 'Bobby', emails: [{ value: 'b@acme.test', type: 'work' }] })],
  crew: ['/Groups', group('Crew', { members: [{ value: '<ann>' }, { value: '<bob>' }] })],
};
const inOrder = ['cyd', 'Ann', 'bob'];
const search = (more: object): object => ({ schemas: [searchSchema], ...more });

export const paging: Feature = {
  name: 'Lists: paging by index',
  supported: true,
  given,
  requirements: [
    ...section('RFC 7644 §3.4.2', {
      'answers a ListResponse with the total and the resources': get('/Users', {
        status: 200,
        body: { schemas: [listSchema], totalResults: 3, itemsPerPage: 3, startIndex: 1 },
        names: inOrder,
      }),
      'answers 200 and no resources when nothing matches': get(query('/Users', { filter: 'userName eq "nobody"' }), {
        status: 200,
        body: { totalResults: 0, Resources: [] },
      }),
      'answers what matches only': get(query('/Users', { filter: 'userName eq "bob"' }), {
        status: 200,
        found: ['bob'],
      }),
    }),
    ...section('RFC 7644 §3.4.2.4', {
      'starts at startIndex and gives count at most': get('/Users?startIndex=2&count=1', {
        status: 200,
        body: { totalResults: 3, startIndex: 2, itemsPerPage: 1 },
        names: ['Ann'],
      }),
      'takes startIndex below 1 for 1': [
        get('/Users?startIndex=0&count=1', { status: 200, names: ['cyd'], body: { startIndex: 1 } }),
        get('/Users?startIndex=-5&count=1', { status: 200, names: ['cyd'], body: { startIndex: 1 } }),
      ],
      'takes count below 0 for 0, which asks for the total alone': [
        get('/Users?count=0', { status: 200, body: { totalResults: 3, itemsPerPage: 0 }, names: [] }),
        get('/Users?count=-1', { status: 200, body: { totalResults: 3 }, names: [] }),
      ],
      'answers an empty page with the true total past the end': get('/Users?startIndex=99', {
        status: 200,
        body: { totalResults: 3, itemsPerPage: 0 },
        names: [],
      }),
      'says how many it gave, not how many were asked for': get('/Users?startIndex=3&count=50', {
        status: 200,
        body: { itemsPerPage: 1, totalResults: 3 },
        names: ['bob'],
      }),
      'refuses what is no number': [
        get('/Users?startIndex=one', refused('invalidValue')),
        get('/Users?count=1.5', refused('invalidValue')),
      ],
      'counts what the filter matches, not what is there': get(
        query('/Users', { filter: 'active eq true', count: '1' }),
        {
          status: 200,
          body: { totalResults: 2, itemsPerPage: 1 },
          names: ['Ann'],
        },
      ),
    }),
  ],
};

export const sorting: Feature = {
  name: 'Lists: sorting',
  supported: true,
  given,
  requirements: [
    ...section('RFC 7644 §3.4.2.3', {
      'sorts ascending by default, whatever the case': get('/Users?sortBy=userName', {
        status: 200,
        names: ['Ann', 'bob', 'cyd'],
      }),
      'sorts descending': get('/Users?sortBy=userName&sortOrder=descending', {
        status: 200,
        names: ['cyd', 'bob', 'Ann'],
      }),
      'puts resources without a value last': get('/Users?sortBy=displayName', {
        status: 200,
        names: ['Ann', 'cyd', 'bob'],
      }),
      'sorts caseExact attributes exactly': get('/Users?sortBy=externalId', {
        status: 200,
        names: ['Ann', 'cyd', 'bob'],
      }),
      'sorts by a sub-attribute': get('/Users?sortBy=name.familyName', { status: 200, names: ['Ann', 'cyd', 'bob'] }),
      'sorts by dates': get('/Users?sortBy=meta.created', { status: 200, names: inOrder }),
      'sorts a filtered page': get(
        query('/Users', { filter: 'active eq true', sortBy: 'userName', sortOrder: 'descending', count: '1' }),
        {
          status: 200,
          names: ['bob'],
        },
      ),
      'refuses another order': get('/Users?sortBy=userName&sortOrder=up', refused('invalidValue')),
      'refuses an attribute that is not there': get('/Users?sortBy=shoeSize', refused('invalidValue')),
    }),
  ],
};

export const projections: Feature = {
  name: 'attributes and excludedAttributes',
  supported: true,
  given,
  requirements: [
    ...section('RFC 7644 §3.9', {
      'gives the attributes asked for, and those that are always returned': get('/Users/<ann>?attributes=displayName', {
        status: 200,
        body: { displayName: 'a', id: '<ann>', schemas: expect.any(Array) },
        lacks: ['userName', 'meta', 'name', 'enterprise'],
      }),
      'gives sub-attributes, URNs and names of any case': [
        get('/Users/<ann>?attributes=NAME.familyname', {
          status: 200,
          body: { name: { familyName: 'One' } },
          lacks: ['name.givenName'],
        }),
        get('/Users/<ann>?attributes=urn:ietf:params:scim:schemas:core:2.0:User:displayName', {
          status: 200,
          body: { displayName: 'a' },
        }),
        get('/Users/<ann>?attributes=urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department', {
          status: 200,
          body: { 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User': { department: 'Z' } },
          lacks: ['displayName'],
        }),
      ],
      'leaves out what is excluded': get('/Users/<ann>?excludedAttributes=displayName,name.givenName', {
        status: 200,
        body: { userName: 'Ann', name: { familyName: 'One' } },
        lacks: ['displayName', 'name.givenName'],
      }),
      'does not leave out what is always returned': get('/Users/<ann>?excludedAttributes=id,schemas', {
        status: 200,
        body: { id: '<ann>', schemas: expect.any(Array) },
      }),
      'applies them to lists': [
        get('/Users?attributes=nickName&filter=userName eq "bob"', {
          status: 200,
          body: { Resources: [{ nickName: 'Bobby' }] },
          lacks: ['Resources.userName'],
        }),
        get('/Groups?excludedAttributes=members', { status: 200, lacks: ['Resources.members'], names: ['Crew'] }),
      ],
      'refuses both at once': get('/Users/<ann>?attributes=name&excludedAttributes=title', refused('invalidValue')),
    }),
  ],
};

export const searching: Feature = {
  name: 'POST /.search on a resource type',
  supported: true,
  given,
  requirements: [
    ...section('RFC 7644 §3.4.3', {
      'finds, sorts and pages as GET does': post(
        '/Users/.search',
        search({ filter: 'active eq true', sortBy: 'userName', sortOrder: 'descending', startIndex: 2, count: 1 }),
        {
          status: 200,
          body: { schemas: [listSchema], totalResults: 2, startIndex: 2, itemsPerPage: 1 },
          names: ['Ann'],
        },
      ),
      'takes attributes as arrays': [
        post('/Users/.search', search({ filter: 'userName eq "bob"', attributes: ['nickName', 'emails.value'] }), {
          status: 200,
          body: { Resources: [{ nickName: 'Bobby', emails: [{ value: 'b@acme.test' }] }] },
          lacks: ['Resources.userName', 'Resources.emails.type'],
        }),
        post('/Groups/.search', search({ excludedAttributes: ['members'] }), {
          status: 200,
          lacks: ['Resources.members'],
        }),
      ],
      'creates nothing': post('/Users/.search', search({}), { status: 200, body: { totalResults: 3 } }),
      'wants the schema of the message': post('/Users/.search', { filter: 'active eq true' }, refused('invalidSyntax')),
      'refuses a bad filter': post('/Users/.search', search({ filter: 'nonsense' }), refused('invalidFilter')),
    }),
  ],
};
