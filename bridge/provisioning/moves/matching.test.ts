import { expect, test } from 'vitest';
import { USER_SCHEMA } from '../../scim/schema/user-schema.ts';
import { type Candidate, judge, keysOf, matchKey, matchValues, sameBy } from './matching.ts';

const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const rule = ['employeeNumber', 'email'] as const;
const anna: Candidate = { id: 'anna', isTaken: false, keys: { employeeNumber: '17', email: 'anna@x.test' } };
const bert: Candidate = { id: 'bert', isTaken: false, keys: { email: 'bert@x.test' } };

test.each([
  ['  Anna@X.test ', 'anna@x.test'],
  ['Ann\u00a0 \t Lee', 'ann lee'],
  ['  ', undefined],
  ['', undefined],
  [17, undefined],
  ['x'.repeat(513), undefined],
])('%j is compared as %j', (value, key) => {
  expect(matchKey(value)).toBe(key);
});

test('values are read from where a resource has them, of the e-mails the primary one', () => {
  const resource = {
    schemas: [USER_SCHEMA, enterprise],
    userName: 'Anna',
    externalId: 'X1',
    emails: [{ value: 'other@x.test' }, { value: 'Anna@x.test', primary: true }],
    [enterprise]: { employeeNumber: '0017' },
  };
  expect(matchValues(resource)).toEqual({
    employeeNumber: '0017',
    email: 'Anna@x.test',
    userName: 'Anna',
    externalId: 'X1',
  });
  expect(keysOf(matchValues({ schemas: [USER_SCHEMA], userName: 'A' }))).toEqual({ userName: 'a' });
});

test('the first attribute that finds anybody decides', () => {
  expect(judge(rule, { employeeNumber: '17', email: 'new@x.test' }, [anna])).toEqual({
    kind: 'match',
    id: 'anna',
    by: 'employeeNumber',
  });
  expect(judge(rule, { employeeNumber: '18', email: 'bert@x.test' }, [bert])).toEqual({
    kind: 'match',
    id: 'bert',
    by: 'email',
  });
  expect(judge(rule, { employeeNumber: '18' }, [])).toEqual({ kind: 'new' });
});

test('an attribute outside of the rule finds nobody', () => {
  const named: Candidate = { id: 'x', isTaken: false, keys: { userName: 'x' } };
  expect(judge(rule, { userName: 'x' }, [named])).toEqual({ kind: 'new' });
});

test('two users with the same value are nobody’s match', () => {
  const twin: Candidate = { ...anna, id: 'twin', isTaken: true };
  expect(judge(rule, { employeeNumber: '17' }, [anna, twin])).toMatchObject({
    reason: 'ambiguous',
    ids: ['anna', 'twin'],
  });
});

test('a more trusted attribute that differs, or a less trusted one that finds another, is a conflict', () => {
  expect(judge(rule, { employeeNumber: '18', email: 'anna@x.test' }, [anna])).toMatchObject({
    reason: 'conflicting',
    ids: ['anna'],
  });
  expect(judge(rule, { employeeNumber: '17', email: 'bert@x.test' }, [anna, bert])).toMatchObject({
    reason: 'conflicting',
    ids: ['anna', 'bert'],
  });
});

test('who is taken is not given again', () => {
  expect(judge(rule, { employeeNumber: '17' }, [{ ...anna, isTaken: true }])).toMatchObject({ reason: 'taken' });
});

test('a write speaks of the same person by the first attribute that both states have', () => {
  expect(sameBy(rule, { employeeNumber: '17', email: 'a' }, { employeeNumber: '17', email: 'b' })).toBe(
    'employeeNumber',
  );
  expect(sameBy(rule, { employeeNumber: '17', email: 'a' }, { employeeNumber: '18', email: 'a' })).toBeUndefined();
  expect(sameBy(rule, { email: 'a' }, { employeeNumber: '17', email: 'a' })).toBe('email');
  expect(sameBy(rule, { userName: 'a' }, { userName: 'a' })).toBeUndefined();
});
