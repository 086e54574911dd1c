// Runs the rows of a conformance table against a bridge.
import { expect } from 'vitest';
import { type Answer, type Body, readAnswer, type TestBridge } from '../support/bridge.ts';
import { enterprise, errorSchema } from '../support/scim.ts';
import { type Expected, employee, type Feature, group, type Requirement } from './table.ts';

type Names = Map<string, Body>;

/** One directory with a feature's resources in it. */
export interface Scene {
  names: Names;
  call(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
}

/** The user that a row finds under `<user>`: it has something of every kind of attribute. */
const person = (userName: string): object =>
  employee(
    userName,
    { department: 'Sales', employeeNumber: '7', manager: { value: 'nobody-here' } },
    {
      externalId: `X-${userName}`,
      displayName: 'Ann Other',
      name: { givenName: 'Ann', familyName: 'Other' },
      title: 'Boss',
      profileUrl: 'https://acme.test/ann',
      active: true,
      emails: [
        { value: 'work@acme.test', type: 'work', primary: true },
        { value: 'home@acme.test', type: 'home' },
      ],
      phoneNumbers: [{ value: '+1', type: 'work' }],
    },
  );

export async function prepare(bridge: TestBridge, profile: 'rfc' | 'auto', feature: Feature): Promise<Scene> {
  const { directory, token } = await bridge.directory(undefined, profile);
  const base = `/scim/v2/${directory.slug}`;
  const scene: Scene = {
    names: new Map([['base', `http://localhost${base}`]]),
    call: async (method, path, body, headers = {}) => {
      const given = { Authorization: `Bearer ${token}`, 'Content-Type': 'application/scim+json', ...headers };
      const text = body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
      // An empty header in the table is one that is not sent.
      const sent = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== ''));
      return readAnswer(await bridge.app.request(`${base}${path}`, { method, headers: sent, body: text ?? null }));
    },
  };
  for (const [name, [path, body]] of Object.entries(feature.given ?? {})) {
    scene.names.set(name, await create(scene, path, fill(body, scene.names)));
  }
  return scene;
}

async function create(scene: Scene, path: string, body: object): Promise<Body> {
  const answer = await scene.call('POST', path, body);
  if (answer.status !== 201) throw new Error(`POST ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
  return answer.body;
}

/** Sends the requests of a row and compares the answers; throws what an assertion throws. */
export async function meet(scene: Scene, requirement: Requirement): Promise<void> {
  const names = new Map(scene.names);
  await makeFresh(scene, names, JSON.stringify(requirement.steps));
  for (const step of requirement.steps) {
    const { method, path, body, headers, expected } = fill(step, names);
    const answer = await scene.call(method, path, body, headers);
    compare(answer, expected, `${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    if (step.keep !== undefined) names.set(step.keep, answer.body);
  }
}

let freshCount = 0;

/** `<user>`, and `<group>` with that user as member, are new for every row that speaks of them. */
async function makeFresh(scene: Scene, names: Names, text: string): Promise<void> {
  if (!/<(user|group)[.>]/.test(text)) return;
  const number = ++freshCount;
  const made = await create(scene, '/Users', person(`ann-${number}`));
  names.set('user', made);
  const members = [{ value: made.id, type: 'User' }];
  names.set('group', await create(scene, '/Groups', group(`Crew ${number}`, { externalId: `G-${number}`, members })));
}

/** The value with every `<name>` in its strings and keys put in; matchers and patterns stay as they are. */
function fill<T>(value: T, names: Names): T;
function fill(value: unknown, names: Names): unknown {
  if (typeof value === 'string') {
    return value.replaceAll(/<([a-z]\w*)((?:\.\w+)*)>/g, (_, name: string, path: string) => look(names, name, path));
  }
  if (Array.isArray(value)) return value.map((item) => fill(item, names));
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [fill(key, names), fill(item, names)]));
}

function look(names: Names, name: string, path: string): string {
  if (!names.has(name)) throw new Error(`The table speaks of <${name}>, which is not there.`);
  const found = names.get(name);
  return typeof found === 'string' ? found : String(at(found, path === '' ? 'id' : path.slice(1)));
}

/** The member at a dotted path, the first of an array; `enterprise` is short for the extension's URN. */
function at(body: Body, path: string): unknown {
  const member = (value: Body, key: string): Body =>
    (Array.isArray(value) ? value[0] : value)?.[key === 'enterprise' ? enterprise : key];
  return path.split('.').reduce(member, body);
}

const nameOf = (resource: Body): string => resource.userName ?? resource.displayName ?? resource.id;

function compare(answer: Answer, expected: Expected, context: string): void {
  const { body, headers } = answer;
  expect(answer.status, context).toBe(expected.status);
  if (expected.status >= 400) {
    const error = { schemas: [errorSchema], status: String(expected.status), detail: expect.any(String) };
    expect(body, context).toMatchObject(error);
  }
  if (expected.scimType !== undefined) expect(body.scimType ?? null, context).toBe(expected.scimType);
  if (expected.body !== undefined) expect(body, context).toMatchObject(expected.body);
  for (const path of expected.lacks ?? []) expect(at(body, path), `${path} of ${context}`).toBeUndefined();
  for (const [name, value] of Object.entries(expected.headers ?? {})) {
    if (typeof value === 'string') expect(headers.get(name) ?? '', `${name} of ${context}`).toBe(value);
    else expect(headers.get(name) ?? '', `${name} of ${context}`).toMatch(value);
  }
  if (expected.names !== undefined) expect(body.Resources.map(nameOf), context).toEqual(expected.names);
  if (expected.found !== undefined) {
    expect(body.Resources.map(nameOf).sort(), context).toEqual([...expected.found].sort());
    expect(body.totalResults, context).toBe(expected.found.length);
  }
}
