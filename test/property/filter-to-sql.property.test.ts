// The two readings of a filter agree: PostgreSQL finds exactly the resources for which evaluate() is true.
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Filter } from '../../bridge/scim/filter/ast.ts';
import { checkFilter } from '../../bridge/scim/filter/check.ts';
import { evaluate } from '../../bridge/scim/filter/evaluate.ts';
import { parseFilter } from '../../bridge/scim/filter/parse.ts';
import { printFilter } from '../../bridge/scim/filter/print.ts';
import type { ResourceTypeDefinition } from '../../bridge/scim/schema/model.ts';
import { groupResourceType, typesWith } from '../../bridge/scim/schema/resource-types.ts';
import { type Body, createTestBridge, type ScimClient, type TestBridge } from '../support/bridge.ts';
import { badge, badgeSchema, declare } from '../support/declared-schemas.ts';
import { enterprise, newGroup, searchSchema, userSchema } from '../support/scim.ts';

const seed = Number(process.env['PROPERTY_SEED'] ?? Date.now() % 2 ** 31);
const numRuns = Number(process.env['PROPERTY_RUNS'] ?? 250);
let bridge: TestBridge;
let scim: ScimClient;
let userType: ResourceTypeDefinition;
let users: Body[];
let groups: Body[];

// Few letters, so that filters often match; some that lower-case oddly, that LIKE or JSON would read as signs, and one
// beyond the basic plane, whose order in UTF-16 is not that of its code point.
const letter = fc.constantFrom(
  ...'aAbB1',
  ...'aAbB1',
  '%',
  '_',
  '\\',
  '"',
  "'",
  ' ',
  'ä',
  'Ä',
  'ß',
  'ẞ',
  'Σ',
  'σ',
  'ς',
  'İ',
  'ı',
  'é',
  '\u0301',
  '\uffee',
  '😀',
);
const text = fc.array(letter, { minLength: 1, maxLength: 4 }).map((letters) => letters.join(''));
const optional = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });
const type = fc.constantFrom('work', 'Home', 'other');

const integer = fc.constantFrom(-1, 0, 1, 2, 10, 2 ** 40);
const decimal = fc.constantFrom(-0.5, 0, 0.3, 0.30000000000000004, 1, 1.5, 1e21, 5e-324, 1.7e308);
// Offsets, fractions, none at all, and far from now; some are the same instant.
const time = fc.constantFrom(
  '2026-01-01T00:00:00Z',
  '2026-01-01T01:00:00+01:00',
  '2025-12-31T23:59:59.999Z',
  '2026-01-01t00:00:00.5z',
  '2026-01-01T00:00:00',
  '0001-01-01T00:00:00Z',
  '9999-12-31T23:59:59-14:00',
);

const multi = fc.uniqueArray(fc.record({ value: optional(text), display: optional(text), type: optional(type) }), {
  maxLength: 3,
  selector: (element) => JSON.stringify(element),
});
const withPrimary = multi.chain((elements) =>
  fc
    .integer({ min: -1, max: elements.length - 1 })
    .map((primary) => elements.map((element, index) => (index === primary ? { ...element, primary: true } : element))),
);
const newResource = fc.record({
  externalId: optional(text),
  displayName: optional(text),
  title: optional(text),
  active: optional(fc.boolean()),
  name: optional(fc.record({ givenName: optional(text), familyName: optional(text) })),
  emails: optional(withPrimary),
  roles: optional(withPrimary),
  [enterprise]: optional(
    fc.record({ department: optional(text), manager: optional(text.map((value) => ({ value }))) }),
  ),
  [badge]: optional(
    fc.record({
      number: optional(text),
      code: optional(text),
      colour: optional(fc.constantFrom('Red', 'Green')),
      level: optional(integer),
      weight: optional(decimal),
      valid: optional(fc.boolean()),
      issued: optional(time),
      photo: optional(text),
      chip: optional(text),
      rooms: optional(fc.array(text, { maxLength: 3 })),
      floors: optional(fc.array(integer, { maxLength: 3 })),
      owner: optional(fc.record({ name: optional(text), since: optional(time), cost: optional(integer) })),
      keys: optional(
        fc.array(fc.record({ value: optional(text), type: optional(type), count: optional(integer) }), {
          maxLength: 3,
        }),
      ),
    }),
  ),
});

