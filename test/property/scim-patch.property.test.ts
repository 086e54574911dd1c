// Whatever operations arrive, a plan leaves its input alone and its result in canonical form.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { profileNames, tolerancesOf } from '../../bridge/scim/interop/profiles.ts';
import { isJsonObject, isPresent, type JsonValue } from '../../bridge/scim/json.ts';
import { PATCH_OP_SCHEMA, parsePatch } from '../../bridge/scim/patch/parse.ts';
import { planPatch } from '../../bridge/scim/patch/plan.ts';
import type { PatchPlan } from '../../bridge/scim/patch/types.ts';
import { project } from '../../bridge/scim/projection.ts';
import { validate } from '../../bridge/scim/resource/validate.ts';
import type { AttributeDefinition, Resource, ResourceTypeDefinition } from '../../bridge/scim/schema/model.ts';
import { topLevelPaths } from '../../bridge/scim/schema/resolve.ts';
import { groupResourceType, userResourceType } from '../../bridge/scim/schema/resource-types.ts';

const USER = 'urn:ietf:params:scim:schemas:core:2.0:User';
const E = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const auto = tolerancesOf('auto');

const anna: Resource = {
  schemas: [USER, E],
  id: 'u1',
  userName: 'anna',
  name: { givenName: 'A' },
  emails: [
    { value: 'a', type: 'work', primary: true },
    { value: 'b', type: 'home' },
  ],
  [E]: { department: 'D' },
};

const paths = fc.constantFrom(
  'userName',
  'title',
  'active',
  'name',
  'name.givenName',
  'emails',
  'emails.value',
  'emails[type eq "work"]',
  'emails[type eq "work"].value',
  'emails[type eq "home"].primary',
  'emails[primary eq true].type',
  'emails[value pr].display',
  'roles[primary eq "True"].value',
  'addresses[type eq "work"].country',
  'members',
  'members[value eq "m1"]',
  'displayName',
  'id',
  'schemas',
  'meta',
  'groups',
  'password',
  E,
  `${E}:manager`,
  `${E}:department`,
  'manager',
  '__proto__',
  'constructor.prototype.x',
  'nonsense',
);
const scalar = fc.constantFrom<JsonValue>('a', 'b', 'True', '', ' ', 'u1', true, false, null, 7);
const element = fc.record(
  {
    value: scalar,
    type: fc.constantFrom('work', 'home', null),
    primary: fc.constantFrom(true, false, 'True'),
    display: scalar,
  },
  { requiredKeys: [] },
);
const value = fc.oneof(
  scalar,
  element,
  fc.array(fc.oneof(element, scalar), { maxLength: 4 }),
  fc.dictionary(paths, fc.oneof(scalar, element), { maxKeys: 3 }),
);
const operation = fc.record(
  { op: fc.constantFrom('add', 'Replace', 'REMOVE'), path: paths, value },
  { requiredKeys: ['op'] },
);
const operations = fc.array(operation, { minLength: 1, maxLength: 6 });

function plan(type: ResourceTypeDefinition, resource: Resource, list: object[], options = auto): PatchPlan | undefined {
  const parsed = parsePatch({ schemas: [PATCH_OP_SCHEMA], Operations: list }, type, options);
  if (!parsed.ok) return undefined;
  const result = planPatch(type, resource, parsed.value, options);
  return result.ok ? result.value : undefined;
}

/** Applies one operation after the other, leaving out those that fail: longer histories than a single PATCH has. */
function history(type: ResourceTypeDefinition, start: Resource, list: object[]): Resource {
  return list.reduce<Resource>((resource, item) => plan(type, resource, [item])?.resource ?? resource, start);
}

function expectCanonical(type: ResourceTypeDefinition, resource: Resource): void {
  expect(project(type, resource)).toEqual(resource);
  expect(resource['schemas']).toEqual([type.schema.id, ...(E in resource ? [E] : [])]);
  for (const { attribute, extension } of topLevelPaths(type)) {
    const container = extension === undefined ? resource : (resource[extension] ?? {});
    if (!isJsonObject(container) || !Object.hasOwn(container, attribute.name)) {
      expect(attribute.required && attribute.name !== 'schemas').toBe(false);
      continue;
    }
    const stored = container[attribute.name];
    expect(isPresent(stored)).toBe(true);
    expect(Array.isArray(stored)).toBe(attribute.multiValued);
    const values = Array.isArray(stored) ? stored : [stored];
    for (const single of values) expectType(attribute, single);
    expect(values.filter((single) => isJsonObject(single) && single['primary'] === true).length).toBeLessThan(2);
    expect(new Set(values.map((single) => JSON.stringify(single))).size).toBe(values.length);
  }
}

