// realmbridge sync
import { Command } from 'commander';
import type { SyncInput, SyncOutcome } from '../keycloak/sync.ts';
import { isUuid } from '../platform/ids.ts';
import { type CommandContext, type Shell, withServices } from './context.ts';
import { FailedQuietly, UsageError } from './exit.ts';
import { credentialsOf, type KeycloakOptions, withKeycloakOptions } from './keycloak-options.ts';

interface SyncOptions extends KeycloakOptions {
  componentId?: string;
  releaseRemovals?: true;
}

async function inputOf(options: SyncOptions, context: CommandContext): Promise<SyncInput> {
  const running = context.dev?.keycloak;
  const url = options.keycloak ?? running?.url;
  const realm = options.realm ?? running?.realm;
  if (url === undefined || realm === undefined)
    throw new UsageError(`Missing: ${url === undefined ? '--keycloak' : '--realm'}.`);
  if (!/^https?:$/.test(URL.parse(url)?.protocol ?? ''))
    throw new UsageError('--keycloak must be an http or https URL.');
  const { componentId } = options;
  if (componentId !== undefined && !isUuid(componentId)) throw new UsageError('--component-id must be a UUID.');
  const credentials = await credentialsOf(options, context);
  if (!credentials) {
    throw new UsageError(
      'Say how to log in to Keycloak: --admin-password-file FILE or KEYCLOAK_ADMIN_PASSWORD (with --admin-user), or --admin-client.',
    );
  }
  return {
    keycloak: { url, credentials },
    realm,
    federation: options.federation,
    componentId,
    releaseRemovals: options.releaseRemovals ?? false,
  };
}

function summary({ component, added, updated, removed, failed, remark }: SyncOutcome): string {
  const counts = `✓ ${component.name}: ${added} added, ${updated} updated, ${removed} removed, ${failed} failed`;
  return remark === undefined ? counts : `${counts}\n  ${remark}`;
}

export function syncCommand(shell: Shell): Command {
  const command = withKeycloakOptions(
    new Command('sync').description(
      "bring Keycloak's copy in line with the bridge now, and release removals that are held",
    ),
  )
    .option('--component-id <uuid>', 'the component, when the realm has several')
    .option('--release-removals', 'let removals through that the component holds because they are so many');
  return command.action((options: SyncOptions) =>
    withServices(shell, command, async (context) => {
      const input = await inputOf(options, context);
      const { syncRealm } = await import('../keycloak/sync.ts');
      const outcome = await syncRealm(input);
      context.output.result(outcome, () => summary(outcome));
      if (outcome.failed > 0) throw new FailedQuietly();
    }),
  );
}
