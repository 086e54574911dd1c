import { describe, expect, it } from 'vitest';
import { defaultAttributes } from './mappings/attribute-mappings.ts';
import { type FederationDirectory, reachOf, revisionOf, type Topology } from './topology.ts';

const directory = (id: string, priority: number, over: Partial<FederationDirectory> = {}): FederationDirectory => ({
  organization: null,
  identityLink: null,
  id,
  slug: id,
  name: id,
  kind: 'scim',
  priority,
  attachmentEnabled: true,
  directoryEnabled: true,
  sourceHealth: 'ok',
  sourceSeenAt: null,
  createdAt: 0,
  ...over,
});

const topology = (directories: FederationDirectory[], revision = 1): Topology => ({
  federation: { id: 'f', slug: 'f', name: 'f', revision, createdAt: new Date(0) },
  attributes: defaultAttributes,
  directories,
  reserved: [{ usernameKey: 'admin', reason: 'local account' }],
});

describe('reachOf', () => {
  it('asks a directory only while both of its toggles are on', () => {
    const directories = [
      directory('a', 1, { attachmentEnabled: false }),
      directory('b', 2),
      directory('c', 3, { directoryEnabled: false }),
    ];
    expect(reachOf(topology(directories))).toEqual({ attached: ['a', 'b', 'c'], enabled: ['b'], reserved: ['admin'] });
  });
});

describe('revisionOf', () => {
  it('changes with the count, the directories, their order and either toggle', () => {
    const [a, b] = [directory('a', 1), directory('b', 2)];
    const revisions = [
      topology([a, b]),
      topology([a, b], 2),
      topology([a]),
      topology([directory('b', 1), directory('a', 2)]),
      topology([{ ...a, attachmentEnabled: false }, b]),
      topology([a, { ...b, directoryEnabled: false }]),
    ].map(revisionOf);
    expect(new Set(revisions).size).toBe(revisions.length);
  });

  it('does not change with a name', () => {
    expect(revisionOf(topology([directory('a', 1, { name: 'new' })]))).toBe(revisionOf(topology([directory('a', 1)])));
  });
});
