import { expect, it } from 'vitest';
import { createPasswordHasher } from './passwords.ts';

const cheap = { memoryCost: 64, timeCost: 1, concurrency: 1, queue: 2 };

it('tells the right password from a wrong one', async () => {
  const passwords = createPasswordHasher(cheap);
  const stored = await passwords.hash('Correct-Horse-7');
  expect(stored).toMatch(/^\$argon2id\$/);
  expect(await passwords.verify(stored, 'Correct-Horse-7')).toBe(true);
  expect(await passwords.verify(stored, 'correct-horse-7')).toBe(false);
});

it('refuses no password unlooked at, but says when too many wait', async () => {
  const passwords = createPasswordHasher(cheap);
  const stored = await passwords.hash('a');
  const verdicts = await Promise.all(['a', 'b', 'a', 'a'].map((password) => passwords.verify(stored, password)));
  expect(verdicts).toEqual([true, false, true, 'overloaded']);
  expect(await passwords.verify(stored, 'a')).toBe(true);
});

it('lets who signs in go before the passwords of an import', async () => {
  const passwords = createPasswordHasher(cheap);
  const stored = await passwords.hash('a');
  const ended: string[] = [];
  const imported = Array.from({ length: 20 }, () => passwords.hash('new').then(() => ended.push('import')));
  const verdict = await passwords.verify(stored, 'a').finally(() => ended.push('login'));
  await Promise.all(imported);
  expect(verdict).toBe(true);
  expect(ended.indexOf('login')).toBeLessThan(3);
});
