// The operations on a directory's declared schemas as OpenAPI describes them; routes.ts answers them.
import { createRoute, z } from '@hono/zod-openapi';
import { slugPattern } from '../../directories/contracts.ts';
import { schemaShape, typeShape } from '../../provisioning/schemas/contracts.ts';
import { body, common, json, refusals } from '../descriptions.ts';

const schemaParams = z.object({
  slug: z.string().regex(slugPattern, 'must have 1 to 63 lower-case letters, digits and hyphens'),
  urn: z.string().openapi({ description: 'The id of the schema.', example: 'urn:acme:scim:schemas:1.0:Badge' }),
});
const oldValues = z.object({
  values: z.enum(['refuse', 'drop']).optional().openapi({
    description:
      'What becomes of stored values, or resources, that would be left without their schema: by default the change is refused.',
  }),
});
const changeShape = z
  .object({
    schema: schemaShape,
    dropped: z.int().openapi({ description: 'How many resources lost values.' }),
  })
  .openapi('SchemaChange');

export const listSchemas = createRoute({
  ...common,
  method: 'get',
  path: '/directories/{slug}/schemas',
  operationId: 'listSchemas',
  summary: 'The schemas that the directory declares beside the standard ones',
  request: { params: schemaParams.pick({ slug: true }) },
  responses: { 200: json(schemaShape.array(), 'The schemas'), ...refusals({ 404: 'directory_absent' }) },
});

export const getSchema = createRoute({
  ...common,
  method: 'get',
  path: '/directories/{slug}/schemas/{urn}',
  operationId: 'getSchema',
  summary: 'One declared schema',
  request: { params: schemaParams },
  responses: { 200: json(schemaShape, 'The schema'), ...refusals({ 404: 'directory_absent, schema_absent' }) },
});

export const putSchema = createRoute({
  ...common,
  method: 'put',
  path: '/directories/{slug}/schemas/{urn}',
  operationId: 'putSchema',
  summary: 'Declares an extension schema of a resource type, or declares it anew',
  request: { params: schemaParams, query: oldValues, body: body(schemaShape) },
  responses: {
    200: json(changeShape, 'The schema, which was there before'),
    201: json(changeShape, 'The new schema'),
    ...refusals({ 400: 'invalid_request', 404: 'directory_absent', 409: 'conflict' }),
  },
});

export const deleteSchema = createRoute({
  ...common,
  method: 'delete',
  path: '/directories/{slug}/schemas/{urn}',
  operationId: 'deleteSchema',
  summary: 'Takes a declared schema back',
  request: { params: schemaParams, query: oldValues },
  responses: {
    200: json(z.object({ dropped: z.int() }), 'It is gone; how many resources lost values with it'),
    ...refusals({ 400: 'invalid_request', 404: 'directory_absent, schema_absent', 409: 'conflict' }),
  },
});

const typeParams = z.object({
  slug: schemaParams.shape.slug,
  name: z.string().openapi({ description: 'The name of the resource type.', example: 'Device' }),
});

export const listResourceTypes = createRoute({
  ...common,
  method: 'get',
  path: '/directories/{slug}/resource-types',
  operationId: 'listResourceTypes',
  summary: 'The resource types that the directory declares beside User and Group',
  request: { params: typeParams.pick({ slug: true }) },
  responses: { 200: json(typeShape.array(), 'The resource types'), ...refusals({ 404: 'directory_absent' }) },
});

export const getResourceType = createRoute({
  ...common,
  method: 'get',
  path: '/directories/{slug}/resource-types/{name}',
  operationId: 'getResourceType',
  summary: 'One declared resource type',
  request: { params: typeParams },
  responses: {
    200: json(typeShape, 'The resource type'),
    ...refusals({ 404: 'directory_absent, resource_type_absent' }),
  },
});

export const putResourceType = createRoute({
  ...common,
  method: 'put',
  path: '/directories/{slug}/resource-types/{name}',
  operationId: 'putResourceType',
  summary: 'Declares a resource type with its endpoint and core schema, or declares it anew',
  request: { params: typeParams, body: body(typeShape) },
  responses: {
    200: json(typeShape, 'The resource type, which was there before'),
    201: json(typeShape, 'The new resource type'),
    ...refusals({ 400: 'invalid_request', 404: 'directory_absent', 409: 'conflict' }),
  },
});

export const deleteResourceType = createRoute({
  ...common,
  method: 'delete',
  path: '/directories/{slug}/resource-types/{name}',
  operationId: 'deleteResourceType',
  summary: 'Takes a declared resource type back',
  request: { params: typeParams, query: oldValues },
  responses: {
    200: json(z.object({ dropped: z.int() }), 'It is gone; how many resources went with it'),
    ...refusals({ 400: 'invalid_request', 404: 'directory_absent, resource_type_absent', 409: 'conflict' }),
  },
});

export const schemaOperations = [
  listSchemas,
  getSchema,
  putSchema,
  deleteSchema,
  listResourceTypes,
  getResourceType,
  putResourceType,
  deleteResourceType,
];
