import { describe, expect, it } from 'vitest';
import { defaultAttributes } from '../mappings/attribute-mappings.ts';
import type { StoredUser } from '../stored.ts';
import { toApiGroup, toApiUser } from './user-mapper.ts';

const user: StoredUser = {
  directoryId: 'd',
  id: 'u',
  userName: 'Anna',
  email: null,
  givenName: null,
  familyName: null,
  active: true,
  externalId: null,
  resource: {},
  version: 1,
  createdAt: new Date(1_763_839_000_000),
  groups: [],
};

describe('toApiUser', () => {
  it('says null for what the user does not have, and leaves absent attributes out', () => {
    expect(toApiUser(user, 'acme', defaultAttributes)).toEqual({
      id: 'u',
      username: 'Anna',
      email: null,
      firstName: null,
      lastName: null,
      enabled: true,
      directory: 'acme',
      externalId: null,
      version: expect.any(String),
      createdAt: 1_763_839_000_000,
      attributes: {},
      groups: [],
      organization: null,
      identityLink: null,
      readOnly: null,
    });
  });

  it('gives another version for another resource, group set or group name', () => {
    const of = (over: Partial<StoredUser>) => toApiUser({ ...user, ...over }, 'acme', defaultAttributes).version;
    const groups = [{ id: 'g', name: 'Sales' }];
    const versions = [
      of({}),
      of({ version: 2 }),
      of({ groups }),
      of({ groups: [{ id: 'g', name: 'sales' }] }),
      of({ groups: [{ id: 'h', name: 'Sales' }] }),
    ];
    expect(new Set(versions).size).toBe(versions.length);
    expect(of({ groups })).toBe(of({ groups: structuredClone(groups) }));
  });
});

describe('toApiGroup', () => {
  it('keeps its version while only members change', () => {
    const group = { directoryId: 'd', id: 'g', name: 'Sales' };
    expect(toApiGroup(group, 'acme')).toEqual({
      id: 'g',
      name: 'Sales',
      path: ['acme', 'Sales'],
      parents: [],
      directory: 'acme',
      roles: [],
      version: expect.any(String),
    });
    const roles = [{ client: null, role: 'seller', allowAdmin: false }];
    const versions = [
      toApiGroup(group, 'acme'),
      toApiGroup(group, 'acme', [{ id: 'p', name: 'All' }]),
      toApiGroup(group, 'acme', [], roles),
    ];
    expect(new Set(versions.map(({ version }) => version)).size).toBe(3);
    expect(versions[1]).toMatchObject({ path: ['acme', 'All', 'Sales'], parents: ['p'] });
    expect(toApiGroup({ ...group, name: 'Selling' }, 'acme').version).not.toBe(toApiGroup(group, 'acme').version);
  });
});
