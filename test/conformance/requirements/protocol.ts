// RFC 7644 on HTTP itself: versions, media types, authentication, errors, discovery.
import { expect } from 'vitest';
import { errorSchema, patchOp } from '../../support/scim.ts';
import {
  add,
  type Feature,
  get,
  patch,
  post,
  put,
  refused,
  remove,
  replace,
  type Step,
  section,
  send,
  take,
  user,
} from '../table.ts';

const stale = { 'If-Match': 'W/"99"' };
const nobody = '01890000-0000-7000-8000-000000000000';

export const versions: Feature = {
  name: 'ETag, If-Match and If-None-Match',
  supported: true,
  requirements: [
    ...section('RFC 7644 §3.14', {
      'gives a weak version in the header and in meta.version': get('/Users/<user>', {
        status: 200,
        headers: { ETag: 'W/"1"' },
        body: { meta: { version: 'W/"1"' } },
      }),
      'refuses to write what has changed since': [
        put('/Users/<user>', user('<user.userName>'), { status: 412 }, { headers: stale }),
        patch('/Users/<user>', [add('title', 'T')], { status: 412 }, { headers: stale }),
        remove('/Users/<user>', { status: 412 }, { headers: stale }),
        patch('/Groups/<group>', [take('members')], { status: 412 }, { headers: stale }),
        get('/Users/<user>', { status: 200, body: { title: 'Boss', meta: { version: 'W/"1"' } } }),
      ],
      'writes when the version is right, in a list or any': [
        patch('/Users/<user>', [add('title', 'T')], { status: 200 }, { headers: { 'If-Match': 'W/"1"' } }),
        patch('/Users/<user>', [add('title', 'U')], { status: 200 }, { headers: { 'If-Match': 'W/"1", W/"2"' } }),
        patch('/Users/<user>', [add('title', 'V')], { status: 200 }, { headers: { 'If-Match': '*' } }),
      ],
      'answers 304 without a body to who has the version': [
        get('/Users/<user>', { status: 304, headers: { ETag: 'W/"1"' } }, { headers: { 'If-None-Match': 'W/"1"' } }),
        get('/Users/<user>', { status: 200 }, { headers: { 'If-None-Match': 'W/"2"' } }),
      ],
    }),
  ],
};

export const mediaTypes: Feature = {
  name: 'Media types and methods',
  supported: true,
  requirements: [
    ...section('RFC 7644 §3.1', {
      'takes application/json too': post(
        '/Users',
        user('json'),
        { status: 201 },
        { headers: { 'Content-Type': 'application/json' } },
      ),
      'takes a charset': post(
        '/Users',
        user('charset'),
        { status: 201 },
        { headers: { 'Content-Type': 'application/scim+json;charset=UTF-8' } },
      ),
      'refuses other types': post(
        '/Users',
        user('xml'),
        { status: 415 },
        { headers: { 'Content-Type': 'application/xml' } },
      ),
      'answers application/scim+json, errors included': [
        get('/Users', { status: 200, headers: { 'Content-Type': /^application\/scim\+json/ } }),
        get('/Users/x', { status: 404, headers: { 'Content-Type': /^application\/scim\+json/ } }),
      ],
      'answers application/json to who accepts nothing else': get(
        '/Users',
        { status: 200, headers: { 'Content-Type': /^application\/json/ } },
        { headers: { Accept: 'application/json' } },
      ),
    }),
    ...section('RFC 7644 §3.2', {
      'refuses methods that a place does not have': [
        send('PUT', '/Users', { status: 405, headers: { Allow: /GET/ } }, { body: {} }),
        send('DELETE', '/Users', { status: 405 }),
        send('POST', '/Users/<user>', { status: 405, headers: { Allow: /PATCH/ } }, { body: {} }),
      ],
    }),
    ...section('RFC 7644 §2', {
      'wants a token': get(
        '/Users',
        { status: 401, headers: { 'WWW-Authenticate': /^Bearer/ } },
        { headers: { Authorization: '' } },
      ),
      'refuses a wrong one': get('/Users', { status: 401 }, { headers: { Authorization: 'Bearer wrong' } }),
    }),
  ],
};

const errors: Record<string, Step | Step[]> = {
  'uniqueness travels with 409': [
    post('/Users', user('unique'), { status: 201 }),
    post('/Users', user('unique'), { status: 409, scimType: 'uniqueness' }),
  ],
  'invalidFilter for a bad filter': get('/Users?filter=nonsense', refused('invalidFilter')),
  'mutability for a change of what is readOnly': patch('/Users/<user>', [replace('id', 'x')], refused('mutability')),
  'invalidSyntax for a body that is no message': post('/Users', '{"schemas":', refused('invalidSyntax')),
  'invalidSyntax for a body of another kind': [
    post('/Users', [], refused('invalidSyntax')),
    post('/Users', '"text"', refused('invalidSyntax')),
    post('/Users', 'null', refused('invalidSyntax')),
    post('/Users', '', refused('invalidSyntax')),
  ],
  'invalidPath for a bad path': patch('/Users/<user>', [replace('..', 'x')], refused('invalidPath')),
  'noTarget for a remove without path': patch('/Users/<user>', [{ op: 'remove' }], refused('noTarget')),
  'invalidValue for a value that is missing or wrong': post(
    '/Users',
    user('bad', { active: 'maybe' }),
    refused('invalidValue'),
  ),
};

