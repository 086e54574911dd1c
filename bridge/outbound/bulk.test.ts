import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../scim/json.ts';
import { bulkLimitsOf, createBulk } from './bulk.ts';
import type { TargetAnswer } from './client.ts';
import { TargetFailure } from './failure.ts';
import { combineFeatures } from './features.ts';

function bulkAnswering(answer: () => TargetAnswer) {
  const learned: object[] = [];
  const features = combineFeatures({ bulk: true });
  const client = { call: async () => answer() };
  const limits = bulkLimitsOf({ bulk: { supported: true, maxOperations: 50, maxPayloadSize: 10_000 } });
  return { bulk: createBulk({ client, features, limits, learn: (told) => learned.push(told) }), learned };
}
const answered = (status: number, body?: JsonObject): TargetAnswer => ({
  ...{ status, body, etag: undefined, location: undefined },
});
const creates = (count: number) => Array.from({ length: count }, (_, n) => ({ id: `id-${n}`, resource: { n } }));

test('a target that names no limits, or great ones, gets 100 at once', () => {
  const most = { maxOperations: 100, maxPayloadSize: 1_048_576 };
  expect(bulkLimitsOf(undefined)).toEqual(most);
  expect(bulkLimitsOf({ bulk: { maxOperations: 0, maxPayloadSize: 'much' } })).toEqual(most);
  expect(bulkLimitsOf({ bulk: { maxOperations: 100_000, maxPayloadSize: 1e9 } })).toEqual(most);
  expect(bulkLimitsOf({ bulk: { maxOperations: 7, maxPayloadSize: 900 } })).toEqual({
    maxOperations: 7,
    maxPayloadSize: 900,
  });
});

describe('of an answer', () => {
  test('is believed what says "created" and an id, however it spells that', async () => {
    const { bulk, learned } = bulkAnswering(() =>
      answered(200, {
        Operations: [
          { bulkId: 'id-0', status: '201', location: 'https://a.test/Users/r%200', version: 'W/"1"' },
          { bulkId: 'id-1', status: 201, response: { id: 'r1', meta: { version: 'W/"2"' } } },
          { bulkId: 'id-2', status: { code: '201' }, location: 'https://a.test/Users/r2' },
          { bulkId: 'id-3', status: '409', location: 'https://a.test/Users/r3', response: { detail: 'taken' } },
          { bulkId: 'id-4', status: '201' },
          { bulkId: 'nobody', status: '201', location: 'https://a.test/Users/r5' },
          { status: '201', location: 'https://a.test/Users/r6' },
          'nonsense',
        ],
      }),
    );
    const created = await bulk.create('User', creates(6));
    expect([...created].map(([id, remote]) => [id, remote.id, remote.etag])).toEqual([
      ['id-0', 'r 0', 'W/"1"'],
      ['id-1', 'r1', 'W/"2"'],
      ['id-2', 'r2', undefined],
    ]);
    expect(learned).toEqual([]);
    expect(bulk.isUsed()).toBe(true);
  });

  test.each([
    ['404', answered(404)],
    ['501', answered(501, { detail: 'no' })],
    ['200 without operations', answered(200, { ok: true })],
    ['204', answered(204)],
  ])('%s, the target is taken to have no Bulk', async (_, answer) => {
    const { bulk, learned } = bulkAnswering(() => answer);
    expect((await bulk.create('User', creates(3))).size).toBe(0);
    expect(learned).toEqual([{ bulk: false }]);
    expect(bulk.fitting('User', creates(3))).toEqual([]);
  });

  test('413 and of none at all, it gets half as much the next time', async () => {
    const tooMuch = bulkAnswering(() => answered(413));
    await tooMuch.bulk.create('User', creates(50));
    expect(tooMuch.bulk.fitting('User', creates(50))).toHaveLength(25);
    const silent = bulkAnswering(() => {
      throw new TargetFailure('target', 'The target did not answer in time.');
    });
    await expect(silent.bulk.create('User', creates(50))).rejects.toThrow('did not answer');
    expect(silent.bulk.fitting('User', creates(50))).toHaveLength(25);
  });
});

test('a request has no more bytes than the target takes', () => {
  const { bulk } = bulkAnswering(() => answered(200));
  const large = creates(10).map(({ id }) => ({ id, resource: { text: 'ü'.repeat(1_000) } }));
  const fitting = bulk.fitting('User', large);
  expect(fitting).toHaveLength(4);
  expect(bulk.fitting('User', [{ id: 'huge', resource: { text: 'x'.repeat(20_000) } }])).toEqual([]);
});
