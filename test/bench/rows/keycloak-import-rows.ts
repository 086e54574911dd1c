// How fast whole directories get into Keycloak, beside Keycloak's own LDAP federation, and what very many users cost.
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { patchOp } from '../../support/scim.ts';
import { userOf } from '../support/data.ts';
import {
  type ImportedDirectory,
  type ImportRates,
  type Imports,
  importDirectory,
  importsOf,
  syncSeconds,
} from '../support/imports.ts';
import type { KeycloakWorld } from '../support/keycloak-world.ts';
import { megabytes, type Outcome, type Row } from '../support/row.ts';
import { scimHeaders } from '../support/scim-work.ts';
import { figure, progress } from '../support/table.ts';

const run = promisify(execFile);

const overLdap = { first: 3, again: 10 };

function besideLdap({ bridge, ldap }: Imports, of: keyof ImportRates): Outcome {
  const [own, other] = [bridge[of] ?? Number.NaN, ldap?.[of]];
  if (other === undefined) {
    const reason = ldap
      ? `which LDAP's first sync was cut before`
      : 'with no LDAP server to compare with (--ldap-root)';
    return { figures: `${figure(own)} users/s, ${reason}`, met: undefined };
  }
  const factor = own / other;
  return {
    figures: `${figure(own)} users/s, ${factor.toFixed(1)} × LDAP's ${figure(other)}`,
    met: factor >= overLdap[of],
  };
}

/** Below this a difference is the machine's. */
const sameSpeed = 0.95;

async function growing(world: KeycloakWorld): Promise<Outcome> {
  const { sizes } = world.options;
  const first = (await importsOf(world, 'first')).bridge.first;
  const second = (await importsOf(world, 'second')).bridge.first;
  return {
    figures: `${figure(second)} users/s at ${sizes.second.toLocaleString('en')}, ${figure(first)} at ${sizes.first.toLocaleString('en')}`,
    met: second >= sameSpeed * first,
  };
}

/** Bytes of Java objects that are in use, after a full collection. */
async function liveHeap({ keycloak }: KeycloakWorld): Promise<number> {
  const jcmd = join(keycloak.javaHome, 'bin', 'jcmd');
  const options = { maxBuffer: 64 * 1_048_576 };
  const { stdout } = await run(jcmd, [String(keycloak.pid), 'GC.class_histogram'], options);
  const total = /^Total\s+\d+\s+(\d+)/m.exec(stdout)?.[1];
  if (total === undefined) throw new Error(`jcmd: ${stdout.slice(0, 500)}`);
  return Number(total);
}

const largeFirst = 3_000_001;
const changes = 10_000;
const changesAtOnce = 8;
const caughtUpWithinMs = 60_000;
const heapEveryMs = 5_000;
/** A collector's and the caches' share; a hundred thousand users in memory would be several hundred megabytes. */
const flat = 1.25;

const large = new WeakMap<KeycloakWorld, Promise<ImportedDirectory & { heap: { before: number; highest: number } }>>();

/** Imports the large directory, watching the heap. */
async function importLarge(world: KeycloakWorld) {
  const { large: count } = world.options.sizes;
  const before = await liveHeap(world);
  let highest = before;
  let over = false;
  const watching = (async () => {
    while (!over) {
      await sleep(heapEveryMs);
      highest = Math.max(highest, await liveHeap(world));
    }
  })();
  progress(`importing ${count.toLocaleString('en')} users`);
  try {
    const directory = await importDirectory(world, 'large', largeFirst, count);
    return { ...directory, heap: { before, highest } };
  } finally {
    over = true;
    await watching;
  }
}

function largeOf(world: KeycloakWorld) {
  const known = large.get(world) ?? importLarge(world);
  large.set(world, known);
  return known;
}

