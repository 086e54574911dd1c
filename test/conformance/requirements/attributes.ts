// RFC 7643: what attributes are, whatever the resource.
import { expect } from 'vitest';
import { enterprise, groupSchema, userSchema } from '../../support/scim.ts';
import {
  add,
  employee,
  type Feature,
  get,
  group,
  patch,
  post,
  put,
  query,
  refused,
  section,
  take,
  user,
} from '../table.ts';

const isoInstant = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/);

export const attributes: Feature = {
  name: 'Attributes and their characteristics',
  supported: true,
  requirements: [
    ...section('RFC 7643 §2.1', {
      'takes names of attributes in any case': post(
        '/Users',
        { SCHEMAS: [userSchema], USERNAME: 'case-name', Name: { GIVENNAME: 'G' } },
        { status: 201, body: { userName: 'case-name', name: { givenName: 'G' } } },
      ),
      'takes schema URNs in any case': post(
        '/Users',
        { ...employee('case-urn', {}), [enterprise]: undefined, [enterprise.toLowerCase()]: { DEPARTMENT: 'D' } },
        { status: 201, body: { [enterprise]: { department: 'D' } } },
      ),
      'refuses an attribute given twice': post('/Users', { ...user('twice'), username: 'x' }, refused('invalidValue')),
    }),
    ...section('RFC 7643 §2.3', {
      'refuses a number for a string': post('/Users', user('t1', { title: 7 }), refused('invalidValue')),
      'refuses an object for a string': post('/Users', user('t2', { title: { a: 1 } }), refused('invalidValue')),
      'refuses a number for a boolean': post('/Users', user('t3', { active: 1 }), refused('invalidValue')),
      'refuses a word for a boolean': post('/Users', user('t4', { active: 'yes' }), refused('invalidValue')),
      'refuses a string for a complex value': post('/Users', user('t5', { name: 'Ann' }), refused('invalidValue')),
      'refuses a number for a reference': post('/Users', user('t6', { profileUrl: 1 }), refused('invalidValue')),
      'refuses a number for binary data': post(
        '/Users',
        user('t7', { x509Certificates: [{ value: 1 }] }),
        refused('invalidValue'),
      ),
      'keeps strings exactly, spaces and letters of any script included': post(
        '/Users',
        user('t8', { displayName: '  Ána  Ößte 山田 😀 ' }),
        { status: 201, body: { displayName: '  Ána  Ößte 山田 😀 ' } },
      ),
      'keeps binary data exactly': post('/Users', user('t9', { x509Certificates: [{ value: 'aGk+/w==' }] }), {
        status: 201,
        body: { x509Certificates: [{ value: 'aGk+/w==' }] },
      }),
      'gives dates as xsd:dateTime with a time zone': get('/Users/<user>', {
        status: 200,
        body: { meta: { created: isoInstant, lastModified: isoInstant } },
      }),
    }),
    ...section('RFC 7643 §2.4', {
      'refuses two primary values': post(
        '/Users',
        user('p1', {
          emails: [
            { value: 'a@x.test', primary: true },
            { value: 'b@x.test', primary: true },
          ],
        }),
        refused('invalidValue'),
      ),
      'keeps each value with its type once': post(
        '/Users',
        user('p2', {
          emails: [
            { value: 'a@x.test', type: 'work' },
            { value: 'a@x.test', type: 'work' },
          ],
        }),
        { status: 201, body: { emails: [{ value: 'a@x.test', type: 'work' }] } },
      ),
      'keeps the order and the types that the client chose': post(
        '/Users',
        user('p3', {
          emails: [
            { value: 'b@x.test', type: 'b' },
            { value: 'a@x.test', type: 'anything' },
          ],
        }),
        {
          status: 201,
          body: {
            emails: [
              { value: 'b@x.test', type: 'b' },
              { value: 'a@x.test', type: 'anything' },
            ],
          },
        },
      ),
    }),
    ...section('RFC 7643 §2.5', {
      'does not tell null, [] and left out from each other': [
        post('/Users', user('unassigned', { title: null, emails: [], nickName: null }), {
          status: 201,
          lacks: ['title', 'emails', 'nickName'],
        }),
        get(query('/Users', { filter: 'userName eq "unassigned" and not (title pr) and not (emails pr)' }), {
          status: 200,
          found: ['unassigned'],
        }),
      ],
    }),
    ...section('RFC 7643 §3', {
      'names in schemas the core schema and the extensions in use, no others': [
        post(
          '/Users',
          { ...user('in-use'), schemas: [userSchema, enterprise] },
          {
            status: 201,
            body: { schemas: [userSchema] },
          },
        ),
        post('/Users', employee('in-use-2', { division: 'D' }), {
          status: 201,
          body: { schemas: [userSchema, enterprise] },
        }),
      ],
    }),
    ...section('RFC 7643 §3.1', {
      'gives every resource an id of its own choice': post(
        '/Users',
        { ...user('own-id'), id: 'mine' },
        {
          status: 201,
          body: { id: expect.not.stringMatching(/^mine$/) },
        },
      ),
      'keeps externalId as the client sent it': get('/Users/<user>', {
        status: 200,
        body: { externalId: expect.stringMatching(/^X-ann-/) },
      }),
      'ignores meta from a client': post(
        '/Users',
        user('own-meta', { meta: { resourceType: 'X', version: 'W/"9"' } }),
        {
          status: 201,
          body: { meta: { resourceType: 'User', version: 'W/"1"', created: isoInstant } },
        },
      ),
      'says in meta what and where the resource is': get('/Groups/<group>', {
        status: 200,
        body: { meta: { resourceType: 'Group', location: '<base>/Groups/<group>', version: 'W/"1"' } },
      }),
    }),
    ...section('RFC 7643 §4.1.1', {
      'wants a userName': post('/Users', { schemas: [userSchema] }, refused('invalidValue')),
      'refuses a blank userName': post('/Users', user(' '), refused('invalidValue')),
      'keeps userName unique whatever its case': [
        post('/Users', user('Only.Once'), { status: 201 }),
        post('/Users', user('oNLY.oNCE'), { status: 409, scimType: 'uniqueness' }),
      ],
      'never returns a password': [
        post(
          '/Users',
          user('secret', { password: 'Correct-Horse-1' }),
          { status: 201, lacks: ['password'] },
          { keep: 'it' },
        ),
        get('/Users/<it>?attributes=password', { status: 200, lacks: ['password'] }),
        patch('/Users/<it>', [add('password', 'Other-Horse-2')], { status: 200, lacks: ['password'] }),
      ],
      'lets nobody search by password': get(query('/Users', { filter: 'password eq "x"' }), refused('invalidFilter')),
    }),
    ...section('RFC 7643 §4.1.2', {
      'shows the groups of a user, which only groups can change': [
        get('/Users/<user>', {
          status: 200,
          body: { groups: [{ value: '<group>', $ref: '<base>/Groups/<group>', type: 'direct' }] },
        }),
        put('/Users/<user>', user('<user.userName>', { groups: [] }), {
          status: 200,
          body: { groups: [{ value: '<group>' }] },
        }),
        patch('/Users/<user>', [take('groups')], refused('mutability')),
      ],
    }),
    ...section('RFC 7643 §4.2', {
      'wants a displayName for a group': post('/Groups', { schemas: [groupSchema] }, refused('invalidValue')),
      'shows type, name and address of members that it knows': get('/Groups/<group>', {
        status: 200,
        body: { members: [{ value: '<user>', type: 'User', $ref: '<base>/Users/<user>', display: 'Ann Other' }] },
      }),
      'takes groups as members': [
        post('/Groups', group('Nested <group>', { members: [{ value: '<group>' }] }), {
          status: 201,
          body: { members: [{ value: '<group>', type: 'Group', $ref: '<base>/Groups/<group>' }] },
        }),
      ],
      'keeps the displayName of groups unique, as its schema says': post('/Groups', group('<group.displayName>'), {
        status: 409,
        scimType: 'uniqueness',
      }),
    }),
    ...section('RFC 7643 §4.3', {
      'keeps the enterprise attributes in their extension': get('/Users/<user>', {
        status: 200,
        body: { [enterprise]: { department: 'Sales', employeeNumber: '7', manager: { value: 'nobody-here' } } },
        lacks: ['department', 'enterprise.manager.$ref'],
      }),
    }),
    ...section(
      'RFC 7643 §3.3',
      {
        'refuses an attribute of an extension outside of it': post(
          '/Users',
          user('astray', { department: 'D' }),
          refused('invalidSyntax'),
        ),
      },
      'rfc',
    ),
    ...section(
      'RFC 7644 §3.3',
      {
        'refuses attributes that no schema has': post(
          '/Users',
          user('u1', { shoeSize: 'L' }),
          refused('invalidSyntax'),
        ),
        'refuses sub-attributes that no schema has': post(
          '/Users',
          user('u2', { name: { nick: 'A' } }),
          refused('invalidSyntax'),
        ),
        'refuses schemas that the resource type does not have': post(
          '/Users',
          { ...user('u3'), schemas: [userSchema, groupSchema] },
          refused('invalidSyntax'),
        ),
        'refuses a resource without schemas': post('/Users', { userName: 'u4' }, refused('invalidSyntax')),
      },
      'rfc',
    ),
  ],
};
