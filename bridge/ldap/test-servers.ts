// `directory test`: tries each server as the settings say, and tells what is wrong in the server's words.
import type { Outgoing } from '../platform/http/outgoing.ts';
import type { ResourceTypes } from '../scim/schema/resource-types.ts';
import { type LdapConnection, openConnection } from './connection.ts';
import type { LdapSettings, TestReport, TestStep } from './contracts.ts';
import { LdapFailure, ldapFailure } from './failure.ts';
import { createReader } from './reader.ts';
import { type ResolvedSettings, resolveSettings } from './resolved.ts';
import { bindToRead, probingDeadlines } from './source.ts';

const sampled = 5;

interface Context {
  outgoing: Outgoing;
  types: Pick<ResourceTypes, 'user' | 'group'>;
}

/** What the first entries look like; a search that finds none is no mistake of the server's, but worth a look. */
async function sample(
  connection: LdapConnection,
  resolved: ResolvedSettings,
  kind: 'users' | 'groups',
): Promise<string> {
  const search = resolved[kind];
  if (!search) return 'no groups are read';
  // Where there is no such base, servers without it are told from bases without entries.
  await connection.search({ base: search.base, scope: 'base', attributes: ['1.1'] });
  const settings = { ...resolved.settings, pageSize: sampled };
  const reader = createReader(connection, { ...resolved, settings });
  const pages = kind === 'users' ? reader.users() : reader.groups();
  const { value: page = [] } = await pages.next();
  await pages.return(undefined);
  const [first] = page;
  if (!first) throw new LdapFailure('filter', `nothing below ${search.base} matches ${search.filter}`);
  const name = first.resource[kind === 'users' ? 'userName' : 'displayName'];
  if (typeof name !== 'string') {
    throw new LdapFailure(
      'access',
      `${first.dn} shows no ${kind === 'users' ? 'user name' : 'name'}; see the mapping and the rights of the bind DN`,
    );
  }
  return `the first one is ${name} (${first.dn})`;
}

/** Which way removals are found: it is no mistake when the right to see them is missing. */
async function sampleDeleted(connection: LdapConnection, resolved: ResolvedSettings): Promise<string> {
  const settings = { ...resolved.settings, pageSize: sampled };
  const pages = createReader(connection, { ...resolved, settings }).deleted('0');
  const { value: page } = await pages.next();
  await pages.return(undefined);
  return page && page.length > 0
    ? 'deleted entries are shown, so that removals are noticed with the changes'
    : 'no deleted entries are shown: unless there are none, the bind DN lacks the right, and removals are found by listings';
}

async function testServer(
  url: string,
  {
    settings,
    password,
    resolved,
    outgoing,
  }: Context & { settings: LdapSettings; password: string; resolved: ResolvedSettings },
): Promise<{ steps: TestStep[]; failure: LdapFailure | undefined }> {
  const steps: TestStep[] = [];
  let failure: LdapFailure | undefined;
  const step = async (name: TestStep['step'], work: () => Promise<string>): Promise<boolean> => {
    try {
      steps.push({ server: url, step: name, ok: true, problem: null, detail: await work() });
      return true;
    } catch (error) {
      const own = ldapFailure(error);
      failure ??= own;
      steps.push({ server: url, step: name, ok: false, problem: own.problem, detail: own.message });
      return false;
    }
  };
  let connection: LdapConnection | undefined;
  const isEncrypted = url.startsWith('ldaps:') || settings.startTls;
  const connected = await step('connect', async () => {
    const { startTls, ca } = settings;
    connection = await openConnection({ url, startTls, ca, ...probingDeadlines }, outgoing);
    return isEncrypted ? 'connected and encrypted' : 'connected without encryption: passwords travel readable';
  });
  const open = connection;
  if (!connected || !open) return { steps, failure };
  try {
    const bound = await step('bind', async () => {
      await bindToRead(open, settings, password);
      return `bound as ${settings.bindDn}`;
    });
    if (!bound) return { steps, failure };
    await step('users', () => sample(open, resolved, 'users'));
    if (resolved.groups) await step('groups', () => sample(open, resolved, 'groups'));
    if (resolved.preset.keepsDeleted) await step('deletions', () => sampleDeleted(open, resolved));
    return { steps, failure };
  } finally {
    open.close();
  }
}

/** Tries every server, whatever the others say. */
export async function testServers(settings: LdapSettings, password: string, context: Context): Promise<TestReport> {
  const resolution = resolveSettings(settings, context.types);
  if (!resolution.ok) throw new LdapFailure('filter', resolution.problem);
  const tested = await Promise.all(
    settings.urls.map((url) => testServer(url, { ...context, settings, password, resolved: resolution.resolved })),
  );
  const failures = tested.flatMap(({ failure }) => failure ?? []);
  return {
    ok: failures.length === 0,
    outage: failures.length > 0 && failures.every((failure) => failure.isOutage),
    steps: tested.flatMap(({ steps }) => steps),
  };
}
