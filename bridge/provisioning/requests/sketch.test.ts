// What of a refused request is kept, and what never is.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { resourceTypes } from '../../scim/schema/resource-types.ts';
import { sketchBody, sketchQuery } from './sketch.ts';

const types = resourceTypes;
const secret = 'Corr3ct-Horse';
const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

describe('a body', () => {
  test('keeps what the schemas know, and says of the rest what it was', () => {
    const body = {
      schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'],
      userName: 'anna',
      password: secret,
      Password: secret,
      name: { givenName: 'Anna', nickname: 'x', secret },
      emails: [{ value: 'anna@acme.test', type: 'work', pin: secret }],
      shoeSize: 38,
      badge: secret,
      [enterprise]: { department: 'Sales', wage: [1, 2] },
    };
    expect(sketchBody(body, types)).toEqual({
      schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'],
      userName: 'anna',
      password: '(text of 13 characters)',
      Password: '(text of 13 characters)',
      name: { givenName: 'Anna', nickname: 'x', secret: '(text of 13 characters)' },
      emails: [{ value: 'anna@acme.test', type: 'work', pin: '(text of 13 characters)' }],
      shoeSize: '(number)',
      badge: '(text of 13 characters)',
      [enterprise]: { department: 'Sales', wage: '(list of 2)' },
    });
  });

  test('of a PATCH hides the values of secret and unknown paths', () => {
    const operations = [
      { op: 'replace', path: 'title', value: 'Boss' },
      { op: 'Replace', Path: 'password', Value: secret },
      { op: 'add', path: `${enterprise}:department`, value: 'Sales' },
      { op: 'add', path: 'urn:ietf:params:scim:schemas:core:2.0:User:password', value: secret },
      { op: 'replace', path: `emails[type eq "work" and password eq "${secret}"].value`, value: secret },
      { op: 'add', path: 'hobby', value: secret },
      { op: 'add', value: { password: secret, title: 'Boss', 'name.givenName': 'Anna' } },
      { op: 'replace', path: ['password'], value: secret },
      { op: 'replace', path: 'title', PATH: 'password', value: secret },
    ];
    const sketch = sketchBody({ Operations: operations }, types);
    expect(JSON.stringify(sketch)).not.toContain(secret);
    expect(sketch).toMatchObject({
      Operations: [
        { op: 'replace', path: 'title', value: 'Boss' },
        { op: 'Replace', Path: 'password', Value: '(text of 13 characters)' },
        { value: 'Sales' },
        {},
        {},
        { path: 'hobby', value: '(text of 13 characters)' },
        { value: { title: 'Boss', 'name.givenName': 'Anna' } },
        { value: '(text of 13 characters)' },
        { value: '(text of 13 characters)' },
      ],
    });
  });

  test('of any size becomes a small one', () => {
    const members = Array.from({ length: 10_000 }, (_, n) => ({ value: String(n) }));
    const long = {
      displayName: 'x'.repeat(100_000),
      members,
      ...Object.fromEntries(members.map(({ value }) => [value, 1])),
    };
    expect(JSON.stringify(sketchBody(long, types)).length).toBeLessThan(5_000);
    const wide = Array.from({ length: 20 }, () => ({
      emails: Array.from({ length: 20 }, () => ({ value: 'y'.repeat(200) })),
    }));
    expect(JSON.stringify(sketchBody({ Operations: wide.map((data) => ({ data })) }, types)).length).toBeLessThan(
      50_000,
    );
    let deep: unknown = 'x';
    for (let level = 0; level < 1_000; level += 1) deep = { value: deep };
    expect(JSON.stringify(sketchBody(deep, types)).length).toBeLessThan(500);
  });

  test('that is no object is kept by its kind', () => {
    expect(sketchBody(null, types)).toBeNull();
    expect(sketchBody(undefined, types)).toBe('(undefined)');
  });
});

test('whatever is sent, a secret value under a secret name or path never shows', () => {
  const word = fc.constantFrom(
    'userName',
    'name',
    'emails',
    'value',
    'path',
    'op',
    'Operations',
    'data',
    'schemas',
    'x',
  );
  const secretName = fc.constantFrom(
    'password',
    'PASSWORD',
    'Password',
    `${enterprise}:password`,
    'password.value',
    'token',
  );
  const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
    tree: fc.oneof(
      { maxDepth: 5 },
      fc.string(),
      fc.array(tie('tree'), { maxLength: 3 }),
      fc.dictionary(word, tie('tree'), { maxKeys: 4 }),
      secretName.map((name) => ({ [name]: secret })),
      secretName.map((path) => ({ op: 'replace', path, value: secret })),
      secretName.map((path) => ({ op: 'replace', path, value: { userName: secret } })),
    ),
  }));
  fc.assert(fc.property(tree, (body) => !JSON.stringify(sketchBody(body, types)).includes(secret)));
});

test('of the query, what SCIM knows is kept, and a filter that speaks of secrets is not', () => {
  expect(
    sketchQuery({ filter: 'userName eq "anna"', startIndex: '1', access_token: secret, attributes: 'userName' }, types),
  ).toEqual({
    filter: 'userName eq "anna"',
    startIndex: '1',
    access_token: '(text of 13 characters)',
    attributes: 'userName',
  });
  expect(sketchQuery({ filter: `Password eq "${secret}"` }, types)).toEqual({ filter: '(text of 27 characters)' });
});
