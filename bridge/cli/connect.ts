// realmbridge connect
import { Command, InvalidArgumentError, Option } from 'commander';
import type { ConnectInput, ConnectResult, ConnectStep } from '../keycloak/connect.ts';
import { isUuid } from '../platform/ids.ts';
import { type CommandContext, type Shell, withServices } from './context.ts';
import { FailedQuietly, UsageError } from './exit.ts';
import { onOff } from './federation.ts';
import { credentialsOf, type KeycloakOptions, readSecret, withKeycloakOptions } from './keycloak-options.ts';

interface ConnectOptions extends KeycloakOptions {
  createRealm?: true;
  bridgeUrl?: string;
  componentId?: string;
  groupsParent?: string;
  import?: boolean;
  offlinePassword?: boolean;
  offlinePasswordMaxAge?: number;
  rotateToken?: true;
  failoverAdmin?: string;
  failoverPasswordFile?: string;
  resetFailoverPassword?: true;
  groupsClaim: 'path' | 'name' | 'none';
  client?: string[];
  allClients?: true;
  theme?: string;
  helpUrl?: string;
  sync: boolean;
  dryRun?: true;
}

async function inputOf(
  options: ConnectOptions,
  context: CommandContext,
): Promise<Omit<ConnectInput, 'federations' | 'onStep'>> {
  const { config, dev } = context;
  const keycloak = options.keycloak ?? dev?.keycloak?.url;
  const realm = options.realm ?? dev?.keycloak?.realm;
  const federation = options.federation ?? dev?.federation?.slug;
  const bridgeUrl = options.bridgeUrl ?? config.http.publicUrl ?? dev?.bridge?.url;
  const required = { '--keycloak': keycloak, '--realm': realm, '--federation': federation };
  const missing = Object.entries(required).filter(([, value]) => value === undefined);
  if (keycloak === undefined || realm === undefined || federation === undefined) {
    throw new UsageError(`Missing: ${missing.map(([name]) => name).join(', ')}.`);
  }
  if (bridgeUrl === undefined)
    throw new UsageError('Say with --bridge-url (or PUBLIC_URL) under which address Keycloak reaches the bridge.');
  for (const [name, url] of [
    ['--keycloak', keycloak],
    ['--bridge-url', bridgeUrl],
  ] as const) {
    if (!/^https?:$/.test(URL.parse(url)?.protocol ?? ''))
      throw new UsageError(`${name} must be an http or https URL.`);
  }
  if (options.componentId !== undefined && !isUuid(options.componentId))
    throw new UsageError('--component-id must be a UUID.');
  const credentials = await credentialsOf(options, context);
  if (!credentials) {
    throw new UsageError(
      'Say how to log in to Keycloak: --admin-password-file FILE or KEYCLOAK_ADMIN_PASSWORD (with --admin-user), or --admin-client.',
    );
  }
  const passwordFile = options.failoverPasswordFile;
  return {
    keycloak: { url: keycloak, credentials },
    realm,
    federation,
    bridgeUrl,
    createRealm: options.createRealm ?? false,
    componentId: options.componentId,
    groupsParent: options.groupsParent,
    importEnabled: options.import,
    offlinePassword: options.offlinePassword,
    offlinePasswordMaxAgeDays: options.offlinePasswordMaxAge,
    rotateToken: options.rotateToken ?? false,
    failoverAdmin: {
      username: options.failoverAdmin,
      password: passwordFile === undefined ? undefined : await readSecret(passwordFile, '--failover-password-file'),
      resetPassword: options.resetFailoverPassword ?? false,
    },
    groupsClaim: options.groupsClaim,
    clients: options.allClients ? 'all' : (options.client ?? []),
    theme: options.theme === 'default' ? '' : options.theme,
    helpUrl: options.helpUrl === 'none' ? '' : options.helpUrl,
    sync: options.sync,
    dryRun: options.dryRun ?? false,
  };
}

function helpLink(text: string): string {
  if (text !== 'none' && !/^(https?|mailto):$/.test(URL.parse(text)?.protocol ?? ''))
    throw new InvalidArgumentError('It must be an http, https or mailto URL, or none.');
  return text;
}

function days(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > 365)
    throw new InvalidArgumentError('It must be a whole number from 1 to 365.');
  return value;
}

