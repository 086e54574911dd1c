// A directory is pushed on to a second bridge, which speaks SCIM as it should.
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { createEventReader } from '../../bridge/events/repository.ts';
import type { Body, readAnswer, ScimClient, TestBridge } from '../support/bridge.ts';
import { createPushingBridge, newTarget, patience, untilSettled, type Wish } from '../support/outbound-stage.ts';
import { type BridgeUnderTest, scimCalls, startBridge } from '../support/running-bridge.ts';
import { enterprise, filtered, newGroup, newUser, patchOp } from '../support/scim.ts';

describe('a directory that is pushed on to another bridge', { timeout: 180_000 }, () => {
  let bridge: TestBridge;
  let there: BridgeUnderTest;
  let scim: ScimClient;
  let remote: (method: string, path: string, body?: unknown) => ReturnType<typeof readAnswer>;
  let count = 0;
  let slug: string;
  let token: string;

  beforeAll(async () => {
    bridge = await createPushingBridge();
    there = await startBridge();
  });
  afterAll(async () => {
    await bridge?.close();
    await there?.close();
  });
  beforeEach(async () => {
    slug = `company-${++count}`;
    scim = await bridge.directory(slug);
    await there.services.directories.createDirectory({ slug });
    ({ token } = await there.services.directories.createToken(slug, {}));
    remote = scimCalls(there.url, slug, token);
  });

  const target = (wish: Wish = {}) =>
    newTarget(bridge, slug, { baseUrl: `${there.url}/scim/v2/${slug}`, secret: token, ...wish });
  const settled = () => untilSettled(bridge, slug, 'app');
  const user = async (userName: string): Promise<Body> =>
    (await remote('GET', filtered('/Users', `userName eq "${userName}"`))).body.Resources[0];
  const group = async (displayName: string): Promise<Body> =>
    (await remote('GET', filtered('/Groups', `displayName eq "${displayName}"`))).body.Resources[0];
  const userNames = async (ids: readonly { value: string }[] = []): Promise<string[]> => {
    const all = (await remote('GET', '/Users?count=200')).body.Resources as { id: string; userName: string }[];
    return ids.map(({ value }) => all.find(({ id }) => id === value)?.userName ?? value).sort();
  };
  const eventually = (check: () => Promise<void>) => vi.waitFor(check, patience);

  it('gets everybody and every group at first, with members by their ids there', async () => {
    const boss = await newUser(scim, 'boss', { name: { givenName: 'Bo', familyName: 'Ss' } });
    const anna = await newUser(scim, 'anna', {
      emails: [{ value: 'anna@acme.test', type: 'work', primary: true }],
      password: 'never-handed-on-1',
      [enterprise]: { department: 'Sales', manager: { value: boss.id } },
    });
    await newUser(scim, 'off', { active: false });
    await newGroup(scim, 'staff', [anna.id, boss.id]);
    await target();
    const { lastReport } = await settled();
    expect(lastReport).toMatchObject({ resources: 4, created: 4, refused: 0, failed: 0 });
    expect(await user('anna')).toMatchObject({
      externalId: anna.id,
      active: true,
      emails: [{ value: 'anna@acme.test', type: 'work', primary: true }],
      [enterprise]: { department: 'Sales' },
    });
    expect(await user('off')).toMatchObject({ active: false });
    expect(await userNames((await group('staff')).members)).toEqual(['anna', 'boss']);
    // The manager's account there may have been made later than anna's: a comparison puts that right.
    await bridge.services.outbound.requestSync(slug, 'app');
    await eventually(async () => {
      expect((await user('anna'))[enterprise].manager.value).toBe((await user('boss')).id);
    });
  });

  it('hears of each change at once', async () => {
    await target();
    await settled();
    const anna = await newUser(scim, 'anna', { title: 'Engineer' });
    const bert = await newUser(scim, 'bert');
    const staff = await newGroup(scim, 'staff', [anna.id]);
    await eventually(async () => expect(await userNames((await group('staff'))?.members)).toEqual(['anna']));
    const replaced = { op: 'replace', value: { title: 'Head', displayName: 'Anna A.' } };
    await scim.patch(`/Users/${anna.id}`, patchOp(replaced, { op: 'replace', path: 'active', value: false }));
    await scim.patch(`/Groups/${staff.id}`, patchOp({ op: 'add', path: 'members', value: [{ value: bert.id }] }));
    await eventually(async () => {
      expect(await user('anna')).toMatchObject({ title: 'Head', displayName: 'Anna A.', active: false });
      expect(await userNames((await group('staff')).members)).toEqual(['anna', 'bert']);
    });
    await scim.patch(`/Users/${anna.id}`, patchOp({ op: 'remove', path: 'title' }));
    await scim.patch(
      `/Groups/${staff.id}`,
      patchOp(
        { op: 'remove', path: `members[value eq "${anna.id}"]` },
        { op: 'replace', path: 'displayName', value: 'crew' },
      ),
    );
    await eventually(async () => {
      expect(await user('anna')).not.toHaveProperty('title');
      expect(await userNames((await group('crew'))?.members)).toEqual(['bert']);
    });
    await scim.delete(`/Groups/${staff.id}`);
    await scim.delete(`/Users/${bert.id}`);
    await eventually(async () => {
      expect(await group('crew')).toBeUndefined();
      expect(await user('bert')).toMatchObject({ active: false });
    });
    expect(await settled()).toMatchObject({ counts: { quarantined: 0 }, failing: [] });
  });

  it('deletes or keeps who left, if that is wanted', async () => {
    await target({ leavers: 'delete' });
    const anna = await newUser(scim, 'anna');
    await eventually(async () => expect(await user('anna')).toBeDefined());
    await scim.delete(`/Users/${anna.id}`);
    await eventually(async () => expect(await user('anna')).toBeUndefined());
  });

  it('takes over accounts that are there already, and gives back one who returns', async () => {
    const old = (await remote('POST', '/Users', { schemas: [], userName: 'Anna', nickName: 'Annie' })).body;
    const anna = await newUser(scim, 'anna', { title: 'Engineer' });
    await target();
    expect((await settled()).lastReport).toMatchObject({ adopted: 1, created: 0 });
    expect(await user('anna')).toMatchObject({ id: old.id, externalId: anna.id, nickName: 'Annie', title: 'Engineer' });
    await scim.delete(`/Users/${anna.id}`);
    await eventually(async () => expect(await user('anna')).toMatchObject({ active: false }));
    const again = await newUser(scim, 'anna', { title: 'Head' });
    await eventually(async () => {
      expect(await user('anna')).toMatchObject({ id: old.id, active: true, title: 'Head', externalId: again.id });
    });
  });

  it('has what was changed or deleted there put right, and told as drift', async () => {
    const anna = await newUser(scim, 'anna', { title: 'Engineer' });
    const bert = await newUser(scim, 'bert');
    const crew = await newGroup(scim, 'staff', [anna.id, bert.id]);
    await target();
    await settled();
    const [before, gone, staff] = [await user('anna'), await user('bert'), await group('staff')];
    await remote('PATCH', `/Users/${before.id}`, patchOp({ op: 'replace', path: 'title', value: 'Intruder' }));
    await remote('DELETE', `/Users/${gone.id}`);
    const intruder = (await remote('POST', '/Users', { schemas: [], userName: 'intruder' })).body;
    await remote('PUT', `/Groups/${staff.id}`, { ...staff, members: [{ value: intruder.id }] });
    const { differences } = await bridge.services.outbound.diff(slug, 'app', { limit: 100 });
    expect(differences.map(({ action, name, detail }) => `${action} ${name}: ${detail}`).sort()).toEqual([
      'create bert: it is gone there',
      'update anna: title',
      'update staff: members (2 to add, 1 to remove)',
    ]);
    expect(await user('anna')).toMatchObject({ title: 'Intruder' });
    await bridge.services.outbound.requestSync(slug, 'app');
    await eventually(async () => {
      expect(await user('anna')).toMatchObject({ title: 'Engineer' });
      expect(await userNames((await group('staff')).members)).toEqual(['anna', 'bert']);
    });
    const drift = (await settled()).lastReport?.drift.map(({ sourceId, what }) => [sourceId, what]);
    expect(drift).toContainEqual([anna.id, 'title had been changed there']);
    expect(drift).toContainEqual([bert.id, 'it was gone']);
    expect(drift).toContainEqual([
      crew.id,
      expect.stringMatching(/members had been taken away, 1 had been put in there$/),
    ]);
  });

  it('pushes chosen groups, and of users those in them, however deep', async () => {
    const [anna, bert, carl] = [await newUser(scim, 'anna'), await newUser(scim, 'bert'), await newUser(scim, 'carl')];
    const inner = await newGroup(scim, 'inner', [bert.id]);
    await newGroup(scim, 'app users', [anna.id, inner.id]);
    await newGroup(scim, 'others', [carl.id]);
    await target({ groups: ['app users'], users: 'of-groups', features: { nestedGroups: false } });
    await settled();
    expect(await group('others')).toBeUndefined();
    expect(await group('inner')).toBeUndefined();
    expect(await user('carl')).toBeUndefined();
    expect(await userNames((await group('app users')).members)).toEqual(['anna', 'bert']);
    await scim.patch(`/Groups/${inner.id}`, patchOp({ op: 'add', path: 'members', value: [{ value: carl.id }] }));
    await eventually(async () =>
      expect(await userNames((await group('app users')).members)).toEqual(['anna', 'bert', 'carl']),
    );
    await scim.patch(`/Groups/${inner.id}`, patchOp({ op: 'remove', path: `members[value eq "${bert.id}"]` }));
    await eventually(async () => {
      expect(await userNames((await group('app users')).members)).toEqual(['anna', 'carl']);
      expect(await user('bert')).toMatchObject({ active: false });
    });
  });

  it('keeps groups in groups where the target has them', async () => {
    const bert = await newUser(scim, 'bert');
    const inner = await newGroup(scim, 'inner', [bert.id]);
    await newGroup(scim, 'outer', [inner.id]);
    await target();
    await eventually(async () => {
      expect((await group('outer'))?.members).toMatchObject([{ value: (await group('inner')).id }]);
    });
  });

  it('pauses, resumes with what was missed, and purges what it made and nothing else', async () => {
    const kept = (await remote('POST', '/Users', { schemas: [], userName: 'kept' })).body;
    await newUser(scim, 'kept');
    await newUser(scim, 'anna');
    await target();
    await settled();
    await bridge.services.outbound.pauseTarget(slug, 'app');
    await newUser(scim, 'bert');
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(await user('bert')).toBeUndefined();
    await bridge.services.outbound.resumeTarget(slug, 'app');
    await eventually(async () => expect(await user('bert')).toBeDefined());
    await settled();
    await bridge.services.outbound.purgeTarget(slug, 'app');
    await eventually(async () => {
      expect((await bridge.services.outbound.readTarget(slug, 'app')).mode).toBe('paused');
      const left = (await remote('GET', '/Users?count=100')).body.Resources as { id: string }[];
      expect(left.map(({ id }) => id)).toEqual([kept.id]);
    });
    const reader = createEventReader(bridge.database.pool);
    await reader.placeEvents(scim.directory.id);
    const told = await reader.listEvents(scim.directory.id, 0, 100);
    expect(told.filter(({ resourceType }) => resourceType === 'Target').map(({ type }) => type)).toEqual([
      ...['target.created', 'target.paused', 'target.resumed'],
      ...['target.purged', 'target.paused'],
    ]);
    expect(told.at(-1)).toMatchObject({ actor: { name: 'bridge' }, data: { changes: { mode: { after: 'paused' } } } });
  });

  it('adds very many members in parts', async () => {
    const ids: string[] = [];
    for (let n = 0; n < 250; n += 50) {
      const made = await Promise.all(Array.from({ length: 50 }, (_, i) => newUser(scim, `user-${n + i}`)));
      ids.push(...made.map(({ id }) => id as string));
    }
    await newGroup(scim, 'all', ids);
    await target({ concurrency: 8 });
    await settled();
    expect((await group('all')).members).toHaveLength(250);
  });
});