export const errorResponses: Feature = {
  name: 'Errors: tables 8 and 9',
  supported: true,
  requirements: [
    ...section('RFC 7644 §3.12', {
      ...errors,
      'gives the status as a string in an Error message': get(`/Users/${nobody}`, {
        status: 404,
        body: { schemas: [errorSchema], status: '404' },
      }),
      'names a scimType only where the table has one': [
        get(`/Users/${nobody}`, { status: 404, scimType: null }),
        put('/Users/<user>', user('x'), { status: 412, scimType: null }, { headers: stale }),
        get('/Users', { status: 401, scimType: null }, { headers: { Authorization: '' } }),
        send('DELETE', '/Users', { status: 405, scimType: null }),
      ],
      'answers unknown places in the same form': get('/Nowhere', { status: 404, body: { schemas: [errorSchema] } }),
      'never answers a 5xx for odd bodies': [
        post('/Users', { ...user('deep'), name: nested(200) }, refused('invalidSyntax')),
        post('/Users', user('nul', { title: 'a\u0000' }), refused('invalidValue')),
        post('/Users', '{"__proto__":{"userName":"x"}}', { status: 400 }),
        post('/Users', user('x'.repeat(10_000)), refused('invalidValue')),
        send(
          'PATCH',
          '/Users/<user>',
          { status: 413 },
          { body: patchOp(...Array<object>(5_000).fill(add('title', 'T'))) },
        ),
      ],
      'refuses a body that is too large with 413': post(
        '/Users',
        user('big', { photos: [{ value: 'x'.repeat(3_000_000) }] }),
        { status: 413 },
      ),
    }),
    ...section('RFC 7643 §10', {
      'refuses the schemas of SCIM 1.1': post(
        '/Users',
        { schemas: ['urn:scim:schemas:core:1.0'], userName: 'old' },
        refused('invalidSyntax'),
      ),
    }),
  ],
};

function nested(depth: number): object {
  return depth === 0 ? {} : { a: nested(depth - 1) };
}

const notAllowed = ['POST', 'PUT', 'PATCH', 'DELETE'].flatMap((method) =>
  ['/ServiceProviderConfig', '/ResourceTypes', '/Schemas'].map((path) =>
    send(method, path, { status: 405, headers: { Allow: 'GET' } }, method === 'DELETE' ? {} : { body: {} }),
  ),
);

const core = 'urn:ietf:params:scim:schemas:core:2.0';

export const discovery: Feature = {
  name: 'Discovery',
  supported: true,
  requirements: [
    ...section('RFC 7644 §4', {
      'describes itself': get('/ServiceProviderConfig', {
        status: 200,
        body: {
          schemas: [`${core}:ServiceProviderConfig`],
          patch: { supported: true },
          filter: { supported: true, maxResults: expect.any(Number) },
          authenticationSchemes: [{ type: 'oauthbearertoken' }],
          meta: { resourceType: 'ServiceProviderConfig', location: '<base>/ServiceProviderConfig' },
        },
      }),
      'lists its resource types': get('/ResourceTypes', {
        status: 200,
        body: {
          totalResults: 2,
          Resources: [
            { id: 'User', endpoint: '/Users' },
            { id: 'Group', endpoint: '/Groups' },
          ],
        },
      }),
      'gives one resource type': [
        get('/ResourceTypes/User', {
          status: 200,
          body: {
            schema: `${core}:User`,
            schemaExtensions: [
              { schema: 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User', required: false },
            ],
            meta: { location: '<base>/ResourceTypes/User' },
          },
        }),
        get('/ResourceTypes/Nothing', { status: 404 }),
      ],
      'lists its schemas': get('/Schemas', {
        status: 200,
        body: {
          totalResults: 3,
          Resources: [{ id: `${core}:User` }, { name: 'EnterpriseUser' }, { id: `${core}:Group` }],
        },
      }),
      'gives one schema': [
        get(`/Schemas/${core}:Group`, {
          status: 200,
          body: {
            id: `${core}:Group`,
            attributes: [
              { name: 'displayName', required: true, uniqueness: 'server' },
              { name: 'members', multiValued: true },
            ],
          },
        }),
        get('/Schemas/urn:nothing', { status: 404 }),
      ],
      'refuses to filter them': [
        get('/Schemas?filter=id pr', { status: 403 }),
        get('/ResourceTypes?filter=id pr', { status: 403 }),
      ],
      'refuses to change them': notAllowed,
    }),
  ],
};
