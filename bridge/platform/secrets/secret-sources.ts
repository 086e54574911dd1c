// Where the secrets of the configuration come from: a variable itself, a file that `…_FILE` names, or the secret of an Azure
// Key Vault that `…_KEY_VAULT_SECRET` names. Files and vault can be read again while the bridge runs.
import { readFile } from 'node:fs/promises';
import { type KeyVault, KeyVaultError, secretNamePattern } from './key-vault.ts';

export const secretKeys = [
  'DATABASE_URL',
  'DATABASE_PASSWORD',
  'AUTHENTICATION_SECRET',
  'ADMIN_TOKEN',
  'SECRETS_KEY',
  'HOOKS_SECRET',
] as const;

export type SecretKey = (typeof secretKeys)[number];
export type Variables = Record<string, string | undefined>;
export type SecretValues = Partial<Record<SecretKey, string>>;

/** What is wrong with a variable, in words that go behind its name. */
export interface Problem {
  key: string;
  message: string;
}

export interface SecretReading {
  values: SecretValues;
  /** By the variable that says where the secret is. */
  problems: (Problem & { secret: SecretKey; isOutage?: boolean })[];
}

/** The keys in a SECRETS_KEY: one a line. */
export const keysIn = (text: string): string[] => text.split(/\r?\n/).filter((line) => line !== '');

/** What the database is given as password. */
export function databasePasswordOf({ DATABASE_PASSWORD: own, DATABASE_URL: url }: SecretValues): string {
  return own ?? (url === undefined ? '' : decodeURIComponent(new URL(url).password));
}

const fileKey = (key: SecretKey) => `${key}_FILE`;
const vaultKey = (key: SecretKey) => `${key}_KEY_VAULT_SECRET`;

/** The variable that says where the secret comes from; undefined for one that comes from nowhere. */
export function sourceOf(env: Variables, key: SecretKey): string | undefined {
  return [key, fileKey(key), vaultKey(key)].find((name) => Boolean(env[name]));
}

/** Those that files and vault give. */
export const rereadable = (env: Variables): SecretKey[] =>
  secretKeys.filter((key) => Boolean(env[fileKey(key)] || env[vaultKey(key)]));

export const namesVault = (env: Variables): boolean => secretKeys.some((key) => Boolean(env[vaultKey(key)]));

/** Editors and vaults' forms end a text with a line end. */
const withoutLineEnd = (text: string) => text.replace(/\r?\n$/, '');

async function readSecretFile(file: string): Promise<string | { message: string }> {
  try {
    return withoutLineEnd(await readFile(file, 'utf8')) || { message: 'names an empty file' };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
    return { message: `names a file that can't be read (${code})` };
  }
}

async function readVaultSecret(
  vault: KeyVault,
  name: string,
): Promise<string | { message: string; isOutage: boolean }> {
  if (!secretNamePattern.test(name)) {
    return { message: 'must be the name of a secret: letters, digits and hyphens', isOutage: false };
  }
  try {
    return withoutLineEnd(await vault.read(name));
  } catch (error) {
    if (!(error instanceof KeyVaultError)) throw error;
    return { message: `names a secret that can't be read: ${error.message}`, isOutage: error.isOutage };
  }
}

/** Reads every secret from where `env` says it is; what can't be read is a problem, and the others are there. */
export async function readSecrets(env: Variables, vault?: KeyVault): Promise<SecretReading> {
  const reading: SecretReading = { values: {}, problems: [] };
  async function readOne(key: SecretKey): Promise<void> {
    const [plain, file, name] = [env[key], env[fileKey(key)], env[vaultKey(key)]];
    const source = sourceOf(env, key);
    const second = [fileKey(key), vaultKey(key)].find((other) => other !== source && Boolean(env[other]));
    if (second !== undefined) {
      reading.problems.push({ secret: key, key: second, message: `can't be set together with ${source}` });
    } else if (plain) {
      reading.values[key] = plain;
    } else if (file || (name && vault)) {
      const read = file ? await readSecretFile(file) : name && vault ? await readVaultSecret(vault, name) : '';
      if (typeof read === 'string') reading.values[key] = read;
      else reading.problems.push({ secret: key, key: source ?? key, ...read });
    }
  }
  await Promise.all(secretKeys.map(readOne));
  return reading;
}
