// realmbridge directory create --kind ldap, test, sync, and what show says of an LDAP directory
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Command, Option } from 'commander';
import {
  type LdapStatus,
  ldapSettings,
  ldapSettingsChange,
  type NewLdapSettings,
  newLdapSettings,
  type TestReport,
} from '../ldap/contracts.ts';
import { presetNames } from '../ldap/presets.ts';
import { type Shell, withServices } from './context.ts';
import { readShape } from './declaration-file.ts';
import { FailedQuietly, UsageError } from './exit.ts';
import { formatTable, formatTime } from './table.ts';

export interface LdapOptions {
  settings?: string;
  preset?: NewLdapSettings['preset'];
  url?: string[];
  startTls?: boolean;
  ca?: string;
  bindDn?: string;
  passwordFile?: string;
  users?: string;
  userFilter?: string;
  groups?: string;
  groupFilter?: string;
}

const passwordVariable = 'LDAP_BIND_PASSWORD';

/** The options that say how an LDAP directory is read. */
export function addLdapOptions(command: Command): Command {
  return command
    .option('--settings <file>', 'all settings as JSON, as the management API has them; the options below go before it')
    .addOption(new Option('--preset <name>', 'which kind of server it is').choices(presetNames))
    .option('--url <url...>', 'ldap://HOST or ldaps://HOST, in the order in which they are tried')
    .option('--no-start-tls', 'leave ldap:// connections unencrypted')
    .option('--ca <file>', "PEM certificates that the servers' certificates come from")
    .option('--bind-dn <dn>', 'the entry as which the bridge reads')
    .option('--password-file <file>', `a file with its password; without it ${passwordVariable} is read`)
    .option('--users <dn>', 'the base of users')
    .option('--user-filter <filter>', "instead of the preset's")
    .option('--groups <dn>', 'the base of groups; without it none are read')
    .option('--group-filter <filter>', "instead of the preset's");
}

/** Whether an option was given; encryption has a default, and --json is every command's. */
export const namesSettings = ({ startTls, json: _json, ...options }: LdapOptions & { json?: boolean }): boolean =>
  Object.keys(options).length > 0 || startTls === false;

async function readText(shell: Shell, file: string): Promise<string> {
  return readFile(resolve(shell.cwd, file), 'utf8').catch((cause: unknown) => {
    throw new UsageError(`The file ${file} can't be read.`, { cause });
  });
}

/** The password never stands in the command line, where others may see it. */
async function passwordOf(shell: Shell, { passwordFile }: LdapOptions): Promise<string | undefined> {
  if (passwordFile !== undefined) return (await readText(shell, passwordFile)).replace(/\r?\n$/, '');
  return shell.env[passwordVariable];
}

/** What the options and the file say together. */
async function givenSettings(shell: Shell, options: LdapOptions): Promise<Record<string, unknown>> {
  const file = options.settings;
  const base =
    file === undefined ? {} : await readShape(resolve(shell.cwd, file), ldapSettingsChange.partial().loose());
  const bindPassword = await passwordOf(shell, options);
  const { users: usersBase, userFilter, groups: groupsBase, groupFilter } = options;
  const users = {
    ...base.users,
    ...(usersBase !== undefined && { base: usersBase }),
    ...(userFilter !== undefined && { filter: userFilter }),
  };
  const groups = {
    ...base.groups,
    ...(groupsBase !== undefined && { base: groupsBase }),
    ...(groupFilter !== undefined && { filter: groupFilter }),
  };
  return {
    ...base,
    ...(options.preset && { preset: options.preset }),
    ...(options.url && { urls: options.url }),
    ...(options.startTls === false && { startTls: false }),
    ...(options.ca !== undefined && { ca: await readText(shell, options.ca) }),
    ...(options.bindDn !== undefined && { bindDn: options.bindDn }),
    ...(bindPassword !== undefined && { bindPassword }),
    ...(Object.keys(users).length > 0 && { users }),
    ...(Object.keys(groups).length > 0 && { groups }),
  };
}

const optionOf: Record<string, string> = {
  preset: '--preset',
  urls: '--url',
  bindDn: '--bind-dn',
  bindPassword: `--password-file, or ${passwordVariable} in the environment`,
  users: '--users',
  groups: '--groups',
  ca: '--ca',
};

function settingsProblem(path: PropertyKey[], message: string): UsageError {
  const [top = ''] = path.map(String);
  const option = optionOf[top];
  return new UsageError(`${path.map(String).join('.') || 'the settings'}: ${message}${option ? ` (${option})` : ''}.`);
}

/** @throws UsageError naming what is wrong or missing */
export async function readNewSettings(shell: Shell, options: LdapOptions): Promise<NewLdapSettings> {
  const parsed = newLdapSettings.safeParse(await givenSettings(shell, options));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw settingsProblem(issue?.path ?? [], issue?.message ?? 'is not valid');
}

