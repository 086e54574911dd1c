// Mapped attributes in a real Keycloak: declared by `connect`, read-only for everybody, and following the mapping.
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import type { ConnectResult } from '../../bridge/keycloak/connect.ts';
import { connectTo } from '../support/connected-realm.ts';
import { addDirectory, eventually, pushUser, setByScim, userPassword } from '../support/federated-realm.ts';
import { createTestClient, type KeycloakUser, type TestRealm, useRealm } from '../support/keycloak.ts';
import { type BridgeUnderTest, type ScimCalls, startBridge } from '../support/running-bridge.ts';
import { enterprise } from '../support/scim.ts';

const federation = 'profiles';
const workPhone = 'phoneNumbers[type eq "work"].value';

let bridge: BridgeUnderTest;
let scim: ScimCalls;
let realm: TestRealm;
let id = '';

beforeAll(async () => {
  bridge = await startBridge();
  ({ scim } = await addDirectory(bridge, federation));
  id = await pushUser(scim, 'anna', {
    title: 'Boss',
    locale: 'de',
    phoneNumbers: [
      { type: 'work', value: '+49 1' },
      { type: 'Work', value: '+49 2' },
      { type: 'home', value: '+49 3' },
    ],
    [enterprise]: { department: 'Sales', costCenter: '42' },
  });
  await bridge.services.federations.changeAttributeMappings(federation, () => [
    { path: 'title', attribute: 'jobTitle' },
    { path: workPhone, attribute: 'workPhone' },
    { path: `${enterprise}:department`, attribute: 'department' },
    { path: `${enterprise}:division`, attribute: 'division' },
  ]);
  realm = useRealm(`profile-${randomBytes(4).toString('hex')}`);
  const connected = await connect();
  expect(connected.failure).toBeUndefined();
  expect(connected.steps.map(({ text }) => text).join()).toMatch(/declare jobTitle, workPhone, department, division/);
  await createTestClient(realm);
  await realm.admin.realms.update(
    { realm: realm.name },
    { internationalizationEnabled: true, supportedLocales: ['en', 'de', 'fr'] },
  );
});

afterAll(async () => {
  await realm?.drop().catch(() => undefined);
  await bridge?.close();
});

function connect(): Promise<ConnectResult> {
  return connectTo(bridge, realm, { createRealm: true, federation });
}

async function anna(): Promise<KeycloakUser & { attributes: Record<string, string[]> }> {
  const user = await realm.admin.users.findOne({ id });
  if (!user) throw new Error('anna is absent');
  return { ...user, attributes: user.attributes ?? {} };
}

/** What the admin API makes of changed attributes, next to all that the console would send back. */
async function setByAdmin(attributes: Record<string, string[]>): Promise<{ status: number; text: string }> {
  const user = await anna();
  const response = await fetch(`${inject('keycloak').url}/admin/realms/${realm.name}/users/${id}`, {
    method: 'PUT',
    headers: { Authorization: `Bearer ${await realm.admin.getAccessToken()}`, 'Content-Type': 'application/json' },
    body: JSON.stringify({ ...user, attributes: { ...user.attributes, ...attributes } }),
    signal: AbortSignal.timeout(30_000),
  });
  return { status: response.status, text: await response.text() };
}

