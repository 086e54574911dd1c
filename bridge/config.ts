// The environment, parsed once. The only reader of process.env in the product.
import { z } from 'zod';
import { isAddressRange } from './platform/http/outgoing.ts';

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

const environment = z.object({
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/, error: 'must be a postgres:// URL' }),
  DATABASE_POOL_SIZE: z.coerce.number().int().min(2).max(200).default(10),
  HOST: z.string().min(1).default('0.0.0.0'),
  PORT: port.default(8400),
  METRICS_HOST: z.string().min(1).default('127.0.0.1'),
  METRICS_PORT: port.default(8401),
  PUBLIC_URL: z.url({ protocol: /^https?$/, error: 'must be an http(s) URL' }).optional(),
  TRUST_PROXY: flag.default(false),
  AUTHENTICATION_SECRET: secret.optional(),
  ADMIN_TOKEN: secret.optional(),
  MIGRATE_ON_START: flag.default(true),
  RATE_LIMIT_PER_SECOND: z.coerce.number().int().min(0).max(100_000).default(100),
  RATE_LIMIT_BURST: z.coerce.number().int().min(1).max(1_000_000).default(400),
  OUTGOING_ALLOW: addressRanges.optional(),
  REQUEST_TIMEOUT_SECONDS: seconds.default(30),
  SHUTDOWN_TIMEOUT_SECONDS: seconds.default(10),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']).default('info'),
});

export interface Config {
  database: { url: string; poolSize: number };
  http: { host: string; port: number; publicUrl?: string; trustProxy: boolean; requestTimeoutMs: number };
  /** Of each SCIM credential; absent: none. */
  rateLimit?: { perSecond: number; burst: number };
  metrics: { host: string; port: number };
  /** Private addresses and ranges that may be called. */
  outgoingAllow: string[];
  authenticationSecret?: string;
  adminToken?: string;
  migrateOnStart: boolean;
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

/**
 * Parses the variables that the README lists under "Configuration". Empty strings count as unset.
 * @throws ConfigError naming every bad key at once.
 */
export function parseConfig(env: Record<string, string | undefined>): Config {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''));
  const parsed = environment.safeParse(given);
  if (!parsed.success) {
    throw new ConfigError(
      parsed.error.issues.map((issue) => {
        const key = String(issue.path[0] ?? '');
        return { key, message: given[key] === undefined ? 'is required' : issue.message };
      }),
    );
  }
  const e = parsed.data;
  return {
    database: { url: e.DATABASE_URL, poolSize: e.DATABASE_POOL_SIZE },
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
    outgoingAllow: e.OUTGOING_ALLOW ?? [],
    ...(e.AUTHENTICATION_SECRET !== undefined && { authenticationSecret: e.AUTHENTICATION_SECRET }),
    ...(e.ADMIN_TOKEN !== undefined && { adminToken: e.ADMIN_TOKEN }),
    migrateOnStart: e.MIGRATE_ON_START,
    shutdownTimeoutMs: e.SHUTDOWN_TIMEOUT_SECONDS * 1_000,
    logLevel: e.LOG_LEVEL,
  };
}
