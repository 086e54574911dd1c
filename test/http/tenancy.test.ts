// The wall between companies, at every route: what is another company's is answered as what nobody has, whether its ids are
// asked for with one's own token, or its token is used on one's own ids.
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import {
  type Call,
  commonRoutes,
  type Entries,
  type Names,
  type Surface,
  surfaces,
} from '../support/tenancy/routes.ts';
import {
  adminToken,
  authenticationSecret,
  type Company,
  createTenancyWorld,
  type World,
} from '../support/tenancy/world.ts';

const unknownToken = `rb_scim_${'A'.repeat(43)}`;
const southMark = 'southmark';
let world: World;
let before: Record<string, string>;

/** Every row of the company, as a superuser sees it; but not when its tokens were used. */
async function rowsOf({ scim, federationId }: { scim: Company['scim']; federationId: string }) {
  const url = new URL(inject('postgres').adminUrl);
  url.pathname = new URL(world.bridge.database.url).pathname;
  const client = new Client({ connectionString: url.href });
  await client.connect();
  try {
    const { rows: columns } = await client.query<{ table: string; column: string }>(
      `select table_name as "table", column_name as "column" from information_schema.columns
       where table_schema = 'public' and column_name in ('directory_id', 'federation_id') order by 1`,
    );
    const found: Record<string, string> = {};
    for (const { table, column } of columns) {
      const { rows } = await client.query<{ row: string }>(
        `select (to_jsonb(t) - 'last_used_at')::text as row from ${table} t where ${column} = $1 order by 1`,
        [column === 'directory_id' ? scim.directory.id : federationId],
      );
      if (rows.length > 0) found[`${table}.${column}`] = rows.map(({ row }) => row).join('\n');
    }
    return found;
  } finally {
    await client.end();
  }
}

const southRows = async () => {
  const { id: federationId } = await world.bridge.services.federations.describeFederation(world.south.names.federation);
  return rowsOf({ scim: world.south.scim, federationId });
};

beforeAll(async () => {
  world = await createTenancyWorld();
  before = await southRows();
});
afterAll(() => world?.bridge.close());

/** What the answer says beyond the names that were asked with. */
interface Comparable {
  status: number;
  headers: Record<string, string>;
  text: string;
}

const ephemeral: [RegExp, string][] = [
  [/"requestId":"[^"]*"/g, '"requestId":"<request>"'],
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

const patternOf = (path: string) => path.replaceAll(/\{[^/]*\}/g, '');

test('every route of the app is walked, and what is walked is a route', () => {
  const routes = new Set(world.app.routes.map(({ method, path }) => `${method} ${patternOf(path)}`));
  const walked = surfaces.flatMap(({ base, entries }) =>
    Object.keys(entries).map((key) => key.replace(' ', ` ${base}`)),
  );
  const missing = [...routes].filter((route) => ![...walked, ...commonRoutes].includes(route));
  expect(missing, 'give these an entry in test/support/tenancy').toEqual([]);
  expect([...walked, ...commonRoutes].filter((route) => !routes.has(route))).toEqual([]);
});

/** The caller and its token. */
function callerOf({ credential }: Surface): { company: Company; token: string } {
  const { north, plain } = world;
  if (credential === 'admin') return { company: north, token: adminToken };
  if (credential === 'federation') return { company: north, token: north.federationToken };
  const company = credential === 'default' ? plain : north;
  return { company, token: company.scim.token };
}

/** Tokens that are good for something, but not for this. */
function foreignTokens({ credential }: Surface): Record<string, string> {
  const { north, south } = world;
  return {
    "the other directory's": south.scim.token,
    "the other federation's": south.federationToken,
    ...(credential !== 'directory' && { "one's own directory's": north.scim.token }),
    ...(credential !== 'federation' && { "one's own federation's": north.federationToken }),
    ...(credential !== 'default' && { AUTHENTICATION_SECRET: authenticationSecret }),
    ...(credential !== 'admin' && { ADMIN_TOKEN: adminToken }),
  };
}

/** Whether the call has a name in it that differs from company to company. */
function isNaming(entry: Entries[string], index: number): boolean {
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

describe.each(surfaces)('$base', (surface) => {
  const { entries, baseFor, credential } = surface;
  const routes = Object.entries(entries).map(([key, entry]) => {
    const [method = ''] = key.split(' ');
    return { key, method, entry };
  });

  test.each(routes)("$key: what is another company's is what nobody has", async ({ method, entry }) => {
    const { company, token } = callerOf(surface);

    /** The caller's names, for a request that may delete what they are of. */
    async function ownNames(index: number): Promise<Names> {
      if (method === 'GET' || method === 'ALL' || !isNaming(entry, index)) return company.names;
      return credential === 'admin' ? world.renewedAccess(company) : world.renewed(company);
    }

    async function answered(index: number, named?: Names): Promise<Comparable> {
      const own = await ownNames(index);
      const call = callOf(entry, index, own, named ?? own);
      const answer = comparable(await ask(`${baseFor(own)}${call.path}`, method, call, token), own, named ?? own);
      // The operator may see everybody's.
      if (credential !== 'admin') expect(answer.text).not.toContain(southMark);
      return answer;
    }

    let naming = 0;
    let telling = 0;
    for (const index of entry(company.names, company.names).keys()) {
      if (isNaming(entry, index)) {
        const absent = await answered(index, world.absent);
        expect(await answered(index, world.south.names)).toEqual(absent);
        naming += 1;
        if (JSON.stringify(await answered(index)) !== JSON.stringify(absent)) telling += 1;
      } else if (credential !== 'admin') {
        await answered(index);
      }
    }
    // Were one's own also answered so, nothing would be proven. What says no to a method says it of all ids.
    if (naming > 0 && method !== 'ALL') expect(telling).toBeGreaterThan(0);
  });

  test.each(routes)("$key: another's token is nobody's", async ({ method, entry }) => {
    const { company, token } = callerOf(surface);
    const { names } = company;
    for (const index of entry(names, names).keys()) {
      const call = callOf(entry, index, names, names);
      const withToken = async (other: string, at = names) =>
        comparable(await ask(`${baseFor(at)}${call.path}`, method, call, other), names, at);
      const refusal = await withToken(unknownToken);
      expect(refusal.status).toBe(401);
      for (const [whose, foreign] of Object.entries(foreignTokens(surface))) {
        expect(await withToken(foreign), whose).toEqual(refusal);
      }
      if (baseFor(world.south.names) === baseFor(names)) continue;
      expect(await withToken(token, world.south.names), "at the other company's address").toEqual(refusal);
      expect(await withToken(token, world.absent), "at nobody's address").toEqual(refusal);
    }
  });
});

test('nothing of the other company has changed', async () => {
  expect(Object.keys(before)).toEqual(
    expect.arrayContaining([
      'users.directory_id',
      'groups.directory_id',
      'resources.directory_id',
      'events.directory_id',
    ]),
  );
  expect(await southRows()).toEqual(before);
});
