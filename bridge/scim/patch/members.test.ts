import { describe, expect, it } from 'vitest';
import { tolerancesOf } from '../interop/profiles.ts';
import type { Result } from '../result.ts';
import { groupResourceType } from '../schema/resource-types.ts';
import { PATCH_OP_SCHEMA, parsePatch } from './parse.ts';
import { planPatch } from './plan.ts';
import type { MemberChange, PatchPlan } from './types.ts';

const auto = tolerancesOf('auto');
const strict = tolerancesOf('rfc');
const ops = {
  schemas: ['urn:ietf:params:scim:schemas:core:2.0:Group'],
  id: 'g',
  displayName: 'Ops',
};

function patch(operations: object[], options = auto): Result<PatchPlan> {
  const parsed = parsePatch({ schemas: [PATCH_OP_SCHEMA], Operations: operations }, groupResourceType, options);
  return parsed.ok ? planPatch(groupResourceType, ops, parsed.value, options) : parsed;
}

function changes(operations: object[], options = auto): readonly MemberChange[] {
  const result = patch(operations, options);
  if (!result.ok) throw new Error(result.error.detail);
  expect(result.value.resource).not.toHaveProperty('members');
  return result.value.members;
}

const added = (...values: string[]) => ({ kind: 'add', members: values.map((value) => ({ value })) });
const removed = (...values: string[]) => ({ kind: 'remove', values });
const add = (value: unknown) => ({ op: 'add', path: 'members', value });
const remove = (value?: unknown) => ({ op: 'remove', path: 'members', ...(value === undefined ? {} : { value }) });

