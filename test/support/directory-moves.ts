// A directory that moves from one identity provider to another, and people as both of them send them.
import type { MatchAttribute } from '../../bridge/provisioning/moves/matching.ts';
import type { Answer, Body, ScimClient, TestBridge } from './bridge.ts';
import { enterprise, newGroup, newUser, userSchema } from './scim.ts';

/** For the long works. */
export const work = { budgetMs: 60_000 };

/** A person as Okta sends one. */
export const fromOkta = (name: string, number: string, over: Record<string, unknown> = {}) => ({
  schemas: [userSchema, enterprise],
  userName: `${name}@acme.test`,
  externalId: `00u-${name}`,
  name: { givenName: name, familyName: 'Okta' },
  emails: [{ value: `${name}@acme.test`, type: 'work', primary: true }],
  active: true,
  [enterprise]: { employeeNumber: number },
  ...over,
});

/** The same person as Entra ID sends one: another name, another id, capitals and blanks of its own. */
export const fromEntra = (name: string, number: string, over: Record<string, unknown> = {}) => ({
  schemas: [userSchema, enterprise],
  userName: `${name}.upn@acme.onmicrosoft.test`,
  externalId: `entra-${name}`,
  displayName: `${name} Entra`,
  emails: [{ value: ` ${name.toUpperCase()}@Acme.test`, type: 'work', primary: true }],
  active: true,
  [enterprise]: { employeeNumber: ` ${number} `, department: 'New' },
  ...over,
});

const whole = ({ meta, ...rest }: Body): Body => ({ ...rest, created: meta.created });

/** Everything that the directory has, as its clients see it but for versions. */
export async function everything(scim: ScimClient): Promise<Body> {
  const [users, groups] = [await scim.get('/Users?count=200'), await scim.get('/Groups?count=200')];
  const byId = (list: Body[]) => list.map(whole).sort((a: Body, b: Body) => (a.id < b.id ? -1 : 1));
  return { users: byId(users.body.Resources), groups: byId(groups.body.Resources) };
}

/** Another client of the same directory, with a token of its own. */
export async function newClient(bridge: TestBridge, scim: ScimClient): Promise<ScimClient> {
  const { slug } = scim.directory;
  const { token } = await bridge.services.directories.createToken(slug, {});
  const call =
    (method: string) =>
    (path: string, body?: unknown): Promise<Answer> =>
      bridge.send(`/scim/v2/${slug}${path}`, {
        method,
        headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/scim+json' },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
  return {
    directory: scim.directory,
    token,
    get: (path) => call('GET')(path),
    delete: (path) => call('DELETE')(path),
    post: call('POST'),
    put: call('PUT'),
    patch: call('PATCH'),
  };
}

export interface Moving {
  slug: string;
  okta: ScimClient;
  entra: ScimClient;
  ids: Record<string, string>;
  before: Body;
}

/** People from Okta, a move that has been started, and Entra ID with its token. */
export async function startedMove(
  bridge: TestBridge,
  people: Body[],
  options: { groups?: Record<string, string[]>; match?: readonly MatchAttribute[] } = {},
): Promise<Moving> {
  const okta = await bridge.directory();
  const { slug } = okta.directory;
  const ids: Record<string, string> = {};
  for (const { userName, ...person } of people) ids[userName] = (await newUser(okta, userName, person)).id;
  for (const [name, members] of Object.entries(options.groups ?? {}))
    ids[name] = (
      await newGroup(
        okta,
        name,
        members.map((member) => ids[member] ?? member),
      )
    ).id;
  const before = await everything(okta);
  await bridge.services.moves.start(slug, { match: options.match ?? ['employeeNumber', 'email'] });
  return { slug, okta, entra: await newClient(bridge, okta), ids, before };
}
