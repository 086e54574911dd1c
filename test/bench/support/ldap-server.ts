// OpenLDAP's slapd with as many people as wanted, for Keycloak's own LDAP federation to be measured beside the provider.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../../../bridge/dev/ports.ts';
import { runTool } from '../../../bridge/dev/tool.ts';
import type { TestRealm } from '../../support/keycloak.ts';
import { keycloakAdmin } from '../../support/keycloak.ts';
import { userBody } from './data.ts';
import type { Stage } from './stage.ts';

const suffix = 'dc=example,dc=test';
const root = { dn: `cn=root,${suffix}`, password: 'root-password' };

/** Below `ldapRoot`, as Debian's packages have it. */
const programOf = (ldapRoot: string): string => join(ldapRoot, 'usr/sbin/slapd');
export const hasLdap = (ldapRoot: string): boolean => existsSync(programOf(ldapRoot));

const configuration = (ldapRoot: string, folder: string): string => `
include ${join(ldapRoot, 'etc/ldap/schema/core.schema')}
include ${join(ldapRoot, 'etc/ldap/schema/cosine.schema')}
include ${join(ldapRoot, 'etc/ldap/schema/inetorgperson.schema')}
modulepath ${join(ldapRoot, 'usr/lib/ldap')}
moduleload back_mdb
pidfile ${join(folder, 'slapd.pid')}
argsfile ${join(folder, 'slapd.args')}
sizelimit unlimited
timelimit unlimited
threads 8
loglevel none
database mdb
suffix "${suffix}"
rootdn "${root.dn}"
rootpw ${root.password}
directory ${join(folder, 'db')}
maxsize 4294967296
index objectClass eq
index uid,mail,cn,sn,givenName eq,sub
index entryUUID,entryCSN eq
index createTimestamp,modifyTimestamp eq
`;

const unit = (name: string): string => `ou=${name},${suffix}`;

function* entries(units: ReadonlyMap<string, number>): Generator<string> {
  yield `dn: ${suffix}\nobjectClass: domain\ndc: example\n\n`;
  for (const [name, count] of units) {
    yield `dn: ${unit(name)}\nobjectClass: organizationalUnit\nou: ${name}\n\n`;
    for (let n = 1; n <= count; n += 1) {
      const { name: person, displayName, emails, title } = userBody(n, name);
      const uid = `${name}${n}`;
      yield `dn: uid=${uid},${unit(name)}\nobjectClass: inetOrgPerson\nuid: ${uid}\ncn: ${displayName}\nsn: ${person.familyName}\n` +
        `givenName: ${person.givenName}\nmail: ${emails[0]?.value}\ntitle: ${title}\n\n`;
    }
  }
}

async function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true));
    socket.once('error', () => resolve(false));
    socket.once('close', () => socket.destroy());
  });
}

/** Answers the server's address. @param units how many people are in each organizational unit */
export async function startLdap(stage: Stage, ldapRoot: string, units: ReadonlyMap<string, number>): Promise<string> {
  const folder = join(stage.folder, 'ldap');
  await mkdir(join(folder, 'db'), { recursive: true });
  const [conf, ldif] = [join(folder, 'slapd.conf'), join(folder, 'people.ldif')];
  await writeFile(conf, configuration(ldapRoot, folder));
  await writeFile(ldif, [...entries(units)].join(''));
  const lib = join(ldapRoot, 'usr/lib');
  const architectures = (await readdir(lib))
    .filter((name) => name.endsWith('-linux-gnu'))
    .map((name) => join(lib, name));
  const env = { ...process.env, LD_LIBRARY_PATH: architectures.join(':') };
  const program = programOf(ldapRoot);
  const { code, output } = await runTool(stage.context, program, ['-T', 'add', '-q', '-f', conf, '-l', ldif], { env });
  if (code !== 0) throw new Error(`slapadd ended with ${code}: ${output}`);

  const port = await freePort();
  const url = `ldap://127.0.0.1:${port}`;
  // With -d it stays in the foreground, as our child.
  const child = spawn(program, ['-d', '0', '-f', conf, '-h', url], { env, detached: true, stdio: 'ignore' });
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', () => resolve());
  });
  let running = true;
  void ended.then(() => {
    running = false;
  });
  const { pid } = child;
  if (pid === undefined) throw new Error(`${program} could not be started.`);
  stage.context.watch.add(pid, { signal: 'SIGTERM', graceMs: 5_000 });
  stage.onEnd(async () => {
    child.kill('SIGTERM');
    await ended;
    stage.context.watch.remove(pid);
  });
  while (!(await isListening(port))) {
    if (!running) throw new Error('slapd ended while starting.');
    await sleep(50);
  }
  return url;
}

/** Keycloak's own provider, as its console leaves it but for the batch. Answers the component's id. */
export async function addLdapComponent(realm: TestRealm, url: string, name: string): Promise<string> {
  const parent = await keycloakAdmin(realm.name, realm.server).realms.findOne({ realm: realm.name });
  const config = {
    enabled: 'true',
    priority: '0',
    importEnabled: 'true',
    editMode: 'READ_ONLY',
    fullSyncPeriod: '-1',
    changedSyncPeriod: '-1',
    batchSizeForSync: '1000',
    cachePolicy: 'DEFAULT',
    vendor: 'other',
    usernameLDAPAttribute: 'uid',
    rdnLDAPAttribute: 'uid',
    uuidLDAPAttribute: 'entryUUID',
    userObjectClasses: 'inetOrgPerson',
    connectionUrl: url,
    usersDn: unit(name),
    authType: 'simple',
    bindDn: root.dn,
    bindCredential: root.password,
    searchScope: '1',
    pagination: 'true',
    connectionPooling: 'true',
  };
  const { id } = await realm.admin.components.create({
    name,
    providerId: 'ldap',
    providerType: 'org.keycloak.storage.UserStorageProvider',
    ...(parent?.id !== undefined && { parentId: parent.id }),
    config: Object.fromEntries(Object.entries(config).map(([key, value]) => [key, [value]])),
  });
  return id;
}
