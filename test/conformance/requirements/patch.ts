// RFC 7644 §3.5.2: PATCH.
import { enterprise, userSchema } from '../../support/scim.ts';
import { add, type Feature, get, patch, post, refused, replace, section, take, user } from '../table.ts';

const work = 'emails[type eq "work"]';
export const unchanged = {
  status: 200,
  body: { meta: { version: '<user.meta.version>', lastModified: '<user.meta.lastModified>' } },
};
const primaryHome = { value: 'new@acme.test', type: 'other', primary: true };

export const patchAdd: Feature = {
  name: 'PATCH: add',
  supported: true,
  requirements: [
    ...section('RFC 7644 §3.5.2.1', {
      'sets a single value that was not there': patch('/Users/<user>', [add('nickName', 'N')], {
        status: 200,
        body: { nickName: 'N' },
      }),
      'replaces a single value that was': patch('/Users/<user>', [add('title', 'T')], {
        status: 200,
        body: { title: 'T' },
      }),
      'adds to the sub-attributes of a complex value': patch('/Users/<user>', [add('name', { middleName: 'M' })], {
        status: 200,
        body: { name: { givenName: 'Ann', middleName: 'M', familyName: 'Other' } },
      }),
      'sets one sub-attribute': patch('/Users/<user>', [add('name.givenName', 'Eve')], {
        status: 200,
        body: { name: { givenName: 'Eve', familyName: 'Other' } },
      }),
      'adds values to those that are there': patch('/Users/<user>', [add('phoneNumbers', [{ value: '+2' }])], {
        status: 200,
        body: { phoneNumbers: [{ value: '+1', type: 'work' }, { value: '+2' }] },
      }),
      'merges the object of an operation without path': patch(
        '/Users/<user>',
        [{ op: 'add', value: { nickName: 'N', name: { middleName: 'M' }, phoneNumbers: [{ value: '+2' }] } }],
        {
          status: 200,
          body: {
            nickName: 'N',
            name: { givenName: 'Ann', middleName: 'M' },
            phoneNumbers: [{ value: '+1' }, { value: '+2' }],
          },
        },
      ),
      'changes nothing when the value is there already': [
        patch('/Users/<user>', [add('title', 'Boss')], unchanged),
        patch('/Users/<user>', [add('emails', [{ value: 'home@acme.test', type: 'home' }])], unchanged),
      ],
      'brings an extension and its URN': [
        post('/Users', user('plain-<user>'), { status: 201 }, { keep: 'it' }),
        patch('/Users/<it>', [add(`${enterprise}:division`, 'D')], {
          status: 200,
          body: { schemas: [userSchema, enterprise], [enterprise]: { division: 'D' } },
        }),
      ],
      'takes the URN of an extension as path': patch('/Users/<user>', [add(enterprise, { division: 'D' })], {
        status: 200,
        body: { [enterprise]: { division: 'D', department: 'Sales' } },
      }),
      'takes away the old primary when there is a new one': patch('/Users/<user>', [add('emails', [primaryHome])], {
        status: 200,
        body: { emails: [{ value: 'work@acme.test', primary: false }, { value: 'home@acme.test' }, primaryHome] },
      }),
      'changes a sub-attribute of the selected values': patch('/Users/<user>', [add(`${work}.display`, 'Shown')], {
        status: 200,
        body: { emails: [{ type: 'work', display: 'Shown' }, { type: 'home' }] },
      }),
      'adds members to a group once': [
        patch('/Groups/<group>?attributes=members', [add('members', [{ value: 'other' }, { value: '<user>' }])], {
          status: 200,
          body: { members: [{ value: '<user>' }, { value: 'other' }] },
        }),
      ],
    }),
  ],
};

