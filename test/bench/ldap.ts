// `npm run bench:ldap`: imports from an LDAP server, passwords by bind, and look-ups through many directories.
import { cpus } from 'node:os';
import { join } from 'node:path';
import { createLocalSignal } from '../../bridge/events/signal.ts';
import { systemClock } from '../../bridge/platform/clock.ts';
import { createOutgoing } from '../../bridge/platform/http/outgoing.ts';
import { createPasswordHasher } from '../../bridge/platform/secrets/passwords.ts';
import { createServices } from '../../bridge/services.ts';
import { makeCertificates } from '../support/certificates.ts';
import { baseEntries, ldif, person, personDn } from '../support/ldap-world.ts';
import { startSlapd } from '../support/slapd.ts';
import { type LdapBenchOptions, ldapRows, uidOf } from './rows/ldap-rows.ts';
import { benchCommand } from './support/options.ts';
import { measureRows, type Result, renderResults } from './support/results.ts';
import { onStage, type Stage } from './support/stage.ts';
import { progress } from './support/table.ts';

/** Long ago: what is as new as the last reading is read again. */
const modifyTimestamp = '20260101000000Z';

function* entries(count: number): Generator<string> {
  yield* baseEntries();
  for (let n = 1; n <= count; n += 1) yield ldif(personDn(uidOf(n)), person(uidOf(n), { modifyTimestamp }));
}

async function measure(stage: Stage, options: LdapBenchOptions & { ldapRoot: string }): Promise<Result[]> {
  progress(`filling an LDAP server with ${options.ldapUsers} people`);
  const certificates = await makeCertificates();
  stage.onEnd(certificates.remove);
  const slapd = await startSlapd({
    tls: certificates.good,
    entries: entries(options.ldapUsers),
    ldapRoot: options.ldapRoot,
    folder: join(stage.folder, 'ldap'),
    watch: stage.context.watch,
  });
  stage.onEnd(slapd.close);
  const services = createServices({
    store: stage.store,
    clock: systemClock,
    passwords: createPasswordHasher(),
    signal: createLocalSignal(),
    outgoing: createOutgoing({ allow: ['127.0.0.0/8'] }),
  });
  stage.onEnd(async () => {
    services.ldapPasswords.close();
    services.federations.close();
  });
  return measureRows(ldapRows, { stage, services, slapd, ca: certificates.ca, options }, options, stage.context.signal);
}

const command = benchCommand('bench:ldap', 'Measures directories that are read from an LDAP server.', 3)
  .option('--small', 'for small machines: 5,000 people, ten directories of 5,000', false)
  .option('--ldap-root <folder>', 'where the packages of slapd are unpacked, if they are not installed', '/');
command.action(async (given: LdapBenchOptions & { small: boolean; ldapRoot: string }) => {
  const sizes = given.small
    ? { ldapUsers: 5_000, directoryUsers: 5_000 }
    : { ldapUsers: 50_000, directoryUsers: 100_000 };
  const results = await onStage({ name: 'ldap' }, (stage) => measure(stage, { ...given, ...sizes }));
  if (given.json) console.log(JSON.stringify({ ...sizes, results }, null, 2));
  else {
    const { ldapUsers, directoryUsers } = sizes;
    console.log(
      `\n${ldapUsers} people, ten directories of ${directoryUsers}, ${cpus().length} CPUs, Node ${process.version}\n`,
    );
    console.log(renderResults(results));
  }
});
try {
  await command.parseAsync();
} catch (error) {
  progress(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
