// realmbridge doctor
import { Command } from 'commander';
import { ConfigError } from '../config.ts';
import { defaultFailoverAdmin } from '../keycloak/contracts.ts';
import type { CheckResult, DoctorInput } from '../keycloak/doctor.ts';
import { type CommandContext, outputOf, type Shell, withServices } from './context.ts';
import { FailedQuietly, UsageError } from './exit.ts';
import { credentialsOf, type KeycloakOptions, readSecret, withKeycloakOptions } from './keycloak-options.ts';
import type { Output } from './output.ts';

interface DoctorOptions extends KeycloakOptions {
  bridgeUrl?: string;
  componentId?: string;
  directory?: string;
  directoryTokenFile?: string;
  failoverAdmin?: string;
  failoverPasswordFile?: string;
}

const marks: Record<CheckResult['status'], string> = { ok: '✓', warning: '!', failed: '✗', skipped: '-' };
const indent = '    ';

function showResult(output: Output, { status, title, detail, remedy }: CheckResult): void {
  output.progress(`${marks[status]} ${title}: ${detail}`);
  if (remedy !== undefined) output.progress(`${indent}${remedy}`);
}

async function inputOf(options: DoctorOptions, context: CommandContext): Promise<DoctorInput> {
  const { failureOf } = await import('./failure.ts');
  const { config, env, dev, store, services } = context;
  const running = dev?.keycloak;
  const url = options.keycloak ?? running?.url;
  const realm = options.realm ?? running?.realm;
  if (url !== undefined && !/^https?:$/.test(URL.parse(url)?.protocol ?? ''))
    throw new UsageError('--keycloak must be an http or https URL.');
  if (options.keycloak !== undefined && realm === undefined)
    throw new UsageError('With --keycloak, say which --realm.');
  const password =
    options.failoverPasswordFile === undefined
      ? env['REALMBRIDGE_FAILOVER_PASSWORD'] ||
        (realm === running?.realm ? running?.failoverAdmin?.password : undefined)
      : await readSecret(options.failoverPasswordFile, '--failover-password-file');
  return {
    store,
    directories: services.directories,
    federations: services.federations,
    hasAuthenticationSecret: config.authenticationSecret !== undefined,
    bridgeUrl: options.bridgeUrl ?? config.http.publicUrl ?? dev?.bridge?.url,
    federation: options.federation ?? dev?.federation?.slug,
    directory: options.directory,
    directoryToken:
      options.directoryTokenFile === undefined
        ? undefined
        : await readSecret(options.directoryTokenFile, '--directory-token-file'),
    keycloak:
      url === undefined || realm === undefined
        ? undefined
        : { url, realm, credentials: await credentialsOf(options, context) },
    componentId: options.componentId,
    failoverAdmin: {
      username: options.failoverAdmin ?? running?.failoverAdmin?.username ?? defaultFailoverAdmin,
      password,
    },
    describe: failureOf,
    onResult: (result) => showResult(context.output, result),
  };
}

function conclude(results: readonly CheckResult[], output: Output): void {
  const count = (status: CheckResult['status']) => results.filter((result) => result.status === status).length;
  const counts = { ok: count('ok'), warnings: count('warning'), failed: count('failed'), skipped: count('skipped') };
  output.result({ healthy: counts.failed === 0, ...counts, checks: results }, () =>
    ['', `${counts.ok} ok, ${counts.warnings} warnings, ${counts.failed} failed, ${counts.skipped} skipped`].join('\n'),
  );
  if (counts.failed > 0) throw new FailedQuietly();
}

/** Without a usable configuration nothing else can be looked at. */
async function reportConfiguration(error: ConfigError, output: Output): Promise<void> {
  const { failureOf } = await import('./failure.ts');
  const detail = error.problems.map(({ key, message }) => `${key} ${message}`).join('; ');
  const remedy = failureOf(error).remedy ?? 'Correct these variables.';
  const result: CheckResult = {
    id: 'configuration',
    title: 'Configuration',
    status: 'failed',
    detail: `${detail}.`,
    remedy,
  };
  showResult(output, result);
  conclude([result], output);
}

export function doctorCommand(shell: Shell): Command {
  const command = withKeycloakOptions(
    new Command('doctor').description('check each link of the chain and say how to mend what is broken'),
  )
    .option('--bridge-url <url>', 'where the bridge is (default: PUBLIC_URL)')
    .option('--component-id <uuid>', 'the component, when the realm has several')
    .option('--directory <slug>', 'look at this directory only')
    .option('--directory-token-file <file>', 'a file with its token, to be tried')
    .option('--failover-admin <name>', `the local admin (default: ${defaultFailoverAdmin})`)
    .option(
      '--failover-password-file <file>',
      'a file with its password, to be tried (or REALMBRIDGE_FAILOVER_PASSWORD)',
    );
  return command.action(async (options: DoctorOptions) => {
    const output = outputOf(shell, command);
    try {
      await withServices(shell, command, async (context) => {
        const configuration: CheckResult = {
          id: 'configuration',
          title: 'Configuration',
          status: 'ok',
          detail: 'All variables are usable.',
        };
        const input = await inputOf(options, context);
        const { examine } = await import('../keycloak/doctor.ts');
        showResult(output, configuration);
        conclude([configuration, ...(await examine(input))], output);
      });
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      await reportConfiguration(error, output);
    }
  });
}
