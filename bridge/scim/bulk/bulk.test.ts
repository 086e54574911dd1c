import { describe, expect, test } from 'vitest';
import { resourceTypes } from '../schema/resource-types.ts';
import { BULK_REQUEST_SCHEMA, parseBulkRequest } from './parse.ts';
import { planBulk } from './plan.ts';
import { detach, referencesIn, withIds } from './references.ts';
import { bulkResponse } from './response.ts';

const options = { resourceTypes, maxOperations: 5, looseSchemas: false };
const bulk = (Operations: unknown, more: object = {}) => ({ schemas: [BULK_REQUEST_SCHEMA], Operations, ...more });

function read(...operations: unknown[]) {
  const parsed = parseBulkRequest(bulk(operations), { ...options, maxOperations: 1_000 });
  if (!parsed.ok) throw new Error(parsed.error.detail);
  return parsed.value;
}

const post = (bulkId: string, ...refersTo: string[]) => ({
  method: 'POST',
  path: '/Groups',
  bulkId,
  data: { displayName: bulkId, members: refersTo.map((id) => ({ value: `bulkId:${id}` })) },
});

function plan(...operations: unknown[]) {
  const planned = planBulk(read(...operations).operations);
  if (!planned.ok) throw new Error(planned.error.detail);
  return planned.value;
}

/** The steps as words: `run a`, `complete a`, `impossible a`. */
function stepsOf(...operations: unknown[]): string[] {
  return plan(...operations).steps.map(({ kind, operation }) => `${kind} ${operation.bulkId ?? operation.index}`);
}

describe('parseBulkRequest', () => {
  test('reads methods, paths, targets, versions and projections', () => {
    const { operations, bad, failOnErrors } = read(
      { method: 'post', path: '/Users', bulkId: 'a', data: { userName: 'a' } },
      { METHOD: 'PATCH', Path: 'Users/x%20y?attributes=userName', version: 'W/"3"', data: {} },
      { method: 'DELETE', path: '/Groups/bulkId:g' },
    );
    expect(bad).toEqual([]);
    expect(failOnErrors).toBeUndefined();
    expect(operations).toMatchObject([
      { index: 0, method: 'POST', target: { kind: 'new' }, bulkId: 'a' },
      { method: 'PATCH', target: { kind: 'id', id: 'x y' }, version: 'W/"3"', attributes: 'userName' },
      { method: 'DELETE', target: { kind: 'bulkId', bulkId: 'g' }, resourceType: { name: 'Group' } },
    ]);
  });

  test.each([
    [{}, 400],
    [bulk([]), 400],
    [bulk({}), 400],
    [{ Operations: [{}] }, 400],
    [bulk([{}], { failOnErrors: 'x' }), 400],
    [bulk([{}], { failOnErrors: -1 }), 400],
    [bulk([{}], { failOnErrors: 1.5 }), 400],
    [bulk(new Array(6).fill({})), 413],
    ['text', 400],
  ])('refuses the whole request %#', (body, status) => {
    expect(parseBulkRequest(body, options)).toMatchObject({ ok: false, error: { status } });
  });

  test('names the limit that was exceeded', () => {
    expect(parseBulkRequest(bulk(new Array(6).fill({})), options)).toMatchObject({
      error: { detail: expect.stringMatching(/5 .*maxOperations/) },
    });
  });

  test.each([
    ['text', 400],
    [{}, 400],
    [{ method: 'GET', path: '/Users/x' }, 400],
    [{ method: 'POST', path: '/Users' }, 400],
    [{ method: 'POST', path: '/Users', data: [] }, 400],
    [{ method: 'POST', path: '/Users/x', data: {} }, 400],
    [{ method: 'PUT', path: '/Users', data: {} }, 400],
    [{ method: 'DELETE', path: '/Nothing/x' }, 404],
    [{ method: 'DELETE', path: '/Users/x/y' }, 404],
    [{ method: 'DELETE', path: '/Users/x', version: 3 }, 400],
    [{ method: 'DELETE', path: '/Users/x', bulkId: 'a\u0000' }, 400],
    [{ method: 'DELETE', path: '/Users/x', bulkId: 'a'.repeat(257) }, 400],
  ])('fails one operation alone %#', (operation, status) => {
    const { operations, bad } = read(operation, { method: 'DELETE', path: '/Users/y' });
    expect(operations).toHaveLength(1);
    expect(bad).toMatchObject([{ index: 0, error: { status } }]);
  });

  test('a bulkId may be given once', () => {
    expect(read(post('a'), post('a')).bad).toMatchObject([{ index: 1, bulkId: 'a', error: { status: 400 } }]);
  });

  test('broken escapes in a path are an id that nobody has', () => {
    for (const path of ['/Users/%', '/Users/%ff']) {
      expect(read({ method: 'DELETE', path }).operations).toMatchObject([{ target: { kind: 'id' } }]);
    }
  });
});

