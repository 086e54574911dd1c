// The wall between companies, at every route: what is another company's is answered as what nobody has, whether its ids are
// asked for with one's own token, or its token is used on one's own ids.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { commonRoutes, surfaces } from '../support/tenancy/routes.ts';
import { rowsOf } from '../support/tenancy/rows.ts';
import { walkForOthersThings, walkWithOthersTokens } from '../support/tenancy/walk.ts';
import { createTenancyWorld, type World } from '../support/tenancy/world.ts';

let world: World;
let before: Record<string, string>;

beforeAll(async () => {
  world = await createTenancyWorld();
  before = await rowsOf(world, world.south);
});
afterAll(() => world?.bridge.close());

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

walkForOthersThings(() => world);
walkWithOthersTokens(() => world);

test('nothing of the other company has changed', async () => {
  expect(Object.keys(before)).toEqual(
    expect.arrayContaining([
      'users.directory_id',
      'groups.directory_id',
      'resources.directory_id',
      'events.directory_id',
    ]),
  );
  expect(await rowsOf(world, world.south)).toEqual(before);
});
