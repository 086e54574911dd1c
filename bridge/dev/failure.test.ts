import { describe, expect, it } from 'vitest';
import { DevFailure, explain } from './failure.ts';

describe('what a person is told', () => {
  it('is the message of an expected failure', () => {
    expect(explain(new DevFailure('Do this.'))).toBe('Do this.');
  });

  it.each([
    Object.assign(new Error('write failed'), { code: 'ENOSPC' }),
    new DevFailure('mvn ended with 1:\n[ERROR] No space left on device'),
    new Error('outer', { cause: Object.assign(new Error('inner'), { code: 'EDQUOT' }) }),
  ])('is that the disk is full, wherever that was noticed: %s', (error) => {
    expect(explain(error)).toMatch(/^The disk is full\. Make room/);
  });

  it('is nothing for a defect, whose stack is wanted instead', () => {
    expect(explain(new TypeError('x is undefined'))).toBeUndefined();
  });
});
