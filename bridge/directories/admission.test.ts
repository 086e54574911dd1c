import { expect, test } from 'vitest';
import { createAdmission } from './admission.ts';

const good = { slug: 'acme', token: 'good', address: '192.0.2.1' };
const guess = { slug: 'acme', token: 'guess', address: '192.0.2.1' };

function failOften(admission: ReturnType<typeof createAdmission>, times: number): void {
  for (let count = 0; count < times; count += 1) admission.failed(guess);
}

test('an actor spends its own bucket, whatever token it brings', () => {
  const admission = createAdmission({ perSecond: 2, burst: 2 }, () => 0);
  const asked = [good, { ...good, token: 'next' }, good].map((attempt) => admission.admit(attempt, 'jwt:idp/app'));
  expect(asked).toEqual([0, 0, 1]);
  expect(admission.admit(good, 'jwt:idp/other')).toBe(0);
  expect(admission.admit({ ...good, slug: 'other' }, 'jwt:idp/app')).toBe(0);
});

test('failures shut out their address, for their directory', () => {
  let ms = 0;
  const admission = createAdmission({ perSecond: 100, burst: 400 }, () => ms);
  failOften(admission, 29);
  expect(admission.beforeAuthentication(guess)).toBe(0);
  failOften(admission, 1);
  expect(admission.beforeAuthentication(guess)).toBe(1);
  expect(admission.beforeAuthentication({ ...guess, token: undefined })).toBe(1);
  expect(admission.beforeAuthentication({ ...guess, address: '192.0.2.2' })).toBe(0);
  expect(admission.beforeAuthentication({ ...guess, slug: 'other' })).toBe(0);
  ms = 1_000;
  expect(admission.beforeAuthentication(guess)).toBe(0);
});

test('a token that was good goes on working behind an address that fails', () => {
  const admission = createAdmission({ perSecond: 100, burst: 400 }, () => 0);
  admission.admit(good, 'token:good');
  failOften(admission, 100);
  expect(admission.beforeAuthentication(good)).toBe(0);
  expect(admission.beforeAuthentication({ ...good, token: 'new' })).toBe(1);
});
