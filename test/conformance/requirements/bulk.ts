// RFC 7644 §3.7: many operations in one request.
import { expect } from 'vitest';
import { patchOp } from '../../support/scim.ts';
import {
  add,
  type Expected,
  type Feature,
  get,
  group,
  post,
  put,
  refused,
  type Step,
  section,
  user,
} from '../table.ts';

const schemas = ['urn:ietf:params:scim:api:messages:2.0:BulkRequest'];
const answerSchemas = ['urn:ietf:params:scim:api:messages:2.0:BulkResponse'];

/** A bulk request; `results` are what its operations answer, in order. */
const bulk = (operations: object[], results: object[], more: object = {}): Step =>
  post(
    '/Bulk',
    { schemas, Operations: operations, ...more },
    { status: 200, body: { schemas: answerSchemas, Operations: results } },
  );
const refusedWith = (operations: object[], expected: Expected, more: object = {}): Step =>
  post('/Bulk', { schemas, Operations: operations, ...more }, expected);
const create = (bulkId: string, data: object, path = '/Users') => ({ method: 'POST', path, bulkId, data });
const member = (value: string) => ({ members: [{ value }] });
const wrong = create('wrong', user(' '));
const failed = { status: '400', response: { status: '400', scimType: 'invalidValue' } };

export const bulkRequests: Feature = {
  name: 'Bulk',
  supported: true,
  requirements: [
    ...section('RFC 7644 §3.7', {
      'runs operations of every method and tells of each': bulk(
        [
          create('new', user('bulk-new')),
          { method: 'PUT', path: '/Users/<user>', data: user('<user.userName>', { title: 'T' }) },
          { method: 'PATCH', path: '/Groups/<group>', data: patchOp(add('members', [{ value: 'other' }])) },
          { method: 'DELETE', path: '/Users/<user>' },
        ],
        [
          {
            method: 'POST',
            bulkId: 'new',
            status: '201',
            location: expect.stringMatching(/\/Users\//),
            version: 'W/"1"',
          },
          { method: 'PUT', status: '200', location: '<base>/Users/<user>' },
          { method: 'PATCH', status: expect.stringMatching(/^20[04]$/), location: '<base>/Groups/<group>' },
          { method: 'DELETE', status: '204' },
        ],
      ),
      'wants the schema of the message and operations': [
        post('/Bulk', { schemas, Operations: [] }, refused('invalidSyntax')),
        post('/Bulk', [], refused('invalidSyntax')),
      ],
      'fails an operation without method, path or data, and no other': [
        bulk(
          [
            { method: 'GET', path: '/Users' },
            { method: 'POST', path: '/Nowhere', bulkId: 'x', data: {} },
            create('ok', user('bulk-ok')),
          ],
          [{ status: '400' }, { status: expect.stringMatching(/^4/) }, { status: '201' }],
        ),
      ],
      'takes version for If-Match': [
        bulk(
          [{ method: 'PATCH', path: '/Users/<user>', version: 'W/"9"', data: patchOp(add('title', 'T')) }],
          [{ status: '412', response: { status: '412' } }],
        ),
        get('/Users/<user>', { status: 200, body: { title: 'Boss' } }),
      ],
    }),
    ...section('RFC 7644 §3.7.1', {
      'runs a circle of references by putting it together afterwards': [
        bulk(
          [
            create('one', group('Circle 1', member('bulkId:two')), '/Groups'),
            create('two', group('Circle 2', member('bulkId:one')), '/Groups'),
          ],
          [
            { bulkId: 'one', status: '201' },
            { bulkId: 'two', status: '201' },
          ],
        ),
        get('/Groups?filter=displayName sw "circle" and members.type eq "Group"', {
          status: 200,
          found: ['Circle 1', 'Circle 2'],
        }),
      ],
    }),
    ...section('RFC 7644 §3.7.2', {
      'puts the id of a new resource where its bulkId stands, before and after it': [
        bulk(
          [
            create('crew', group('Bulk crew', member('bulkId:ann')), '/Groups'),
            create('ann', user('bulk-ann')),
            { method: 'PATCH', path: '/Users/bulkId:ann', data: patchOp(add('title', 'T')) },
          ],
          [
            { bulkId: 'crew', status: '201' },
            { bulkId: 'ann', status: '201' },
            { method: 'PATCH', status: '200' },
          ],
        ),
        get('/Groups?filter=displayName eq "bulk crew" and members.type eq "User"', {
          status: 200,
          found: ['Bulk crew'],
        }),
        get('/Users?filter=userName eq "bulk-ann" and title eq "T"', { status: 200, found: ['bulk-ann'] }),
      ],
      'fails what refers to something that is not there': bulk(
        [create('lonely', group('Lonely', member('bulkId:nothing')), '/Groups')],
        [{ bulkId: 'lonely', status: expect.stringMatching(/^4/) }],
      ),
    }),
    ...section('RFC 7644 §3.7.3', {
      'goes on after errors': bulk(
        [wrong, create('after', user('bulk-after'))],
        [
          { bulkId: 'wrong', ...failed },
          { bulkId: 'after', status: '201' },
        ],
      ),
      'stops after as many errors as failOnErrors says': [
        bulk([wrong, { ...wrong, bulkId: 'w2' }, create('late', user('bulk-late'))], [failed, failed], {
          failOnErrors: 2,
        }),
        get('/Users?filter=userName eq "bulk-late"', { status: 200, found: [] }),
      ],
      'tells of conflicts in the operation': bulk(
        [create('a', user('bulk-twice')), create('b', user('BULK-TWICE'))],
        [{ status: '201' }, { status: '409', response: { status: '409', scimType: 'uniqueness' } }],
      ),
      'refuses a failOnErrors that is no number': refusedWith([wrong], refused('invalidValue'), { failOnErrors: 'x' }),
    }),
    ...section('RFC 7644 §3.7.4', {
      'refuses more operations than it says with 413': refusedWith(Array<object>(1_001).fill(wrong), {
        status: 413,
        body: { detail: expect.stringContaining('maxOperations') },
      }),
      'refuses more bytes than it says with 413': refusedWith([create('x', user('x'.repeat(2_200_000)))], {
        status: 413,
        body: { detail: expect.stringContaining('maxPayloadSize') },
      }),
      'says its limits': get('/ServiceProviderConfig', {
        status: 200,
        body: { bulk: { supported: true, maxOperations: 1_000, maxPayloadSize: 2_097_152 } },
      }),
      'has no other method': put('/Bulk', {}, { status: 405 }),
    }),
  ],
};
