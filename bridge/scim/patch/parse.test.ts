import { describe, expect, it } from 'vitest';
import { tolerancesOf } from '../interop/profiles.ts';
import { userResourceType } from '../schema/resource-types.ts';
import { PATCH_OP_SCHEMA, parsePatch } from './parse.ts';

const auto = tolerancesOf('auto');
const rfc = tolerancesOf('rfc');
const operation = { op: 'replace', path: 'title', value: 'x' };

const parse = (body: unknown, options: Parameters<typeof parsePatch>[2] = auto) =>
  parsePatch(body, userResourceType, options);

describe('parsePatch', () => {
  it('takes names of operations and members in any case, in any order', () => {
    const result = parse({ operations: [{ OP: 'REPLACE', Path: 'Title', VALUE: 'x', name: 'addTitle' }], Schemas: [] });
    expect(result).toMatchObject({
      ok: true,
      value: [{ op: 'replace', path: { path: { text: 'title' } }, value: 'x' }],
    });
  });

  it('asks for the PatchOp schema only where schemas are strict', () => {
    expect(parse({ Operations: [operation] }).ok).toBe(true);
    expect(parse({ Operations: [operation] }, rfc)).toMatchObject({ error: { scimType: 'invalidSyntax' } });
    expect(parse({ schemas: [PATCH_OP_SCHEMA], Operations: [operation] }, rfc).ok).toBe(true);
  });

  it.each([
    null,
    'text',
    [],
    {},
    { Operations: [] },
    { Operations: {} },
    { Operations: [null] },
    { Operations: [{ path: 'title' }] },
    { Operations: [{ op: 'move', path: 'title' }] },
    { Operations: [{ op: ['add'], path: 'title' }] },
  ])('refuses the message %j with invalidSyntax', (body) => {
    expect(parse(body)).toMatchObject({ ok: false, error: { status: 400, scimType: 'invalidSyntax' } });
  });

  it('wants a path for remove', () => {
    expect(parse({ Operations: [{ op: 'Remove' }] })).toMatchObject({ error: { scimType: 'noTarget' } });
    expect(parse({ Operations: [{ op: 'remove', path: '', value: { title: 'x' } }] })).toMatchObject({
      error: { scimType: 'noTarget' },
    });
  });

  it('wants an object as value when there is no path, and a value when there is one', () => {
    for (const item of [
      { op: 'add', value: 'x' },
      { op: 'add', value: [{}] },
      { op: 'add' },
      { op: 'add', path: 'title' },
    ]) {
      expect(parse({ Operations: [item] })).toMatchObject({ error: { scimType: 'invalidValue' } });
    }
    expect(parse({ Operations: [{ op: 'add', path: 7, value: 'x' }] })).toMatchObject({
      error: { scimType: 'invalidPath' },
    });
  });

  it('splits a pathless operation into one per key', () => {
    const result = parse({
      Operations: [
        {
          op: 'replace',
          value: {
            'name.givenName': 'A',
            'emails[type eq "work"].value': 'a@x.test',
            'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User': { department: 'D', 'manager.value': 'M' },
            misspelt: 1,
          },
        },
      ],
    });
    expect(
      result.ok && result.value.map((item) => (item.path.kind === 'attribute' ? item.path.path.text : item.path.kind)),
    ).toEqual([
      'name.givenName',
      'elements',
      'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department',
      'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value',
    ]);
  });

  it('takes only attribute names as keys under the RFC', () => {
    const body = (value: object) => ({ schemas: [PATCH_OP_SCHEMA], Operations: [{ op: 'replace', value }] });
    expect(parse(body({ 'name.givenName': 'A' }), rfc)).toMatchObject({ error: { scimType: 'invalidPath' } });
    expect(parse(body({ misspelt: 'A' }), rfc)).toMatchObject({ error: { scimType: 'invalidPath' } });
    expect(parse(body({ name: { givenName: 'A' } }), rfc).ok).toBe(true);
  });

  it('drops operations on unknown attributes where tolerated', () => {
    expect(parse({ Operations: [{ op: 'add', path: 'misspelt', value: 'x' }] })).toEqual({ ok: true, value: [] });
    expect(parse({ Operations: [{ op: 'add', value: { 'odd name!': 'x' } }] })).toEqual({ ok: true, value: [] });
  });

  it('answers too many operations with 413', () => {
    const body = { Operations: Array(1001).fill(operation) };
    expect(parse(body)).toMatchObject({ error: { status: 413 } });
    expect(parse({ Operations: Array(1000).fill(operation) }).ok).toBe(true);
    expect(parse({ Operations: [operation, operation] }, { ...auto, maxOperations: 1 })).toMatchObject({
      error: { status: 413 },
    });
    const keys = Object.fromEntries(Array.from({ length: 5 }, (_, i) => [`emails[type eq "${i}"].value`, 'x']));
    expect(parse({ Operations: [{ op: 'add', value: keys }] }, { ...auto, maxOperations: 1 })).toMatchObject({
      error: { status: 413 },
    });
  });

  it('refuses text that can not be stored, wherever it is', () => {
    for (const bad of ['a\u0000b', '\ud800']) {
      for (const item of [
        { op: 'add', path: 'title', value: bad },
        { op: 'add', path: bad, value: 'x' },
        { op: 'add', value: { [bad]: 'x' } },
        { op: 'add', value: { ignored: [[bad]] } },
      ]) {
        expect(parse({ Operations: [item] })).toMatchObject({ error: { status: 400, scimType: 'invalidValue' } });
      }
    }
  });
});
