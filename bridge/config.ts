// The environment, parsed once. The only reader of process.env in the product.
import { z } from 'zod';
import { createOutgoing, isAddressRange } from './platform/http/outgoing.ts';
import { type KeyVault, openKeyVault } from './platform/secrets/key-vault.ts';
import type { Rereading } from './platform/secrets/live-secrets.ts';
import {
  keysIn,
  namesVault,
  type Problem,
  readSecrets,
  rereadable,
  type SecretKey,
  type SecretReading,
  type SecretValues,
  secretKeys,
  sourceOf,
  type Variables,
} from './platform/secrets/secret-sources.ts';
import type { HookSources } from './provisioning/hooks/open-hooks.ts';

const port = z.coerce.number().int().min(0).max(65_535);
const seconds = z.coerce.number().int().min(1).max(3_600);
const flag = z.enum(['true', 'false']).transform((value) => value === 'true');
const secret = z.string().min(32, 'must have at least 32 characters');

/** One a line: the first seals, each opens. */
const keys = z
  .string()
  .transform(keysIn)
  .refine(
    (lines) => lines.length > 0 && lines.every((line) => line.length >= 32),
    'must have at least 32 characters a line',
  );

const addressRanges = z
  .string()
  .transform((text) => text.split(',').map((range) => range.trim()))
  .refine(
    (ranges) => ranges.every(isAddressRange),
    'must be addresses or ranges such as 10.1.0.0/16, with commas between',
  );

const hookKinds = ['before', 'after'] as const;

const environment = z.object({
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/, error: 'must be a postgres:// URL' }),
  DATABASE_PASSWORD: z.string().optional(),
  DATABASE_POOL_SIZE: z.coerce.number().int().min(2).max(200).default(10),
  HOST: z.string().min(1).default('0.0.0.0'),
  PORT: port.default(8400),
  METRICS_HOST: z.string().min(1).default('127.0.0.1'),
  METRICS_PORT: port.default(8401),
  PUBLIC_URL: z.url({ protocol: /^https?$/, error: 'must be an http(s) URL' }).optional(),
  TRUST_PROXY: flag.default(false),
  AUTHENTICATION_SECRET: secret.optional(),
  ADMIN_TOKEN: secret.optional(),
  SECRETS_KEY: keys.optional(),
  SECRETS_REREAD_SECONDS: z.coerce.number().int().min(0).max(86_400).default(60),
  SECRETS_OVERLAP_SECONDS: z.coerce.number().int().min(0).max(86_400).default(300),
  MIGRATE_ON_START: flag.default(true),
  RATE_LIMIT_PER_SECOND: z.coerce.number().int().min(0).max(100_000).default(100),
  RATE_LIMIT_BURST: z.coerce.number().int().min(1).max(1_000_000).default(400),
  EVENT_RETENTION_DAYS: z.coerce.number().int().min(0).max(36_500).default(400),
  EVENT_RETENTION_EVENTS: z.coerce.number().int().min(0).max(1_000_000_000).default(10_000_000),
  OUTGOING_ALLOW: addressRanges.optional(),
  REQUEST_RETENTION_DAYS: z.coerce.number().int().min(0).max(36_500).default(30),
  HOOKS_MODULE: z.string().min(1).optional(),
  HOOKS_URL: z.url({ protocol: /^https?$/, error: 'must be an http(s) URL' }).optional(),
  HOOKS_URL_CALLS: z
    .enum(['before', 'after', 'before,after'])
    .default('before,after')
    .transform((text) => hookKinds.filter((kind) => text.includes(kind))),
  HOOKS_SECRET: secret.optional(),
  HOOKS_TIMEOUT_MS: z.coerce.number().int().min(10).max(20_000).default(1_000),
  HOOKS_ON_FAILURE: z.enum(['refuse', 'allow']).default('refuse'),
  REQUEST_TIMEOUT_SECONDS: seconds.default(30),
  SHUTDOWN_DELAY_SECONDS: z.coerce.number().int().min(0).max(3_600).default(0),
  SHUTDOWN_TIMEOUT_SECONDS: seconds.default(10),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']).default('info'),
});

/** What has to be known before the vault can be asked. */
const vaultEnvironment = z.object({
  KEY_VAULT_URL: z.url({ protocol: /^https$/, error: 'must be an https URL' }),
  OUTGOING_ALLOW: environment.shape.OUTGOING_ALLOW,
  AZURE_TENANT_ID: z.string().optional(),
  AZURE_CLIENT_ID: z.string().optional(),
  AZURE_CLIENT_SECRET: z.string().optional(),
  AZURE_FEDERATED_TOKEN_FILE: z.string().optional(),
  AZURE_AUTHORITY_HOST: z.url({ protocol: /^https$/, error: 'must be an https URL' }).optional(),
});

