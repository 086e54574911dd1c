// The attributes every resource has (RFC 7643 §3.1). `/Schemas` does not list them.

import { defineAttribute } from './model.ts';

export const schemasAttribute = defineAttribute('schemas', 'URNs of the schemas that the resource uses.', {
  type: 'reference',
  referenceTypes: ['uri'],
  multiValued: true,
  required: true,
  caseExact: true,
  returned: 'always',
});

export const idAttribute = defineAttribute('id', 'Identifier that this server assigned; never changes or is reused.', {
  caseExact: true,
  mutability: 'readOnly',
  returned: 'always',
  uniqueness: 'server',
});

export const externalIdAttribute = defineAttribute('externalId', "The provisioning client's own identifier.", {
  caseExact: true,
});

export const metaAttribute = defineAttribute('meta', 'Metadata that this server keeps about the resource.', {
  type: 'complex',
  mutability: 'readOnly',
  subAttributes: [
    defineAttribute('resourceType', 'Name of the resource type.', { caseExact: true, mutability: 'readOnly' }),
    defineAttribute('created', 'When the resource was added here.', { type: 'dateTime', mutability: 'readOnly' }),
    defineAttribute('lastModified', 'When the resource last changed here.', {
      type: 'dateTime',
      mutability: 'readOnly',
    }),
    defineAttribute('location', 'URI of the resource.', {
      type: 'reference',
      referenceTypes: ['uri'],
      caseExact: true,
      mutability: 'readOnly',
    }),
    defineAttribute('version', 'Weak entity tag of the resource.', { caseExact: true, mutability: 'readOnly' }),
  ],
});

export const commonAttributes = [schemasAttribute, idAttribute, externalIdAttribute, metaAttribute] as const;
