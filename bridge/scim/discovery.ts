// What the server says of itself: ServiceProviderConfig, ResourceTypes, Schemas (RFC 7643 §5 to §7, RFC 7644 §4).

import { quote, scimError } from './errors.ts';
import type { JsonObject } from './json.ts';
import { listResponse } from './messages.ts';
import { fail, ok, type Result } from './result.ts';
import type { AttributeDefinition, ResourceTypeDefinition, SchemaDefinition } from './schema/model.ts';
import { resourceTypes } from './schema/resource-types.ts';

export const SERVICE_PROVIDER_CONFIG_SCHEMA = 'urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig';
export const RESOURCE_TYPE_SCHEMA = 'urn:ietf:params:scim:schemas:core:2.0:ResourceType';
export const SCHEMA_SCHEMA = 'urn:ietf:params:scim:schemas:core:2.0:Schema';

export interface AuthenticationScheme {
  readonly type: 'oauth' | 'oauth2' | 'oauthbearertoken' | 'httpbasic' | 'httpdigest';
  readonly name: string;
  readonly description: string;
  readonly specUri?: string;
  readonly documentationUri?: string;
  readonly primary?: boolean;
}

/** The truth about this server, told by who mounts it. PATCH and filters are always there. */
export interface ServiceProviderOptions {
  /** Of the directory, without a slash at the end. */
  readonly baseUrl: string;
  /** The most resources that one list response has. */
  readonly maxResults: number;
  readonly sort: boolean;
  readonly etag: boolean;
  readonly changePassword: boolean;
  /** Absent: bulk is not supported. */
  readonly bulk?: { readonly maxOperations: number; readonly maxPayloadSize: number };
  /** RFC 9865; absent: not advertised. */
  readonly pagination?: {
    readonly cursor: boolean;
    readonly index: boolean;
    /** What a client gets that asks for neither. */
    readonly defaultPaginationMethod?: 'cursor' | 'index';
    readonly defaultPageSize?: number;
    readonly maxPageSize?: number;
    /** Seconds that a cursor is good for. */
    readonly cursorTimeout?: number;
  };
  readonly documentationUri?: string;
  readonly authenticationSchemes: readonly AuthenticationScheme[];
}

/** The ServiceProviderConfig resource (RFC 7643 §5). */
export function serviceProviderConfig(options: ServiceProviderOptions): JsonObject {
  const { bulk, pagination } = options;
  return {
    schemas: [SERVICE_PROVIDER_CONFIG_SCHEMA],
    ...(options.documentationUri === undefined ? {} : { documentationUri: options.documentationUri }),
    patch: { supported: true },
    bulk: {
      supported: bulk !== undefined,
      maxOperations: bulk?.maxOperations ?? 0,
      maxPayloadSize: bulk?.maxPayloadSize ?? 0,
    },
    filter: { supported: true, maxResults: options.maxResults },
    changePassword: { supported: options.changePassword },
    sort: { supported: options.sort },
    etag: { supported: options.etag },
    ...(pagination === undefined ? {} : { pagination: { ...pagination } }),
    authenticationSchemes: options.authenticationSchemes.map((scheme) => ({ ...scheme })),
    meta: { resourceType: 'ServiceProviderConfig', location: `${options.baseUrl}/ServiceProviderConfig` },
  };
}

/** All resource types as a ListResponse. */
export function resourceTypesBody(baseUrl: string, types = resourceTypes): JsonObject {
  const resources = types.map((type) => resourceTypeResource(type, baseUrl));
  return listResponse({ resources, totalResults: resources.length, startIndex: 1 });
}

/** One resource type by its id, without case; 404 when there is none. */
export function resourceTypeBody(baseUrl: string, id: string, types = resourceTypes): Result<JsonObject> {
  const type = types.find((candidate) => candidate.id.toLowerCase() === id.toLowerCase());
  if (type === undefined) return fail(scimError(404, `There is no resource type ${quote(id)}.`));
  return ok(resourceTypeResource(type, baseUrl));
}

/** All schemas as a ListResponse. */
export function schemasBody(baseUrl: string, types = resourceTypes): JsonObject {
  const resources = schemasOf(types).map((schema) => schemaResource(schema, baseUrl));
  return listResponse({ resources, totalResults: resources.length, startIndex: 1 });
}

/** One schema by its URN, without case; 404 when there is none. */
export function schemaBody(baseUrl: string, id: string, types = resourceTypes): Result<JsonObject> {
  const schema = schemasOf(types).find((candidate) => candidate.id.toLowerCase() === id.toLowerCase());
  if (schema === undefined) return fail(scimError(404, `There is no schema ${quote(id)}.`));
  return ok(schemaResource(schema, baseUrl));
}

function schemasOf(types: readonly ResourceTypeDefinition[]): SchemaDefinition[] {
  return [...new Set(types.flatMap((type) => [type.schema, ...type.extensions.map(({ schema }) => schema)]))];
}

function resourceTypeResource(type: ResourceTypeDefinition, baseUrl: string): JsonObject {
  return {
    schemas: [RESOURCE_TYPE_SCHEMA],
    id: type.id,
    name: type.name,
    endpoint: type.endpoint,
    description: type.description,
    schema: type.schema.id,
    schemaExtensions: type.extensions.map(({ schema, required }) => ({ schema: schema.id, required })),
    meta: { resourceType: 'ResourceType', location: `${baseUrl}/ResourceTypes/${type.id}` },
  };
}

function schemaResource(schema: SchemaDefinition, baseUrl: string): JsonObject {
  return {
    schemas: [SCHEMA_SCHEMA],
    id: schema.id,
    name: schema.name,
    description: schema.description,
    attributes: schema.attributes.map(attributeJson),
    meta: { resourceType: 'Schema', location: `${baseUrl}/Schemas/${schema.id}` },
  };
}

function attributeJson(attribute: AttributeDefinition): JsonObject {
  return {
    name: attribute.name,
    type: attribute.type,
    multiValued: attribute.multiValued,
    description: attribute.description,
    required: attribute.required,
    ...(attribute.canonicalValues === undefined ? {} : { canonicalValues: [...attribute.canonicalValues] }),
    caseExact: attribute.caseExact,
    mutability: attribute.mutability,
    returned: attribute.returned,
    uniqueness: attribute.uniqueness,
    ...(attribute.referenceTypes === undefined ? {} : { referenceTypes: [...attribute.referenceTypes] }),
    ...(attribute.subAttributes === undefined ? {} : { subAttributes: attribute.subAttributes.map(attributeJson) }),
  };
}