function expectType(attribute: AttributeDefinition, stored: JsonValue | undefined): void {
  if (attribute.type === 'complex') {
    if (!isJsonObject(stored)) throw new Error(`${attribute.name} is not an object`);
    for (const [name, inner] of Object.entries(stored)) {
      const sub = attribute.subAttributes?.find((candidate) => candidate.name === name);
      if (sub === undefined) throw new Error(`${attribute.name}.${name} is in no schema`);
      expectType(sub, inner);
    }
  } else {
    expect(typeof stored).toBe(attribute.type === 'boolean' ? 'boolean' : 'string');
  }
}

function deepFreeze<T>(frozen: T): T {
  if (typeof frozen === 'object' && frozen !== null) Object.values(frozen).forEach(deepFreeze);
  return Object.freeze(frozen);
}

describe('patches', () => {
  it('never touch the resource they are planned on', () => {
    deepFreeze(anna);
    fc.assert(
      fc.property(operations, (list) => {
        plan(userResourceType, anna, deepFreeze(list));
      }),
    );
  });

  it('leave users in canonical form, with one primary at most and no password', () => {
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 25 }), (list) => {
        expectCanonical(userResourceType, history(userResourceType, anna, list));
      }),
      { numRuns: 300 },
    );
  });

  it('leave groups without members, and member changes without duplicates', () => {
    const group: Resource = { schemas: [groupResourceType.schema.id], id: 'g', displayName: 'G' };
    fc.assert(
      fc.property(operations, (list) => {
        const result = plan(groupResourceType, group, list);
        if (result === undefined) return;
        expectCanonical(groupResourceType, result.resource);
        expect(result.members.slice(1).every(({ kind }) => kind !== 'replaceAll' && kind !== 'removeAll')).toBe(true);
        for (const change of result.members) {
          const ids =
            change.kind === 'remove'
              ? change.values
              : 'members' in change
                ? change.members.map((member) => member.value)
                : [];
          expect(new Set(ids).size).toBe(ids.length);
        }
      }),
    );
  });

  it('say "unchanged" exactly when the result is the same', () => {
    fc.assert(
      fc.property(operations, (list) => {
        const result = plan(userResourceType, anna, list);
        if (result !== undefined) expect(result.changed).toBe(!isSame(result.resource, anna));
      }),
    );
  });

  it('change nothing when replayed with the values they led to', () => {
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 10 }), (list) => {
        const { id, schemas, ...attributes } = history(userResourceType, anna, list);
        const again = plan(userResourceType, { id: id ?? '', schemas: schemas ?? [], ...attributes }, [
          { op: 'replace', value: { id, schemas, ...attributes } },
        ]);
        expect(again).toMatchObject({ changed: false });
      }),
    );
  });

  it('split into one request per operation come to the same, when all succeed', () => {
    fc.assert(
      fc.property(fc.array(operation, { minLength: 1, maxLength: 4 }), (list) => {
        const together = plan(groupResourceType, { schemas: [groupResourceType.schema.id], displayName: 'G' }, list);
        if (together === undefined) return;
        const split = history(groupResourceType, { schemas: [groupResourceType.schema.id], displayName: 'G' }, list);
        expect(together.resource).toEqual(split);
      }),
    );
  });
});

function isSame(a: Resource, b: Resource): boolean {
  try {
    expect(a).toEqual(b);
    return true;
  } catch {
    return false;
  }
}

describe('bodies', () => {
  it('of any JSON are answered without throwing, in every profile', () => {
    const body = fc.oneof(
      fc.jsonValue(),
      fc.record({ schemas: fc.jsonValue(), Operations: fc.array(fc.oneof(operation, fc.jsonValue())) }),
      fc.dictionary(paths, fc.oneof(value, fc.jsonValue())),
    );
    fc.assert(
      fc.property(body, fc.constantFrom(...profileNames), (input, profile) => {
        const options = tolerancesOf(profile);
        for (const type of [userResourceType, groupResourceType]) {
          const valid = validate(type, input, 'create', options);
          if (valid.ok) expectCanonical(type, valid.value.resource);
          const parsed = parsePatch(input, type, options);
          if (parsed.ok) planPatch(type, { schemas: [type.schema.id] }, parsed.value, options);
        }
        expect(Object.keys(Object.prototype)).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });

  it('come out the same when validated twice', () => {
    const body = fc.dictionary(paths, value).map((input) => ({ ...input, userName: 'a' }));
    fc.assert(
      fc.property(body, (input) => {
        const first = validate(userResourceType, input, 'create', auto);
        if (!first.ok) return;
        expect(validate(userResourceType, first.value.resource, 'replace', tolerancesOf('rfc'))).toEqual({
          ok: true,
          value: { resource: first.value.resource },
        });
      }),
    );
  });
});
