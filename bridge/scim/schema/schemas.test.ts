import { describe, expect, it } from 'vitest';
import { enterpriseUserSchema } from './enterprise-user-schema.ts';
import { groupSchema } from './group-schema.ts';
import type { AttributeDefinition } from './model.ts';
import { findAttribute, resolveAttribute, resolveSchema, topLevelPaths } from './resolve.ts';
import { resourceTypes, userResourceType } from './resource-types.ts';
import { userSchema } from './user-schema.ts';

const names = (attributes: readonly AttributeDefinition[] | undefined) => (attributes ?? []).map(({ name }) => name);

describe('the schemas', () => {
  it('have every attribute of RFC 7643', () => {
    expect(names(userSchema.attributes)).toEqual([
      'userName',
      'name',
      'displayName',
      'nickName',
      'profileUrl',
      'title',
      'userType',
      'preferredLanguage',
      'locale',
      'timezone',
      'active',
      'password',
      'emails',
      'phoneNumbers',
      'ims',
      'photos',
      'addresses',
      'groups',
      'entitlements',
      'roles',
      'x509Certificates',
    ]);
    expect(names(enterpriseUserSchema.attributes)).toEqual([
      'employeeNumber',
      'costCenter',
      'organization',
      'division',
      'department',
      'manager',
    ]);
    expect(names(groupSchema.attributes)).toEqual(['displayName', 'members']);
    expect(names(findAttribute(userSchema.attributes, 'emails')?.subAttributes)).toEqual([
      'value',
      'display',
      'type',
      'primary',
    ]);
  });

  it('have distinct names, and sub-attributes exactly where complex', () => {
    for (const type of resourceTypes) {
      const texts = topLevelPaths(type).map(({ text }) => text.toLowerCase());
      expect(new Set(texts).size).toBe(texts.length);
      for (const { attribute } of topLevelPaths(type)) {
        expect(attribute.subAttributes !== undefined).toBe(attribute.type === 'complex');
        expect(attribute.referenceTypes !== undefined).toBe(attribute.type === 'reference');
      }
    }
  });

  it('say which values are unique in a directory', () => {
    expect(userSchema.attributes.filter(({ uniqueness }) => uniqueness !== 'none').map(({ name }) => name)).toEqual([
      'userName',
    ]);
    expect(groupSchema.attributes.filter(({ uniqueness }) => uniqueness !== 'none').map(({ name }) => name)).toEqual([
      'displayName',
    ]);
  });

  it('compare ids, references and members exactly, names and e-mails not', () => {
    const caseExact = (text: string) => resolveAttribute(userResourceType, text)?.leaf.caseExact;
    for (const text of ['id', 'externalId', 'groups.value', 'groups.$ref', 'photos.value', 'manager.value']) {
      expect(caseExact(text) ?? caseExact(`${enterpriseUserSchema.id}:${text}`)).toBe(true);
    }
    for (const text of ['userName', 'emails.value', 'displayName', 'name.givenName'])
      expect(caseExact(text)).toBe(false);
  });
});

describe('resolveAttribute', () => {
  it('answers the same object for every spelling', () => {
    const path = resolveAttribute(userResourceType, 'name.givenName');
    expect(path).toBeDefined();
    expect(resolveAttribute(userResourceType, 'NAME.GIVENNAME')).toBe(path);
    expect(resolveAttribute(userResourceType, `${userSchema.id}:name.givenname`)).toBe(path);
  });

  it('does not guess', () => {
    for (const text of [
      '',
      'name.',
      'name.givenName.x',
      'urn:x:userName',
      'constructor',
      `${userSchema.id}:`,
      'department',
    ]) {
      expect(resolveAttribute(userResourceType, text)).toBeUndefined();
    }
    expect(resolveSchema(userResourceType, 'urn:x')).toBeUndefined();
  });
});
