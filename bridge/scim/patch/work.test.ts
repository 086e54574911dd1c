// A PATCH is bounded by the work it makes, not by each of its sizes alone.
import { expect, test } from 'vitest';
import { tolerancesOf } from '../interop/profiles.ts';
import type { Resource } from '../schema/model.ts';
import { userResourceType } from '../schema/resource-types.ts';
import { PATCH_OP_SCHEMA, parsePatch } from './parse.ts';
import { planPatch } from './plan.ts';

const auto = tolerancesOf('auto');
const emails = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ value: `u${index}@x.test`, type: `t${index}` }));
const times = (count: number, make: (index: number) => object) =>
  Array.from({ length: count }, (_, index) => make(index));

function patch(operations: object[], resource: Resource = { userName: 'a', emails: emails(1_000) }) {
  const parsed = parsePatch({ schemas: [PATCH_OP_SCHEMA], Operations: operations }, userResourceType, auto);
  return parsed.ok ? planPatch(userResourceType, resource, parsed.value, auto) : parsed;
}

const condition = new Array(90).fill('value co "zzzz"').join(' or ');

test.each([
  ['filters over many values', times(1_000, () => ({ op: 'replace', path: 'emails[type eq "t1"].value', value: 'x' }))],
  ['long filters', times(10, () => ({ op: 'remove', path: `emails[${condition}].value` }))],
  ['many values added again and again', times(200, () => ({ op: 'add', path: 'emails', value: emails(1_000) }))],
  ['pathless filters', times(500, () => ({ op: 'add', value: { 'emails[type eq "t1"].value': 'x' } }))],
  ['paths to be read', times(200, () => ({ op: 'remove', path: `roles[${condition}]` }))],
])('%s are 413', (_what, operations) => {
  expect(patch(operations)).toMatchObject({ ok: false, error: { status: 413 } });
});

test.each([
  [
    'a hundred values of a thousand set by filter',
    times(80, (index) => ({ op: 'replace', path: `emails[type eq "t${index}"].value`, value: `v${index}` })),
  ],
  ['a thousand values added at once', [{ op: 'add', path: 'emails', value: emails(1_000) }]],
  ['a thousand values removed at once', [{ op: 'remove', path: 'emails', value: emails(1_000) }]],
  ['a thousand plain changes', times(1_000, (index) => ({ op: 'replace', path: 'title', value: `${index}` }))],
])('%s are done', (_what, operations) => {
  expect(patch(operations).ok).toBe(true);
});

test('four hundred values are created by filter', () => {
  const operations = times(400, (index) => ({
    op: 'add',
    path: `emails[type eq "t${index}"].value`,
    value: `u${index}@x.test`,
  }));
  const planned = patch(operations, { userName: 'a' });
  expect(planned.ok && planned.value.resource['emails']).toHaveLength(400);
});

test('removal by value means what has the same attributes, but for display and primary', () => {
  const kept = { value: 'a', type: 'home' };
  const resource: Resource = {
    userName: 'a',
    emails: [{ value: 'a', type: 'work', display: 'A', primary: true }, kept, { value: 'b' }],
  };
  const planned = patch(
    [
      {
        op: 'remove',
        path: 'emails',
        value: [
          { value: 'a', type: 'work' },
          { value: 'b', display: 'x' },
        ],
      },
    ],
    resource,
  );
  expect(planned.ok && planned.value.resource['emails']).toEqual([kept]);
});
