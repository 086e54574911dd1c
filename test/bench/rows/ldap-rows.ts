// What LDAP directories cost: imports, changes, passwords by bind, and look-ups through many directories.
import { setImmediate as breath } from 'node:timers/promises';
import { Attribute, Change, Client } from 'ldapts';
import type { Directory } from '../../../bridge/directories/contracts.ts';
import type { Services } from '../../../bridge/services.ts';
import { passwordOf, personDn, settingsFor, syncNow } from '../../support/ldap-world.ts';
import type { Slapd } from '../../support/slapd.ts';
import { createStoreFactory } from '../../support/store-factory.ts';
import type { BenchOptions } from '../support/options.ts';
import { type Row, required } from '../support/row.ts';
import type { Stage } from '../support/stage.ts';
import { median, quantile } from '../support/statistics.ts';
import { progress } from '../support/table.ts';

export interface LdapBenchOptions extends BenchOptions {
  ldapUsers: number;
  directoryUsers: number;
}

export interface LdapWorld {
  stage: Stage;
  /** May call this machine's own addresses. */
  services: Services;
  slapd: Slapd;
  /** Of the authority that signed its certificate. */
  ca: string;
  options: LdapBenchOptions;
  /** The directory that reads the server, once it is imported, and the federation that has it. */
  people?: { directory: Directory; federationId: string };
}

export const uidOf = (n: number): string => `load${n}`;
const changed = 100;
const directories = 10;
/** Users a second that Keycloak's LDAP provider imported on a machine of two cores (docs/benchmarks.md). */
const keycloakRate = { first: 356, again: 921 };

const seconds = (ms: number): string => `${(ms / 1_000).toFixed(2)} s`;

async function imported(world: LdapWorld): Promise<NonNullable<LdapWorld['people']>> {
  if (world.people) return world.people;
  const { ldap, federations } = world.services;
  const directory = await ldap.createDirectory({ slug: 'people' }, settingsFor([world.slapd.url]));
  const { id: federationId } = await federations.createFederation({ slug: 'people' });
  await federations.addDirectory('people', 'people');
  await syncNow(world.services, directory);
  world.people = { directory, federationId };
  return world.people;
}

const importRow: Row<LdapWorld> = {
  name: 'first import',
  target: `≥ 3 × ${keycloakRate.first} users/s`,
  measure: async (world) => {
    const { ldapUsers } = world.options;
    const started = performance.now();
    await imported(world);
    const rate = (1_000 * ldapUsers) / (performance.now() - started);
    return { figures: `${Math.round(rate)} users/s, ${ldapUsers} users`, met: rate >= 3 * keycloakRate.first };
  },
};

const againRow: Row<LdapWorld> = {
  name: 'full reading, nothing changed',
  target: `≥ 3 × ${keycloakRate.again} users/s`,
  measure: async (world) => {
    const { directory } = await imported(world);
    const started = performance.now();
    await syncNow(world.services, directory);
    const rate = (1_000 * world.options.ldapUsers) / (performance.now() - started);
    return { figures: `${Math.round(rate)} users/s`, met: rate >= 3 * keycloakRate.again };
  },
};

const changesRow: Row<LdapWorld> = {
  name: `reading ${changed} changes`,
  target: '< 2 s',
  measure: async (world) => {
    const { directory } = await imported(world);
    const rounds: number[] = [];
    for (let round = 0; round < world.options.rounds; round += 1) {
      await world.slapd.asRoot(async (client) => {
        const modification = new Attribute({ type: 'title', values: [`Title ${round} ${Date.now()}`] });
        for (let n = 1; n <= changed; n += 1) {
          await client.modify(personDn(uidOf(n)), new Change({ operation: 'replace', modification }));
        }
      });
      const started = performance.now();
      const { report } = await syncNow(world.services, directory, 'changes');
      if (report.updated !== changed) throw new Error(`${report.updated} users were updated`);
      rounds.push(performance.now() - started);
    }
    return { figures: seconds(median(rounds)), met: median(rounds) < 2_000 };
  },
};

/** So many works at once, until the time is over; answers how many were done a second. */
async function rateOf({ options }: LdapWorld, work: (n: number, worker: number) => Promise<void>): Promise<number> {
  const end = performance.now() + options.seconds * 1_000;
  let done = 0;
  const worker = async (_: unknown, index: number) => {
    while (performance.now() < end) {
      await work(done++, index);
      await breath();
    }
  };
  await Promise.all(Array.from({ length: options.connections }, worker));
  return done / options.seconds;
}

