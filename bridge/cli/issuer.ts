// realmbridge directory issuer …
import { Command, InvalidArgumentError, Option } from 'commander';
import type { TokenScope } from '../directories/contracts.ts';
import { scopeClaims, shownIssuer, type TrustedIssuer } from '../directories/issuers/contracts.ts';
import { type Shell, withServices } from './context.ts';
import { UsageError } from './exit.ts';
import { formatTime } from './table.ts';

type Claims = Record<string, string[]>;

/** `name=value`; given several times for one name, any of the values will do. */
function collectClaim(text: string, claims: Claims = {}): Claims {
  const at = text.indexOf('=');
  const name = text.slice(0, at);
  if (at < 1 || at === text.length - 1) throw new InvalidArgumentError('It must be NAME=VALUE, such as azp=my-client.');
  return { ...claims, [name]: [...(Object.hasOwn(claims, name) ? (claims[name] ?? []) : []), text.slice(at + 1)] };
}

const scopesOf = ({ scopeRule }: TrustedIssuer): string =>
  scopeRule.kind === 'fixed' ? scopeRule.scopes.join(' ') : `${scopeRule.claim}: ${scopeRule.read}, ${scopeRule.write}`;

const claimsOf = ({ requiredClaims }: TrustedIssuer): string =>
  Object.entries(requiredClaims)
    .map(([name, values]) => `${name}=${values.join('|')}`)
    .join(' ');

function listCommand(shell: Shell): Command {
  const command = new Command('list').description('list the issuers that a directory trusts').argument('<slug>');
  return command.action((slug: string) =>
    withServices(shell, command, async ({ output, services }) => {
      const issuers = await services.issuers.listIssuers(slug);
      output.table(
        issuers.map(shownIssuer),
        ['ID', 'ISSUER', 'AUDIENCE', 'CLAIMS', 'SCOPES', 'STATE', 'LAST USED (UTC)'],
        issuers.map((issuer) => [
          issuer.id,
          issuer.issuer,
          issuer.audience,
          claimsOf(issuer),
          scopesOf(issuer),
          issuer.enabled ? 'enabled' : 'disabled',
          formatTime(issuer.lastUsedAt),
        ]),
        `The directory "${slug}" trusts no issuer; only its own tokens open it.`,
      );
    }),
  );
}

interface AddOptions {
  issuer: string;
  audience: string;
  jwksUrl?: string;
  claim?: Claims;
  scope?: TokenScope[];
  scopeClaim?: (typeof scopeClaims)[number];
  readValue?: string;
  writeValue?: string;
}

function addCommand(shell: Shell): Command {
  const command = new Command('add')
    .description("let an issuer's JWTs open a directory")
    .argument('<slug>')
    .requiredOption('--issuer <url>', 'what the claim "iss" must be, letter by letter')
    .requiredOption('--audience <text>', 'what the claim "aud" must hold')
    .option('--jwks-url <url>', "where its keys are; without it, from the issuer's discovery document")
    .option(
      '--claim <name=value>',
      'a claim that tokens must have, at least one of sub, azp, appid, client_id, cid, oid; may be repeated',
      collectClaim,
    )
    .addOption(new Option('--scope <scope...>', 'what its tokens may do').choices(['read', 'write']))
    .addOption(new Option('--scope-claim <claim>', 'the claim that says what a token may do').choices(scopeClaims))
    .option('--read-value <text>', 'the value in that claim that means read (default: read)')
    .option('--write-value <text>', 'the value in that claim that means write (default: write)');
  return command.action(
    (slug: string, { claim, scope, scopeClaim, json: _json, ...options }: AddOptions & { json?: boolean }) =>
      withServices(shell, command, async ({ output, services }) => {
        if (claim === undefined) throw new UsageError('Say whose tokens are meant: --claim NAME=VALUE.');
        if ((scope === undefined) === (scopeClaim === undefined))
          throw new UsageError('Say what its tokens may do: either --scope or --scope-claim.');
        const issuer = await services.issuers.addIssuer(slug, {
          ...options,
          requiredClaims: claim,
          ...(scope && { scopes: scope }),
          ...(scopeClaim && { scopeClaim }),
        });
        output.result(
          shownIssuer(issuer),
          () =>
            `✓ directory "${slug}" trusts ${issuer.issuer}\nTokens need the audience ${issuer.audience} and ${claimsOf(issuer)}; they may: ${scopesOf(issuer)}.`,
        );
      }),
  );
}

function toggleCommand(shell: Shell, enabled: boolean): Command {
  const name = enabled ? 'enable' : 'disable';
  const command = new Command(name)
    .description(enabled ? "let an issuer's JWTs in again" : "refuse an issuer's JWTs until it is enabled again")
    .argument('<slug>')
    .argument('<id>', 'as `directory issuer list` shows it');
  return command.action((slug: string, id: string) =>
    withServices(shell, command, async ({ output, services }) => {
      const issuer = await services.issuers.setIssuerEnabled(slug, id, enabled);
      output.result(shownIssuer(issuer), () => `✓ ${name}d ${issuer.issuer} for directory "${slug}"`);
    }),
  );
}

function removeCommand(shell: Shell): Command {
  const command = new Command('remove')
    .description('trust an issuer no longer, for running bridges within two seconds')
    .argument('<slug>')
    .argument('<id>', 'as `directory issuer list` shows it');
  return command.action((slug: string, id: string) =>
    withServices(shell, command, async ({ output, services }) => {
      await services.issuers.removeIssuer(slug, id);
      output.result({ removed: id, directory: slug }, () => `✓ directory "${slug}" trusts ${id} no longer`);
    }),
  );
}

export function issuerCommand(shell: Shell): Command {
  return new Command('issuer')
    .description("issuers whose JWTs open a directory, besides the directory's tokens")
    .addCommand(listCommand(shell))
    .addCommand(addCommand(shell))
    .addCommand(toggleCommand(shell, true))
    .addCommand(toggleCommand(shell, false))
    .addCommand(removeCommand(shell));
}
