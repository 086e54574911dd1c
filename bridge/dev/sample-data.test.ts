import { describe, expect, it } from 'vitest';
import { sampleDirectories } from './sample-data.ts';

describe('the samples', () => {
  it('are 25 people and 6 groups in two dialects, some of whom can log in', () => {
    const people = sampleDirectories.flatMap((directory) => directory.people);
    expect(people).toHaveLength(25);
    expect(new Set(people.map(({ userName }) => userName)).size).toBe(25);
    expect(sampleDirectories.flatMap(({ groups }) => groups)).toHaveLength(6);
    expect(sampleDirectories.map(({ profile }) => profile)).toEqual(['entra', 'okta']);
    for (const directory of sampleDirectories) {
      expect(directory.people.some(({ password, active }) => password !== undefined && active !== false)).toBe(true);
    }
  });

  it.each(sampleDirectories)('name only people of $slug as members and managers', ({ people, groups }) => {
    const known = people.map(({ userName }) => userName);
    expect(known).toEqual(expect.arrayContaining(groups.flatMap(({ members }) => members)));
    expect(known).toEqual(expect.arrayContaining(people.flatMap(({ manager }) => manager ?? [])));
  });
});
