// A directory is pushed on to a SCIM server that others wrote: scim2-server, from PyPI.
import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { installPrograms } from '../conformance/outside/environment.ts';
import type { Body, ScimClient, TestBridge } from '../support/bridge.ts';
import { createPushingBridge, isSettled, newTarget, patience } from '../support/outbound-stage.ts';
import { freePort } from '../support/postgres-setup.ts';
import { enterprise, newGroup, newUser, patchOp } from '../support/scim.ts';

const installed = await installPrograms(join(import.meta.dirname, 'scim2-server.txt'));
if ('missing' in installed) console.warn(`scim2-server skipped: ${installed.missing}.`);

describe.skipIf('missing' in installed && !process.env['CI'])('scim2-server as a target', { timeout: 180_000 }, () => {
  const token = 'a-token-of-the-server';
  let server: ChildProcess;
  let url: string;
  let bridge: TestBridge;
  let scim: ScimClient;

  async function list(path: string): Promise<Body[]> {
    const headers = { Authorization: `Bearer ${token}` };
    const answer = await fetch(`${url}${path}`, { headers, signal: AbortSignal.timeout(10_000) });
    const body: Body = await answer.json();
    return body.Resources ?? [];
  }
  const user = async (userName: string): Promise<Body> =>
    (await list('/Users')).find((one) => one.userName === userName);

  beforeAll(async () => {
    if ('missing' in installed) throw new Error(installed.missing);
    const port = await freePort();
    url = `http://127.0.0.1:${port}/v2`;
    server = spawn(join(installed.programs, 'scim2-server'), ['--port', String(port), '--bearer-token', token], {
      stdio: 'ignore',
    });
    await vi.waitFor(() => list('/Users'), patience);
    bridge = await createPushingBridge();
    scim = await bridge.directory('company');
  }, 240_000);
  afterAll(async () => {
    await bridge?.close();
    server?.kill();
  });

  it('gets users and groups, changes and departures', async () => {
    const anna = await newUser(scim, 'anna', {
      name: { givenName: 'Anna', familyName: 'Arm' },
      emails: [{ value: 'anna@acme.test', type: 'work', primary: true }],
      [enterprise]: { department: 'Sales' },
    });
    const bert = await newUser(scim, 'bert');
    const staff = await newGroup(scim, 'staff', [anna.id, bert.id]);
    await newTarget(bridge, 'company', { baseUrl: url, secret: token, leavers: 'delete' });
    const test = await bridge.services.outbound.testTarget('company', 'app');
    expect(test, JSON.stringify(test)).toMatchObject({ ok: true, features: { patch: true, etag: true } });
    await vi.waitFor(async () => {
      const status = await bridge.services.outbound.readStatus('company', 'app');
      expect(isSettled(status), JSON.stringify(status)).toBe(true);
      expect(status.quarantined).toEqual([]);
    }, patience);
    expect(await user('anna')).toMatchObject({
      externalId: anna.id,
      name: { givenName: 'Anna', familyName: 'Arm' },
      emails: [{ value: 'anna@acme.test' }],
      [enterprise]: { department: 'Sales' },
    });
    const members = async () => (await list('/Groups'))[0]?.members?.map(({ value }: Body) => value).sort();
    const ids = async (...names: string[]) =>
      (await Promise.all(names.map(async (name) => (await user(name)).id))).sort();
    expect(await members()).toEqual(await ids('anna', 'bert'));

    await scim.patch(`/Users/${anna.id}`, patchOp({ op: 'add', path: 'title', value: 'Head' }));
    await scim.patch(`/Groups/${staff.id}`, patchOp({ op: 'remove', path: `members[value eq "${anna.id}"]` }));
    await vi.waitFor(async () => {
      expect(await user('anna')).toMatchObject({ title: 'Head' });
      expect(await members()).toEqual(await ids('bert'));
    }, patience);
    await scim.delete(`/Users/${anna.id}`);
    await vi.waitFor(async () => expect(await user('anna')).toBeUndefined(), patience);
  });
});
