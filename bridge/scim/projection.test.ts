import { describe, expect, it } from 'vitest';
import { DEFAULT_PROJECTION, type Projection, parseProjection, project, wantsAttribute } from './projection.ts';
import type { ResourceTypeDefinition } from './schema/model.ts';
import { defineAttribute } from './schema/model.ts';
import { groupResourceType, userResourceType } from './schema/resource-types.ts';

const E = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const USER = 'urn:ietf:params:scim:schemas:core:2.0:User';
const anna = {
  schemas: [USER, E],
  id: 'u',
  userName: 'anna',
  password: 'never',
  secretHash: 'not in the schema',
  name: { givenName: 'A', familyName: 'Q' },
  emails: [{ value: 'a', type: 'work' }, { value: 'b' }],
  [E]: { department: 'D', manager: { value: 'm', displayName: 'M' } },
  meta: { resourceType: 'User' },
};

function parsed(attributes?: string, excluded?: string, type: ResourceTypeDefinition = userResourceType): Projection {
  const result = parseProjection(attributes, excluded, type);
  if (!result.ok) throw new Error(result.error.detail);
  return result.value;
}

const only = (attributes: string) => project(userResourceType, anna, parsed(attributes));
const except = (attributes: string) => project(userResourceType, anna, parsed(undefined, attributes));

describe('project', () => {
  it('leaves out what is never returned or in no schema', () => {
    const { password, secretHash, ...rest } = anna;
    expect(project(userResourceType, anna)).toEqual(rest);
    expect(only('password,secretHash')).toEqual({ schemas: anna.schemas, id: 'u' });
  });

  it('keeps schemas and id whatever is asked', () => {
    expect(only('userName')).toEqual({ schemas: anna.schemas, id: 'u', userName: 'anna' });
    expect(only('nonsense')).toEqual({ schemas: anna.schemas, id: 'u' });
    expect(except('id,schemas,userName')).toMatchObject({ id: 'u', schemas: anna.schemas });
  });

  it('takes sub-attributes, URN paths, whole schemas and other case', () => {
    expect(only('NAME.givenname, emails.value')).toMatchObject({
      name: { givenName: 'A' },
      emails: [{ value: 'a' }, { value: 'b' }],
    });
    expect(only('emails.type')).toMatchObject({ emails: [{ type: 'work' }] });
    expect(only(`${E}:manager.value`)).toMatchObject({ [E]: { manager: { value: 'm' } } });
    expect(only(E)[E]).toEqual(anna[E]);
    expect(only('department')[E]).toEqual({ department: 'D' });
    expect(only(`${USER}:userName`)).toHaveProperty('userName');
    expect(except(`${E}:manager.displayName,name.givenName,emails`)).toMatchObject({
      name: { familyName: 'Q' },
      [E]: { department: 'D', manager: { value: 'm' } },
    });
    expect(except(E)).not.toHaveProperty([E]);
    expect(except('emails')).not.toHaveProperty('emails');
  });

  it('shows attributes that are returned on request only then', () => {
    const type = {
      ...userResourceType,
      schema: {
        ...userResourceType.schema,
        attributes: [
          defineAttribute('photo', 'Large.', { returned: 'request' }),
          defineAttribute('unit', 'With an id.', {
            type: 'complex',
            subAttributes: [defineAttribute('id', 'Id.', { returned: 'always' }), defineAttribute('name', 'Name.')],
          }),
        ],
      },
    };
    const resource = { photo: 'x', unit: { id: '1', name: 'N' } };
    expect(project(type, resource)).toEqual({ unit: { id: '1', name: 'N' } });
    expect(project(type, resource, parsed('photo', undefined, type))).toEqual({ photo: 'x' });
    expect(project(type, resource, parsed('unit.name', undefined, type))).toEqual({ unit: { id: '1', name: 'N' } });
    expect(project(type, resource, parsed(undefined, 'unit.id,unit.name', type))).toEqual({ unit: { id: '1' } });
  });
});

describe('parseProjection', () => {
  it('refuses both parameters at once, unless one is blank', () => {
    expect(parseProjection('id', 'members', groupResourceType)).toMatchObject({ error: { status: 400 } });
    expect(parsed('', 'members', groupResourceType).mode).toBe('except');
    expect(parsed('', ' ')).toBe(DEFAULT_PROJECTION);
  });
});

describe('wantsAttribute', () => {
  it('tells whether members have to be loaded', () => {
    const wants = (attributes?: string, excluded?: string) =>
      wantsAttribute(parsed(attributes, excluded, groupResourceType), 'members');
    expect(wants()).toBe(true);
    expect(wants('displayName')).toBe(false);
    expect(wants('Members')).toBe(true);
    expect(wants('members.value')).toBe(true);
    expect(wants(undefined, 'MEMBERS')).toBe(false);
    expect(wants(undefined, 'urn:ietf:params:scim:schemas:core:2.0:Group:members')).toBe(false);
    expect(wants(undefined, 'members.display')).toBe(true);
  });
});
