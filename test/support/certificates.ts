// Certificates for tests, made by the openssl program: of a good server, of one whose time is over, and of whoever signed.
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

export interface Certificates {
  /** The authority's certificate as PEM text. */
  ca: string;
  /** Files, for the names localhost and *.vault.test and the addresses. */
  good: { certificate: string; key: string };
  expired: { certificate: string; key: string };
  remove(): Promise<void>;
}

export async function makeCertificates(addresses: readonly string[] = ['127.0.0.1']): Promise<Certificates> {
  const folder = await mkdtemp(join(tmpdir(), 'realmbridge-certificates-'));
  const file = (name: string) => join(folder, name);
  const openssl = (...args: string[]) => promisify(execFile)('openssl', args, { cwd: folder });
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  await openssl(
    'req',
    '-x509',
    ...newKey,
    '-keyout',
    'ca.key',
    '-out',
    'ca.pem',
    '-days',
    '30',
    '-subj',
    '/CN=Test CA',
  );
  await writeFile(
    file('names'),
    `subjectAltName=DNS:localhost,DNS:*.vault.test,${addresses.map((address) => `IP:${address}`).join()}\n`,
  );
  // `openssl ca` is the one command of all versions that takes dates in the past.
  await writeFile(
    file('ca.conf'),
    '[ca]\ndefault_ca=d\n[d]\ndatabase=index\nnew_certs_dir=.\nrand_serial=yes\ndefault_md=sha256\npolicy=p\nunique_subject=no\n[p]\ncommonName=supplied\n',
  );
  await writeFile(file('index'), '');
  const sign = async (name: string, start: string, end: string) => {
    await openssl('req', '-new', ...newKey, '-keyout', `${name}.key`, '-out', `${name}.csr`, '-subj', '/CN=localhost');
    await openssl(
      ...[
        'ca',
        '-batch',
        '-notext',
        '-config',
        'ca.conf',
        '-cert',
        'ca.pem',
        '-keyfile',
        'ca.key',
        '-extfile',
        'names',
      ],
      ...['-in', `${name}.csr`, '-out', `${name}.pem`, '-startdate', start, '-enddate', end],
    );
    return { certificate: file(`${name}.pem`), key: file(`${name}.key`) };
  };
  return {
    ca: await readFile(file('ca.pem'), 'utf8'),
    good: await sign('good', '20200101000000Z', '20991231000000Z'),
    expired: await sign('expired', '20200101000000Z', '20210101000000Z'),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