function testLines({ ok, outage, steps }: TestReport): string {
  const lines = steps.map(
    ({ server, step, ok: isGood, problem, detail }) =>
      `${isGood ? '✓' : '✗'} ${server} ${step}${problem === null ? '' : ` (${problem})`}: ${detail}`,
  );
  const verdict = ok
    ? 'The directory can be read.'
    : outage
      ? 'The directory can not be read now. Nothing in the settings is known to be wrong: it looks like an outage.'
      : 'The directory can not be read. See above what to correct.';
  return [...lines, '', verdict].join('\n');
}

export function testCommand(shell: Shell): Command {
  const command = addLdapOptions(
    new Command('test')
      .description(
        'try what the settings of an LDAP directory say at each of its servers; changes nothing. Without a directory the options are tried',
      )
      .argument('[slug]', 'the directory'),
  );
  return command.action((slug: string | undefined, options: LdapOptions) =>
    withServices(shell, command, async ({ output, services }) => {
      if (slug !== undefined && namesSettings(options)) {
        throw new UsageError('Name a directory, whose own settings are tried, or say other settings; not both.');
      }
      const report =
        slug === undefined
          ? await services.ldap.testSettings(await readNewSettings(shell, options))
          : await services.ldap.testDirectory(slug);
      output.result(report, () => testLines(report));
      if (!report.ok) throw new FailedQuietly();
    }),
  );
}

export function ldapCommand(shell: Shell): Command {
  const show = new Command('show')
    .description('the settings of an LDAP directory as JSON, without its password')
    .argument('<slug>');
  show.action((slug: string) =>
    withServices(shell, show, async ({ output, services }) => {
      const settings = await services.ldap.readSettings(slug);
      output.result(settings, () => JSON.stringify(settings, null, 2));
    }),
  );
  const update = addLdapOptions(
    new Command('update')
      .description('change how an LDAP directory is read; all of it is read anew')
      .argument('<slug>'),
  );
  update.action((slug: string, options: LdapOptions) =>
    withServices(shell, update, async ({ output, services }) => {
      const present = await services.ldap.readSettings(slug);
      const given = await givenSettings(shell, options);
      if (Object.keys(given).length === 0) throw new UsageError('Say what to change, for example --url.');
      const nested = (key: 'users' | 'groups') => {
        const [old, own] = [present[key], given[key]];
        return own !== undefined && typeof own === 'object' ? { [key]: { ...old, ...own } } : {};
      };
      const parsed = ldapSettingsChange.safeParse({ ...present, ...given, ...nested('users'), ...nested('groups') });
      if (!parsed.success) {
        const [issue] = parsed.error.issues;
        throw settingsProblem(issue?.path ?? [], issue?.message ?? 'is not valid');
      }
      const settings = ldapSettings.parse(await services.ldap.changeSettings(slug, parsed.data));
      output.result(
        settings,
        () => `✓ changed how directory "${slug}" is read\nNext: \`realmbridge directory test ${slug}\`.`,
      );
    }),
  );
  return new Command('ldap').description('how an LDAP directory is read').addCommand(show).addCommand(update);
}

export function syncCommand(shell: Shell): Command {
  const command = new Command('sync')
    .description('have the running bridge read an LDAP directory as a whole')
    .argument('<slug>')
    .option('--accept-removals', 'remove what the reading lacks, however much it is');
  return command.action((slug: string, { acceptRemovals }: { acceptRemovals?: true }) =>
    withServices(shell, command, async ({ output, services }) => {
      const requested = acceptRemovals ? 'accept-removals' : 'full';
      await services.ldap.requestSync(slug, requested);
      output.result(
        { requested, directory: slug },
        () =>
          `✓ the bridge will read directory "${slug}" as a whole${acceptRemovals ? ' and remove what is missing' : ''}\nSee \`realmbridge directory show ${slug}\` for what comes of it.`,
      );
    }),
  );
}

const counted = (what: string, { known, missing }: { known: number; missing: number }) =>
  missing === 0 ? [] : [`${missing} of ${known} ${what}`];

/** How an LDAP directory does, for `directory show`. */
export function statusLines(slug: string, status: LdapStatus): string[] {
  const { health, healthSince, seenAt, lastFullAt, lastChangesAt, lastListingAt, failure, held, refused } = status;
  return [
    `Source: ${health} since ${formatTime(healthSince)} UTC, last reached ${formatTime(seenAt)}`,
    `Read as a whole ${formatTime(lastFullAt)}, changes ${formatTime(lastChangesAt)}, listed ${formatTime(lastListingAt)}`,
    ...(health === 'unavailable'
      ? ['Its users are served from the copy, read-only, until a server answers again.']
      : []),
    ...(failure ? [`The latest reading failed (${failure.problem}): ${failure.message}`] : []),
    ...(held
      ? [
          `Removals are held: the server lacks ${[...counted('users', held.users), ...counted('groups', held.groups)].join(' and ')}.`,
          `If that is right, \`realmbridge directory sync ${slug} --accept-removals\` removes them.`,
        ]
      : []),
    ...(refused.count > 0
      ? [
          '',
          formatTable(
            [`NOT TAKEN OVER (${refused.count})`, 'WHY'],
            refused.first.map(({ dn, problem }) => [dn, problem]),
          ),
        ]
      : []),
  ];
}
