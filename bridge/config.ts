// The environment, parsed once. The only reader of process.env in the product.
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { isAddressRange } from './platform/http/outgoing.ts';
import type { HookSources } from './provisioning/hooks/open-hooks.ts';

const port = z.coerce.number().int().min(0).max(65_535);
const seconds = z.coerce.number().int().min(1).max(3_600);
const flag = z.enum(['true', 'false']).transform((value) => value === 'true');
const secret = z.string().min(32, 'must have at least 32 characters');

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
  SECRETS_KEY: secret.optional(),
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

export interface Config {
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
  /** Encrypts the secrets that are kept in the database. */
  secretsKey?: string;
  migrateOnStart: boolean;
  /** How long requests are still taken after /health/ready has begun to say no. */
  shutdownDelayMs: number;
  shutdownTimeoutMs: number;
  logLevel: string;
}

/** Says which keys are bad and why, never what their values are. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly problems: { key: string; message: string }[];

  constructor(problems: { key: string; message: string }[]) {
    super(`The configuration is not usable:\n${problems.map(({ key, message }) => `  ${key} ${message}`).join('\n')}`);
    this.problems = problems;
  }
}

type Variables = Record<string, string | undefined>;

/** What may come from a file instead, named by `…_FILE`: the way in which container platforms hand out secrets. */
const secretKeys = [
  'DATABASE_URL',
  'DATABASE_PASSWORD',
  'AUTHENTICATION_SECRET',
  'ADMIN_TOKEN',
  'SECRETS_KEY',
  'HOOKS_SECRET',
] as const;

/** Whether a variable is set, be it by the name of a file. */
export const isGiven = (env: Variables, key: (typeof secretKeys)[number]): boolean =>
  Boolean(env[key] || env[`${key}_FILE`]);

/** Puts the contents of the files in the place of their names, and says which can't be had. */
function readSecretFiles(given: Variables): { values: Variables; problems: ConfigError['problems'] } {
  const values = { ...given };
  const problems: ConfigError['problems'] = [];
  for (const key of secretKeys) {
    const fileKey = `${key}_FILE`;
    const file = given[fileKey];
    if (file === undefined) continue;
    if (given[key] !== undefined) {
      problems.push({ key: fileKey, message: `can't be set together with ${key}` });
      continue;
    }
    try {
      const text = readFileSync(file, 'utf8').replace(/\r?\n$/, '');
      if (text === '') problems.push({ key: fileKey, message: 'names an empty file' });
      // What is wrong with the file is said once, not by "is required" as well.
      values[key] = text;
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
      problems.push({ key: fileKey, message: `names a file that can't be read (${code})` });
      values[key] = '';
    }
  }
  return { values, problems };
}

/** The URL with the password in the place of its own. */
function withPassword(url: string, password: string | undefined): string {
  if (password === undefined) return url;
  return Object.assign(new URL(url), { password: encodeURIComponent(password) }).href;
}

/**
 * Parses the variables that the README lists under "Configuration". Empty strings count as unset.
 * @throws ConfigError naming every bad key at once.
 */
export function parseConfig(env: Variables): Config {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''));
  const { values, problems } = readSecretFiles(given);
  const unreadable = new Set(problems.map(({ key }) => key));
  const parsed = environment.safeParse(values);
  for (const issue of parsed.error?.issues ?? []) {
    const key = String(issue.path[0] ?? '');
    const source = given[key] === undefined && given[`${key}_FILE`] !== undefined ? `${key}_FILE` : key;
    if (unreadable.has(source)) continue;
    problems.push({ key: source, message: values[key] === undefined ? 'is required' : issue.message });
  }
  if (!parsed.success || problems.length > 0) throw new ConfigError(problems);
  const e = parsed.data;
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
    ...(e.SECRETS_KEY !== undefined && { secretsKey: e.SECRETS_KEY }),
    migrateOnStart: e.MIGRATE_ON_START,
    shutdownDelayMs: e.SHUTDOWN_DELAY_SECONDS * 1_000,
    shutdownTimeoutMs: e.SHUTDOWN_TIMEOUT_SECONDS * 1_000,
    logLevel: e.LOG_LEVEL,
  };
}
