// The enterprise extension of User (RFC 7643 §4.3).

import { defineAttribute, type SchemaDefinition } from './model.ts';

export const ENTERPRISE_USER_SCHEMA = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

/** `$ref` is readOnly here: clients send relative or stale addresses, and `value` says it all. */
const managerAttribute = defineAttribute('manager', "The user's manager.", {
  type: 'complex',
  subAttributes: [
    defineAttribute('value', 'Id of the manager; may name a user who is not here yet.', { caseExact: true }),
    defineAttribute('$ref', 'URI of the manager.', {
      type: 'reference',
      referenceTypes: ['User'],
      caseExact: true,
      mutability: 'readOnly',
    }),
    defineAttribute('displayName', 'Name of the manager.', { mutability: 'readOnly' }),
  ],
});

export const enterpriseUserSchema: SchemaDefinition = {
  id: ENTERPRISE_USER_SCHEMA,
  name: 'EnterpriseUser',
  description: 'What organisations keep about their users',
  attributes: [
    defineAttribute('employeeNumber', 'Number or code the organisation gave to the user.'),
    defineAttribute('costCenter', 'Cost centre.'),
    defineAttribute('organization', 'Organisation.'),
    defineAttribute('division', 'Division.'),
    defineAttribute('department', 'Department.'),
    managerAttribute,
  ],
};
