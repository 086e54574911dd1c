// The core Group schema (RFC 7643 §4.2, §8.7.1).

import { defineAttribute, type SchemaDefinition } from './model.ts';

export const GROUP_SCHEMA = 'urn:ietf:params:scim:schemas:core:2.0:Group';

/** Never part of a stored group: members are handled apart, since a group may have a hundred thousand of them. */
export const membersAttribute = defineAttribute('members', 'Members of the group.', {
  type: 'complex',
  multiValued: true,
  subAttributes: [
    defineAttribute('value', 'Id of the member.', { caseExact: true, mutability: 'immutable' }),
    defineAttribute('$ref', 'URI of the member.', {
      type: 'reference',
      referenceTypes: ['User', 'Group'],
      caseExact: true,
      mutability: 'immutable',
    }),
    defineAttribute('type', 'Resource type of the member.', {
      canonicalValues: ['User', 'Group'],
      mutability: 'immutable',
    }),
    defineAttribute('display', 'Name of the member.', { mutability: 'readOnly' }),
  ],
});

export const groupSchema: SchemaDefinition = {
  id: GROUP_SCHEMA,
  name: 'Group',
  description: 'Group of users',
  attributes: [
    defineAttribute('displayName', 'Name of the group, of which there is one in the directory.', {
      required: true,
      uniqueness: 'server',
    }),
    membersAttribute,
  ],
};
