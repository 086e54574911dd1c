// realmbridge token …
import { Command, InvalidArgumentError, Option } from 'commander';
import type { TokenScope } from '../directories/contracts.ts';
import { type CommandContext, type Shell, withServices } from './context.ts';
import { parseDuration } from './duration.ts';
import { UsageError } from './exit.ts';
import { formatTime } from './table.ts';

interface Owner {
  kind: 'directory' | 'federation';
  slug: string;
}

interface OwnerOptions {
  directory?: string;
  federation?: string;
}

function ownerOf({ directory, federation }: OwnerOptions): Owner {
  if (directory !== undefined && federation === undefined) return { kind: 'directory', slug: directory };
  if (federation !== undefined && directory === undefined) return { kind: 'federation', slug: federation };
  throw new UsageError('Say whose token it is: either --directory SLUG or --federation SLUG.');
}

const withOwner = (command: Command): Command =>
  command
    .addOption(new Option('--directory <slug>', 'a token by which an identity provider pushes').conflicts('federation'))
    .addOption(new Option('--federation <slug>', 'a token by which Keycloak asks').conflicts('directory'));

function duration(text: string): number {
  const milliseconds = parseDuration(text);
  if (milliseconds === undefined)
    throw new InvalidArgumentError('It must be a number with a unit, such as 12h, 90d or 52w, at most ten years.');
  return milliseconds;
}

interface AnyToken {
  id: string;
  name: string;
  prefix: string;
  scopes?: TokenScope[];
  createdAt: Date;
  expiresAt: Date | null;
  revokedAt: Date | null;
  lastUsedAt: Date | null;
}

const tokensOf = ({ services }: CommandContext, { kind, slug }: Owner): Promise<AnyToken[]> =>
  kind === 'directory' ? services.directories.listTokens(slug) : services.federations.listTokens(slug);

function stateOf({ revokedAt, expiresAt }: AnyToken, now: Date): 'live' | 'revoked' | 'expired' {
  if (revokedAt) return 'revoked';
  return expiresAt && expiresAt <= now ? 'expired' : 'live';
}

function listCommand(shell: Shell): Command {
  const command = withOwner(new Command('list').description('list tokens by their first characters'));
  return command.action((options: OwnerOptions) =>
    withServices(shell, command, async (context) => {
      const owner = ownerOf(options);
      const now = new Date();
      const tokens = (await tokensOf(context, owner)).map((token) => ({ ...token, state: stateOf(token, now) }));
      context.output.table(
        tokens,
        ['ID', 'TOKEN', 'NAME', 'SCOPES', 'STATE', 'EXPIRES (UTC)', 'LAST USED (UTC)'],
        tokens.map((token) => [
          token.id,
          `${token.prefix}…`,
          token.name,
          token.scopes?.join(' ') ?? '-',
          token.state,
          token.expiresAt ? formatTime(token.expiresAt) : 'never',
          formatTime(token.lastUsedAt),
        ]),
        `The ${owner.kind} "${owner.slug}" has no token yet. Make one with \`realmbridge token create --${owner.kind} ${owner.slug}\`.`,
      );
    }),
  );
}

function whereToUse({ config, dev }: CommandContext, { kind, slug }: Owner): string {
  const base = config.http.publicUrl ?? dev?.bridge?.url ?? '<the bridge>';
  return kind === 'directory'
    ? `SCIM base URL: ${base}/scim/v2/${slug}`
    : `User-storage API: ${base}/user-storage/v1/${slug}`;
}

interface CreateOptions extends OwnerOptions {
  name?: string;
  expires?: number;
  scope?: TokenScope[];
}

function createCommand(shell: Shell): Command {
  const command = withOwner(new Command('create').description('make a token; it is shown this once'))
    .option('--name <name>', 'what it is for')
    .option('--expires <duration>', 'how long it is valid, such as 90d; without it, until it is revoked', duration)
    .addOption(
      new Option('--scope <scope...>', "what a directory's token may do (default: read write)").choices([
        'read',
        'write',
      ]),
    );
  return command.action((options: CreateOptions) =>
    withServices(shell, command, async (context) => {
      const owner = ownerOf(options);
      if (owner.kind === 'federation' && options.scope)
        throw new UsageError('--scope is for tokens of directories; a federation only reads.');
      const expiresAt = options.expires === undefined ? undefined : new Date(Date.now() + options.expires);
      const input = { ...(options.name !== undefined && { name: options.name }), ...(expiresAt && { expiresAt }) };
      const { directories, federations } = context.services;
      const made =
        owner.kind === 'directory'
          ? await directories.createToken(owner.slug, {
              ...input,
              ...(options.scope && { scopes: [...new Set(options.scope)] }),
            })
          : await federations.createToken(owner.slug, input);
      context.output.result({ ...made, [owner.kind]: owner.slug, expiresAt: expiresAt ?? null }, () =>
        [
          `✓ created a token for ${owner.kind} "${owner.slug}"${expiresAt ? `, valid until ${formatTime(expiresAt)} UTC` : ''}`,
          '',
          `  ${made.token}`,
          '',
          'It is not shown again.',
          whereToUse(context, owner),
        ].join('\n'),
      );
    }),
  );
}

function revokeCommand(shell: Shell): Command {
  const command = withOwner(
    new Command('revoke').description('make a token worthless, for running bridges within two seconds'),
  ).argument('<token>', 'its id, or its first characters as `token list` shows them');
  return command.action((which: string, options: OwnerOptions) =>
    withServices(shell, command, async (context) => {
      const owner = ownerOf(options);
      const now = new Date();
      const wanted = which.replace(/…$/, '');
      const found = (await tokensOf(context, owner)).filter(
        (token) =>
          token.id === wanted || (wanted.startsWith('rb_') && token.prefix === wanted.slice(0, token.prefix.length)),
      );
      const live = found.filter((token) => stateOf(token, now) === 'live');
      if (live.length > 1) throw new UsageError(`Several live tokens begin with ${wanted}; name one by its id.`);
      const id = (live[0] ?? found[0])?.id ?? wanted;
      const { directories, federations } = context.services;
      await (owner.kind === 'directory' ? directories : federations).revokeToken(owner.slug, id);
      context.output.result(
        { revoked: id, [owner.kind]: owner.slug },
        () => `✓ revoked token ${live[0]?.prefix ?? id}… of ${owner.kind} "${owner.slug}"`,
      );
    }),
  );
}

export function tokenCommand(shell: Shell): Command {
  return new Command('token')
    .description('tokens of directories (for identity providers) and federations (for Keycloak)')
    .addCommand(listCommand(shell))
    .addCommand(createCommand(shell))
    .addCommand(revokeCommand(shell));
}
