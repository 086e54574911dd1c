// realmbridge explain
import { Command } from 'commander';
import type { Explanation } from '../federation/explain/explanation.ts';
import type { KeycloakView } from '../keycloak/explain.ts';
import { type CommandContext, type Shell, withServices } from './context.ts';
import { UsageError } from './exit.ts';
import type { KeycloakAnswer } from './explain-words.ts';
import { credentialsOf, type KeycloakOptions, withKeycloakOptions } from './keycloak-options.ts';

/** The federation that is named, or the only one. */
async function federationOf({ federation }: KeycloakOptions, { services, dev }: CommandContext): Promise<string> {
  const named = federation ?? dev?.federation?.slug;
  if (named !== undefined) return named;
  const all = await services.federations.listFederations();
  const [only] = all;
  if (only && all.length === 1) return only.slug;
  throw new UsageError(
    all.length === 0
      ? 'There is no federation yet.'
      : `Say which --federation: ${all.map(({ slug }) => slug).join(', ')}.`,
  );
}

/** By user name; what looks like an e-mail and is nobody's user name, by e-mail. */
async function explanationOf(name: string, federation: string, { services }: CommandContext): Promise<Explanation> {
  const byName = await services.federations.explain(federation, { username: name });
  if (byName.users.length > 0 || !name.includes('@')) return byName;
  const byEmail = await services.federations.explain(federation, { email: name });
  return byEmail.users.length > 0 || (byEmail.deleted && !byName.deleted) ? byEmail : byName;
}

/** Undefined when nothing says where Keycloak is. */
async function keycloakOf(
  options: KeycloakOptions,
  explanation: Explanation,
  username: string,
  context: CommandContext,
): Promise<KeycloakAnswer | undefined> {
  const running = context.dev?.keycloak;
  const url = options.keycloak ?? running?.url;
  const realm = options.realm ?? running?.realm;
  if (url === undefined) return undefined;
  if (!/^https?:$/.test(URL.parse(url)?.protocol ?? ''))
    throw new UsageError('--keycloak must be an http or https URL.');
  if (realm === undefined) throw new UsageError('With --keycloak, say which --realm.');
  const credentials = await credentialsOf(options, context);
  if (!credentials) {
    throw new UsageError('Say how to log in to Keycloak: --admin-password-file FILE or KEYCLOAK_ADMIN_PASSWORD.');
  }
  const { explainInKeycloak } = await import('../keycloak/explain.ts');
  const subject = explanation.served ?? explanation.users[0];
  const question = {
    realm,
    federation: explanation.federation,
    username: subject?.username ?? username,
    id: subject?.id,
  };
  try {
    return { view: await explainInKeycloak({ keycloak: { url, credentials }, ...question }), problem: null };
  } catch (error) {
    // What the bridge knows is worth telling all the same.
    const { failureOf } = await import('./failure.ts');
    return { view: null, problem: failureOf(error).message };
  }
}

/** Keycloak's checks mean something for who is served. */
function checksOf({ login, served }: Explanation, view: KeycloakView | null | undefined) {
  return [...login.checks, ...(served && view ? view.checks : [])];
}

export function explainCommand(shell: Shell): Command {
  const command = withKeycloakOptions(
    new Command('explain')
      .description('say whom Keycloak gets for a name and why, and whether a login would work')
      .argument('<user>', 'a user name or an e-mail'),
  );
  return command.action((name: string, options: KeycloakOptions) =>
    withServices(shell, command, async (context) => {
      const explanation = await explanationOf(name, await federationOf(options, context), context);
      const keycloak = await keycloakOf(options, explanation, name, context);
      const checks = checksOf(explanation, keycloak?.view);
      const works = checks.every(({ status }) => status !== 'failed');
      const { tellExplanation } = await import('./explain-words.ts');
      context.output.result(
        {
          ...explanation,
          login: { works, checks },
          keycloak: keycloak?.view ?? null,
          keycloakProblem: keycloak?.problem ?? null,
        },
        () => tellExplanation(explanation, checks, keycloak),
      );
    }),
  );
}