const bindRow = (scheme: 'ldap' | 'ldaps'): Row<LdapWorld> => ({
  name: `password by bind, ${scheme}`,
  target: '≥ 0.9 of connecting and binding by ldapts',
  measure: async (world) => {
    const { federationId } = await imported(world);
    const { federations, ldap } = world.services;
    const url = scheme === 'ldaps' ? world.slapd.ldapsUrl : world.slapd.url;
    const { bindPassword: _, ...settings } = settingsFor([url], { ca: world.ca });
    await ldap.changeSettings('people', settings);
    const direct = () => new Client({ url, ...(scheme === 'ldaps' && { tlsOptions: { ca: world.ca } }) });
    const users = await federations.listUsers(federationId, { search: 'load' }, { first: 0, max: 500 });
    const kept = Array.from({ length: world.options.connections }, direct);
    const contenders = {
      bridge: async (n: number) => {
        const user = required(users[n % users.length]);
        const { result } = await federations.verifyPassword(federationId, user.id, passwordOf(user.username));
        if (result !== 'valid') throw new Error(`the password check came to ${result}`);
      },
      connecting: async (n: number) => {
        const { username } = required(users[n % users.length]);
        const client = direct();
        await client.bind(personDn(username), passwordOf(username));
        await client.unbind();
      },
      connected: async (n: number, worker: number) => {
        const { username } = required(users[n % users.length]);
        await required(kept[worker]).bind(personDn(username), passwordOf(username));
      },
    };
    const rates = { bridge: [] as number[], connecting: [] as number[], connected: [] as number[] };
    try {
      for (let round = -1; round < world.options.rounds; round += 1) {
        for (const name of ['bridge', 'connecting', 'connected'] as const) {
          const rate = await rateOf(world, contenders[name]);
          // The first round warms up.
          if (round >= 0) rates[name].push(rate);
        }
      }
    } finally {
      for (const client of kept) await client.unbind();
    }
    const [bridge, connecting, connected] = [median(rates.bridge), median(rates.connecting), median(rates.connected)];
    return {
      figures: `${Math.round(bridge)}/s; ${(bridge / connecting).toFixed(2)} of connecting and binding, ${(bridge / connected).toFixed(2)} of binding on kept connections, without a look at the store and the entry`,
      met: bridge >= 0.9 * connecting,
    };
  },
});

const lookupRow: Row<LdapWorld> = {
  name: `look-up through ${directories} directories`,
  target: 'p99 ≤ 1.5 × of one directory',
  measure: async ({ stage, services, options }) => {
    const { directories: all, federations } = services;
    const store = createStoreFactory(stage.store);
    const ids: string[] = [];
    for (const slug of ['one', 'ten']) ids.push((await federations.createFederation({ slug })).id);
    for (let n = 0; n < directories; n += 1) {
      const { id, slug } = await all.createDirectory({ slug: `directory-${n}` });
      progress(`filling ${slug} with ${options.directoryUsers} users`);
      for (let start = 0; start < options.directoryUsers; start += 10_000) {
        const count = Math.min(10_000, options.directoryUsers - start);
        await store.newUsers(id, `d${n}-${start}-`, count);
      }
      await federations.addDirectory('ten', slug);
      if (n === 0) await federations.addDirectory('one', slug);
    }
    await stage.admin.query('vacuum analyze');
    const ask = async (federationId: string, directory: number): Promise<number> => {
      const n = String(1 + Math.floor(Math.random() * Math.min(10_000, options.directoryUsers))).padStart(6, '0');
      const started = performance.now();
      await federations.lookUpUser(federationId, { username: `d${directory}-0-${n}` });
      return performance.now() - started;
    };
    const times: [number[], number[]] = [[], []];
    const [one = '', ten = ''] = ids;
    for (let n = -500; n < 4_000; n += 1) {
      // The last directory is the farthest. In turns, so that what else the machine does meets both.
      const pair = [await ask(one, 0), await ask(ten, directories - 1)] as const;
      if (n < 0) continue;
      times[0].push(pair[0]);
      times[1].push(pair[1]);
    }
    const p99 = times.map((each) =>
      quantile(
        each.toSorted((a, b) => a - b),
        0.99,
      ),
    );
    const [ofOne, ofTen] = [required(p99[0]), required(p99[1])];
    return {
      figures: `p99 ${ofTen.toFixed(1)} ms beside ${ofOne.toFixed(1)} ms, ${(ofTen / ofOne).toFixed(2)} ×, ${options.directoryUsers} users each`,
      met: ofTen <= 1.5 * ofOne,
    };
  },
};

export const ldapRows: Row<LdapWorld>[] = [
  importRow,
  againRow,
  changesRow,
  bindRow('ldap'),
  bindRow('ldaps'),
  lookupRow,
];