export const patchRemove: Feature = {
  name: 'PATCH: remove',
  supported: true,
  requirements: [
    ...section('RFC 7644 §3.5.2.2', {
      'unassigns a single value': patch('/Users/<user>', [take('title')], { status: 200, lacks: ['title'] }),
      'unassigns a complex value': patch('/Users/<user>', [take('name')], { status: 200, lacks: ['name'] }),
      'unassigns one sub-attribute': patch('/Users/<user>', [take('name.givenName')], {
        status: 200,
        body: { name: { familyName: 'Other' } },
        lacks: ['name.givenName'],
      }),
      'unassigns all values': patch('/Users/<user>', [take('emails')], { status: 200, lacks: ['emails'] }),
      'removes the selected values only': patch('/Users/<user>', [take('emails[type eq "home"]')], {
        status: 200,
        body: { emails: [{ value: 'work@acme.test' }] },
      }),
      'removes the attribute when the last value goes': patch(
        '/Users/<user>',
        [take(work), take('emails[type eq "home"]')],
        {
          status: 200,
          lacks: ['emails'],
        },
      ),
      'removes a sub-attribute of the selected values': patch('/Users/<user>', [take(`${work}.primary`)], {
        status: 200,
        body: { emails: [{ value: 'work@acme.test', type: 'work' }, { value: 'home@acme.test' }] },
        lacks: ['emails.primary'],
      }),
      'removes an attribute of an extension, and the extension with its last': [
        patch('/Users/<user>', [take(`${enterprise}:department`)], { status: 200, lacks: ['enterprise.department'] }),
        patch('/Users/<user>', [take(enterprise)], { status: 200, lacks: ['enterprise'] }),
      ],
      'unassigns `active` without letting anybody in': [
        patch('/Users/<user>', [take('active')], { status: 200, lacks: ['active'] }),
        post('/Users', user('off-<user>', { active: false }), { status: 201 }, { keep: 'off' }),
        patch('/Users/<off>', [take('active')], { status: 200, lacks: ['active'] }),
        get('/Users?filter=active eq false and id eq "<off>"', { status: 200, found: ['off-<user>'] }),
        patch('/Users/<off>', [add('active', true)], { status: 200, body: { active: true } }),
      ],
      'refuses a remove without path': patch('/Users/<user>', [{ op: 'remove' }], refused('noTarget')),
      'refuses to remove what is required': patch('/Users/<user>', [take('userName')], refused('mutability')),
      'refuses to remove what is readOnly': [
        patch('/Users/<user>', [take('id')], refused('mutability')),
        patch('/Users/<user>', [take('meta.created')], refused('mutability')),
      ],
      'removes members by a value path': patch(
        '/Groups/<group>?attributes=members',
        [take('members[value eq "<user>"]')],
        {
          status: 200,
          lacks: ['members'],
        },
      ),
      'removes all members': patch('/Groups/<group>?attributes=members', [take('members')], {
        status: 200,
        lacks: ['members'],
      }),
      'is content when a member to be removed is not there': patch(
        '/Groups/<group>?attributes=members,meta',
        [take('members[value eq "somebody"]')],
        { status: 200, body: { members: [{ value: '<user>' }], meta: { version: 'W/"1"' } } },
      ),
    }),
  ],
};

export const patchReplace: Feature = {
  name: 'PATCH: replace',
  supported: true,
  requirements: [
    ...section('RFC 7644 §3.5.2.3', {
      'replaces a single value': patch('/Users/<user>', [replace('title', 'T')], { status: 200, body: { title: 'T' } }),
      'sets what was not there': patch('/Users/<user>', [replace('nickName', 'N')], {
        status: 200,
        body: { nickName: 'N' },
      }),
      'merges into a complex value': patch('/Users/<user>', [replace('name', { givenName: 'Eve' })], {
        status: 200,
        body: { name: { givenName: 'Eve', familyName: 'Other' } },
      }),
      'replaces all values': patch('/Users/<user>', [replace('emails', [{ value: 'new@acme.test' }])], {
        status: 200,
        body: { emails: [{ value: 'new@acme.test' }] },
      }),
      'replaces a sub-attribute of the selected values': patch(
        '/Users/<user>',
        [replace(`${work}.value`, 'new@acme.test')],
        {
          status: 200,
          body: { emails: [{ value: 'new@acme.test', type: 'work', primary: true }, { value: 'home@acme.test' }] },
        },
      ),
      'replaces the selected value': patch('/Users/<user>', [replace(work, { type: 'work', value: 'new@acme.test' })], {
        status: 200,
        body: { emails: [{ value: 'new@acme.test', type: 'work' }, { value: 'home@acme.test' }] },
      }),
      'takes away the old primary when a value path sets a new one': patch(
        '/Users/<user>',
        [replace('emails[type eq "home"].primary', true)],
        {
          status: 200,
          body: {
            emails: [
              { type: 'work', primary: false },
              { type: 'home', primary: true },
            ],
          },
        },
      ),
      'replaces every attribute of an operation without path': patch(
        '/Users/<user>',
        [
          {
            op: 'replace',
            value: { title: 'T', emails: [{ value: 'new@acme.test' }], [enterprise]: { department: 'D' } },
          },
        ],
        {
          status: 200,
          body: {
            title: 'T',
            emails: [{ value: 'new@acme.test' }],
            [enterprise]: { department: 'D', employeeNumber: '7' },
          },
        },
      ),
      'unassigns by null': patch('/Users/<user>', [replace('title', null)], { status: 200, lacks: ['title'] }),
      'replaces all members of a group': patch(
        '/Groups/<group>?attributes=members',
        [replace('members', [{ value: 'other' }])],
        {
          status: 200,
          body: { members: [{ value: 'other' }] },
        },
      ),
      'refuses what is readOnly': [
        patch('/Users/<user>', [replace('id', 'mine')], refused('mutability')),
        patch('/Users/<user>', [replace('meta.version', 'x')], refused('mutability')),
        patch('/Users/<user>', [replace('groups', [])], refused('mutability')),
      ],
      'refuses to change a member in place': patch(
        '/Groups/<group>',
        [replace('members[value eq "<user>"].value', 'other')],
        refused('mutability'),
      ),
      'refuses a userName that another has': [
        post('/Users', user('holder-<user>'), { status: 201 }),
        patch('/Users/<user>', [replace('userName', 'HOLDER-<user>')], { status: 409, scimType: 'uniqueness' }),
      ],
    }),
    ...section(
      'RFC 7644 §3.5.2.3',
      {
        'answers noTarget when a value path selects nothing': patch(
          '/Users/<user>',
          [replace('emails[type eq "none"].value', 'x@acme.test')],
          refused('noTarget'),
        ),
      },
      'rfc',
    ),
  ],
};
