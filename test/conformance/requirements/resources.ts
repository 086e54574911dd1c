// RFC 7644 §3.3, §3.4.1, §3.5.1 and §3.6: the life of one resource.
import { expect } from 'vitest';
import { enterprise } from '../../support/scim.ts';
import { employee, type Feature, get, group, post, put, refused, remove, section, user } from '../table.ts';

const address = /^http:\/\/localhost\/scim\/v2\/dir-\d+\/(Users|Groups)\/[0-9a-f-]{36}$/;
const nobody = '01890000-0000-7000-8000-000000000000';

export const creation: Feature = {
  name: 'POST: create',
  supported: true,
  requirements: [
    ...section('RFC 7644 §3.3', {
      'answers 201 with the resource, its Location and its version': post('/Users', user('made'), {
        status: 201,
        headers: { Location: address, ETag: 'W/"1"', 'Content-Type': /^application\/scim\+json/ },
        body: { userName: 'made', id: expect.any(String) },
      }),
      'has the same address in Location and meta.location': [
        post('/Groups', group('Made'), { status: 201, headers: { Location: address } }, { keep: 'it' }),
        get('/Groups/<it>', {
          status: 200,
          body: { meta: { location: '<it.meta.location>' } },
          headers: { Location: '<it.meta.location>' },
        }),
      ],
      'ignores readOnly attributes': post('/Users', user('ro', { groups: [{ value: 'x' }], meta: { version: 'x' } }), {
        status: 201,
        lacks: ['groups'],
      }),
      'never turns a second POST into an update': [
        post('/Users', user('second', { title: 'first' }), { status: 201 }, { keep: 'it' }),
        post('/Users', user('second', { title: 'other' }), { status: 409, scimType: 'uniqueness' }),
        get('/Users/<it>', { status: 200, body: { title: 'first' } }),
      ],
      'makes a user active unless it is told otherwise': [
        post('/Users', user('starts'), { status: 201, body: { active: true } }),
        post('/Users', user('sleeps', { active: false }), { status: 201, body: { active: false } }),
      ],
      'honours attributes and excludedAttributes': [
        post('/Users?attributes=title', user('only', { title: 'T', nickName: 'N' }), {
          status: 201,
          body: { title: 'T', id: expect.any(String), schemas: expect.any(Array) },
          lacks: ['nickName', 'userName', 'meta'],
        }),
        post('/Users?excludedAttributes=nickName', user('less', { title: 'T', nickName: 'N' }), {
          status: 201,
          body: { title: 'T' },
          lacks: ['nickName'],
        }),
      ],
    }),
  ],
};

export const retrieval: Feature = {
  name: 'GET: one resource',
  supported: true,
  requirements: [
    ...section('RFC 7644 §3.4.1', {
      'answers 200 with the resource': get('/Users/<user>', { status: 200, body: { id: '<user>', title: 'Boss' } }),
      'answers 404 for an id that nobody has': get(`/Users/${nobody}`, { status: 404, scimType: null }),
      'answers 404 for what can not be an id': get('/Users/not-an-id', { status: 404 }),
      'answers 404 for the id of another type': get('/Groups/<user>', { status: 404 }),
      'still answers for a user who is deactivated': [
        post('/Users', user('gone-quiet', { active: false }), { status: 201 }, { keep: 'it' }),
        get('/Users/<it>', { status: 200, body: { active: false } }),
      ],
    }),
  ],
};

export const replacement: Feature = {
  name: 'PUT: replace',
  supported: true,
  requirements: [
    ...section('RFC 7644 §3.5.1', {
      'clears what the body does not name': put('/Users/<user>', user('<user.userName>', { nickName: 'N' }), {
        status: 200,
        body: { nickName: 'N' },
        lacks: ['title', 'name', 'emails', 'externalId', 'enterprise'],
      }),
      'never creates': put(`/Users/${nobody}`, user('never'), { status: 404 }),
      'ignores readOnly attributes, another id included': put(
        '/Users/<user>',
        user('<user.userName>', { id: nobody, meta: { created: '1999-01-01T00:00:00Z' }, groups: [] }),
        {
          status: 200,
          body: { id: '<user>', meta: { created: '<user.meta.created>' }, groups: [{ value: '<group>' }] },
        },
      ),
      'wants required attributes': put('/Users/<user>', user(''), refused('invalidValue')),
      'refuses a userName that another has': [
        post('/Users', user('taken'), { status: 201 }),
        put('/Users/<user>', user('TAKEN'), { status: 409, scimType: 'uniqueness' }),
      ],
      'may give a user another userName, or its own in another case': [
        put('/Users/<user>', user('renamed-<user>'), { status: 200, body: { userName: 'renamed-<user>' } }),
        put('/Users/<user>', user('RENAMED-<user>'), { status: 200, body: { userName: 'RENAMED-<user>' } }),
      ],
      'does not wake a user whose `active` is left out': [
        post('/Users', user('stays-off', { active: false }), { status: 201 }, { keep: 'it' }),
        put('/Users/<it>', user('stays-off'), { status: 200, body: { active: false } }),
      ],
      'replaces the members of a group': [
        put('/Groups/<group>', group('<group.displayName>', { members: [] }), { status: 200, lacks: ['members'] }),
        put('/Groups/<group>', group('<group.displayName>', { members: [{ value: '<user>' }] }), {
          status: 200,
          body: { members: [{ value: '<user>', type: 'User' }] },
        }),
        put('/Groups/<group>', group('<group.displayName>'), { status: 200, lacks: ['members'] }),
      ],
      'leaves version and lastModified alone when nothing changes': [
        put('/Users/<user>', employee('<user.userName>', { department: 'D' }), { status: 200 }, { keep: 'once' }),
        put('/Users/<user>', employee('<user.userName>', { department: 'D' }), {
          status: 200,
          body: { meta: { version: '<once.meta.version>', lastModified: '<once.meta.lastModified>' } },
          headers: { ETag: '<once.meta.version>' },
        }),
      ],
      'answers only what is asked for': put(
        '/Users/<user>?attributes=userName',
        user('<user.userName>', { title: 'T' }),
        {
          status: 200,
          body: { userName: '<user.userName>' },
          lacks: ['title', 'meta', enterprise],
        },
      ),
    }),
  ],
};

export const deletion: Feature = {
  name: 'DELETE',
  supported: true,
  requirements: [
    ...section('RFC 7644 §3.6', {
      'answers 204, and 404 from then on': [
        remove('/Users/<user>', { status: 204 }),
        get('/Users/<user>', { status: 404 }),
        put('/Users/<user>', user('back'), { status: 404 }),
        remove('/Users/<user>', { status: 404 }),
      ],
      'takes a deleted user out of lists and groups': [
        remove('/Users/<user>', { status: 204 }),
        get('/Users?filter=id eq "<user>"', { status: 200, found: [] }),
        get('/Groups/<group>', { status: 200, lacks: ['members'] }),
      ],
      'lets the userName be used again, by a resource with another id': [
        remove('/Users/<user>', { status: 204 }),
        post('/Users', user('<user.userName>'), { status: 201 }, { keep: 'again' }),
        get('/Users?filter=id eq "<user>"', { status: 200, found: [] }),
      ],
      'deletes a group without its members': [
        remove('/Groups/<group>', { status: 204 }),
        get('/Users/<user>', { status: 200, lacks: ['groups'] }),
      ],
    }),
  ],
};
