// docs/events.md names every type that the two logs can have, and no other.
import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { auditTypes } from './audit/contracts.ts';
import { directoryEventTypes, eventTypes } from './contracts.ts';

const page = await readFile(new URL('../../docs/events.md', import.meta.url), 'utf8');

/** The types named between two phrases of the page. */
function namedBetween(from: string, to: string): string[] {
  const [, rest = ''] = page.split(from);
  const [text = ''] = rest.split(to);
  return [...new Set([...text.matchAll(/`([a-z_]+\.[a-z_]+)`/g)].map(([, type = '']) => type))].sort();
}

test('the types of a directory’s log are on its page', () => {
  expect(namedBetween('The types are', '## How long events are kept')).toEqual(eventTypes.toSorted());
});

test('the types that only the audit log has are on its page', () => {
  const inDirectories = new Set<string>(directoryEventTypes);
  const own = auditTypes.filter((type) => !inDirectories.has(type));
  expect(namedBetween("in a directory's log, and", 'A change to what it was')).toEqual(own.toSorted());
});
