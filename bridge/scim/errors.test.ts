import { expect, it } from 'vitest';
import { badRequest, errorBody, quote, scimError } from './errors.ts';

it('writes the status as a string and the scimType only when there is one', () => {
  expect(errorBody(badRequest('invalidFilter', 'No.'))).toEqual({
    schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'],
    status: '400',
    scimType: 'invalidFilter',
    detail: 'No.',
  });
  expect(errorBody(scimError(404, 'Gone.'))).toEqual({
    schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'],
    status: '404',
    detail: 'Gone.',
  });
});

it('quotes client text escaped and cut', () => {
  expect(quote('a"\n')).toBe('"a\\"\\n"');
  expect(quote('x'.repeat(1000)).length).toBeLessThan(100);
});
