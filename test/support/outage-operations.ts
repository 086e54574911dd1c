// What people, applications and administrators do while the bridge is failing. Each operation says in a few words what came
// of it, so that the table of expectations can be read.
import { userPassword } from './federated-realm.ts';
import { claimsOf, type TokenAnswer, testClientId, useRealm } from './keycloak.ts';
import { localNames, localPassword, type OutageStage, type Reply, usernameOf } from './outage-stage.ts';

const said = ({ status, error }: TokenAnswer): string => (error === undefined ? String(status) : `${status} ${error}`);

async function refresh(stage: OutageStage, kind: 'online' | 'offline'): Promise<string> {
  const answer = await stage.realm.refresh(stage.tokens[kind]);
  stage.tokens[kind] = answer.refreshToken ?? '';
  if (answer.accessToken === undefined) return said(answer);
  const { preferred_username, groups } = claimsOf(answer.accessToken);
  const inCrew = Array.isArray(groups) && groups.some((path) => String(path).endsWith('/Crew'));
  return `${answer.status} ${preferred_username}${inCrew ? ' in Crew' : ''}`;
}

async function rows(stage: OutageStage, query: string): Promise<string> {
  const { status, body } = await stage.admin('GET', `/users?${query}`);
  if (status !== 200) return String(status);
  const listed = new Set(body.map(({ username }: { username: string }) => username));
  const disabled = body.filter(({ enabled }: { enabled: boolean }) => !enabled).length;
  const who = stage.everybody.every((name) => listed.has(name))
    ? 'everybody'
    : localNames.every((name) => listed.has(name))
      ? 'the local users'
      : `${listed.size} users`;
  return `${who}, ${disabled} disabled`;
}

async function sync(stage: OutageStage, kind: 'full' | 'changed'): Promise<string> {
  const { failed = 0, removed, status = '' } = await stage.component.sync(kind);
  if (removed) return `${removed} removed`;
  if (failed === 0) return 'went through';
  return /could not be read/.test(status) ? 'failed' : status;
}

/** A change and its undoing, both of which must go through. */
async function thereAndBack(stage: OutageStage, path: string, body?: unknown, add = 'POST'): Promise<string> {
  const done = await stage.admin(add, path, body);
  const undone = await stage.admin('DELETE', path, body);
  return `${done.status}, ${undone.status}`;
}

const userPath = ({ ids }: OutageStage): string => `/users/${encodeURIComponent(ids.anna)}`;

/** Sends the whole user back with a change, as the admin console does, and then without it. */
async function setAndReset(stage: OutageStage, change: Record<string, unknown>): Promise<string> {
  const { body: before } = await stage.admin('GET', userPath(stage));
  const done = await stage.admin('PUT', userPath(stage), { ...before, ...change });
  const undone = await stage.admin('PUT', userPath(stage), before);
  return `${done.status}, ${undone.status}`;
}

/** Whether the answer shows that the change was refused, and not that the server broke. */
const refused = ({ status }: Reply): string => (status >= 400 && status < 500 ? 'refused' : `answered ${status}`);

async function logout({ realm, tokens }: OutageStage): Promise<string> {
  const response = await fetch(`${realm.url}/protocol/openid-connect/logout`, {
    method: 'POST',
    body: new URLSearchParams({ client_id: testClientId, refresh_token: tokens.leaving }),
    signal: AbortSignal.timeout(30_000),
  });
  const after = await realm.refresh(tokens.leaving);
  return `${response.status}, then ${said(after)}`;
}

async function account({ realm, tokens }: OutageStage): Promise<string> {
  const response = await fetch(`${realm.url}/account/`, {
    headers: { Accept: 'application/json', Authorization: `Bearer ${tokens.access}` },
    signal: AbortSignal.timeout(30_000),
  });
  const text = await response.text();
  return response.status === 200 ? JSON.parse(text).username : String(response.status);
}