const marks: Record<ConnectStep['status'], string> = { done: '✓', unchanged: '•', planned: '→', failed: '✗' };

function summary(result: ConnectResult): string {
  const lines: string[] = [];
  const { failoverAdmin, sync, failure } = result;
  if (sync) {
    const counts = `${sync.added} added, ${sync.updated} updated, ${sync.removed} removed, ${sync.failed} failed`;
    lines.push(`  ${counts}; the realm has ${sync.users} users now`);
    if (sync.remark !== undefined) lines.push(`  ${sync.remark}`);
  }
  if (!result.changed) lines.push('Nothing to do: everything is as it should be.');
  else if (result.dryRun) lines.push('Nothing was changed (--dry-run). The steps marked → would be carried out.');
  if (failoverAdmin.password !== undefined) {
    lines.push(
      '',
      `Failover admin: ${failoverAdmin.username}`,
      `Password:       ${failoverAdmin.password}`,
      'It is not shown again. Keep it where you can get at it when the bridge and your identity provider are down.',
    );
  }
  if (failure)
    lines.push('', 'What is marked ✓ is done. Mend the cause and run the same command again: it goes on from there.');
  return lines.join('\n');
}

function report(result: ConnectResult, { output }: CommandContext): void {
  // The token's text is in the component; nobody needs to see it.
  const { token, ...rest } = result;
  const told = { ...rest, ...(token && { token: { id: token.id, prefix: token.prefix } }) };
  output.result(told, () => summary(result));
  for (const note of result.notes) output.note(note);
  if (!result.failure) return;
  const { message, remedy } = result.failure;
  output.note(`Error: ${message}${remedy === undefined ? '' : `\n${remedy}`}`);
  throw new FailedQuietly();
}

export function connectCommand(shell: Shell): Command {
  const command = withKeycloakOptions(
    new Command('connect').description(
      'connect a Keycloak realm to a federation, with a local failover admin; safe to repeat',
    ),
  )
    .option('--create-realm', 'make the realm if it is absent')
    .option('--bridge-url <url>', 'the address under which Keycloak reaches the bridge (default: PUBLIC_URL)')
    .option('--component-id <uuid>', 'the id of the component (default: derived from realm and federation)')
    .option('--groups-parent <path>', 'the Keycloak group below which groups are mirrored (default: /realmbridge)')
    .option(
      '--import <true|false>',
      'copy users into Keycloak, so that they go on working in an outage (default: true)',
      onOff,
    )
    .option(
      '--offline-password <true|false>',
      'keep hashes of confirmed passwords in Keycloak, for logins while the bridge is unavailable (default: false)',
      onOff,
    )
    .option('--offline-password-max-age <days>', 'how long after its last confirmation (default: 14)', days)
    .option('--failover-admin <name>', 'the local admin who can always log in (default: failover-admin)')
    .option('--failover-password-file <file>', 'a file with its password (default: a random one, shown once)')
    .option('--reset-failover-password', 'give an existing failover admin a new password')
    .option('--rotate-token', "replace the component's token and revoke the old one")
    .addOption(
      new Option(
        '--groups-claim <kind>',
        "what tokens' groups claim holds: paths (no two directories' groups mix), names, or no claim",
      )
        .choices(['path', 'name', 'none'])
        .default('path'),
    )
    .option('--client <id...>', 'existing clients that get the groups claim, too; new ones always get it')
    .option('--all-clients', 'all existing clients get it')
    .option('--theme <name>', "the realm's login and account theme, such as realmbridge; default: Keycloak's own again")
    .option(
      '--help-url <url>',
      'where the theme sends people for help with an account that is managed elsewhere; none: nowhere',
      helpLink,
    )
    .option('--no-sync', 'leave out the first import')
    .option('--dry-run', 'print the plan and change nothing');
  return command.action((options: ConnectOptions) =>
    withServices(shell, command, async (context) => {
      const input = await inputOf(options, context);
      const { connectRealm } = await import('../keycloak/connect.ts');
      const result = await connectRealm({
        ...input,
        federations: context.services.federations,
        onStep: ({ status, text }) => context.output.progress(`${marks[status]} ${text}`),
      });
      report(result, context);
    }),
  );
}
