import type { SchemaDeclaration } from './declaration.ts';
import { enterpriseUserSchema } from './enterprise-user-schema.ts';
import { groupSchema } from './group-schema.ts';
import type { ResourceTypeDefinition } from './model.ts';
import type { TypeDeclaration } from './type-declaration.ts';
import { userSchema } from './user-schema.ts';

export const userResourceType: ResourceTypeDefinition = {
  id: 'User',
  name: 'User',
  endpoint: '/Users',
  description: 'User account',
  schema: userSchema,
  extensions: [{ schema: enterpriseUserSchema, required: false }],
};

export const groupResourceType: ResourceTypeDefinition = {
  id: 'Group',
  name: 'Group',
  endpoint: '/Groups',
  description: 'Group of users',
  schema: groupSchema,
  extensions: [],
};

export const resourceTypes: readonly ResourceTypeDefinition[] = [userResourceType, groupResourceType];

/** What a directory has. */
export interface ResourceTypes {
  readonly user: ResourceTypeDefinition;
  readonly group: ResourceTypeDefinition;
  /** The directory's own. */
  readonly declared: readonly ResourceTypeDefinition[];
  /** In the order of discovery. */
  readonly all: readonly ResourceTypeDefinition[];
}

/** What a directory has that declares nothing of its own. */
export const standardTypes: ResourceTypes = {
  user: userResourceType,
  group: groupResourceType,
  declared: [],
  all: resourceTypes,
};

const extended = (
  type: ResourceTypeDefinition,
  declarations: readonly SchemaDeclaration[],
): ResourceTypeDefinition => ({
  ...type,
  extensions: [
    ...type.extensions,
    ...declarations
      .filter(({ resourceType }) => resourceType === type.name)
      .map(({ id, name, description, attributes, required }) => ({
        schema: { id, name, description, attributes },
        required,
      })),
  ],
});

/** The types of a directory that declares these schemas and types. */
export function typesWith(
  schemas: readonly SchemaDeclaration[],
  declarations: readonly TypeDeclaration[] = [],
): ResourceTypes {
  const user = extended(userResourceType, schemas);
  const group = extended(groupResourceType, schemas);
  const declared = declarations.map((type) => extended({ ...type, id: type.name, extensions: [] }, schemas));
  return { user, group, declared, all: [user, group, ...declared] };
}
