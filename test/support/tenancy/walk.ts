// The walk over every route: asks in a company's name for what is another's, and compares with what nobody has.
import { describe, expect, test } from 'vitest';
import { type Call, type Entries, echoing, type Names, type Surface, surfaces } from './routes.ts';
import { adminToken, authenticationSecret, type Company, southMark, type World } from './world.ts';

const unknownToken = `rb_scim_${'A'.repeat(43)}`;

/** What the answer says beyond the names that were asked with. */
interface Comparable {
  status: number;
  headers: Record<string, string>;
  text: string;
}

const ephemeral: [RegExp, string][] = [
  [/"requestId":"[^"]*"/g, '"requestId":"<request>"'],
  [/"durationMs":\d+/g, '"durationMs":"<time>"'],
  [/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, '<new>'],
  [/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '<time>'],
  [/\b1\d{12}\b/g, '<ms>'],
];

/** Takes out the names that were asked with, and what differs each time. */
function withoutNames(text: string, own: Names, named: Names): string {
  const known = [
    ...Object.entries(named),
    ...Object.entries(own).map(([key, value]) => [`own ${key}`, value] as const),
  ];
  known.sort(([, a], [, b]) => b.length - a.length);
  const plain = known.reduce((so, [key, value]) => so.replaceAll(value, `<${key}>`), text);
  return ephemeral.reduce((so, [pattern, stand]) => so.replace(pattern, stand), plain);
}

async function ask(
  world: World,
  url: string,
  method: string,
  call: Call,
  token: string,
): Promise<{ response: Response; text: string }> {
  const response = await world.app.request(url, {
    method: call.method ?? method,
    headers: {
      Authorization: `Bearer ${token}`,
      ...(call.body !== undefined && {
        'Content-Type': url.startsWith('/scim') ? 'application/scim+json' : 'application/json',
      }),
      ...call.headers,
    },
    ...(call.body !== undefined && { body: JSON.stringify(call.body) }),
  });
  return { response, text: await response.text() };
}

function comparable({ response, text }: { response: Response; text: string }, own: Names, named: Names): Comparable {
  const headers = Object.fromEntries(
    [...response.headers]
      .filter(([name]) => name !== 'x-request-id' && name !== 'content-length')
      .map(([name, value]) => [name, withoutNames(value, own, named)]),
  );
  return { status: response.status, headers, text: withoutNames(text, own, named) };
}

/** The answer whoever's names were asked with. */
const unnamed = (answer: Comparable): string => JSON.stringify(answer).replaceAll(/<(own )?\w+>/g, '<name>');

/** The caller and its token. */
function callerOf({ north, plain }: World, { credential }: Surface): { company: Company; token: string } {
  if (credential === 'admin') return { company: north, token: adminToken };
  if (credential === 'federation') return { company: north, token: north.federationToken };
  if (credential === 'stream') return { company: north, token: north.streamToken };
  const company = credential === 'default' ? plain : north;
  return { company, token: company.scim.token };
}

/** Tokens that are good for something, but not for this. */
function foreignTokens({ north, south }: World, { credential }: Surface): Record<string, string> {
  return {
    "the other directory's": south.scim.token,
    "the other federation's": south.federationToken,
    "the other event stream's": south.streamToken,
    ...(credential !== 'directory' && { "one's own directory's": north.scim.token }),
    ...(credential !== 'federation' && { "one's own federation's": north.federationToken }),
    ...(credential !== 'stream' && { "one's own event stream's": north.streamToken }),
    ...(credential !== 'default' && { AUTHENTICATION_SECRET: authenticationSecret }),
    ...(credential !== 'admin' && { ADMIN_TOKEN: adminToken }),
  };
}

/** Whether the call has a name in it that differs from company to company. */
function isNaming(world: World, entry: Entries[string], index: number): boolean {
  const textFor = (named: Names) => {
    const { path, body } = callOf(entry, index, world.north.names, named);
    return `${path} ${JSON.stringify(body)?.replaceAll(/probe-[\w-]+/g, '')}`;
  };
  return textFor(world.south.names) !== textFor(world.absent);
}

function callOf(entry: Entries[string], index: number, own: Names, named: Names): Call {
  const call = entry(own, named)[index];
  if (!call) throw new TypeError('an entry makes as many calls for any names');
  return call;
}

function routesOf({ entries }: Surface) {
  return Object.entries(entries).map(([key, entry]) => {
    const [method = ''] = key.split(' ');
    return { key, method, entry };
  });
}

/** With one's own token, what is another company's is answered as what nobody has, and shows in no list. */
export function walkForOthersThings(worldOf: () => World): void {
  describe.each(surfaces)("asking at $base for what is another company's", (surface) => {
    const { baseFor, credential } = surface;
    test.each(routesOf(surface))('$key', async ({ key, method, entry }) => {
      const world = worldOf();
      const { company, token } = callerOf(world, surface);

      /** The caller's names, for a request that may delete what they are of. */
      async function ownNames(index: number): Promise<Names> {
        if (method === 'GET' || method === 'ALL' || !isNaming(world, entry, index)) return company.names;
        return credential === 'admin' ? world.renewedAccess(company) : world.renewed(company);
      }

      async function answered(index: number, named?: Names): Promise<Comparable> {
        const own = await ownNames(index);
        const call = callOf(entry, index, own, named ?? own);
        const answer = comparable(
          await ask(world, `${baseFor(own)}${call.path}`, method, call, token),
          own,
          named ?? own,
        );
        // The operator may see everybody's, but not in answers that are about one.
        const isOfOne =
          credential !== 'admin' || call.path.includes(own.directory) || call.path.includes(own.federation);
        if (isOfOne) expect(answer.text).not.toContain(southMark);
        return answer;
      }

      let naming = 0;
      let telling = 0;
      for (const index of entry(company.names, company.names).keys()) {
        if (isNaming(world, entry, index)) {
          const absent = await answered(index, world.absent);
          expect(await answered(index, world.south.names)).toEqual(absent);
          naming += 1;
          if (unnamed(await answered(index)) !== unnamed(absent)) telling += 1;
        } else if (credential !== 'admin' || method === 'GET') {
          await answered(index);
        }
      }
      // Were one's own also answered so, nothing would be proven. What says no to a method says it of all ids.
      if (naming > 0 && method !== 'ALL' && !echoing.includes(key)) expect(telling).toBeGreaterThan(0);
    });
  });
}

/** Another's token is nobody's, and so is one's own token at another's address. */
export function walkWithOthersTokens(worldOf: () => World): void {
  describe.each(surfaces)("with another's token at $base", (surface) => {
    const { baseFor } = surface;
    test.each(routesOf(surface))('$key', async ({ method, entry }) => {
      const world = worldOf();
      const { company, token } = callerOf(world, surface);
      const { names } = company;
      for (const index of entry(names, names).keys()) {
        const call = callOf(entry, index, names, names);
        const withToken = async (other: string, at = names) =>
          comparable(await ask(world, `${baseFor(at)}${call.path}`, method, call, other), names, at);
        const refusal = await withToken(unknownToken);
        expect(refusal.status).toBe(401);
        for (const [whose, foreign] of Object.entries(foreignTokens(world, surface))) {
          expect(await withToken(foreign), whose).toEqual(refusal);
        }
        if (baseFor(world.south.names) === baseFor(names)) continue;
        expect(await withToken(token, world.south.names), "at the other company's address").toEqual(refusal);
        expect(await withToken(token, world.absent), "at nobody's address").toEqual(refusal);
      }
    });
  });
}
