import { enterpriseUserSchema } from './enterprise-user-schema.ts';
import { groupSchema } from './group-schema.ts';
import type { ResourceTypeDefinition } from './model.ts';
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
