// A real domain controller with Active Directory's LDAP: Samba, on a loopback address and in a folder of its own.
import { spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { makeCertificates } from './certificates.ts';

const program = '/usr/sbin/samba';
const realm = 'acme.test';

/** Its LDAP server has the port 389 and no other, which takes root's rights. */
export const hasSamba = (): boolean => existsSync(program) && process.getuid?.() === 0;

export const domain = 'DC=acme,DC=test';
export const administrator = { dn: `CN=Administrator,CN=Users,${domain}`, password: 'Admin-Pass-1' };

export interface Samba {
  readonly url: string;
  readonly ldapsUrl: string;
  /** The authority's certificate as PEM text. */
  readonly ca: string;
  /** What Samba's administrators do with `samba-tool`. */
  tool(...args: string[]): Promise<string>;
  close(): Promise<void>;
}

function run(command: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk));
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) resolve(output);
      else reject(new Error(`${command} ${args.slice(0, 2).join(' ')} ended with ${code}: ${output.slice(-2_000)}`));
    });
  });
}

function answers(host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(389, host);
    socket.once('connect', () => resolve(true));
    socket.once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}

/** Sets a new domain up, `acme.test`, and starts its only controller. */
export async function startSamba(): Promise<Samba> {
  // Others may run the same test on this machine.
  const host = `127.77.${randomInt(255)}.${randomInt(1, 255)}`;
  const { ca, good: tls, remove } = await makeCertificates([host]);
  const folder = await mkdtemp(join(tmpdir(), 'realmbridge-samba-'));
  const settings = [
    `interfaces=${host}/8`,
    'bind interfaces only=yes',
    'server services=ldap',
    // Where the file system has no attributes of that kind.
    'vfs objects=dfs_samba4 xattr_tdb acl_xattr',
  ];
  await run('samba-tool', [
    ...['domain', 'provision', `--targetdir=${folder}`, '--server-role=dc', '--dns-backend=NONE', '--host-name=dc1'],
    ...[`--realm=${realm}`, '--domain=ACME', `--adminpass=${administrator.password}`],
    ...settings.map((setting) => `--option=${setting}`),
  ]);
  const config = join(folder, 'etc/smb.conf');
  const args = [
    ...['--interactive', '--model=single', '--no-process-group', '--debuglevel=0', `--configfile=${config}`],
    ...[`--option=tls certfile=${tls.certificate}`, `--option=tls keyfile=${tls.key}`, '--option=tls cafile='],
  ];
  const server = spawn(program, args, { stdio: 'ignore' });
  const ended = new Promise<void>((resolve) => server.once('exit', () => resolve()));
  while (!(await answers(host))) {
    if (server.exitCode !== null) throw new Error(`samba ended with ${server.exitCode} while starting.`);
    await sleep(100);
  }
  return {
    url: `ldap://${host}`,
    ldapsUrl: `ldaps://${host}`,
    ca,
    tool: (...command) => run('samba-tool', [...command, `--configfile=${config}`]),
    async close() {
      server.kill('SIGTERM');
      await ended;
      await rm(folder, { recursive: true, force: true });
      await remove();
    },
  };
}
