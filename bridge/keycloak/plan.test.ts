import { describe, expect, test } from 'vitest';
import type { Action, ConnectState, ConnectWish, RealmState } from './contracts.ts';
import { pinnedAdminId, pinnedComponentId } from './pinned-id.ts';
import { planConnect } from './plan.ts';
import { labelOf } from './user-profile.ts';

const componentId = pinnedComponentId('shop', 'acme');
const config = { bridgeUrl: 'https://bridge.test', federation: 'acme', enabled: 'true' };

const themes = { login: ['keycloak.v2', 'realmbridge'], account: ['keycloak.v3', 'realmbridge'] };

const wishFor = (over: Partial<ConnectWish> = {}): ConnectWish => ({
  keycloakUrl: 'https://keycloak.test',
  realm: 'shop',
  createRealm: false,
  settings: { bridgeUrl: 'https://bridge.test', federation: 'acme' },
  componentId: undefined,
  rotateToken: false,
  failover: { username: 'failover-admin', resetPassword: false },
  groups: { names: 'path' },
  clients: [],
  attributes: [],
  directories: [],
  appearance: { theme: undefined, helpUrl: undefined },
  sync: true,
  ...over,
});

const realmWith = (over: Partial<RealmState> = {}): RealmState => ({
  registrationEmailAsUsername: false,
  components: [{ id: componentId, name: 'realmbridge-acme', config }],
  admin: { id: pinnedAdminId('shop', 'failover-admin'), federated: false, enabled: true, realmAdmin: true },
  groupsScope: { id: 'scope', realmDefault: true, hasMapper: true },
  clients: [],
  attributes: [],
  bindings: undefined,
  appearance: { loginTheme: '', accountTheme: '', helpUrl: '' },
  ...over,
});

const stateWith = (over: Partial<ConnectState> = {}, realm: Partial<RealmState> = {}): ConnectState => ({
  provider: { loaded: true, declared: { groupsParent: '/realmbridge' }, themes },
  realm: realmWith(realm),
  tokens: [{ id: 't1', prefix: 'rb_federation_Ab12cd' }],
  usernameReserved: true,
  usernameServedBy: undefined,
  ...over,
});

function actionsOf(wish: ConnectWish, state: ConnectState): Action[] {
  const planned = planConnect(wish, state);
  if (!planned.ok) throw new Error(planned.problem);
  return planned.plan.steps.flatMap(({ action }) => action ?? []);
}

const typesOf = (wish: ConnectWish, state: ConnectState): string[] => actionsOf(wish, state).map(({ type }) => type);

function refusalOf(wish: ConnectWish, state: ConnectState): string {
  const planned = planConnect(wish, state);
  if (planned.ok) throw new Error('it was not refused');
  expect(planned.remedy).not.toBe('');
  return planned.problem;
}

test('an empty Keycloak gets everything, the way in for the local admin before anything else', () => {
  const empty = stateWith({ realm: undefined, tokens: [], usernameReserved: false });
  expect(typesOf(wishFor({ createRealm: true }), empty)).toEqual([
    'create-realm',
    'reserve-username',
    'create-admin',
    'create-component',
    'create-groups-scope',
    'default-groups-scope',
    'sync',
  ]);
});

test('nothing is done when everything is right', () => {
  expect(typesOf(wishFor(), stateWith())).toEqual([]);
});

test("a new component takes the jar's defaults, but its own periods and a pinned id", () => {
  const [action] = actionsOf(wishFor({ sync: false }), stateWith({ tokens: [] }, { components: [] }));
  expect(action).toMatchObject({
    type: 'create-component',
    id: componentId,
    config: {
      groupsParent: '/realmbridge',
      importEnabled: 'true',
      changedSyncPeriod: '-1',
      bridgeUrl: 'https://bridge.test',
    },
  });
});

