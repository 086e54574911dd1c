// The operations on tokens and issuers as OpenAPI describes them; routes.ts answers them.
import { createRoute } from '@hono/zod-openapi';
import { slugParams, tokenParams } from '../contracts.ts';
import { body, common, json, nothing, refusals } from '../descriptions.ts';
import * as shapes from './contracts.ts';

export const rotateDirectoryToken = createRoute({
  ...common,
  method: 'post',
  path: '/directories/{slug}/tokens/{tokenId}/rotate',
  operationId: 'rotateDirectoryToken',
  summary: 'A new token in the place of a live one, which goes on working for the overlap',
  request: { params: tokenParams, body: body(shapes.rotation) },
  responses: {
    201: json(shapes.rotatedTokenShape, 'The new token, shown this once, and the end of the old one'),
    ...refusals({ 400: 'invalid_request', 404: 'directory_absent, token_absent' }),
  },
});

export const listIssuers = createRoute({
  ...common,
  method: 'get',
  path: '/directories/{slug}/issuers',
  operationId: 'listDirectoryIssuers',
  summary: 'The issuers whose JWTs open the directory',
  request: { params: slugParams },
  responses: { 200: json(shapes.issuerShape.array(), 'The issuers'), ...refusals({ 404: 'directory_absent' }) },
});

export const addIssuer = createRoute({
  ...common,
  method: 'post',
  path: '/directories/{slug}/issuers',
  operationId: 'addDirectoryIssuer',
  summary: 'Trusts an issuer: its JWTs with this audience and these claims open the directory',
  request: { params: slugParams, body: body(shapes.newIssuerShape) },
  responses: {
    201: json(shapes.issuerShape, 'The issuer'),
    ...refusals({ 400: 'invalid_request', 404: 'directory_absent', 409: 'conflict' }),
  },
});

export const updateIssuer = createRoute({
  ...common,
  method: 'patch',
  path: '/directories/{slug}/issuers/{issuerId}',
  operationId: 'updateDirectoryIssuer',
  summary: 'Enables or disables an issuer',
  request: { params: shapes.issuerParams, body: body(shapes.issuerChange) },
  responses: {
    200: json(shapes.issuerShape, 'The issuer'),
    ...refusals({ 400: 'invalid_request', 404: 'directory_absent, issuer_absent' }),
  },
});

export const removeIssuer = createRoute({
  ...common,
  method: 'delete',
  path: '/directories/{slug}/issuers/{issuerId}',
  operationId: 'removeDirectoryIssuer',
  summary: 'Trusts an issuer no longer',
  request: { params: shapes.issuerParams },
  responses: { ...nothing, ...refusals({ 404: 'directory_absent, issuer_absent' }) },
});

export const accessOperations = [rotateDirectoryToken, listIssuers, addIssuer, updateIssuer, removeIssuer];
