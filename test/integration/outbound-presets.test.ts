// Presets for vendors, against imitations of what their servers refuse: what goes through with the preset does not without.
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { PresetName } from '../../bridge/outbound/presets.ts';
import { type AwkwardServer, type Habits, startAwkwardServer } from '../support/awkward-scim-server.ts';
import type { Body, ScimClient, TestBridge } from '../support/bridge.ts';
import { createPushingBridge, newTarget, patience, untilSettled, type Wish } from '../support/outbound-stage.ts';
import { newGroup, newUser, patchOp } from '../support/scim.ts';
import * as imitations from '../support/vendor-imitations.ts';

describe('a preset', { timeout: 180_000 }, () => {
  let bridge: TestBridge;
  let scim: ScimClient;
  let large: ScimClient;
  let anna: Body;
  let inner: Body;
  let count = 0;
  const servers: AwkwardServer[] = [];

  beforeAll(async () => {
    bridge = await createPushingBridge();
    scim = await bridge.directory('company');
    large = await bridge.directory('large');
    anna = await newUser(scim, 'anna', {
      displayName: 'Anna Arm',
      name: { formatted: 'Anna Arm' },
      emails: [
        { value: 'private@anna.test', type: 'home' },
        { value: 'anna@acme.test', type: 'work', primary: true },
      ],
      phoneNumbers: [
        { value: '+49 1', type: 'mobile' },
        { value: '+49 2', type: 'work' },
      ],
      ims: [{ value: 'anna', type: 'xmpp' }],
      photos: [{ value: 'https://acme.test/anna.png', type: 'photo' }],
    });
    inner = await newGroup(scim, 'inner', [anna.id]);
    await newGroup(scim, 'outer', [inner.id]);
  });
  afterAll(() => bridge?.close());
  afterEach(async () => {
    for (const directory of ['company', 'large']) {
      for (const { slug } of await bridge.services.outbound.listTargets(directory)) {
        await bridge.services.outbound.deleteTarget(directory, slug);
      }
    }
    for (const server of servers.splice(0)) await server.close();
  });

  async function pushed(habits: Partial<Habits>, preset: PresetName, wish: Wish = {}, directory = 'company') {
    const server = await startAwkwardServer(habits);
    servers.push(server);
    const slug = `target-${++count}`;
    await newTarget(bridge, directory, { slug, baseUrl: server.url, preset, ...wish });
    const status = () => untilSettled(bridge, directory, slug);
    const problems = (await status()).quarantined.map(({ problem }) => problem);
    const user: Body = [...server.users.values()][0];
    const membersOf = (name: string): string[] =>
      [...server.groups.values()]
        .find(({ displayName }) => displayName === name)
        ?.members?.map(({ value }: Body) => value) ?? [];
    return { server, slug, problems, user, membersOf };
  }

  it('for AWS IAM Identity Center gives names, one value of each, and flat groups that are never replaced', async () => {
    const without = await pushed(imitations.awsIamIdentityCenter, 'scim');
    expect(without.problems).toContainEqual(expect.stringContaining('name.familyName is required'));
    const { server, problems, user, membersOf } = await pushed(
      imitations.awsIamIdentityCenter,
      'aws-iam-identity-center',
    );
    expect(problems).toEqual([]);
    expect(user).toMatchObject({
      name: { givenName: 'Anna Arm', familyName: 'Anna Arm' },
      emails: [{ value: 'anna@acme.test', primary: true }],
      phoneNumbers: [{ value: '+49 2' }],
    });
    expect(membersOf('outer')).toEqual([user.id]);
    // Its groups are shown without members, so they are never read to find some.
    expect(server.requests).not.toContainEqual(expect.stringMatching(/^(PUT|POST) \/(Bulk|Groups\/)/));
  });

  it('for AWS IAM Identity Center takes members away whom it does not show, a hundred changes at a time', async () => {
    const members = await Promise.all(
      Array.from({ length: 130 }, (_, n) => newUser(large, `more-${n}`, { displayName: `More ${n}` })),
    );
    const group = await newGroup(
      large,
      'large',
      members.map(({ id }) => id),
    );
    const { slug, problems, membersOf } = await pushed(
      imitations.awsIamIdentityCenter,
      'aws-iam-identity-center',
      {},
      'large',
    );
    expect(problems).toEqual([]);
    expect(membersOf('large')).toHaveLength(130);
    await large.patch(`/Groups/${group.id}`, patchOp({ op: 'remove', path: 'members' }));
    await vi.waitFor(() => expect(membersOf('large')).toEqual([]), patience);
    expect((await bridge.services.outbound.readStatus('large', slug)).quarantined).toEqual([]);
  });

  it('for Slack leaves out what it does not take, and flattens groups', async () => {
    const without = await pushed(imitations.slack, 'scim');
    expect(without.problems).toContainEqual(expect.stringContaining('ims is not supported'));
    expect(without.problems).toContainEqual(expect.stringContaining('a member is no user'));
    const { problems, user, membersOf } = await pushed(imitations.slack, 'slack');
    expect(problems).toEqual([]);
    expect(membersOf('outer')).toEqual([user.id]);
  });

  it('for Salesforce gives a last name and patches without being told; the profile is for the operator to map', async () => {
    const unmapped = await pushed(imitations.salesforce, 'salesforce');
    expect(unmapped.problems).toEqual([expect.stringContaining('user_must_have_one_entitlement')]);
    const mappings = [{ name: 'profile', attributes: { entitlements: [{ value: '00e000000000001' }] } }];
    const without = await pushed(imitations.salesforce, 'scim', { mappings });
    expect(without.problems).toContainEqual(expect.stringContaining('name.familyName is required'));
    const { server, problems, user } = await pushed(imitations.salesforce, 'salesforce', { mappings });
    expect(problems).toEqual([]);
    expect(user).toMatchObject({ name: { familyName: 'Anna Arm' }, entitlements: [{ value: '00e000000000001' }] });
    await scim.patch(`/Users/${anna.id}`, patchOp({ op: 'add', path: 'title', value: 'Head' }));
    await vi.waitFor(() => expect(server.users.get(user.id)).toMatchObject({ title: 'Head' }), patience);
    expect(server.requests).not.toContainEqual(expect.stringMatching(/^PUT /));
  });

  it('for GitHub pushes users alone', async () => {
    const without = await pushed(imitations.github, 'scim');
    expect(without.problems).toContainEqual(expect.stringContaining('there are no groups'));
    const { server, problems, user } = await pushed(imitations.github, 'github');
    expect(problems).toEqual([]);
    expect(user).toMatchObject({ userName: 'anna', emails: [{ value: 'anna@acme.test' }] });
    expect(user).not.toHaveProperty('phoneNumbers');
    expect(server.requests).not.toContainEqual(expect.stringContaining('/Groups'));
  });
});
