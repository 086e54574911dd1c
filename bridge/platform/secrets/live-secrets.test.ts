import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, it, vi } from 'vitest';
import { createLiveSecrets, type LiveSecrets } from './live-secrets.ts';
import type { SecretReading } from './secret-sources.ts';
import { digestToken } from './tokens.ts';

const [old, young] = ['the-old-value-of-the-secret-00000000', 'the-new-value-of-the-secret-00000000'];
let secrets: LiveSecrets | undefined;
afterEach(() => secrets?.close());

function start(read: () => Promise<SecretReading>) {
  const lines: unknown[] = [];
  const log = (details: object, text: string) => void lines.push({ ...details, text });
  const stale = new Map<string, boolean>();
  const made = createLiveSecrets({
    adminToken: old,
    secretsKeys: [],
    rereading: { everyMs: 5, overlapMs: 0, secrets: ['ADMIN_TOKEN'], initial: { ADMIN_TOKEN: old }, read },
    log: { info: log, warn: log },
  });
  secrets = made;
  made.start({
    secretChanged: () => undefined,
    secretStale: ({ variable, stale: isStale }) => void stale.set(variable, isStale),
  });
  return { made, lines, stale };
}

it('says once that a secret can not be read, and once that it can again, and never what it is', async () => {
  const problem = { secret: 'ADMIN_TOKEN', key: 'ADMIN_TOKEN_FILE', message: 'names an empty file' } as const;
  let reading: SecretReading = { values: {}, problems: [problem] };
  const read = vi.fn(async () => reading);
  const { made, lines, stale } = start(read);
  await vi.waitFor(() => expect(read.mock.calls.length).toBeGreaterThan(5), { timeout: 30_000 });
  expect(lines).toHaveLength(1);
  expect([made.stale(), stale.get('ADMIN_TOKEN')]).toEqual([['ADMIN_TOKEN'], true]);
  reading = { values: { ADMIN_TOKEN: young }, problems: [] };
  await vi.waitFor(() => expect(made.stale()).toEqual([]), { timeout: 30_000 });
  expect(lines.map((line) => Object(line).text)).toEqual([
    'a secret can not be read; its last good value is kept',
    'a secret has changed, and is used from now on',
    'a secret can be read again',
  ]);
  expect(JSON.stringify(lines)).not.toMatch(new RegExp(`${old}|${young}`));
  expect([made.adminToken?.matches(digestToken(young)), made.adminToken?.matches(digestToken(old))]).toEqual([
    true,
    false,
  ]);
});

it('goes on reading after a reading that threw', async () => {
  const read = vi.fn(async (): Promise<SecretReading> => {
    if (read.mock.calls.length < 3) throw new Error('unforeseen');
    return { values: { ADMIN_TOKEN: young }, problems: [] };
  });
  const { made } = start(read);
  await vi.waitFor(() => expect(made.adminToken?.matches(digestToken(young))).toBe(true), { timeout: 30_000 });
});

it('reads no more once it is closed, and takes nothing from a reading that ends later', async () => {
  let answer: (reading: SecretReading) => void = () => undefined;
  const read = vi.fn(() => new Promise<SecretReading>((resolve) => (answer = resolve)));
  const { made, lines } = start(read);
  await vi.waitFor(() => expect(read).toHaveBeenCalledOnce(), { timeout: 30_000 });
  made.close();
  answer({ values: { ADMIN_TOKEN: young }, problems: [] });
  await sleep(50);
  expect(read).toHaveBeenCalledOnce();
  expect(made.adminToken?.matches(digestToken(young))).toBe(false);
  expect(lines).toEqual([]);
});
