import { expect, test } from 'vitest';
import type { PushedResource } from './contracts.ts';
import type { Settled } from './settlements-repository.ts';
import { createSettling } from './settling.ts';

const settledOf = (sourceId: string): Settled => {
  const row: PushedResource = {
    ...{ sourceId, type: 'User', state: 'pending', remoteId: null, adopted: false, retired: false },
    ...{ wanted: 1, attempts: 1, pushed: null, etag: null },
  };
  return { row, settlement: { state: 'ok' } };
};
const idsOf = (all: readonly Settled[]) => all.map(({ row }) => row.sourceId);

test('what comes while a write is under way is written together by the next', async () => {
  const writes: string[][] = [];
  const first = Promise.withResolvers<void>();
  const settle = createSettling(async (all) => {
    writes.push(idsOf(all));
    if (writes.length === 1) await first.promise;
  });
  const all = ['a', 'b', 'c'].map((id) => settle(settledOf(id)));
  expect(writes).toEqual([['a']]);
  first.resolve();
  await Promise.all(all);
  expect(writes).toEqual([['a'], ['b', 'c']]);
  await settle(settledOf('d'));
  expect(writes.at(-1)).toEqual(['d']);
});

test('one that is refused keeps no other from being written', async () => {
  const written = new Set<string>();
  const settle = createSettling(async (all) => {
    await Promise.resolve();
    if (idsOf(all).includes('bad')) throw new Error('refused');
    for (const id of idsOf(all)) written.add(id);
  });
  const ended = await Promise.allSettled(['a', 'b', 'bad', 'c'].map((id) => settle(settledOf(id))));
  expect(ended.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled']);
  expect([...written].sort()).toEqual(['a', 'b', 'c']);
});
