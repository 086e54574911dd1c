// A real OpenLDAP server for tests and measurements, on a port and a folder of its own.
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'ldapts';
import { freePort } from '../../bridge/dev/ports.ts';
import { noWatch, type Watch } from '../../bridge/dev/watch.ts';

export const suffix = 'dc=example,dc=test';
export const root = { dn: `cn=root,${suffix}`, password: 'root-password' };

/** Debian's layout: `/` when its packages are installed, or the folder where they are unpacked. */
export const slapdRoot = process.env['SLAPD_ROOT'] ?? '/';
const programOf = (ldapRoot: string): string => join(ldapRoot, 'usr/sbin/slapd');
export const hasSlapd = (ldapRoot = slapdRoot): boolean => existsSync(programOf(ldapRoot));

export interface SlapdOptions {
  /** LDIF of all entries, the suffix's included. */
  entries: Iterable<string>;
  ldapRoot?: string;
  /** Further lines of the configuration: for the server, and for its database. */
  global?: string;
  database?: string;
  /** Files with a certificate and its key; then StartTLS and ldaps work. */
  tls?: { certificate: string; key: string };
  watch?: Watch;
  /** Where the server lives; by default a folder that goes with it. */
  folder?: string;
}

export interface Slapd {
  readonly url: string;
  readonly ldapsUrl: string;
  /** Does something as the root of the database. */
  asRoot<T>(work: (client: Client) => Promise<T>): Promise<T>;
  stop(): Promise<void>;
  start(): Promise<void>;
  /** From now on it takes connections and says nothing. */
  hang(): void;
  resume(): void;
  close(): Promise<void>;
}

const modules = ['back_mdb', 'ppolicy', 'refint'];

function configuration(
  folder: string,
  { ldapRoot = slapdRoot, global = '', database = '', tls }: SlapdOptions,
): string {
  const schema = (name: string) => `include ${join(ldapRoot, 'etc/ldap/schema', `${name}.schema`)}`;
  return [
    ...['core', 'cosine', 'inetorgperson', 'nis'].map(schema),
    `modulepath ${join(ldapRoot, 'usr/lib/ldap')}`,
    ...modules.map((name) => `moduleload ${name}`),
    `pidfile ${join(folder, 'slapd.pid')}`,
    `argsfile ${join(folder, 'slapd.args')}`,
    'sizelimit unlimited',
    'timelimit unlimited',
    'threads 8',
    'loglevel none',
    ...(tls ? [`TLSCertificateFile ${tls.certificate}`, `TLSCertificateKeyFile ${tls.key}`] : []),
    global,
    'database mdb',
    `suffix "${suffix}"`,
    `rootdn "${root.dn}"`,
    `rootpw ${root.password}`,
    `directory ${join(folder, 'db')}`,
    'maxsize 4294967296',
    'index objectClass eq',
    'index uid,mail,cn,sn,givenName eq,sub',
    'index entryUUID,entryCSN eq',
    'index createTimestamp,modifyTimestamp eq',
    'overlay ppolicy',
    database,
    '',
  ].join('\n');
}

async function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true));
    socket.once('error', () => resolve(false));
    socket.once('close', () => socket.destroy());
  });
}

function ended(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) return resolve(child.exitCode);
    child.once('exit', resolve);
    child.once('error', () => resolve(null));
  });
}

/** Starts a server with these entries in it. */
export async function startSlapd(options: SlapdOptions): Promise<Slapd> {
  const { ldapRoot = slapdRoot, watch = noWatch } = options;
  const program = programOf(ldapRoot);
  if (!existsSync(program)) throw new Error(`There is no ${program}. Install Debian's slapd, or set SLAPD_ROOT.`);
  const folder = options.folder ?? (await mkdtemp(join(tmpdir(), 'realmbridge-slapd-')));
  await mkdir(join(folder, 'db'), { recursive: true });
  const [conf, ldif] = [join(folder, 'slapd.conf'), join(folder, 'entries.ldif')];
  await writeFile(conf, configuration(folder, options));
  await writeFile(ldif, [...options.entries].join(''));
  const lib = join(ldapRoot, 'usr/lib');
  const libraries = (await readdir(lib)).filter((name) => name.endsWith('-linux-gnu')).map((name) => join(lib, name));
  const env = { ...process.env, ...(ldapRoot !== '/' && { LD_LIBRARY_PATH: libraries.join(':') }) };

  let output = '';
  const load = spawn(program, ['-T', 'add', '-q', '-f', conf, '-l', ldif], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  for (const stream of [load.stdout, load.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const code = await ended(load);
  if (code !== 0) throw new Error(`slapadd ended with ${code}: ${output.slice(-2_000)}`);

  const [port, tlsPort] = [await freePort(), await freePort()];
  const url = `ldap://127.0.0.1:${port}`;
  const ldapsUrl = `ldaps://127.0.0.1:${tlsPort}`;
  let child: ChildProcess | undefined;

  async function start(): Promise<void> {
    // With -d it stays in the foreground, as our child.
    const listeners = options.tls ? `${url} ${ldapsUrl}` : url;
    const started = spawn(program, ['-d', '0', '-f', conf, '-h', listeners], { env, detached: true, stdio: 'ignore' });
    child = started;
    const { pid } = started;
    if (pid === undefined) throw new Error(`${program} could not be started.`);
    watch.add(pid, { signal: 'SIGTERM', graceMs: 5_000 });
    while (!(await isListening(port))) {
      if (started.exitCode !== null) throw new Error(`slapd ended with ${started.exitCode} while starting.`);
      await sleep(50);
    }
  }

  async function stop(): Promise<void> {
    const running = child;
    if (!running) return;
    child = undefined;
    running.kill('SIGCONT');
    running.kill('SIGTERM');
    await ended(running);
    if (running.pid !== undefined) watch.remove(running.pid);
  }

  await start();
  return {
    url,
    ldapsUrl,
    start,
    stop,
    hang: () => void child?.kill('SIGSTOP'),
    resume: () => void child?.kill('SIGCONT'),
    async asRoot(work) {
      const client = new Client({ url, timeout: 30_000 });
      try {
        await client.bind(root.dn, root.password);
        return await work(client);
      } finally {
        await client.unbind();
      }
    },
    async close() {
      await stop();
      if (options.folder === undefined) await rm(folder, { recursive: true, force: true });
    },
  };
}