describe('references', () => {
  const data = {
    manager: { value: 'bulkId:a', $ref: 'https://x.test/Users/bulkId:b' },
    Operations: [{ path: 'members[value eq "bulkId:c"]', value: { 'members[value eq "bulkId:d"]': 'x' } }],
    note: 'see bulkId:e',
  };

  test('are found in values, filters, URIs and keys, not in prose', () => {
    const { whole, inside } = referencesIn(data);
    expect([...whole]).toEqual(['a']);
    expect([...inside].sort()).toEqual(['b', 'c', 'd']);
  });

  test('are replaced by ids, the others stay', () => {
    const ids = new Map([...'abcd'].map((letter) => [letter, `id-${letter}`]));
    expect(withIds(data, ids)).toEqual({
      manager: { value: 'id-a', $ref: 'https://x.test/Users/id-b' },
      Operations: [{ path: 'members[value eq "id-c"]', value: { 'members[value eq "id-d"]': 'x' } }],
      note: 'see bulkId:e',
    });
    expect(withIds(data, new Map())).toEqual(data);
  });

  test('a prototype is never reached', () => {
    const evil: unknown = JSON.parse('{"__proto__":{"polluted":"bulkId:a"},"displayName":"x"}');
    withIds(evil, new Map([['a', 'id']]));
    detach(evil, new Set(['a']));
    expect('polluted' in {}).toBe(false);
  });

  test('nesting beyond what bodies may have is left alone', () => {
    let deep: unknown = 'bulkId:a';
    for (let level = 0; level < 100_000; level += 1) deep = [deep];
    expect(referencesIn(deep).whole.size).toBe(0);
    expect(withIds(deep, new Map([['a', 'id']]))).toEqual(expect.any(Array));
  });

  test('detached elements and attributes become a PATCH', () => {
    const urn = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
    const { data: kept, patch } = detach(
      {
        displayName: 'x',
        members: [{ value: 'bulkId:a' }, { value: 'known' }],
        [urn]: { department: 'Sales', manager: { value: 'bulkId:a' } },
      },
      new Set(['a']),
    );
    expect(kept).toEqual({ displayName: 'x', members: [{ value: 'known' }], [urn]: { department: 'Sales' } });
    expect(patch['Operations']).toEqual([
      { op: 'add', path: 'members', value: [{ value: 'bulkId:a' }] },
      { op: 'add', path: `${urn}:manager`, value: { value: 'bulkId:a' } },
    ]);
  });
});

describe('planBulk', () => {
  test('keeps the order that was sent', () => {
    expect(stepsOf(post('a'), { method: 'DELETE', path: '/Users/x' }, post('b', 'a'))).toEqual([
      'run a',
      'run 1',
      'run b',
    ]);
  });

  test('lets an operation wait for a later one that it refers to', () => {
    expect(stepsOf(post('a', 'c'), post('b'), post('c'), post('d'))).toEqual(['run b', 'run c', 'run a', 'run d']);
    expect(stepsOf({ method: 'PATCH', path: '/Groups/bulkId:b', data: {} }, post('b'))).toEqual(['run b', 'run 0']);
  });

  test('splits the first creation of a circle', () => {
    expect(stepsOf(post('a', 'b'), post('b', 'a'))).toEqual(['run a', 'run b', 'complete a']);
    expect(stepsOf(post('a', 'a'))).toEqual(['run a', 'complete a']);
    expect(stepsOf(post('a', 'b'), post('b', 'c'), post('c', 'b'))).toEqual(['run b', 'run a', 'run c', 'complete b']);
  });

  test('an existing resource can be referred to before its operation has run', () => {
    const put = { method: 'PUT', path: '/Groups/x', bulkId: 'p', data: { members: [{ value: 'bulkId:a' }] } };
    expect(stepsOf(put, post('a', 'p'))).toEqual(['run a', 'run p']);
  });

  test('operations that only refer to each other are impossible, and what needs them runs to fail', () => {
    const patch = (bulkId: string, of: string) => ({ method: 'PATCH', path: `/Groups/bulkId:${of}`, bulkId, data: {} });
    expect(stepsOf(patch('a', 'b'), patch('b', 'a'), post('c', 'a'))).toEqual([
      'impossible a',
      'impossible b',
      'run c',
    ]);
  });

  test('every operation is run once, however they refer to each other', () => {
    const ids = Array.from({ length: 120 }, (_, index) => `o${index}`);
    const { steps } = plan(...ids.map((id) => post(id, ...ids)));
    expect(new Set(steps.filter(({ kind }) => kind === 'run').map(({ operation }) => operation)).size).toBe(120);
    const created = new Set<string | undefined>();
    for (const { kind, operation, ...step } of steps) {
      const without = 'without' in step ? step.without : new Set<string>();
      const needed = ids.filter((id) => (kind === 'run' ? !without.has(id) : without.has(id)));
      expect(needed.filter((id) => !created.has(id))).toEqual([]);
      created.add(operation.bulkId);
    }
  });
});

test('more references than can be planned in passing are refused', () => {
  const ids = Array.from({ length: 150 }, (_, index) => `o${index}`);
  const { operations } = read(...ids.map((id) => post(id, ...ids)));
  expect(planBulk(operations)).toMatchObject({ ok: false, error: { status: 413 } });
});

test('the response has the entries in the order of the request, with statuses as strings', () => {
  const error = { status: 409, scimType: 'uniqueness', detail: 'taken' } as const;
  expect(
    bulkResponse([
      { index: 1, method: 'POST', bulkId: 'b', outcome: { error } },
      { index: 0, method: 'POST', bulkId: 'a', location: 'l', outcome: { status: 201, version: 'W/"1"' } },
    ]),
  ).toMatchObject({
    Operations: [
      { method: 'POST', bulkId: 'a', location: 'l', version: 'W/"1"', status: '201' },
      { method: 'POST', bulkId: 'b', status: '409', response: { status: '409', scimType: 'uniqueness' } },
    ],
  });
});