export interface Config {
  /** The password is in the URL. */
  database: { url: string; poolSize: number };
  http: { host: string; port: number; publicUrl?: string; trustProxy: boolean; requestTimeoutMs: number };
  /** Of each SCIM credential; absent: none. */
  rateLimit?: { perSecond: number; burst: number };
  metrics: { host: string; port: number };
  /** How long SCIM requests are remembered; absent: for ever. */
  requestRetentionDays?: number;
  /** The operator's own code around each change of a resource; absent: none. */
  hooks?: HookSources & { onFailure: 'refuse' | 'allow' };
  /** What stays of each directory's event log; absent: all of it. */
  eventRetention: { days?: number; events?: number };
  /** Private addresses and ranges that may be called. */
  outgoingAllow: string[];
  authenticationSecret?: string;
  adminToken?: string;
  /** Encrypt the secrets that are kept in the database: the first seals, each opens. */
  secretsKeys: string[];
  /** Absent when no secret comes from where it could change. */
  rereading?: Rereading;
  migrateOnStart: boolean;
  /** How long requests are still taken after /health/ready has begun to say no. */
  shutdownDelayMs: number;
  shutdownTimeoutMs: number;
  logLevel: string;
}

/** Says which keys are bad and why, never what their values are. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    super(`The configuration is not usable:\n${problems.map(({ key, message }) => `  ${key} ${message}`).join('\n')}`);
    this.problems = problems;
  }
}

/** A vault or network that fails now, and may not later. */
export class SecretsOutageError extends Error {
  override readonly name = 'SecretsOutageError';
}

/** Whether a variable is set, be it by the name of a file or of a vault's secret. */
export const isGiven = (env: Variables, key: SecretKey): boolean => sourceOf(env, key) !== undefined;

/** The URL with the password in the place of its own. */
function withPassword(url: string, password: string | undefined): string {
  if (password === undefined) return url;
  return Object.assign(new URL(url), { password: encodeURIComponent(password) }).href;
}

function problemsOf(error: z.ZodError, given: Variables, values: Variables): Problem[] {
  return error.issues.map((issue) => {
    const key = String(issue.path[0] ?? '');
    const secret = secretKeys.find((one) => one === key);
    const source = (secret && sourceOf(given, secret)) ?? key;
    return { key: source, message: values[key] === undefined ? 'is required' : issue.message };
  });
}

async function vaultOf(given: Variables): Promise<KeyVault | undefined> {
  if (!namesVault(given)) return undefined;
  const parsed = vaultEnvironment.safeParse(given);
  if (!parsed.success) throw new ConfigError(problemsOf(parsed.error, given, given));
  const e = parsed.data;
  const outgoing = createOutgoing({ allow: e.OUTGOING_ALLOW ?? [] });
  const problem = outgoing.problemOf(new URL(e.KEY_VAULT_URL));
  if (problem !== undefined) throw new ConfigError([{ key: 'KEY_VAULT_URL', message: problem }]);
  const identity = {
    tenantId: e.AZURE_TENANT_ID,
    clientId: e.AZURE_CLIENT_ID,
    clientSecret: e.AZURE_CLIENT_SECRET,
    federatedTokenFile: e.AZURE_FEDERATED_TOKEN_FILE,
    authorityHost: e.AZURE_AUTHORITY_HOST,
  };
  return openKeyVault({ url: e.KEY_VAULT_URL, identity, outgoing });
}

const secretsEnvironment = environment.pick({
  DATABASE_URL: true,
  DATABASE_PASSWORD: true,
  AUTHENTICATION_SECRET: true,
  ADMIN_TOKEN: true,
  SECRETS_KEY: true,
  HOOKS_SECRET: true,
});

/** Reads what may have changed; a value that would not do at a start does not do now. */
async function readAgain(given: Variables, vault: KeyVault | undefined): Promise<SecretReading> {
  const { values, problems } = await readSecrets(given, vault);
  const parsed = secretsEnvironment.partial().safeParse(values);
  for (const { path, message } of parsed.error?.issues ?? []) {
    const secret = secretKeys.find((key) => key === path[0]);
    if (secret === undefined) continue;
    problems.push({ secret, key: sourceOf(given, secret) ?? secret, message });
    delete values[secret];
  }
  return { values, problems };
}

