// RFC 7644 §3.5.2: PATCH as a whole, whatever its operations are.
import { patchOp } from '../../support/scim.ts';
import { add, type Feature, get, patch, refused, replace, section, send, take } from '../table.ts';
import { unchanged } from './patch.ts';

export const patchMessage: Feature = {
  name: 'PATCH: the message',
  supported: true,
  requirements: [
    ...section('RFC 7644 §3.5.2', {
      'takes operations in order': patch(
        '/Users/<user>',
        [add('nickName', 'N'), take('nickName'), add('title', 'one'), replace('title', 'two')],
        { status: 200, body: { title: 'two' }, lacks: ['nickName'] },
      ),
      'is all or nothing': [
        patch('/Users/<user>', [replace('title', 'T'), replace('id', 'mine')], refused('mutability')),
        get('/Users/<user>', unchanged),
        patch('/Groups/<group>', [add('members', [{ value: 'other' }]), take('displayName')], refused('mutability')),
        get('/Groups/<group>', { status: 200, body: { members: [{ value: '<user>' }], meta: { version: 'W/"1"' } } }),
      ],
      'answers 200 with the whole resource': [
        patch('/Users/<user>', [add('nickName', 'N')], {
          status: 200,
          body: { id: '<user>', userName: '<user.userName>', nickName: 'N', title: 'Boss' },
          headers: { ETag: 'W/"2"', 'Content-Type': /^application\/scim\+json/ },
        }),
        patch('/Groups/<group>', [add('members', [{ value: 'other' }])], {
          status: 200,
          body: { displayName: '<group.displayName>', members: [{ value: '<user>' }, { value: 'other' }] },
          headers: { ETag: 'W/"2"' },
        }),
      ],
      'answers what `attributes` and `excludedAttributes` ask for': [
        patch('/Users/<user>?attributes=nickName', [add('nickName', 'N')], {
          status: 200,
          body: { nickName: 'N' },
          lacks: ['title'],
        }),
        patch('/Groups/<group>?excludedAttributes=members', [add('externalId', 'E')], {
          status: 200,
          body: { externalId: 'E' },
          lacks: ['members'],
        }),
      ],
      'counts one version for one request that changes something': [
        patch('/Users/<user>', [add('nickName', 'N'), add('title', 'T')], {
          status: 200,
          body: { meta: { version: 'W/"2"' } },
        }),
        patch('/Users/<user>', [add('nickName', 'N')], { status: 200, body: { meta: { version: 'W/"2"' } } }),
      ],
      'takes names of operations and attributes in any case': patch(
        '/Users/<user>',
        [{ OP: 'Replace', PATH: 'NICKNAME', VALUE: 'N' }],
        {
          status: 200,
          body: { nickName: 'N' },
        },
      ),
      'answers 404 for who is not there': patch('/Users/01890000-0000-7000-8000-000000000000', [add('title', 'T')], {
        status: 404,
      }),
      'refuses other operations': patch('/Users/<user>', [{ op: 'move', path: 'title' }], refused('invalidSyntax')),
      'refuses a message without operations': [
        send('PATCH', '/Users/<user>', refused('invalidSyntax'), { body: { schemas: patchOp().schemas } }),
        patch('/Users/<user>', [], refused('invalidSyntax')),
      ],
      'refuses add and replace without value': patch(
        '/Users/<user>',
        [{ op: 'add', path: 'title' }],
        refused('invalidValue'),
      ),
      'refuses values of wrong type': [
        patch('/Users/<user>', [replace('active', 'maybe')], refused('invalidValue')),
        patch('/Users/<user>', [replace('name', 'Ann')], refused('invalidValue')),
        patch('/Users/<user>', [add('emails', [{ value: 7 }])], refused('invalidValue')),
      ],
      'refuses paths that are none': [
        patch('/Users/<user>', [replace('name..givenName', 'x')], refused('invalidPath')),
        patch('/Users/<user>', [replace('emails[type eq "work"]x', 'x')], refused('invalidPath')),
        patch('/Users/<user>', [replace('name[givenName pr]', 'x')], refused('invalidPath')),
        patch('/Users/<user>', [replace('emails[type zz "work"].value', 'x')], refused('invalidFilter')),
      ],
    }),
    ...section(
      'RFC 7644 §3.5.2',
      {
        'refuses attributes that no schema has': [
          patch('/Users/<user>', [add('shoeSize', 'L')], refused('invalidPath')),
          patch('/Users/<user>', [{ op: 'add', value: { shoeSize: 'L' } }], refused('invalidPath')),
        ],
        'wants the schema of the message': send('PATCH', '/Users/<user>', refused('invalidSyntax'), {
          body: { Operations: [add('title', 'T')] },
        }),
      },
      'rfc',
    ),
  ],
};