describe('members in a PATCH', () => {
  it('are added from arrays, objects and bare ids, each once', () => {
    expect(changes([add([{ value: 'a', $ref: null }, { value: 'a' }, { VALUE: 'b' }])])).toEqual([added('a', 'b')]);
    expect(changes([add({ value: 'a' })])).toEqual([added('a')]);
    expect(changes([add('a')])).toEqual([added('a')]);
    expect(changes([add(['a', 'b'])])).toEqual([added('a', 'b')]);
    expect(changes([{ op: 'add', value: { members: [{ value: 'a' }] } }])).toEqual([added('a')]);
    expect(changes([add({ value: 'a' })], strict)).toEqual([added('a')]);
  });

  it('keep type and display as hints', () => {
    expect(changes([add([{ value: 'a', type: 'group', display: 'A' }])])).toEqual([
      { kind: 'add', members: [{ value: 'a', type: 'Group', display: 'A' }] },
    ]);
  });

  it('are removed by filter, by list, by bare ids and by a list wrapped once more', () => {
    const expected = [removed('a')];
    expect(changes([{ op: 'remove', path: 'members[value eq "a"]' }])).toEqual(expected);
    expect(changes([{ op: 'Remove', path: 'members', value: [{ $ref: null, value: 'a', display: 'other' }] }])).toEqual(
      expected,
    );
    expect(changes([remove({ value: 'a' })])).toEqual(expected);
    expect(changes([remove(['a'])])).toEqual(expected);
    expect(changes([remove('a')])).toEqual(expected);
    expect(changes([remove({ members: [{ value: 'a' }] })])).toEqual(expected);
    expect(changes([{ op: 'remove', path: 'members[value eq "a" or value eq "b"]' }])).toEqual([removed('a', 'b')]);
  });

  it('are all removed only by a remove that says nothing else', () => {
    expect(changes([remove()])).toEqual([{ kind: 'removeAll' }]);
    expect(changes([remove(null)])).toEqual([{ kind: 'removeAll' }]);
    for (const nothing of [[], '', { members: [] }, { members: null }, [null], ['']]) {
      expect(changes([remove(nothing)])).toEqual([]);
    }
    for (const nonsense of [{}, [{}], [{ display: 'x' }], 7, [7], true]) {
      expect(patch([remove(nonsense)])).toMatchObject({ error: { scimType: 'invalidValue' } });
    }
  });

  it('are replaced as a whole', () => {
    expect(changes([{ op: 'replace', path: 'members', value: [{ value: 'a' }] }])).toEqual([
      { kind: 'replaceAll', members: [{ value: 'a' }] },
    ]);
    expect(changes([{ op: 'replace', path: 'members', value: { value: 'a' } }])).toEqual([
      { kind: 'replaceAll', members: [{ value: 'a' }] },
    ]);
    expect(changes([{ op: 'replace', path: 'members', value: [] }])).toEqual([{ kind: 'removeAll' }]);
    expect(changes([add([])])).toEqual([]);
  });

  it('are removed by other filters in the store', () => {
    expect(changes([{ op: 'remove', path: 'members[type eq "Group"]' }])).toMatchObject([
      { kind: 'removeWhere', filter: { kind: 'compare', path: { text: 'members.type' }, value: 'group' } },
    ]);
    expect(changes([{ op: 'remove', path: 'members[value eq "a" and type eq "User"]' }])).toMatchObject([
      { kind: 'removeWhere' },
    ]);
  });

  it('are added by a value path with an empty value (OneLogin)', () => {
    for (const operation of [
      { op: 'add', path: 'members[value eq "a"]' },
      { op: 'add', path: 'members[value eq "a"]', value: '' },
      { op: 'add', path: 'members[value eq "a"]', value: { value: '' } },
      { op: 'replace', path: 'members[value eq "a"]', value: { value: 'a' } },
    ]) {
      expect(changes([operation])).toEqual([added('a')]);
    }
    expect(patch([{ op: 'add', path: 'members[value eq "a"]', value: {} }], strict)).toMatchObject({
      error: { scimType: 'noTarget' },
    });
    expect(patch([{ op: 'add', path: 'members[type eq "User"]', value: {} }])).toMatchObject({
      error: { scimType: 'noTarget' },
    });
  });

  it('are not changed in place', () => {
    for (const operation of [
      { op: 'replace', path: 'members[value eq "a"]', value: { value: 'b' } },
      { op: 'replace', path: 'members[value eq "a"].value', value: 'b' },
      { op: 'replace', path: 'members[value eq "a"].display', value: 'b' },
      { op: 'remove', path: 'members.value' },
    ]) {
      expect(patch([operation])).toMatchObject({ error: { scimType: 'mutability' } });
    }
  });

  it('come out as few changes in the order that counts', () => {
    const manyAdds = Array.from({ length: 1000 }, (_, i) => add([{ value: `${i}` }]));
    expect(changes(manyAdds)).toHaveLength(1);
    expect(changes([remove(['a']), add('b')])).toEqual([removed('a'), added('b')]);
    expect(changes([add('a'), remove(['a'])])).toEqual([removed('a')]);
    expect(changes([remove(['a']), add('a')])).toEqual([added('a')]);
    expect(changes([add('a'), remove(), add('b')])).toEqual([{ kind: 'replaceAll', members: [{ value: 'b' }] }]);
    expect(changes([{ op: 'replace', path: 'members', value: ['a', 'b'] }, remove(['a'])])).toEqual([
      { kind: 'replaceAll', members: [{ value: 'b' }] },
    ]);
    expect(
      changes([add('a'), { op: 'remove', path: 'members[type eq "User"]' }, add('b')]).map(({ kind }) => kind),
    ).toEqual(['add', 'removeWhere', 'add']);
  });

  it('come along with a rename as Okta sends it', () => {
    const result = patch([
      { op: 'replace', value: { id: 'g', displayName: 'Ops EU' } },
      { op: 'remove', path: 'members[value eq "a"]' },
      add([{ value: 'b', display: 'b@x.test' }]),
    ]);
    expect(result).toMatchObject({
      value: { changed: true, resource: { displayName: 'Ops EU' }, members: [{ kind: 'remove' }, { kind: 'add' }] },
    });
  });

  it('take ten thousand ids without delay', () => {
    const start = performance.now();
    expect(changes([add(Array.from({ length: 10_000 }, (_, i) => ({ value: `${i}` })))])).toHaveLength(1);
    expect(performance.now() - start).toBeLessThan(500);
  });

  it('need a list of values to be allowed in a remove', () => {
    expect(patch([remove([{ value: 'a' }])], strict)).toMatchObject({ error: { scimType: 'invalidValue' } });
    expect(changes([remove()], strict)).toEqual([{ kind: 'removeAll' }]);
  });
});
