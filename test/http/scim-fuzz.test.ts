// Whatever is sent, the answer is a SCIM answer below 500. FUZZ_SEED repeats a run, FUZZ_RUNS makes it longer.
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Body, createTestBridge, type ScimClient, type TestBridge } from '../support/bridge.ts';
import { expectCleanPrototype } from '../support/refusals.ts';
import { enterprise, newGroup, newUser } from '../support/scim.ts';

const seed = Number(process.env['FUZZ_SEED'] ?? Date.now() % 2 ** 31);
const numRuns = Number(process.env['FUZZ_RUNS'] ?? 400);
let bridge: TestBridge;
let scim: ScimClient;
let user: Body;
let group: Body;

beforeAll(async () => {
  console.log(`FUZZ_SEED=${seed}`);
  bridge = await createTestBridge();
  scim = await bridge.directory();
  user = await newUser(scim, 'fuzzed', { emails: [{ value: 'f@acme.test', type: 'work' }] });
  group = await newGroup(scim, 'Fuzzed', [user.id]);
});
afterAll(() => bridge.close());

const word = fc.constantFrom(
  ...[
    'userName',
    'active',
    'emails',
    'name',
    'name.givenName',
    'members',
    'displayName',
    'schemas',
    'id',
    'meta',
    'groups',
  ],
  ...['password', 'externalId', 'roles', 'value', 'type', 'primary', '$ref', 'Operations', 'op', 'path', enterprise],
  ...[
    `${enterprise}:manager`,
    'manager',
    '__proto__',
    'constructor',
    'toString',
    'emails[type eq "work"].value',
    'members[value eq "x"]',
  ],
);
const text = fc.oneof(
  word,
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.constantFrom('', 'True', '\u0000', '\ud800', 'add', 'Replace', 'remove', 'fuzzed', 'ﬁ\u0130'),
);
const json = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    text,
    fc.boolean(),
    fc.constant(null),
    fc.double(),
    fc.maxSafeInteger(),
    tie('list'),
    tie('object'),
  ),
  list: fc.array(tie('value'), { maxLength: 4 }),
  object: fc.dictionary(text, tie('value'), { maxKeys: 5 }),
}));
const operation = fc.record(
  { op: fc.oneof(fc.constantFrom('add', 'Replace', 'remove'), text), path: text, value: json.value },
  { requiredKeys: [] },
);
const body = fc.oneof(
  json.value.map((value) => JSON.stringify(value)),
  fc.array(operation, { maxLength: 4 }).map((Operations) => JSON.stringify({ Operations })),
  fc
    .record(
      {
        userName: text,
        displayName: text,
        members: json.value,
        emails: json.value,
        name: json.value,
        active: json.value,
      },
      { requiredKeys: ['userName'] },
    )
    .map((value) => JSON.stringify(value)),
  fc.string({ unit: 'binary' }),
);
const operator = fc.constantFrom(
  'eq',
  'ne',
  'co',
  'sw',
  'ew',
  'gt',
  'ge',
  'lt',
  'le',
  'pr',
  'and',
  'or',
  'not',
  '(',
  ')',
  '[',
  ']',
  '"',
  '.',
);
const filter = fc
  .array(
    fc.oneof(
      word,
      operator,
      text.map((value) => JSON.stringify(value)),
      fc.double().map(String),
    ),
    { maxLength: 9 },
  )
  .map((parts) => parts.join(' '));
const query = fc
  .array(
    fc.tuple(
      fc.constantFrom('filter', 'count', 'startIndex', 'sortBy', 'sortOrder', 'attributes', 'excludedAttributes'),
      fc.oneof(filter, text),
    ),
    { maxLength: 3 },
  )
  .map((pairs) => pairs.map(([name, value]) => `${name}=${encodeURIComponent(value.toWellFormed())}`).join('&'));
const id = () =>
  fc.oneof(
    fc.constantFrom(user.id, group.id),
    text.map((value) => encodeURIComponent(value.toWellFormed())),
  );

test('no request makes the bridge fail', async () => {
  const request = fc.record({
    method: fc.constantFrom('GET', 'POST', 'PUT', 'PATCH', 'PATCH', 'DELETE'),
    endpoint: fc.constantFrom(
      '/Users',
      '/Groups',
      '/Users/.search',
      '/.search',
      '/Bulk',
      '/Schemas',
      '/ResourceTypes',
      '',
    ),
    id: fc.option(id(), { nil: undefined }),
    query,
    body,
  });
  await fc.assert(
    fc.asyncProperty(request, async (asked) => {
      // The victims stay: their deletion is tested elsewhere, and what follows would be 404 throughout.
      const isVictim = asked.id === user.id || asked.id === group.id;
      const method = asked.method === 'DELETE' && isVictim ? 'GET' : asked.method;
      const path = `${asked.endpoint}${asked.id === undefined ? '' : `/${asked.id}`}?${asked.query}`;
      const answer = await bridge.send(`/scim/v2/${scim.directory.slug}${path}`, {
        method,
        headers: { Authorization: `Bearer ${scim.token}`, 'Content-Type': 'application/scim+json' },
        ...(method !== 'GET' && { body: asked.body }),
      });
      expect(answer.status, `${method} ${path} ${JSON.stringify(answer.body)}`).toSatisfy(
        (status) => status < 500 || status === 501,
      );
      if (answer.status >= 400) expect(answer.body.status).toBe(String(answer.status));
      expectCleanPrototype();
    }),
    { seed, numRuns, interruptAfterTimeLimit: 15_000 },
  );
  const left = await scim.get('/Users?count=1000');
  expect(left.status).toBe(200);
});