beforeAll(async () => {
  console.log(`PROPERTY_SEED=${seed}`);
  bridge = await createTestBridge();
  scim = await bridge.directory();
  const { schema } = await declare(bridge, scim, badgeSchema);
  userType = typesWith([schema]).user;
  const made: Body[] = [];
  for (const [index, resource] of fc.sample(newResource, { seed, numRuns: 60 }).entries()) {
    const answer = await scim.post('/Users', {
      schemas: [userSchema],
      userName: `${index % 7}-aB${index}`,
      ...resource,
    });
    expect(answer.status, JSON.stringify(answer.body)).toBe(201);
    made.push(answer.body.id);
  }
  const names =
    fc.sample(fc.uniqueArray(text, { minLength: 8, maxLength: 8, selector: (name) => name.toLowerCase().trim() }), {
      seed,
      numRuns: 1,
    })[0] ?? [];
  for (const [index, name] of names.entries()) {
    const group = await newGroup(
      scim,
      `${name}x`,
      made.filter((_, n) => n % (index + 2) === 0),
    );
    if (index > 0)
      await scim.patch(`/Groups/${group.id}`, {
        Operations: [
          { op: 'add', path: 'members', value: [{ value: groups0 ?? 'x' }, { value: 'Unknown', display: 'aB' }] },
        ],
      });
    groups0 ??= group.id;
  }
  users = (await scim.get('/Users?count=1000')).body.Resources;
  groups = (await scim.get('/Groups?count=1000')).body.Resources;
});
let groups0: string | undefined;
afterAll(() => bridge.close());

const textOperator = fc.constantFrom('eq', 'ne', 'co', 'sw', 'ew', 'gt', 'ge', 'lt', 'le' as const);
const orderOperator = fc.constantFrom('eq', 'ne', 'gt', 'ge', 'lt', 'le' as const);
const compare = (
  path: string,
  operator: fc.Arbitrary<string>,
  value: fc.Arbitrary<string | boolean | number | null>,
): fc.Arbitrary<Filter> =>
  fc.record({
    kind: fc.constant('compare' as const),
    path: fc.constant(path),
    operator: operator as fc.Arbitrary<'eq'>,
    value,
  });
const leaf = (
  path: string,
  kind: 'text' | 'boolean' | 'instant' | 'id',
  values: fc.Arbitrary<string>,
): fc.Arbitrary<Filter> => {
  const present: fc.Arbitrary<Filter> = fc.constant({ kind: 'present', path });
  if (kind === 'boolean') return fc.oneof(present, compare(path, fc.constantFrom('eq', 'ne'), fc.boolean()));
  if (kind === 'instant') return fc.oneof(present, compare(path, orderOperator, values));
  return fc.oneof(
    { weight: 1, arbitrary: present },
    { weight: 5, arbitrary: compare(path, textOperator, values) },
    { weight: 1, arbitrary: compare(path, fc.constantFrom('eq', 'ne'), fc.constantFrom(null, '')) },
  );
};

const numberLeaf = (path: string, values: fc.Arbitrary<number>): fc.Arbitrary<Filter> =>
  fc.oneof(
    { weight: 1, arbitrary: fc.constant<Filter>({ kind: 'present', path }) },
    { weight: 4, arbitrary: compare(path, orderOperator, values) },
  );

/** Values that occur: whole, cut, or in another case; and others. */
const known = (resources: () => Body[], read: (resource: Body) => unknown[]) =>
  fc.nat().chain((index) => {
    const resource = resources()[index % resources().length];
    const values = read(resource).filter((value) => typeof value === 'string');
    const value = String(values[index % Math.max(1, values.length)] ?? 'a');
    return fc.oneof(
      text,
      fc.constantFrom(
        value,
        value.toUpperCase(),
        value.toLowerCase(),
        [...value].slice(1).join('') || 'a',
        [...value].slice(0, -1).join('') || 'b',
      ),
    );
  });

function filterOf(leaves: fc.Arbitrary<Filter>, elements: fc.Arbitrary<Filter>): fc.Arbitrary<Filter> {
  return fc.letrec<{ filter: Filter }>((tie) => ({
    filter: fc.oneof(
      { maxDepth: 3, depthSize: 'small' },
      leaves,
      elements,
      fc.record({
        kind: fc.constantFrom('and' as const, 'or' as const),
        operands: fc.array(tie('filter'), { minLength: 2, maxLength: 3 }),
      }),
      fc.record({ kind: fc.constant('not' as const), operand: tie('filter') }),
    ),
  })).filter;
}

const inElement = (path: string, leaves: fc.Arbitrary<Filter>): fc.Arbitrary<Filter> =>
  fc.record({ kind: fc.constant('element' as const), path: fc.constant(path), filter: filterOf(leaves, leaves) });

async function expectAgreement(filter: Filter, resourceType: ResourceTypeDefinition, resources: Body[]): Promise<void> {
  const printed = printFilter(filter);
  const parsed = parseFilter(printed);
  if (!parsed.ok) throw new Error(`${printed}: ${parsed.error.detail}`);
  const checked = checkFilter(parsed.value, resourceType);
  const answer = await scim.post(`${resourceType.endpoint}/.search`, {
    schemas: [searchSchema],
    filter: printed,
    count: 1_000,
    attributes: ['id'],
  });
  if (!checked.ok) {
    expect(answer.status, printed).toBe(400);
    return;
  }
  expect(answer.status, `${printed}: ${JSON.stringify(answer.body)}`).toBe(200);
  const found = answer.body.Resources.map((resource: Body) => resource.id).sort();
  const meant = resources
    .filter((resource) => evaluate(checked.value, resource))
    .map((resource) => resource.id)
    .sort();
  expect(found, printed).toEqual(meant);
  expect(answer.body.totalResults).toBe(meant.length);
}

