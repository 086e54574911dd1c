// What an operator's hook refuses of an LDAP directory, and that it holds up nobody else.
import { Attribute, Change } from 'ldapts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Directory } from '../../bridge/directories/contracts.ts';
import { createOutgoing } from '../../bridge/platform/http/outgoing.ts';
import { type Body, createTestBridge, type ScimClient, type TestBridge } from '../support/bridge.ts';
import { newClient } from '../support/directory-moves.ts';
import { baseEntries, ldif, person, personDn, settingsFor, syncNow } from '../support/ldap-world.ts';
import { hasSlapd, type Slapd, startSlapd } from '../support/slapd.ts';

const removals = { listings: 1, heldAboveCount: 100, heldAbovePercent: 100 };

describe.skipIf(!hasSlapd() && !process.env['CI'])('an LDAP directory with a hook', () => {
  let slapd: Slapd;
  let bridge: TestBridge;
  let directory: Directory;
  let reading: ScimClient;
  let refuses: string[] = [];
  let status: 403 | 404 = 403;

  const names = async (): Promise<string[]> =>
    (await reading.get('/Users')).body.Resources.map(({ userName }: Body) => userName).toSorted();

  beforeAll(async () => {
    const uids = ['anna', 'bert', 'carl', 'dora'];
    slapd = await startSlapd({ entries: [...baseEntries(), ...uids.map((uid) => ldif(personDn(uid), person(uid)))] });
    bridge = await createTestBridge({
      outgoing: createOutgoing({ allow: ['127.0.0.0/8'] }),
      hooks: {
        hooks: [
          {
            before({ operation, current }) {
              const isRefused = refuses.includes(`${operation} ${String(current?.['userName'])}`);
              return isRefused ? { reject: { detail: 'not by us', status } } : undefined;
            },
          },
        ],
        timeoutMs: 10_000,
        onFailure: 'refuse',
        log: { warn: () => undefined },
      },
    });
    const settings = settingsFor([slapd.url], { groups: null, removals });
    directory = await bridge.services.ldap.createDirectory({ slug: 'hooked' }, settings);
    await syncNow(bridge.services, directory);
    reading = await newClient(bridge, { directory } as ScimClient);
  });
  afterAll(async () => {
    await bridge?.services.hookRunner?.close();
    await bridge?.close();
    await slapd?.close();
  });

  it('takes over and removes the others when a change is refused, and says which was', async () => {
    expect(await names()).toEqual(['anna', 'bert', 'carl', 'dora']);
    refuses = ['replace anna'];
    const title = new Change({
      operation: 'replace',
      modification: new Attribute({ type: 'title', values: ['Chief'] }),
    });
    await slapd.asRoot(async (client) => {
      await client.modify(personDn('anna'), title);
      await client.modify(personDn('bert'), title);
      await client.del(personDn('carl'));
    });
    const { report } = await syncNow(bridge.services, directory);
    expect(report).toMatchObject({ updated: 1, removed: 1, refused: 1 });
    expect(await names()).toEqual(['anna', 'bert', 'dora']);
    const { refused } = await bridge.services.ldap.readStatus('hooked');
    expect(refused).toEqual({ count: 1, first: [{ dn: personDn('anna'), problem: 'not by us' }] });
    refuses = [];
    await syncNow(bridge.services, directory);
  });

  it.each([403, 404] as const)(
    'keeps whom it may not remove, whatever the hook calls it (%i), and removes the others',
    async (word) => {
      const [kept, gone] = [`kept${word}`, `gone${word}`];
      await slapd.asRoot(async (client) => {
        for (const uid of [kept, gone]) await client.add(personDn(uid), person(uid));
      });
      await syncNow(bridge.services, directory);
      status = word;
      refuses = [`delete ${kept}`];
      await slapd.asRoot(async (client) => {
        for (const uid of [kept, gone]) await client.del(personDn(uid));
      });
      const { report } = await syncNow(bridge.services, directory);
      expect(report).toMatchObject({ removed: 1, refused: 1 });
      expect(await names()).toEqual(['anna', 'bert', 'dora', kept]);
      refuses = [];
      expect((await syncNow(bridge.services, directory, 'listing')).report.removed).toBe(1);
      expect(await names()).toEqual(['anna', 'bert', 'dora']);
    },
  );
});
