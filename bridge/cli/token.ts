// realmbridge token …
import { Command, Option } from 'commander';
import type { TokenScope } from '../directories/contracts.ts';
import { type CommandContext, type Shell, withServices } from './context.ts';
import { duration } from './duration-option.ts';
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

/** The token that somebody means by its id or first characters: the live one, if there are several. */
async function findToken(
  context: CommandContext,
  owner: Owner,
  which: string,
): Promise<{ id: string; prefix?: string }> {
  const now = new Date();
  const wanted = which.replace(/…$/, '');
  const found = (await tokensOf(context, owner)).filter(
    (token) =>
      token.id === wanted || (wanted.startsWith('rb_') && token.prefix === wanted.slice(0, token.prefix.length)),
  );
  const live = found.filter((token) => stateOf(token, now) === 'live');
  if (live.length > 1) throw new UsageError(`Several live tokens begin with ${wanted}; name one by its id.`);
  return live[0] ?? found[0] ?? { id: wanted };
}

interface RotateOptions {
  directory: string;
  overlap?: number;
  expires?: number;
}

function rotateCommand(shell: Shell): Command {
  const command = new Command('rotate')
    .description("make a new token in the place of a directory's live one, which goes on working for a while")
    .argument('<token>', 'its id, or its first characters as `token list` shows them')
    .requiredOption('--directory <slug>', 'whose token it is')
    .option('--overlap <duration>', 'how long the old one goes on working, at most 90d (default: 24h)', duration)
    .option('--expires <duration>', 'how long the new one is valid; without it, as long as the old one was', duration);
  return command.action((which: string, { directory, overlap, expires }: RotateOptions) =>
    withServices(shell, command, async (context) => {
      const owner: Owner = { kind: 'directory', slug: directory };
      const { id } = await findToken(context, owner, which);
      const { previous, ...made } = await context.services.directories.rotateToken(directory, id, {
        ...(overlap !== undefined && { overlapMs: overlap }),
        ...(expires !== undefined && { expiresAt: new Date(Date.now() + expires) }),
      });
      const old = { id: previous.id, prefix: previous.prefix, expiresAt: previous.expiresAt };
      context.output.result({ ...made, directory, previous: old }, () =>
        [
          `✓ created a token for directory "${directory}"${made.expiresAt ? `, valid until ${formatTime(made.expiresAt)} UTC` : ''}`,
          '',
          `  ${made.token}`,
          '',
          `It is not shown again. The old one, ${previous.prefix}…, works until ${formatTime(previous.expiresAt)} UTC:`,
          'give the new one to the identity provider before that, and see by `token list` whether the old one is still used.',
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
      const { id, prefix = id } = await findToken(context, owner, which);
      const { directories, federations } = context.services;
      await (owner.kind === 'directory' ? directories : federations).revokeToken(owner.slug, id);
      context.output.result(
        { revoked: id, [owner.kind]: owner.slug },
        () => `✓ revoked token ${prefix}… of ${owner.kind} "${owner.slug}"`,
      );
    }),
  );
}

export function tokenCommand(shell: Shell): Command {
  return new Command('token')
    .description('tokens of directories (for identity providers) and federations (for Keycloak)')
    .addCommand(listCommand(shell))
    .addCommand(createCommand(shell))
    .addCommand(rotateCommand(shell))
    .addCommand(revokeCommand(shell));
}
