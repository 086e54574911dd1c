// The operations on a federation's mappings as OpenAPI describes them; routes.ts answers them.
import { createRoute } from '@hono/zod-openapi';
import { slugParams } from '../contracts.ts';
import { body, common, json, refusals } from '../descriptions.ts';
import * as shapes from './contracts.ts';

export const getAttributeMappings = createRoute({
  ...common,
  method: 'get',
  path: '/federations/{slug}/attribute-mappings',
  operationId: 'getAttributeMappings',
  summary: 'Which SCIM attributes Keycloak gets, and as what',
  request: { params: slugParams },
  responses: { 200: json(shapes.attributeMappingsShape, 'The mappings'), ...refusals({ 404: 'federation_absent' }) },
});

export const putAttributeMappings = createRoute({
  ...common,
  method: 'put',
  path: '/federations/{slug}/attribute-mappings',
  operationId: 'putAttributeMappings',
  summary: 'Replaces the mappings; Keycloak reads every user anew after that',
  request: { params: slugParams, body: body(shapes.attributeMappingsWish) },
  responses: {
    200: json(shapes.attributeMappingsShape, 'The mappings, with paths as they are stored'),
    ...refusals({ 400: 'invalid_request', 404: 'federation_absent' }),
  },
});

export const deleteAttributeMappings = createRoute({
  ...common,
  method: 'delete',
  path: '/federations/{slug}/attribute-mappings',
  operationId: 'deleteAttributeMappings',
  summary: 'Brings the default mappings back',
  request: { params: slugParams },
  responses: { 200: json(shapes.attributeMappingsShape, 'The default'), ...refusals({ 404: 'federation_absent' }) },
});

export const getRoleMappings = createRoute({
  ...common,
  method: 'get',
  path: '/federations/{slug}/role-mappings',
  operationId: 'getRoleMappings',
  summary: 'Which groups bring which roles in Keycloak',
  request: { params: slugParams },
  responses: { 200: json(shapes.roleMappingsShape, 'The mappings'), ...refusals({ 404: 'federation_absent' }) },
});

export const putRoleMappings = createRoute({
  ...common,
  method: 'put',
  path: '/federations/{slug}/role-mappings',
  operationId: 'putRoleMappings',
  summary: 'Replaces the mappings; the groups in Keycloak carry the roles, and lose those that are mapped no more',
  request: { params: slugParams, body: body(shapes.roleMappingsWish) },
  responses: {
    200: json(shapes.roleMappingsShape, 'The mappings'),
    ...refusals({ 400: 'invalid_request', 404: 'federation_absent' }),
  },
});

export const previewRoleMappings = createRoute({
  ...common,
  method: 'post',
  path: '/federations/{slug}/role-mappings/preview',
  operationId: 'previewRoleMappings',
  summary: 'Who would gain and lose roles if the mappings were replaced by these; changes nothing',
  request: { params: slugParams, query: shapes.previewQuery, body: body(shapes.roleMappingsWish) },
  responses: {
    200: json(shapes.rolePreviewShape, 'Whom it alters'),
    ...refusals({ 400: 'invalid_request', 404: 'federation_absent' }),
  },
});

export const mappingOperations = [
  getAttributeMappings,
  putAttributeMappings,
  deleteAttributeMappings,
  getRoleMappings,
  putRoleMappings,
  previewRoleMappings,
];