async function account(method: 'GET' | 'POST', body?: unknown): Promise<{ status: number; text: string }> {
  const { accessToken } = await realm.login('anna@acme.test', userPassword);
  const response = await fetch(`${realm.url}/account/?userProfileMetadata=true`, {
    method,
    headers: {
      Authorization: `Bearer ${accessToken}`,
      Accept: 'application/json',
      'Content-Type': 'application/json',
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(30_000),
  });
  return { status: response.status, text: await response.text() };
}

test('connect declares the mapped attributes once, read-only, several values where there may be several', async () => {
  const { attributes = [], groups = [] } = await realm.admin.users.getProfile();
  const declared = attributes.filter(({ group }) => group === 'realmbridge');
  expect(declared.map(({ name, multivalued }) => [name, multivalued ?? false])).toEqual([
    ['jobTitle', false],
    ['workPhone', true],
    ['department', false],
    ['division', false],
  ]);
  for (const { permissions } of declared) {
    expect([...(permissions?.view ?? [])].sort()).toEqual(['admin', 'user']);
    expect(permissions?.edit ?? []).toEqual([]);
  }
  expect(groups).toContainEqual(expect.objectContaining({ name: 'realmbridge' }));
  expect((await connect()).changed).toBe(false);
});

describe('the labels of mapped attributes', () => {
  /** All texts of a kind of pages in a language, in the theme that the realm has. */
  async function readTexts(kind: 'account' | 'admin', language: string): Promise<Map<string, string>> {
    const response = await fetch(`${realm.server.url}/resources/${realm.name}/${kind}/${language}`, {
      signal: AbortSignal.timeout(30_000),
    });
    const texts: { key: string; value: string }[] = JSON.parse(await response.text());
    return new Map(texts.map(({ key, value }) => [key, value]));
  }

  const inGerman = ['Abteilung', 'Geschäftsbereich', 'Vom Identitätsanbieter'];

  test.each([
    ['account', 'de', inGerman],
    ['admin', 'de', inGerman],
    ['account', 'ar', ['القسم', 'القطاع', 'من موفر الهوية']],
    ['account', 'sv', ['Department', 'Division', 'From the identity provider']],
  ] as const)('are in the %s console in the language %s, whatever the theme', async (kind, language, expected) => {
    const { attributes = [], groups = [] } = await realm.admin.users.getProfile();
    const labelled = ['department', 'division'].map((name) => attributes.find((one) => one.name === name)?.displayName);
    const header = groups.find(({ name }) => name === 'realmbridge')?.displayHeader;
    const texts = await readTexts(kind, language);
    const shown = [...labelled, header].map((label) => texts.get(label?.replace(/^\$\{(.*)\}$/, '$1') ?? ''));
    expect(shown).toEqual(expected);
    expect(attributes.find(({ name }) => name === 'workPhone')?.displayName).toBe('Work phone');
  });

  test('take the place of the English ones that connect used to give, but not of what somebody has chosen', async () => {
    const before = await realm.admin.users.getProfile();
    const old: Record<string, string> = { department: 'Department', division: 'Business unit' };
    await realm.admin.users.updateProfile({
      attributes: (before.attributes ?? []).map(({ name = '', displayName = '', ...attribute }) => ({
        ...attribute,
        name,
        displayName: old[name] ?? displayName,
      })),
      groups: (before.groups ?? []).map(({ name = '', ...group }) => ({
        ...group,
        name,
        ...(name === 'realmbridge' && { displayHeader: 'From the identity provider' }),
      })),
    });
    expect((await connect()).changed).toBe(true);
    const { attributes = [], groups } = await realm.admin.users.getProfile();
    const labels = new Map(attributes.map(({ name, displayName }) => [name, displayName]));
    expect(labels.get('department')).toMatch(/^\$\{realmbridgeAttributeDepartment\}$/);
    expect(labels.get('division')).toBe('Business unit');
    expect(groups).toEqual(before.groups);
    expect((await connect()).changed).toBe(false);
  });
});

test('an imported user has exactly what is mapped', async () => {
  const { attributes } = await anna();
  expect(attributes).toMatchObject({
    jobTitle: ['Boss'],
    workPhone: ['+49 1', '+49 2'],
    department: ['Sales'],
    locale: ['de'],
  });
  for (const name of ['title', 'phoneNumbers', 'costCenter']) expect(attributes).not.toHaveProperty(name);
});

describe('an administrator', () => {
  test.each([
    ['jobTitle', ['Servant']],
    ['workPhone', ['+49 1']],
    ['division', ['North']],
  ])('can’t change %s, whether the user has it or not, and is told why', async (name, values) => {
    const before = await anna();
    const refused = await setByAdmin({ [name]: values });
    expect(refused.status).toBe(400);
    expect(refused.text).toMatch(name);
    expect(refused.text).toMatch(/read.?only/i);
    expect(await anna()).toEqual(before);
  });

  test('sets the locale and required actions, and what the bridge sends next leaves them', async () => {
    expect(await setByAdmin({ locale: ['fr'] })).toMatchObject({ status: 204 });
    await realm.admin.users.update({ id }, { requiredActions: ['VERIFY_PROFILE'] });
    expect(await anna()).toMatchObject({ requiredActions: ['VERIFY_PROFILE'], attributes: { locale: ['fr'] } });
    await setByScim(scim, id, 'title', 'President');
    const updated = await eventually(
      'the new title',
      anna,
      ({ attributes }) => attributes['jobTitle']?.[0] === 'President',
    );
    expect(updated).toMatchObject({ requiredActions: ['VERIFY_PROFILE'], attributes: { locale: ['fr'] } });
    await realm.admin.users.update({ id }, { requiredActions: [] });
    expect((await anna()).requiredActions).toEqual([]);
  });
});

describe('the user, in the account console', () => {
  test('sees the mapped attributes, and can change the language only', async () => {
    const read = await account('GET');
    expect(read.status, read.text).toBe(200);
    const profile = JSON.parse(read.text);
    expect(profile.attributes).toMatchObject({ department: ['Sales'], workPhone: ['+49 1', '+49 2'] });
    const metadata: { name: string; readOnly: boolean }[] = profile.userProfileMetadata.attributes;
    for (const name of ['jobTitle', 'workPhone', 'department', 'email', 'firstName']) {
      expect(metadata.find((one) => one.name === name)?.readOnly, name).toBe(true);
    }
    const body = (attributes: Record<string, string[]>) => ({
      ...profile,
      attributes: { ...profile.attributes, ...attributes },
    });
    const refused = await account('POST', body({ department: ['Board'] }));
    expect(refused.status).toBe(400);
    expect(refused.text).toMatch(/department/);
    const changed = await account('POST', body({ locale: ['en'] }));
    expect(changed.status, changed.text).toBeLessThan(300);
    expect((await anna()).attributes).toMatchObject({ locale: ['en'], department: ['Sales'] });
  });
});

describe('a changed mapping', () => {
  test('reaches the imported copy by itself, and what is not mapped any more is Keycloak’s own', async () => {
    const profile = await realm.admin.users.getProfile();
    const own = { name: 'costCenter', permissions: { view: ['admin'], edit: ['admin'] } };
    await realm.admin.users.updateProfile({ ...profile, attributes: [...(profile.attributes ?? []), own] });
    await bridge.services.federations.changeAttributeMappings(federation, () => [
      { path: 'title', attribute: 'position' },
      { path: workPhone, attribute: 'workPhone', multiValued: false },
      { path: `${enterprise}:costCenter`, attribute: 'costCenter' },
    ]);
    const mapped = await eventually(
      'the new mapping',
      anna,
      ({ attributes }) => attributes['costCenter']?.[0] === '42',
    );
    expect(mapped.attributes).toMatchObject({ position: ['President'], workPhone: ['+49 1'] });
    for (const name of ['jobTitle', 'department']) expect(mapped.attributes).not.toHaveProperty(name);
    expect((await setByAdmin({ costCenter: ['43'] })).status).toBe(400);

    const reconnected = await connect();
    expect(reconnected.failure).toBeUndefined();
    const names = ((await realm.admin.users.getProfile()).attributes ?? []).map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['position', 'workPhone', 'costCenter']));
    for (const name of ['jobTitle', 'department', 'division']) expect(names).not.toContain(name);

    await bridge.services.federations.changeAttributeMappings(federation, (current) =>
      current.filter(({ attribute }) => attribute !== 'costCenter'),
    );
    await eventually('the end of the cost center', anna, ({ attributes }) => attributes['costCenter'] === undefined);
    expect((await setByAdmin({ costCenter: ['43'] })).status).toBe(204);
    await setByScim(scim, id, 'title', 'Founder');
    const kept = await eventually(
      'the next title',
      anna,
      ({ attributes }) => attributes['position']?.[0] === 'Founder',
    );
    expect(kept.attributes['costCenter']).toEqual(['43']);
  });
});
