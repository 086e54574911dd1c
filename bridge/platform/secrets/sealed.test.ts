import { randomBytes } from 'node:crypto';
import { expect, it } from 'vitest';
import { createSealer, SealedError } from './sealed.ts';

const key = randomBytes(32);
const readKey = async () => key;
const secretsKey = 'a key of the operator, long enough';

it('gives a secret back at its place only', async () => {
  const sealer = createSealer({ readKey });
  const sealed = await sealer.seal('pass', 'here');
  expect(sealed.includes('pass')).toBe(false);
  expect(await sealer.open(sealed, 'here')).toBe('pass');
  await expect(sealer.open(sealed, 'there')).rejects.toThrow(SealedError);
});

it('seals a secret differently each time, and refuses one that was changed or cut', async () => {
  const sealer = createSealer({ readKey });
  const [one, other] = [await sealer.seal('pass', 'here'), await sealer.seal('pass', 'here')];
  expect(one.equals(other)).toBe(false);
  one[one.length - 1] = (one.at(-1) ?? 0) ^ 1;
  await expect(sealer.open(one, 'here')).rejects.toThrow(SealedError);
  await expect(sealer.open(other.subarray(0, 10), 'here')).rejects.toThrow(SealedError);
});

it("opens with the operator's key what was sealed with it, and still what was sealed before there was one", async () => {
  const [plain, keyed] = [createSealer({ readKey }), createSealer({ readKey, secretsKeys: () => [secretsKey] })];
  expect(await keyed.open(await plain.seal('old', 'here'), 'here')).toBe('old');
  const sealed = await keyed.seal('new', 'here');
  expect(await keyed.open(sealed, 'here')).toBe('new');
  await expect(plain.open(sealed, 'here')).rejects.toThrow(/SECRETS_KEY/);
  const other = createSealer({ readKey, secretsKeys: () => [`${secretsKey}!`] });
  await expect(other.open(sealed, 'here')).rejects.toThrow(/Set it again/);
});

it('seals with the first of several keys, and opens with each', async () => {
  const [first, second] = [secretsKey, `${secretsKey}!`];
  let keys = [first];
  const sealer = createSealer({ readKey, secretsKeys: () => keys });
  const old = await sealer.seal('old', 'here');
  keys = [second, first];
  const fresh = await sealer.seal('new', 'here');
  expect([await sealer.open(old, 'here'), await sealer.open(fresh, 'here')]).toEqual(['old', 'new']);
  keys = [second];
  expect(await sealer.open(fresh, 'here')).toBe('new');
  await expect(sealer.open(old, 'here')).rejects.toThrow(SealedError);
});

it('tells which key opens a secret, of several the first that does', async () => {
  let keys: string[] = [];
  const sealer = createSealer({ readKey, secretsKeys: () => keys });
  const sealed = new Map<string, Buffer>();
  const told = async () => {
    const names: Record<string, unknown> = { sealsWith: sealer.sealsWith() };
    for (const [name, bytes] of sealed) names[name] = await sealer.keyOf(bytes, 'here');
    return names;
  };
  sealed.set('none', await sealer.seal('pass', 'here'));
  expect(await told()).toEqual({ sealsWith: 'database', none: 'database' });
  keys = [secretsKey];
  sealed.set('old', await sealer.seal('pass', 'here'));
  expect(await told()).toEqual({ sealsWith: 'first', none: 'database', old: 'first' });
  keys = [`${secretsKey}!`, secretsKey];
  sealed.set('new', await sealer.seal('pass', 'here'));
  expect(await told()).toEqual({ sealsWith: 'first', none: 'database', old: 'other', new: 'first' });
  keys = [`${secretsKey}!`];
  expect(await told()).toEqual({ sealsWith: 'first', none: 'database', old: undefined, new: 'first' });
  keys = [];
  expect(await told()).toEqual({ sealsWith: 'database', none: 'database', old: undefined, new: undefined });
});

it('tells no key for a secret of another place, one that was changed, or one of another release', async () => {
  const sealer = createSealer({ readKey, secretsKeys: () => [secretsKey] });
  const sealed = await sealer.seal('pass', 'here');
  expect(await sealer.keyOf(sealed, 'there')).toBeUndefined();
  expect(await sealer.keyOf(sealed.subarray(0, 20), 'here')).toBeUndefined();
  sealed[0] = 9;
  expect(await sealer.keyOf(sealed, 'here')).toBeUndefined();
  expect(await sealer.keyOf(Buffer.alloc(0), 'here')).toBeUndefined();
});

it('does not take a database that is away for a secret that no key opens', async () => {
  const sealed = await createSealer({ readKey }).seal('pass', 'here');
  const away = createSealer({ readKey: () => Promise.reject(new Error('away')) });
  await expect(away.keyOf(sealed, 'here')).rejects.toThrow('away');
});
