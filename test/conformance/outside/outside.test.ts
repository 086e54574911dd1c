// Checkers that others wrote, against a bridge on a real port: they must find nothing to object to.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { topLevelPaths } from '../../../bridge/scim/schema/resolve.ts';
import { resourceTypes } from '../../../bridge/scim/schema/resource-types.ts';
import { type BridgeUnderTest, startBridge } from '../../support/running-bridge.ts';
import { type Check, runScim2Cli, runScimSanity } from './checkers.ts';
import { installCheckers } from './environment.ts';

const checkers = await installCheckers();
if ('missing' in checkers) console.warn(`Outside checkers skipped: ${checkers.missing}.`);

/** What a checker may leave out, and why that is right. */
const mayBeSkipped: Record<string, string> = {
  'Agent CRUD Lifecycle': 'a resource type of a draft, which this server does not offer',
  'AgenticApplication CRUD Lifecycle': 'a resource type of a draft, which this server does not offer',
  'Agent Rapid Lifecycle': 'a resource type of a draft, which this server does not offer',
};

const having = (checks: Check[], outcome: Check['outcome']): Check[] =>
  checks.filter((check) => check.outcome === outcome);

/** What a client may write and what it may leave out; `schemas` is not an attribute that scim2-cli writes by itself. */
const writable = resourceTypes
  .flatMap((type) => topLevelPaths(type))
  .filter(({ text, attribute }) => attribute.mutability !== 'readOnly' && text !== 'schemas');
const optional = writable.filter(({ attribute }) => !attribute.required);

describe.skipIf('missing' in checkers).each(['rfc', 'auto'] as const)('with the profile %s', (profile) => {
  let bridge: BridgeUnderTest;
  let scim2: Check[] = [];
  let sanity: Check[] = [];

  beforeAll(async () => {
    if ('missing' in checkers) return;
    bridge = await startBridge();
    await bridge.services.directories.createDirectory({ slug: 'checked', profile });
    const { token } = await bridge.services.directories.createToken('checked', {});
    const url = `${bridge.url}/scim/v2/checked`;
    scim2 = await runScim2Cli(checkers.programs, url, token);
    sanity = await runScimSanity(checkers.programs, url, token);
    for (const [name, checks] of Object.entries({ 'scim2-cli': scim2, 'scim-sanity': sanity })) {
      const count = (outcome: Check['outcome']) => `${having(checks, outcome).length} ${outcome}`;
      console.log(`${name}, profile ${profile}: ${count('passed')}, ${count('failed')}, ${count('skipped')}`);
    }
  }, 300_000);
  afterAll(() => bridge?.close());

  test('scim2-cli finds no failure', () => {
    expect(having(scim2, 'failed')).toEqual([]);
    expect(having(scim2, 'passed').length).toBeGreaterThan(100);
  });

  test('scim2-cli adds, replaces and removes every advertised attribute', () => {
    const written = (check: string) =>
      having(scim2, 'passed')
        .filter(({ name }) => name === check)
        .map(({ reason }) => /'([^']+)'/.exec(reason)?.[1]);
    const texts = (paths: typeof writable) => expect.arrayContaining(paths.map(({ text }) => text));
    expect(written('check_add_attribute')).toEqual(texts(optional));
    // It only removes what it has seen.
    const seen = optional.filter(({ attribute }) => attribute.returned !== 'never');
    expect(written('check_remove_attribute')).toEqual(texts(seen));
    expect(written('check_replace_attribute')).toEqual(texts(writable));
  });

  test('scim-sanity finds no failure', () => {
    expect(having(sanity, 'failed')).toEqual([]);
    expect(having(sanity, 'passed').length).toBeGreaterThan(20);
  });

  test('both skip only what they may', () => {
    const skipped = new Set(having([...scim2, ...sanity], 'skipped').map(({ name }) => name));
    expect([...skipped].filter((name) => !Object.hasOwn(mayBeSkipped, name))).toEqual([]);
  });
});
