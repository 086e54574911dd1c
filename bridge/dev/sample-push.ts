// Pushes a sample directory through the SCIM endpoints in the very requests that its identity provider sends: look up,
// create or take over, then groups and members. Pushing again finds everything there and adds nothing.
import { randomBytes } from 'node:crypto';
import { DevFailure } from './failure.ts';
import type { SampleDirectory, SampleGroup, SamplePerson } from './sample-data.ts';

const core = 'urn:ietf:params:scim:schemas:core:2.0';
const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const patchOp = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';
const deadlineMs = 15_000;

interface Resource {
  id: string;
}

/** One identity provider's way to say things. */
interface Dialect {
  headers: Record<string, string>;
  createUser(person: SamplePerson, index: number): object;
  createGroup(group: SampleGroup, memberIds: string[], index: number): object;
  /** What follows the creation of a group; undefined when nothing does. */
  addMembers?(memberIds: string[]): object;
  /** How the manager is told, in a request of its own; undefined when it isn't. */
  setManager?(managerId: string): object;
}

const name = ({ givenName, familyName }: SamplePerson) => `${givenName} ${familyName}`;

const entra: Dialect = {
  headers: { 'User-Agent': 'Realmbridge samples (Entra ID dialect)', ADSCIMVersion: '1.0.0.0' },
  createUser: (person, index) => ({
    schemas: [`${core}:User`, enterprise],
    externalId: person.userName.split('@')[0],
    userName: person.userName,
    active: person.active ?? true,
    displayName: name(person),
    emails: [{ primary: true, type: 'work', value: person.userName }],
    meta: { resourceType: 'User' },
    name: { formatted: name(person), familyName: person.familyName, givenName: person.givenName },
    title: person.title,
    roles: [],
    [enterprise]: { employeeNumber: String(1_000 + index), department: person.department },
    // Entra ID itself never sends a password: these are seeded so that a developer can log in.
    ...(person.password !== undefined && { password: person.password }),
  }),
  createGroup: (group, _memberIds, index) => ({
    schemas: [`${core}:Group`, 'http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group'],
    externalId: `8a3f0c1e-0000-4000-8000-${String(index).padStart(12, '0')}`,
    displayName: group.displayName,
    meta: { resourceType: 'Group' },
  }),
  addMembers: (memberIds) => ({
    schemas: [patchOp],
    Operations: [{ op: 'Add', path: 'members', value: memberIds.map((value) => ({ $ref: null, value })) }],
  }),
  setManager: (managerId) => ({
    schemas: [patchOp],
    Operations: [{ op: 'Add', path: `${enterprise}:manager`, value: managerId }],
  }),
};

const okta: Dialect = {
  headers: { 'User-Agent': 'Realmbridge samples (Okta dialect)', 'Accept-Charset': 'utf-8' },
  createUser: (person, index) => ({
    schemas: [`${core}:User`, enterprise],
    userName: person.userName,
    name: { givenName: person.givenName, familyName: person.familyName },
    emails: [{ primary: true, value: person.userName, type: 'work' }],
    displayName: name(person),
    locale: 'en-US',
    externalId: `00u${String(index).padStart(17, '0')}`,
    title: person.title,
    [enterprise]: { department: person.department },
    groups: [],
    // Okta always sends one; for most people nobody knows it.
    password: person.password ?? randomBytes(12).toString('base64url'),
    active: person.active ?? true,
  }),
  createGroup: (group, memberIds) => ({
    schemas: [`${core}:Group`],
    displayName: group.displayName,
    members: memberIds.map((value, index) => ({ value, display: group.members[index] })),
  }),
};

const dialects = { entra, okta };

export interface ScimTarget {
  /** The directory's SCIM base URL. */
  url: string;
  token: string;
  signal?: AbortSignal | undefined;
}

function isResource(value: unknown): value is Resource {
  return typeof value === 'object' && value !== null && 'id' in value && typeof value.id === 'string';
}

function createClient({ url, token, signal }: ScimTarget, headers: Record<string, string>) {
  async function send(method: string, path: string, body?: object): Promise<unknown> {
    const response = await fetch(url + path, {
      method,
      headers: {
        ...headers,
        Authorization: `Bearer ${token}`,
        Accept: 'application/scim+json',
        ...(body && { 'Content-Type': 'application/scim+json; charset=utf-8' }),
      },
      ...(body && { body: JSON.stringify(body) }),
      signal: AbortSignal.any([AbortSignal.timeout(deadlineMs), ...(signal ? [signal] : [])]),
    });
    const text = await response.text();
    if (!response.ok)
      throw new DevFailure(
        `The samples could not be pushed: ${method} ${url}${path} was answered ${response.status}:\n${text}`,
      );
    return text === '' ? undefined : JSON.parse(text);
  }

  return {
    send,
    async findId(collection: string, attribute: string, value: string): Promise<string | undefined> {
      const filter = encodeURIComponent(`${attribute} eq ${JSON.stringify(value)}`);
      const list = await send('GET', `/${collection}?filter=${filter}&startIndex=1&count=100`);
      const found: unknown[] =
        typeof list === 'object' && list !== null && 'Resources' in list && Array.isArray(list.Resources)
          ? list.Resources
          : [];
      return found.find(isResource)?.id;
    },
    async create(collection: string, body: object): Promise<string> {
      const made = await send('POST', `/${collection}`, body);
      if (!isResource(made))
        throw new DevFailure(`The samples could not be pushed: POST ${url}/${collection} answered no resource.`);
      return made.id;
    },
  };
}

/** Answers how many users and groups were new. */
export async function pushSamples(
  target: ScimTarget,
  directory: SampleDirectory,
): Promise<{ users: number; groups: number }> {
  const dialect = dialects[directory.profile];
  const client = createClient(target, dialect.headers);
  const ids = new Map<string, string>();
  const made = { users: 0, groups: 0 };

  for (const [index, person] of directory.people.entries()) {
    let id = await client.findId('Users', 'userName', person.userName);
    if (id === undefined) {
      id = await client.create('Users', dialect.createUser(person, index + 1));
      made.users += 1;
    }
    ids.set(person.userName, id);
  }
  if (dialect.setManager) {
    for (const { userName, manager } of directory.people) {
      const [id, managerId] = [ids.get(userName), manager === undefined ? undefined : ids.get(manager)];
      if (id !== undefined && managerId !== undefined)
        await client.send('PATCH', `/Users/${id}`, dialect.setManager(managerId));
    }
  }
  for (const [index, group] of directory.groups.entries()) {
    const memberIds = group.members.flatMap((userName) => ids.get(userName) ?? []);
    let id = await client.findId('Groups', 'displayName', group.displayName);
    if (id === undefined) {
      id = await client.create('Groups', dialect.createGroup(group, memberIds, index + 1));
      made.groups += 1;
    }
    if (dialect.addMembers) await client.send('PATCH', `/Groups/${id}`, dialect.addMembers(memberIds));
  }
  return made;
}
