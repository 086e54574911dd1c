// How connect, doctor and sync are told about Keycloak: where it is and who logs in.
import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import type { AdminCredentials } from '../keycloak/admin-client.ts';
import type { CommandContext } from './context.ts';
import { UsageError } from './exit.ts';

export interface KeycloakOptions {
  keycloak?: string;
  realm?: string;
  federation?: string;
  adminRealm: string;
  adminUser?: string;
  adminPasswordFile?: string;
  adminClient?: string;
  adminClientSecretFile?: string;
}

/** The one line of a file that holds a secret. */
export async function readSecret(file: string, option: string): Promise<string> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    throw new UsageError(
      `${option}: ${file} can't be read (${error instanceof Error && 'code' in error ? String(error.code) : String(error)}).`,
    );
  }
  const secret = text.replace(/\r?\n$/, '');
  if (secret === '' || /[\r\n]/.test(secret))
    throw new UsageError(`${option}: ${file} must hold the secret on one line.`);
  return secret;
}

/** Where and as whom to talk to Keycloak: shared by connect, doctor and sync. */
export const withKeycloakOptions = (command: Command): Command =>
  command
    .option('--keycloak <url>', "Keycloak's base URL")
    .option('--realm <name>', 'the realm')
    .option('--federation <slug>', 'the federation that the realm sees')
    .option('--admin-user <name>', 'who logs in to Keycloak (or KEYCLOAK_ADMIN; default: admin)')
    .option('--admin-password-file <file>', 'a file with the password (or KEYCLOAK_ADMIN_PASSWORD)')
    .option('--admin-realm <name>', 'the realm to log in to', 'master')
    .option('--admin-client <id>', 'log in as this confidential client instead of a user')
    .option('--admin-client-secret-file <file>', "a file with the client's secret (or KEYCLOAK_ADMIN_CLIENT_SECRET)");

/** Undefined when nothing says how to log in. */
export async function credentialsOf(
  options: KeycloakOptions,
  { env, dev }: CommandContext,
): Promise<AdminCredentials | undefined> {
  const realm = options.adminRealm;
  if (options.adminClient !== undefined) {
    const file = options.adminClientSecretFile;
    const clientSecret =
      file === undefined ? env['KEYCLOAK_ADMIN_CLIENT_SECRET'] : await readSecret(file, '--admin-client-secret-file');
    return clientSecret ? { realm, clientId: options.adminClient, clientSecret } : undefined;
  }
  const file = options.adminPasswordFile;
  const password =
    file === undefined ? env['KEYCLOAK_ADMIN_PASSWORD'] : await readSecret(file, '--admin-password-file');
  const username = options.adminUser ?? env['KEYCLOAK_ADMIN'];
  if (password) return { realm, username: username ?? 'admin', password };
  const running = dev?.keycloak;
  const isMeant = options.keycloak === undefined || options.keycloak === running?.url;
  return running && isMeant && username === undefined ? { realm, ...running.admin } : undefined;
}