async function masterLogin({ realm: { server } }: OutageStage): Promise<string> {
  const { adminUsername, adminPassword } = server;
  return said(await useRealm('master', server).login(adminUsername, adminPassword, { clientId: 'admin-cli' }));
}

export const operations = {
  login: async ({ realm }: OutageStage) => said(await realm.login(usernameOf('berta'), userPassword)),
  'login with a wrong password': async ({ realm }: OutageStage) =>
    said(await realm.login(usernameOf('clara'), 'wrong')),
  'login of nobody': async ({ realm }: OutageStage) => said(await realm.login('nobody-at-all', userPassword)),
  'login of a local user': async ({ realm }: OutageStage) => said(await realm.login('local', localPassword)),
  'login of a local user named like an e-mail': async ({ realm }: OutageStage) =>
    said(await realm.login('mail@like.test', localPassword)),
  'login at the master realm': masterLogin,
  refresh: (stage: OutageStage) => refresh(stage, 'online'),
  'offline refresh': (stage: OutageStage) => refresh(stage, 'offline'),
  userinfo: async ({ realm, tokens }: OutageStage) => String((await realm.userinfo(tokens.access)).status),
  introspection: async ({ post, tokens }: OutageStage) =>
    `active: ${(await post('token/introspect', { token: tokens.checked })).body.active}`,
  account,
  logout,
  'admin get': async (stage: OutageStage) => {
    const { status, body } = await stage.admin('GET', userPath(stage));
    return status === 200 ? `${body.username}, enabled: ${body.enabled}` : String(status);
  },
  'admin search': async ({ admin }: OutageStage) => {
    const { status, body } = await admin('GET', `/users?username=${usernameOf('anna')}&exact=true`);
    if (status !== 200) return String(status);
    return `${body.length} found, ${body.filter(({ enabled }: { enabled: boolean }) => !enabled).length} disabled`;
  },
  'admin list': (stage: OutageStage) => rows(stage, 'max=200'),
  'admin count': async ({ admin, everybody }: OutageStage) => {
    const { status, body } = await admin('GET', '/users/count');
    if (status !== 200) return String(status);
    return body === everybody.length ? 'everybody' : body === localNames.length ? 'the local users' : String(body);
  },
  'members of a group of the bridge': async ({ admin, crewId }: OutageStage) => {
    const { status, body } = await admin('GET', `/groups/${crewId}/members`);
    return status === 200 ? `${body.length} members` : String(status);
  },
  'role grant': (stage: OutageStage) => thereAndBack(stage, `${userPath(stage)}/role-mappings/realm`, [stage.role]),
  'group membership': (stage: OutageStage) =>
    thereAndBack(stage, `${userPath(stage)}/groups/${stage.localGroupId}`, undefined, 'PUT'),
  'required action': (stage: OutageStage) => setAndReset(stage, { requiredActions: ['VERIFY_EMAIL'] }),
  "edit of the bridge's field": async (stage: OutageStage) =>
    refused(await stage.admin('PUT', userPath(stage), { firstName: 'Changed' })),
  'password reset': async (stage: OutageStage) =>
    refused(await stage.admin('PUT', `${userPath(stage)}/reset-password`, { type: 'password', value: 'x' })),
  'full sync': (stage: OutageStage) => sync(stage, 'full'),
  'changed sync': (stage: OutageStage) => sync(stage, 'changed'),
};

export type Operation = keyof typeof operations;

/** What goes on side by side; within a lane one follows the other. */
export const lanes: readonly (readonly Operation[])[] = [
  ['login'],
  ['login with a wrong password', 'login of nobody'],
  ['login of a local user', 'login of a local user named like an e-mail', 'login at the master realm'],
  ['refresh', 'offline refresh', 'userinfo', 'introspection', 'account', 'logout'],
  ['admin get', 'admin search', 'admin list', 'admin count', 'members of a group of the bridge'],
  ['role grant', 'group membership', 'required action', "edit of the bridge's field", 'password reset'],
];
