// Messages are signed so that the libraries of Standard Webhooks accept them.
import fc from 'fast-check';
import { Webhook } from 'standardwebhooks';
import { describe, expect, test } from 'vitest';
import { keyOf, newSecret, type SigningKey, signedHeaders } from './signature.ts';

const lasting = (secret: string): SigningKey => ({ key: keyOf(secret), expiresAt: null });

test('a secret is 256 random bits, and no two are alike', () => {
  const secrets = Array.from({ length: 50 }, newSecret);
  expect(new Set(secrets).size).toBe(50);
  for (const secret of secrets) {
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    expect(keyOf(secret)).toHaveLength(32);
  }
});

describe('a signature', () => {
  const text = fc.string({ unit: 'grapheme', maxLength: 300 });

  test('is right for any text, and wrong for another text, id or time', () => {
    const secret = newSecret();
    fc.assert(
      fc.property(text, text, (value, other) => {
        const [body, id, at] = [JSON.stringify({ value }), 'd1.7', new Date()];
        const headers = signedHeaders(id, at, body, [lasting(secret)]);
        const receiver = new Webhook(secret);
        expect(receiver.verify(body, headers)).toEqual({ value });
        const changed = JSON.stringify({ value: `${other}x${value}` });
        expect(() => receiver.verify(changed, headers)).toThrow();
        expect(() => receiver.verify(body, { ...headers, 'webhook-id': 'd1.8' })).toThrow();
        const later = String(Number(headers['webhook-timestamp']) + 1);
        expect(() => receiver.verify(body, { ...headers, 'webhook-timestamp': later })).toThrow();
        expect(() => new Webhook(newSecret()).verify(body, headers)).toThrow();
      }),
      { numRuns: 50 },
    );
  });

  test('is there for each secret that is valid at the time, so that either is accepted', () => {
    const [before, after] = [newSecret(), newSecret()];
    const at = new Date();
    const expiring = (ms: number) => [{ key: keyOf(before), expiresAt: new Date(at.getTime() + ms) }, lasting(after)];
    const both = signedHeaders('d1.7', at, '{}', expiring(1));
    expect(both['webhook-signature'].split(' ')).toHaveLength(2);
    for (const secret of [before, after]) expect(new Webhook(secret).verify('{}', both)).toEqual({});
    const one = signedHeaders('d1.7', at, '{}', expiring(0));
    expect(() => new Webhook(before).verify('{}', one)).toThrow();
    expect(new Webhook(after).verify('{}', one)).toEqual({});
  });
});
