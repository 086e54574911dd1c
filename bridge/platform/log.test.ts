// What a log line holds, and what it does not.
import { expect, test } from 'vitest';
import { createLogger } from './log.ts';

function lineOf(details: object): Record<string, unknown> {
  let written = '';
  const destination = {
    write(text: string) {
      written += text;
    },
  };
  createLogger('info', destination).warn(details, 'something happened');
  const line: Record<string, unknown> = JSON.parse(written);
  return line;
}

test('a secret is replaced wherever it usually stands', () => {
  const line = lineOf({ password: 'hidden', request: { token: 'hidden' }, headers: { authorization: 'hidden' } });
  expect(JSON.stringify(line)).not.toContain('hidden');
  expect(line).toMatchObject({ password: '[redacted]', msg: 'something happened' });
});

test('an error is told by its type, message, code and stack, without the connection that it came from', () => {
  const lost = Object.assign(new Error('Connection terminated'), { code: 'ECONNRESET', client: { database: 'store' } });
  const { err } = lineOf({ err: lost });
  expect(err).toMatchObject({ type: 'Error', message: 'Connection terminated', code: 'ECONNRESET' });
  expect(err).toHaveProperty('stack');
  expect(err).not.toHaveProperty('client');
});
