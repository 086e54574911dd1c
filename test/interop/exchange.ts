// Plays an identity provider's recorded requests against a directory: fixtures are data, one file for each provider.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ProfileName } from '../../bridge/scim/interop/profiles.ts';
import { type Answer, type Body, createTestBridge, type ScimClient, type TestBridge } from '../support/bridge.ts';

/** One request and what its answer must be. `{name}` in texts stands for what an earlier step kept under that name. */
export interface Step {
  /** Method and path, such as `PATCH /Users/{user}`. */
  send: string;
  body?: unknown;
  headers?: Record<string, string>;
  status: number | number[];
  /** What the answer's body holds among other things. */
  answer?: object;
  /** Members that the answer's body must not have. */
  without?: string[];
  /** What to remember: a name, and the place in the answer such as `id` or `Resources.0.id`. */
  keep?: Record<string, string>;
  /** The answer's content type, without parameters; SCIM's own by default. */
  contentType?: string;
}

export interface Scenario {
  name: string;
  steps: Step[];
}

export interface Provider {
  name: string;
  /** The profiles under which its requests must work. */
  profiles: ProfileName[];
  /** Sent with every request. */
  headers?: Record<string, string>;
  scenarios: Scenario[];
}

type Kept = Record<string, string>;

const inText = (text: string, kept: Kept): string =>
  text.replace(/\{([a-zA-Z]\w*)\}/g, (whole, name: string) => kept[name] ?? whole);

/** A copy of a JSON value or of expectations, with what was kept put into its texts and keys. */
function fill(value: unknown, kept: Kept): unknown {
  if (typeof value === 'string') return inText(value, kept);
  if (Array.isArray(value)) return value.map((item) => fill(item, kept));
  // Vitest's matchers (expect.anything() …) are no plain objects.
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [inText(key, kept), fill(item, kept)]));
}

const at = (body: Body, place: string): unknown => place.split('.').reduce((value: Body, key) => value?.[key], body);

/**
 * What a step must come to while the guard holds everything: the same, except that reading goes on telling the truth, and that
 * what is to be deleted is deleted again and again.
 */
function whileHeld(step: Step): Step {
  const { answer: _answer, without: _without, ...sent } = step;
  if (step.send.startsWith('GET ')) return { ...sent, status: [step.status, 200].flat() };
  if (step.send.startsWith('DELETE ')) return { ...sent, status: [step.status, 204].flat() };
  return { ...sent, ...(step.answer && { answer: step.answer }) };
}

async function play(scim: ScimClient, step: Step, kept: Kept, common: Record<string, string>): Promise<void> {
  const [method = '', path = ''] = inText(step.send, kept).split(/ (.*)/s);
  const headers = { ...common, ...step.headers };
  const body = step.body === undefined ? undefined : fill(step.body, kept);
  const calls: Record<string, () => Promise<Answer>> = {
    GET: () => scim.get(path, headers),
    DELETE: () => scim.delete(path, headers),
    POST: () => scim.post(path, body, headers),
    PUT: () => scim.put(path, body, headers),
    PATCH: () => scim.patch(path, body, headers),
  };
  const answer = await calls[method]?.();
  const told = `${method} ${path} ${JSON.stringify(body)} → ${answer?.status} ${JSON.stringify(answer?.body)}`;
  expect([step.status].flat(), told).toContain(answer?.status);
  if (answer?.body !== undefined) {
    expect(answer.headers.get('content-type')?.split(';')[0], told).toBe(step.contentType ?? 'application/scim+json');
  }
  if (step.answer !== undefined) expect(answer?.body, told).toMatchObject(Object(fill(step.answer, kept)));
  for (const name of step.without ?? []) expect(at(answer?.body, name), `${name} in ${told}`).toBeUndefined();
  for (const [name, place] of Object.entries(step.keep ?? {})) {
    const value = at(answer?.body, place);
    expect(value, `${place} in ${told}`).toBeTypeOf('string');
    kept[name] = String(value);
  }
}

/** Defines a test for each scenario under each profile, each in a directory of its own. */
export function describeProvider({ name, profiles, headers = {}, scenarios }: Provider): void {
  describe.each(profiles)(`${name}, profile %s`, (profile) => {
    let bridge: TestBridge;
    beforeAll(async () => {
      bridge = await createTestBridge();
    });
    afterAll(() => bridge.close());

    test.each(scenarios)('$name', async ({ steps }) => {
      const scim = await bridge.directory(undefined, profile);
      const kept: Kept = {};
      for (const step of steps) await play(scim, step, kept, headers);
    });

    test.each(scenarios)('$name, and notices nothing of a guard that holds everything', async ({ steps }) => {
      const scim = await bridge.directory(undefined, profile);
      const none = { count: 0, percent: 0 };
      const limits = { deactivate: none, delete: none, remove_member: none };
      await bridge.services.guard.update(scim.directory.slug, { limits });
      const kept: Kept = {};
      for (const step of steps) await play(scim, whileHeld(step), kept, headers);
    });
  });
}

/** What a list answers when nothing matches: never a 404. */
export const nothingFound = { totalResults: 0, itemsPerPage: 0, Resources: [] };