test('an offline password is asked for by name only, and no other run takes it back', () => {
  const wish = wishFor();
  const settings = { ...wish.settings, offlinePassword: true, offlinePasswordMaxAgeDays: 7 };
  const [action] = actionsOf({ ...wish, settings }, stateWith());
  const changes = action?.type === 'update-component' ? action.changes : [];
  expect(changes.map(({ key, to }) => [key, to])).toEqual([
    ['offlinePassword', 'true'],
    ['offlinePasswordMaxAgeDays', '7'],
  ]);
  const components = [{ id: componentId, name: 'realmbridge-acme', config: { ...config, offlinePassword: 'true' } }];
  expect(typesOf(wish, stateWith({}, { components }))).toEqual([]);
});

test('the pinned id is a version 5 UUID that depends on realm and federation', () => {
  expect(componentId).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(pinnedComponentId('shop', 'acme')).toBe(componentId);
  expect(pinnedComponentId('shop', 'other')).not.toBe(componentId);
  expect(pinnedComponentId('sho', 'pacme')).not.toBe(componentId);
});

test.each([
  ['a moved bridge', { ...config, bridgeUrl: 'https://old.test' }, ['bridgeUrl']],
  ['a disabled component', { ...config, enabled: 'false' }, ['enabled']],
])('%s is set right, and the token stays', (_name, drifted, keys) => {
  const components = [{ id: componentId, name: 'realmbridge-acme', config: drifted }];
  const [action, ...rest] = actionsOf(wishFor(), stateWith({}, { components }));
  expect(action).toMatchObject({ type: 'update-component', id: componentId, newToken: false });
  expect(action?.type === 'update-component' && action.changes.map(({ key }) => key)).toEqual(keys);
  expect(rest.map(({ type }) => type)).toEqual(['sync']);
});

test('what an administrator tuned stays as it is', () => {
  const tuned = { ...config, fullSyncPeriod: '60', priority: '7', groupsParent: '/elsewhere', importEnabled: 'false' };
  const components = [{ id: componentId, name: 'other name', config: tuned }];
  expect(typesOf(wishFor(), stateWith({}, { components }))).toEqual([]);
});

test('a token that is no longer valid is replaced', () => {
  expect(actionsOf(wishFor({ sync: false }), stateWith({ tokens: [] }))).toEqual([
    { type: 'update-component', id: componentId, changes: [], newToken: true },
  ]);
});