const deepStrings = (value: unknown): unknown[] =>
  typeof value === 'object' && value !== null ? Object.values(value).flatMap(deepStrings) : [value];

test('users', async () => {
  const value = known(() => users, deepStrings);
  const instant = known(
    () => users,
    (user) => [user.meta.created, user.meta.lastModified],
  ).map((at) => (/^\d{4}-.*Z$/.test(at) ? at : '2026-01-01T00:00:00+01:00'));
  const texts = [
    'userName',
    'externalId',
    'displayName',
    'title',
    'name.givenName',
    'name.familyName',
    'emails.value',
    'emails.display',
    'emails.type',
    'emails',
    'roles.value',
    'roles.type',
    'roles.display',
    `${enterprise}:department`,
    `${enterprise}:manager.value`,
    `${enterprise}:manager`,
    'id',
    'groups.value',
    'groups.display',
    'groups.type',
    'schemas',
    'meta.resourceType',
    'meta.version',
    'nickName',
  ];
  const leaves = fc.oneof(
    { weight: texts.length, arbitrary: fc.constantFrom(...texts).chain((path) => leaf(path, 'text', value)) },
    {
      weight: 3,
      arbitrary: fc
        .constantFrom('active', 'emails.primary', 'roles.primary')
        .chain((path) => leaf(path, 'boolean', value)),
    },
    {
      weight: 2,
      arbitrary: fc.constantFrom('meta.created', 'meta.lastModified').chain((path) => leaf(path, 'instant', instant)),
    },
    {
      weight: 1,
      arbitrary: fc.constantFrom<Filter>(
        { kind: 'present', path: 'name' },
        { kind: 'present', path: 'emails' },
        { kind: 'present', path: 'groups' },
        { kind: 'present', path: 'meta' },
        { kind: 'present', path: `${enterprise}:manager` },
      ),
    },
  );
  const elementLeaves = fc.oneof(
    fc.constantFrom('value', 'type', 'display').chain((path) => leaf(path, 'text', value)),
    leaf('primary', 'boolean', value),
  );
  const groupLeaves = fc.constantFrom('value', 'type', 'display').chain((path) => leaf(path, 'text', value));
  const own = (name: string) => `${badge}:${name}`;
  const declared = fc.oneof(
    fc
      .constantFrom('number', 'code', 'colour', 'photo', 'rooms', 'owner.name', 'keys.value', 'keys.type', 'keys')
      .chain((name) => leaf(own(name), 'text', value)),
    compare(own('chip'), fc.constantFrom('eq', 'ne'), value),
    compare(own('valid'), fc.constantFrom('eq', 'ne'), fc.boolean()),
    fc.constantFrom('level', 'floors', 'owner.cost', 'keys.count').chain((name) => numberLeaf(own(name), integer)),
    numberLeaf(own('weight'), decimal),
    fc.constantFrom('issued', 'owner.since').chain((name) => leaf(own(name), 'instant', time)),
    fc.constantFrom('owner', 'keys', 'rooms', 'valid').map((name): Filter => ({ kind: 'present', path: own(name) })),
  );
  const elements = fc.oneof(
    inElement(own('keys'), fc.oneof(elementLeaves, numberLeaf('count', integer))),
    inElement(own('rooms'), leaf('value', 'text', value)),
    inElement(own('floors'), numberLeaf('value', integer)),
    inElement(own('owner'), fc.oneof(leaf('name', 'text', value), numberLeaf('cost', integer))),
    inElement('emails', elementLeaves),
    inElement('roles', elementLeaves),
    inElement('groups', groupLeaves),
    inElement(
      'name',
      fc.constantFrom('givenName', 'familyName').chain((path) => leaf(path, 'text', value)),
    ),
  );
  await fc.assert(
    fc.asyncProperty(filterOf(fc.oneof(leaves, declared), elements), (filter) =>
      expectAgreement(filter, userType, users),
    ),
    { seed, numRuns },
  );
});

test('groups', async () => {
  const value = known(() => groups, deepStrings);
  const leaves = fc
    .constantFrom(
      'displayName',
      'externalId',
      'id',
      'members.value',
      'members.type',
      'members.display',
      'members',
      'schemas',
    )
    .chain((path) => leaf(path, 'text', value));
  const elements = inElement(
    'members',
    fc.constantFrom('value', 'type', 'display').chain((path) => leaf(path, 'text', value)),
  );
  await fc.assert(
    fc.asyncProperty(filterOf(leaves, elements), (filter) => expectAgreement(filter, groupResourceType, groups)),
    { seed, numRuns: Math.ceil(numRuns / 2) },
  );
});
