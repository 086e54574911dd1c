// Filters in a directory with many users: equality beside one with few, and searches by parts of values.
import type { ListQuery } from '../../../bridge/provisioning/contracts.ts';
import { parsePage } from '../../../bridge/provisioning/lists/list-page.ts';
import { countOfUsers, pageOfUsers } from '../../../bridge/provisioning/users/user-reads.ts';
import { tolerancesOf } from '../../../bridge/scim/interop/profiles.ts';
import { DEFAULT_PROJECTION } from '../../../bridge/scim/projection.ts';
import { userResourceType } from '../../../bridge/scim/schema/resource-types.ts';
import { userOf } from '../support/data.ts';
import { inTurns, ms, type Outcome, type Row, required } from '../support/row.ts';
import { anyOf, type BenchDirectory } from '../support/scim-work.ts';
import { fewUsers, type World } from '../support/world.ts';

const pageSize = 100;
const eqFactor = 1.5;
const searchMs = 50;

const pathOf = (filter: string): string => `/Users?count=${pageSize}&filter=${encodeURIComponent(filter)}`;

async function explained({ stage }: World, directory: BenchDirectory, filter: string): Promise<Outcome['explain']> {
  const query: ListQuery = { filter, startIndex: 1, count: pageSize, sortOrder: 'ascending' };
  const { profile } = await stage.services.directories.requireDirectory(directory.slug);
  const page = parsePage(userResourceType, query, { tolerances: tolerancesOf(profile) });
  return {
    directory,
    statements: [pageOfUsers(directory.id, page, DEFAULT_PROJECTION), countOfUsers(directory.id, page)],
  };
}

function eqRow(attribute: string, textOf: (n: number) => string): Row {
  const filterFor = (n: number): string => `${attribute} eq "${textOf(n)}"`;
  return {
    name: `${attribute} eq, many users beside ${fewUsers.toLocaleString('en')}`,
    target: `p99 ≤ ${eqFactor} ×`,
    async measure(world) {
      const { few, many, options } = world;
      const by = (directory: BenchDirectory, count: number) =>
        world.target(directory, 200, (n) => ({ method: 'GET', path: pathOf(filterFor(anyOf(count, n))) }));
      const [small, large] = await inTurns(world, [by(few, fewUsers), by(many, options.users)]);
      const factor = required(large).p99 / required(small).p99;
      return {
        figures: `p99 ${ms(required(small).p99)} → ${ms(required(large).p99)} (${factor.toFixed(2)} ×)`,
        met: factor <= eqFactor,
        ...(factor > eqFactor && { explain: required(await explained(world, many, filterFor(1))) }),
      };
    },
  };
}

/** Filters with some hundred matches, as somebody types who looks for a person. */
function searchRow(attribute: string, operator: 'co' | 'sw', partOf: (n: number) => string): Row {
  const filterFor = (n: number): string => `${attribute} ${operator} "${partOf(n)}"`;
  return {
    name: `${attribute} ${operator}, many users, page of ${pageSize}`,
    target: `p99 < ${searchMs} ms`,
    async measure(world) {
      const { many, options } = world;
      // One connection: what a single search takes, without waiting for others.
      const [figures] = await inTurns(
        world,
        [
          world.target(many, 200, (n) => ({
            method: 'GET',
            path: pathOf(filterFor(anyOf(options.users, n))),
          })),
        ],
        1,
      );
      const { p50, p99 } = required(figures);
      return {
        figures: `p50 ${ms(p50)}, p99 ${ms(p99)}`,
        met: p99 < searchMs,
        ...(p99 >= searchMs && { explain: required(await explained(world, many, filterFor(12_345))) }),
      };
    },
  };
}

/** The number of a user without its last two digits: what a hundred users have in common. */
const hundred = (n: number): string => String(n).padStart(7, '0').slice(0, 5);

export const lookupRows: Row[] = [
  eqRow('userName', (n) => userOf(n).userName),
  eqRow('externalId', (n) => userOf(n).externalId),
  eqRow('emails.value', (n) => userOf(n).email),
  eqRow('id', (n) => userOf(n).id),
  searchRow('userName', 'sw', (n) => `user${hundred(n)}`),
  searchRow('userName', 'co', (n) => `er${hundred(n)}`),
  searchRow('displayName', 'sw', (n) => `Ada Quist ${hundred(n).replace(/^0+/, '')}`),
  searchRow('displayName', 'co', (n) => `Quist ${hundred(n).replace(/^0+/, '')}`),
  searchRow('emails.value', 'sw', (n) => `user${hundred(n)}`),
  searchRow('emails.value', 'co', (n) => `er${hundred(n)}`),
];