test('a token in Keycloak’s vault stays there, and is not rotated', () => {
  const component = {
    id: componentId,
    name: 'realmbridge-acme',
    config: { ...config, token: '$' + '{vault.bridge}' },
  };
  const state = stateWith({ tokens: [] }, { components: [component] });
  expect(actionsOf(wishFor({ sync: false }), state)).toEqual([]);
  expect(refusalOf(wishFor({ rotateToken: true }), state)).toMatch(/in Keycloak's vault/);
});

test('--rotate-token revokes the old token after the component has the new one', () => {
  expect(typesOf(wishFor({ rotateToken: true, sync: false }), stateWith())).toEqual([
    'update-component',
    'revoke-token',
  ]);
});

test('a component that was made by hand for the same federation is taken over', () => {
  const components = [{ id: 'by-hand', name: 'mine', config }];
  const planned = planConnect(wishFor(), stateWith({}, { components }));
  expect(planned).toMatchObject({ ok: true, plan: { componentId: 'by-hand' } });
});

test('a second component for the same federation is remarked', () => {
  const components = [
    { id: componentId, name: 'realmbridge-acme', config },
    { id: 'by-hand', name: 'mine', config },
  ];
  const planned = planConnect(wishFor(), stateWith({}, { components }));
  expect(planned.ok && planned.plan.notes.join()).toContain('by-hand');
});

test.each<[string, Partial<ConnectWish>, ConnectState, RegExp]>([
  ['without the jar', {}, stateWith({ provider: { loaded: false, declared: {}, themes } }), /no user-storage provider/],
  ['without the realm', {}, stateWith({ realm: undefined }), /no realm "shop"/],
  ['the realm master', { realm: 'master' }, stateWith(), /master/],
  [
    'when a directory serves the name',
    {},
    stateWith({ usernameServedBy: 'acme-entra' }, { admin: undefined }),
    /acme-entra/,
  ],
  [
    'when the user is federated',
    {},
    stateWith({}, { admin: { id: 'x', federated: true, enabled: true, realmAdmin: true } }),
    /comes from a user federation/,
  ],
  [
    'when somebody else has the name, whom nobody made an admin',
    {},
    stateWith({}, { admin: { id: 'self-registered', federated: false, enabled: true, realmAdmin: false } }),
    /not made by connect/,
  ],
  ['when usernames are e-mails', {}, stateWith({}, { registrationEmailAsUsername: true }), /e-mail addresses/],
  ['an id that differs from the component that is there', { componentId: 'another' }, stateWith(), /already/],
  ['a client that is absent', { clients: ['nobody'] }, stateWith(), /"nobody"/],
])('it refuses %s', (_name, wish, state, problem) => {
  expect(refusalOf(wishFor(wish), state)).toMatch(problem);
});

test('an account that connect made is repaired', () => {
  const admin = { id: pinnedAdminId('shop', 'Failover-Admin'), federated: false, enabled: false, realmAdmin: false };
  expect(typesOf(wishFor(), stateWith({}, { admin }))).toEqual(['enable-admin', 'grant-realm-admin']);
});

test("a local realm-admin of the operator's own is accepted, and its name reserved", () => {
  const admin = { id: 'own', federated: false, enabled: true, realmAdmin: true };
  expect(typesOf(wishFor(), stateWith({ usernameReserved: false }, { admin }))).toEqual(['reserve-username']);
});

test('a new password is set only on demand', () => {
  const failover = { username: 'failover-admin', resetPassword: true };
  expect(typesOf(wishFor({ failover }), stateWith())).toEqual(['reset-admin-password']);
});

test('existing clients get the groups claim when they are named, and are remarked when not', () => {
  const clients = [
    { id: 'u1', clientId: 'web', hasGroups: false },
    { id: 'u2', clientId: 'mobile', hasGroups: true },
    { id: 'u3', clientId: 'legacy', hasGroups: false },
  ];
  expect(actionsOf(wishFor({ clients: ['web'] }), stateWith({}, { clients }))).toEqual([
    { type: 'add-groups-to-client', clientUuid: 'u1' },
  ]);
  const planned = planConnect(wishFor({ clients: ['web'] }), stateWith({}, { clients }));
  expect(planned.ok && planned.plan.notes).toEqual([expect.stringContaining('legacy')]);
  expect(typesOf(wishFor({ clients: 'all' }), stateWith({}, { clients }))).toEqual([
    'add-groups-to-client',
    'add-groups-to-client',
  ]);
});

test('without a groups claim nothing is done about client scopes', () => {
  expect(typesOf(wishFor({ groups: undefined }), stateWith({}, { groupsScope: undefined }))).toEqual([]);
});

test('mapped attributes are declared once, marked for several values, and withdrawn when they are not mapped any more', () => {
  const attributes = [
    { name: 'title', multiValued: false },
    { name: 'phones', multiValued: true },
  ];
  const declared = attributes.map((attribute) => ({ ...attribute, owner: 'acme', label: labelOf(attribute.name) }));
  const declare = (wish: ConnectWish, state: ConnectState) =>
    actionsOf(wish, state).filter(({ type }) => type === 'declare-attributes');
  const type = 'declare-attributes';
  const federation = 'acme';
  expect(declare(wishFor({ attributes }), stateWith())).toEqual([
    { type, federation, declare: attributes, withdraw: [] },
  ]);
  expect(declare(wishFor({ attributes }), stateWith({}, { attributes: declared }))).toEqual([]);
  expect(declare(wishFor(), stateWith({}, { attributes: declared }))).toEqual([
    { type, federation, declare: [], withdraw: ['title', 'phones'] },
  ]);
  const widened = attributes.map((attribute) => ({ ...attribute, multiValued: true }));
  expect(declare(wishFor({ attributes: widened }), stateWith({}, { attributes: declared }))).toEqual([
    { type, federation, declare: [{ name: 'title', multiValued: true }], withdraw: [] },
  ]);
});

test('attributes that were declared with an English label get one in all languages, and a label that somebody chose stays', () => {
  const names = ['title', 'costCenter', 'shoeSize', 'division'];
  const labels = ['Title', 'Cost center', 'Shoe size', 'Business unit'];
  const attributes = names.map((name) => ({ name, multiValued: false }));
  const declared = attributes.map((attribute, n) => ({ ...attribute, owner: 'acme', label: labels[n] }));
  expect(actionsOf(wishFor({ attributes }), stateWith({}, { attributes: declared }))).toEqual([
    { type: 'declare-attributes', federation: 'acme', declare: attributes.slice(0, 2), withdraw: [] },
  ]);
  const theirs = declared.map((attribute) => ({ ...attribute, owner: undefined }));
  expect(actionsOf(wishFor({ attributes }), stateWith({}, { attributes: theirs }))).toEqual([]);
});

test('what somebody else declared in the user profile is left as it is, with a remark when it is too tight', () => {
  const attributes = [{ name: 'phones', multiValued: true }];
  const theirs = [{ name: 'phones', multiValued: false, owner: undefined, label: 'Phones' }];
  const planned = planConnect(wishFor({ attributes }), stateWith({}, { attributes: theirs }));
  if (!planned.ok) throw new Error(planned.problem);
  expect(planned.plan.steps.flatMap(({ action }) => action ?? [])).toEqual([]);
  expect(planned.plan.notes.join()).toMatch(/"phones" for one value/);
  expect(actionsOf(wishFor(), stateWith({}, { attributes: theirs }))).toEqual([]);
});

describe('the pages', () => {
  const appearance = (theme?: string, helpUrl?: string) => wishFor({ appearance: { theme, helpUrl } });
  const changesOf = (wish: ConnectWish, state: ConnectState) =>
    actionsOf(wish, state).flatMap((action) => (action.type === 'set-appearance' ? [action.change] : []));
  const dressed = stateWith(
    {},
    { appearance: { loginTheme: 'realmbridge', accountTheme: 'realmbridge', helpUrl: 'https://help.test' } },
  );

  test('stay as they are unless something is wished for', () => {
    expect(changesOf(appearance(), stateWith())).toEqual([]);
    expect(changesOf(appearance(), dressed)).toEqual([]);
  });

  test('get the theme and the help link once, and lose them again', () => {
    const wish = appearance('realmbridge', 'https://help.test');
    expect(changesOf(wish, stateWith())).toEqual([
      { loginTheme: 'realmbridge', accountTheme: 'realmbridge', helpUrl: 'https://help.test' },
    ]);
    expect(changesOf(wish, dressed)).toEqual([]);
    expect(changesOf(appearance('', ''), dressed)).toEqual([{ loginTheme: '', accountTheme: '', helpUrl: '' }]);
    expect(changesOf(appearance(undefined, 'mailto:help@acme.test'), dressed)).toEqual([
      { helpUrl: 'mailto:help@acme.test' },
    ]);
  });

  test('refuse a theme that Keycloak doesn’t have, before anything is changed', () => {
    const bare = { loaded: true, declared: {}, themes: { login: ['keycloak.v2'], account: ['keycloak.v3'] } };
    expect(refusalOf(appearance('realmbridge'), stateWith({ provider: bare }))).toBe(
      'Keycloak has no login and no account theme "realmbridge".',
    );
    expect(refusalOf(appearance('keycloak.v2'), stateWith())).toBe('Keycloak has no account theme "keycloak.v2".');
  });
});