interface Sources {
  given: Variables;
  vault: KeyVault | undefined;
  initial: SecretValues;
}

function rereadingOf({ given, vault, initial }: Sources, e: z.output<typeof environment>): Rereading | undefined {
  const secrets = rereadable(given);
  if (secrets.length === 0 || e.SECRETS_REREAD_SECONDS === 0) return undefined;
  return {
    everyMs: e.SECRETS_REREAD_SECONDS * 1_000,
    overlapMs: e.SECRETS_OVERLAP_SECONDS * 1_000,
    secrets,
    initial,
    read: () => readAgain(given, vault),
  };
}

/**
 * Reads the variables that the README lists under "Configuration", and the secrets that they say are elsewhere. Empty
 * strings count as unset.
 * @throws ConfigError naming every bad key at once, or SecretsOutageError when the vault can't be reached now.
 */
export async function readConfig(env: Variables): Promise<Config> {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''));
  const vault = await vaultOf(given);
  const read = await readSecrets(given, vault);
  const values: Variables = { ...given, ...read.values };
  const unreadable = new Set(read.problems.map(({ secret }) => secret));
  // What is wrong with the source is said once, not by "is required" as well.
  for (const key of unreadable) values[key] ??= '';
  const parsed = environment.safeParse(values);
  const found = parsed.success ? [] : problemsOf(parsed.error, given, values);
  const told = new Set(read.problems.map(({ key }) => key));
  const problems = [...read.problems, ...found.filter(({ key }) => !told.has(key))];
  const lasting = problems.filter((problem) => !('isOutage' in problem && problem.isOutage));
  if (lasting.length === 0 && problems.length > 0) {
    throw new SecretsOutageError(problems.map(({ key, message }) => `${key} ${message}`).join('\n'));
  }
  if (!parsed.success || problems.length > 0) throw new ConfigError(problems);
  const e = parsed.data;
  const rereading = rereadingOf({ given, vault, initial: read.values }, e);
  return {
    database: { url: withPassword(e.DATABASE_URL, e.DATABASE_PASSWORD), poolSize: e.DATABASE_POOL_SIZE },
    http: {
      host: e.HOST,
      port: e.PORT,
      trustProxy: e.TRUST_PROXY,
      requestTimeoutMs: e.REQUEST_TIMEOUT_SECONDS * 1_000,
      ...(e.PUBLIC_URL !== undefined && { publicUrl: e.PUBLIC_URL.replace(/\/+$/, '') }),
    },
    ...(e.RATE_LIMIT_PER_SECOND > 0 && {
      rateLimit: { perSecond: e.RATE_LIMIT_PER_SECOND, burst: e.RATE_LIMIT_BURST },
    }),
    metrics: { host: e.METRICS_HOST, port: e.METRICS_PORT },
    ...((e.HOOKS_MODULE !== undefined || e.HOOKS_URL !== undefined) && {
      hooks: {
        ...(e.HOOKS_MODULE !== undefined && { module: e.HOOKS_MODULE }),
        ...(e.HOOKS_URL !== undefined && {
          http: {
            url: e.HOOKS_URL,
            ...(e.HOOKS_SECRET !== undefined && { secret: e.HOOKS_SECRET }),
            wants: e.HOOKS_URL_CALLS,
          },
        }),
        timeoutMs: e.HOOKS_TIMEOUT_MS,
        onFailure: e.HOOKS_ON_FAILURE,
      },
    }),
    eventRetention: {
      ...(e.EVENT_RETENTION_DAYS > 0 && { days: e.EVENT_RETENTION_DAYS }),
      ...(e.EVENT_RETENTION_EVENTS > 0 && { events: e.EVENT_RETENTION_EVENTS }),
    },
    ...(e.REQUEST_RETENTION_DAYS > 0 && { requestRetentionDays: e.REQUEST_RETENTION_DAYS }),
    outgoingAllow: e.OUTGOING_ALLOW ?? [],
    ...(e.AUTHENTICATION_SECRET !== undefined && { authenticationSecret: e.AUTHENTICATION_SECRET }),
    ...(e.ADMIN_TOKEN !== undefined && { adminToken: e.ADMIN_TOKEN }),
    secretsKeys: e.SECRETS_KEY ?? [],
    ...(rereading && { rereading }),
    migrateOnStart: e.MIGRATE_ON_START,
    shutdownDelayMs: e.SHUTDOWN_DELAY_SECONDS * 1_000,
    shutdownTimeoutMs: e.SHUTDOWN_TIMEOUT_SECONDS * 1_000,
    logLevel: e.LOG_LEVEL,
  };
}
