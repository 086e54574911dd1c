// Imports of whole directories: through the provider, and through Keycloak's own LDAP federation beside it.
import { request } from 'node:http';
import { performance } from 'node:perf_hooks';
import { addComponent, type Component } from '../../support/federated-realm.ts';
import type { TestRealm } from '../../support/keycloak.ts';
import { hasSlapd } from '../../support/slapd.ts';
import { type Federation, imported, type KeycloakWorld } from './keycloak-world.ts';
import { addLdapComponent, startLdap } from './ldap-server.ts';
import { progress } from './table.ts';

/** Users a second. */
export interface ImportRates {
  first: number;
  /** A full sync when nothing has changed; undefined when the first one did not get through. */
  again: number | undefined;
}

export interface Imports {
  bridge: ImportRates;
  /** Undefined where there is no LDAP server. */
  ldap: ImportRates | undefined;
}

async function secondsOf(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return (performance.now() - started) / 1_000;
}

/** A full sync by an administrator's hand. It may take longer than the clients of Keycloak's API wait. */
function fullSync(world: KeycloakWorld, realm: TestRealm, componentId: string): Promise<string> {
  const path = `/admin/realms/${realm.name}/user-storage/${componentId}/sync?action=triggerFullSync`;
  return new Promise((resolve, reject) => {
    const outgoing = request(
      new URL(path, world.keycloak.url),
      { method: 'POST', headers: { Authorization: `Bearer ${world.adminToken}`, 'Content-Length': 0 } },
      (incoming) => {
        let body = '';
        incoming.setEncoding('utf8');
        incoming.on('data', (chunk: string) => {
          body += chunk;
        });
        incoming.once('end', () => {
          if (incoming.statusCode === 200) resolve(body);
          else reject(new Error(`a full sync was answered ${incoming.statusCode}: ${body.slice(0, 500)}`));
        });
        incoming.once('error', reject);
      },
    );
    outgoing.once('error', reject);
    outgoing.end();
  });
}

export interface ImportedDirectory {
  realm: TestRealm;
  component: Component;
  source: Federation;
  firstSeconds: number;
}

/** Imports a new directory of so many users, numbered from `first`, into a new realm. */
export async function importDirectory(
  world: KeycloakWorld,
  slug: string,
  first: number,
  count: number,
): Promise<ImportedDirectory> {
  const source = await world.newFederation(slug, first, count);
  const realm = await world.newRealm(slug);
  let component: Component | undefined;
  const firstSeconds = await secondsOf(async () => {
    const { federation, token } = source;
    component = await addComponent(realm, { name: slug, bridgeUrl: world.bridge().url, federation, token });
    await imported(component, count);
  });
  if (!component) throw new TypeError('there is no component');
  return { realm, component, source, firstSeconds };
}

/** Seconds that a full sync takes when nothing has changed. */
export const syncSeconds = (world: KeycloakWorld, realm: TestRealm, componentId: string): Promise<number> =>
  secondsOf(() => fullSync(world, realm, componentId));

async function throughLdap(world: KeycloakWorld, url: string, name: string, count: number): Promise<ImportRates> {
  const realm = await world.newRealm(`ldap-${name}`);
  const id = await addLdapComponent(realm, url, name);
  let refusal = '';
  const first = await secondsOf(() =>
    fullSync(world, realm, id).catch((error: unknown) => {
      refusal = String(error);
    }),
  );
  // Without the realm's administrator.
  const users = (await realm.admin.users.count()) - 1;
  if (refusal) {
    // Keycloak gives a transaction five minutes, and its LDAP federation needs one for the whole of the listing.
    progress(`through LDAP: ${users} of ${count} users in ${Math.round(first)} s, then ${refusal}`);
    return { first: users / first, again: undefined };
  }
  if (users !== count) throw new Error(`LDAP: ${users} users were imported, not ${count}`);
  const again = await syncSeconds(world, realm, id);
  return { first: count / first, again: count / again };
}

const told = (way: string, { first, again }: ImportRates): string =>
  `${way}: ${Math.round(first)} users/s, again ${again === undefined ? 'not measured' : `${Math.round(again)} users/s`}`;

const ldapServers = new WeakMap<KeycloakWorld, Promise<string>>();
const done = new WeakMap<KeycloakWorld, Map<string, Promise<Imports>>>();

async function measure(world: KeycloakWorld, size: 'first' | 'second', firstNumber: number): Promise<Imports> {
  const { stage, options } = world;
  const count = options.sizes[size];
  const name = `${size}-import`;
  progress(`importing ${count.toLocaleString('en')} users`);
  const { realm, component, firstSeconds } = await importDirectory(world, name, firstNumber, count);
  const again = await syncSeconds(world, realm, component.id);
  const bridge = { first: count / firstSeconds, again: count / again };
  progress(told('through the provider', bridge));
  if (!hasSlapd(options.ldapRoot)) return { bridge, ldap: undefined };
  let server = ldapServers.get(world);
  if (!server) {
    const { sizes } = options;
    const units = new Map([
      ['first-import', sizes.first],
      ['second-import', sizes.second],
    ]);
    server = startLdap(stage, options.ldapRoot, units);
    ldapServers.set(world, server);
  }
  const ldap = await throughLdap(world, await server, name, count);
  progress(told('through LDAP', ldap));
  return { bridge, ldap };
}

/** Each size is imported once, whichever rows need it. */
export function importsOf(world: KeycloakWorld, size: 'first' | 'second'): Promise<Imports> {
  const known = done.get(world) ?? new Map<string, Promise<Imports>>();
  done.set(world, known);
  const imports = known.get(size) ?? measure(world, size, size === 'first' ? 1_000_001 : 2_000_001);
  known.set(size, imports);
  return imports;
}
