import { DatabaseError } from 'pg';
import { describe, expect, it } from 'vitest';
import { asUnavailable } from './unavailable.ts';

const databaseError = (code: string) => Object.assign(new DatabaseError('x', 0, 'error'), { code });

describe('asUnavailable', () => {
  it.each([
    ['a refused connection', Object.assign(new Error('connect'), { code: 'ECONNREFUSED' })],
    ['a lost connection', new Error('Connection terminated unexpectedly')],
    ['a pool with nothing free', new Error('timeout exceeded when trying to connect')],
    ['a server that stops', databaseError('57P01')],
    ['too many connections', databaseError('53300')],
    ['a cancelled statement', databaseError('57014')],
  ])('is a 503 for %s', (_, error) => {
    expect(asUnavailable(error)).toMatchObject({ code: 'unavailable', status: 503, cause: error });
  });

  it.each([
    ['a fault in a statement', databaseError('42P01')],
    ['a violated constraint', databaseError('23505')],
    ['a fault of ours', new TypeError('x is not a function')],
  ])('leaves %s as it is', (_, error) => {
    expect(asUnavailable(error)).toBe(error);
  });
});