async function heap(world: KeycloakWorld): Promise<Outcome> {
  const { realm, component, heap: seen } = await largeOf(world);
  const afterImport = await liveHeap(world);
  await syncSeconds(world, realm, component.id);
  const afterSync = await liveHeap(world);
  const last = Math.max(afterImport, afterSync);
  const { before, highest } = seen;
  return {
    figures: `before ${megabytes(before)}, highest during the import ${megabytes(highest)}, after it ${megabytes(afterImport)}, after a full sync ${megabytes(afterSync)}`,
    met: last <= before * flat,
  };
}

const changedName = 'Changed';

async function changeMany(world: KeycloakWorld, { source }: ImportedDirectory, count: number): Promise<void> {
  const { slug, token } = source.directory;
  const body = JSON.stringify(patchOp({ op: 'replace', path: 'name.familyName', value: changedName }));
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < count) {
      const { id } = userOf(source.first + next++);
      const response = await fetch(`${world.bridge().url}/scim/v2/${slug}/Users/${id}`, {
        method: 'PATCH',
        headers: scimHeaders(token),
        body,
      });
      if (!response.ok) throw new Error(`PATCH: ${response.status} ${await response.text()}`);
      await response.body?.cancel();
    }
  };
  await Promise.all(Array.from({ length: changesAtOnce }, worker));
}

/** The component is switched off while the changes are made, so that all of them wait for it. */
async function catchUp(world: KeycloakWorld): Promise<Outcome> {
  const directory = await largeOf(world);
  const { component, realm } = directory;
  const { server } = world.stage;
  const database = new Client({
    host: '127.0.0.1',
    port: server.port,
    database: 'keycloak',
    user: server.role,
    password: server.password,
  });
  await database.connect();
  const arrived = async (): Promise<number> => {
    const { rows } = await database.query<{ count: number }>(
      'select count(*)::int as count from user_entity join realm on realm.id = realm_id where realm.name = $1 and last_name = $2',
      [realm.name, changedName],
    );
    return rows[0]?.count ?? 0;
  };
  try {
    await component.configure({ enabled: 'false' });
    progress(`changing ${changes.toLocaleString('en')} users`);
    await changeMany(world, directory, changes);
    if ((await arrived()) > 0) throw new Error('changes arrived while the component was switched off');
    const before = await liveHeap(world);
    const started = performance.now();
    await component.configure({ enabled: 'true' });
    while ((await arrived()) < changes) {
      if (performance.now() - started > 10 * caughtUpWithinMs)
        throw new Error(`${await arrived()} changes have arrived`);
      await sleep(200);
    }
    const took = performance.now() - started;
    const after = await liveHeap(world);
    return {
      figures: `${(took / 1_000).toFixed(1)} s for ${changes.toLocaleString('en')} changes; heap before ${megabytes(before)}, after ${megabytes(after)}`,
      met: took < caughtUpWithinMs,
    };
  } finally {
    await database.end();
  }
}

const importRow = (size: 'first' | 'second', of: keyof ImportRates, name: string): Row<KeycloakWorld> => ({
  name,
  target: `≥ ${overLdap[of]} × LDAP's rate`,
  measure: async (world) => besideLdap(await importsOf(world, size), of),
});

export const keycloakImportRows = (sizes: KeycloakWorld['options']['sizes']): Row<KeycloakWorld>[] => [
  importRow('first', 'first', `first import of ${sizes.first.toLocaleString('en')}`),
  importRow('second', 'first', `first import of ${sizes.second.toLocaleString('en')}`),
  { name: 'import of more users', target: 'no slower', measure: growing },
  importRow('first', 'again', `full sync of ${sizes.first.toLocaleString('en')}, nothing changed`),
  importRow('second', 'again', `full sync of ${sizes.second.toLocaleString('en')}, nothing changed`),
  { name: `heap with ${sizes.large.toLocaleString('en')} more users`, target: 'flat', measure: heap },
  {
    name: `feed after ${changes.toLocaleString('en')} changes`,
    target: `caught up in < ${caughtUpWithinMs / 1_000} s`,
    measure: catchUp,
  },
];
