// A user's manager: the id is the client's, the name is that of the user behind it now.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Body, createTestBridge, type ScimClient, type TestBridge } from '../support/bridge.ts';
import { enterprise, filtered, newUser, patchOp } from '../support/scim.ts';

let bridge: TestBridge;
let scim: ScimClient;
let boss: Body;

beforeAll(async () => {
  bridge = await createTestBridge();
  scim = await bridge.directory();
  boss = await newUser(scim, 'boss', { displayName: 'The Boss' });
});
afterAll(() => bridge.close());

const newReport = (userName: string, value: string = boss.id) =>
  newUser(scim, userName, { [enterprise]: { manager: { value } } });
const managerOf = async (id: string): Promise<Body> => (await scim.get(`/Users/${id}`)).body[enterprise].manager;

test("a manager's displayName is shown in every answer, whoever asks in whatever way", async () => {
  const manager = { value: boss.id, displayName: 'The Boss' };
  const made = await newReport('ann');
  expect(made[enterprise].manager).toEqual(manager);
  expect(await managerOf(made.id)).toEqual(manager);
  const list = await scim.get(`/Users?filter=${encodeURIComponent('userName eq "ann"')}`);
  const byCursor = await scim.get(`/Users?cursor=&filter=${encodeURIComponent('userName eq "ann"')}`);
  const atRoot = await scim.get(`/?filter=${encodeURIComponent('userName eq "ann"')}`);
  for (const { body } of [list, byCursor, atRoot]) expect(body.Resources[0][enterprise].manager).toEqual(manager);
  const patched = await scim.patch(`/Users/${made.id}`, patchOp({ op: 'add', path: 'title', value: 'Ms' }));
  expect(patched.body[enterprise].manager).toEqual(manager);
  const { meta: _meta, ...whole } = patched.body;
  const put = await scim.put(`/Users/${made.id}`, { ...whole, title: 'Dr' });
  expect(put.body[enterprise].manager).toEqual(manager);
});

test('it follows the manager, who may come later and go', async () => {
  const early = await newReport('early', '01900000-aaaa-7000-8000-00000000beef');
  expect(early[enterprise].manager).toEqual({ value: '01900000-aaaa-7000-8000-00000000beef' });
  const late = await newUser(scim, 'late', { displayName: 'Late Boss' });
  await scim.patch(
    `/Users/${early.id}`,
    patchOp({ op: 'replace', path: `${enterprise}:manager`, value: { value: late.id, displayName: 'a lie' } }),
  );
  expect(await managerOf(early.id)).toEqual({ value: late.id, displayName: 'Late Boss' });
  await scim.patch(`/Users/${late.id}`, patchOp({ op: 'replace', path: 'displayName', value: 'Renamed' }));
  expect(await managerOf(early.id)).toEqual({ value: late.id, displayName: 'Renamed' });
  await scim.delete(`/Users/${late.id}`);
  expect(await managerOf(early.id)).toEqual({ value: late.id });
});

test('a manager who is no UUID, or a user of another directory, has no name', async () => {
  const other = await bridge.directory();
  const foreign = await newUser(other, 'foreign', { displayName: 'Foreign' });
  for (const value of ['E-4711', 'not-a-uuid-at-all-not-a-uuid-at-all!', foreign.id]) {
    const report = await newReport(`report of ${value}`, value);
    expect(report[enterprise].manager).toEqual({ value });
    expect(await managerOf(report.id)).toEqual({ value });
  }
});

test('its name can be left out, asked for alone, filtered and sorted by', async () => {
  const { id } = await newReport('dora');
  const path = `${enterprise}:manager.displayName`;
  const without = await scim.get(`/Users/${id}?excludedAttributes=${path}`);
  expect(without.body[enterprise].manager).toEqual({ value: boss.id });
  const alone = await scim.get(`/Users/${id}?attributes=${path}`);
  expect(alone.body[enterprise]).toEqual({ manager: { displayName: 'The Boss' } });
  const found = async (filter: string) => (await scim.get(filtered('/Users', filter))).body.totalResults;
  expect(await found(`${path} eq "the boss" and userName eq "dora"`)).toBe(1);
  expect(await found(`${path} eq "nobody"`)).toBe(0);
  const sorted = await scim.get(`/Users?sortBy=${encodeURIComponent(path)}&count=2`);
  expect(sorted.status).toBe(200);
  expect(sorted.body.Resources[0][enterprise].manager.displayName).toBe('The Boss');
});
