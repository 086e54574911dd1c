import { describe, expect, it } from 'vitest';
import {
  resourceTypeBody,
  resourceTypesBody,
  type ServiceProviderOptions,
  schemaBody,
  schemasBody,
  serviceProviderConfig,
} from './discovery.ts';

const base = 'https://x.test/scim/v2/d';
const options: ServiceProviderOptions = {
  baseUrl: base,
  maxResults: 200,
  sort: true,
  etag: true,
  changePassword: false,
  authenticationSchemes: [{ type: 'oauthbearertoken', name: 'Token', description: 'Bearer token', primary: true }],
};

describe('serviceProviderConfig', () => {
  it('says what it is told', () => {
    expect(serviceProviderConfig(options)).toMatchObject({
      schemas: ['urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig'],
      patch: { supported: true },
      bulk: { supported: false, maxOperations: 0, maxPayloadSize: 0 },
      filter: { supported: true, maxResults: 200 },
      changePassword: { supported: false },
      sort: { supported: true },
      etag: { supported: true },
      authenticationSchemes: [{ type: 'oauthbearertoken' }],
      meta: { location: `${base}/ServiceProviderConfig` },
    });
    expect(serviceProviderConfig(options)).not.toHaveProperty('pagination');
    expect(
      serviceProviderConfig({
        ...options,
        bulk: { maxOperations: 10, maxPayloadSize: 1000 },
        pagination: { cursor: true, index: true },
      }),
    ).toMatchObject({ bulk: { supported: true, maxOperations: 10 }, pagination: { cursor: true } });
  });
});

describe('resource types and schemas', () => {
  it('are listed and found by id, whatever its case', () => {
    expect(resourceTypesBody(base)).toMatchObject({ totalResults: 2, Resources: [{ id: 'User' }, { id: 'Group' }] });
    expect(resourceTypeBody(base, 'user')).toMatchObject({
      ok: true,
      value: {
        endpoint: '/Users',
        schemaExtensions: [{ required: false }],
        meta: { location: `${base}/ResourceTypes/User` },
      },
    });
    expect(schemasBody(base)).toMatchObject({ totalResults: 3 });
    expect(schemaBody(base, 'URN:ietf:params:scim:schemas:core:2.0:group')).toMatchObject({
      ok: true,
      value: { name: 'Group', attributes: [{ name: 'displayName', required: true }, { name: 'members' }] },
    });
    expect(resourceTypeBody(base, 'Device')).toMatchObject({ error: { status: 404 } });
    expect(schemaBody(base, 'urn:x')).toMatchObject({ error: { status: 404 } });
  });

  it('give every characteristic of every attribute', () => {
    const body = schemaBody(base, 'urn:ietf:params:scim:schemas:core:2.0:User');
    const attributes = body.ok ? body.value.attributes : undefined;
    if (!Array.isArray(attributes)) throw new Error('no attributes');
    for (const attribute of attributes) {
      for (const name of [
        'type',
        'multiValued',
        'description',
        'required',
        'caseExact',
        'mutability',
        'returned',
        'uniqueness',
      ]) {
        expect(attribute).toHaveProperty(name);
      }
    }
    expect(JSON.stringify(attributes)).not.toContain('canonicalValues');
  });
});
