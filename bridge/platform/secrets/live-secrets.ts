// The secrets of a running bridge. Those that come from files or a vault are read again now and then; what can't be read
// keeps its last good value, and that is told in the log, the metrics and at /health/ready.
import type { SecretMetrics } from '../metrics.ts';
import { type AcceptedSecret, acceptRotatingSecret } from './accepted-secret.ts';
import {
  databasePasswordOf,
  keysIn,
  type SecretKey,
  type SecretReading,
  type SecretValues,
  secretKeys,
} from './secret-sources.ts';

/** A failure that goes on is told again after so long. */
const repeatMs = 600_000;
/** Replicas that were started together don't ask together for ever. */
const jitter = 0.1;

/** How secrets that come from files or a vault are read again. */
export interface Rereading {
  everyMs: number;
  /** How long a replaced secret is accepted beside the new one. */
  overlapMs: number;
  /** Those that can change. */
  secrets: readonly SecretKey[];
  /** What was read at the start. */
  initial: SecretValues;
  /** Reads them again; what can't be read or is no good is a problem, and has no value. */
  read(): Promise<SecretReading>;
}

export interface LiveSecretsDeps {
  authenticationSecret?: string | undefined;
  adminToken?: string | undefined;
  secretsKeys: readonly string[];
  /** Absent: nothing changes. */
  rereading?: Rereading | undefined;
  log: { info(details: object, text: string): void; warn(details: object, text: string): void };
}

export interface LiveSecrets {
  authenticationSecret: AcceptedSecret | undefined;
  adminToken: AcceptedSecret | undefined;
  /** The first seals, each opens. */
  secretsKeys(): readonly string[];
  /** Absent when it is the one that the bridge was started with, whatever happens. */
  databasePassword: (() => string) | undefined;
  /** Absent when it is the one that the bridge was started with, whatever happens. */
  hooksSecret: (() => string | undefined) | undefined;
  /** Those whose last good value is kept, because they can't be read now; undefined when there is nothing to read. */
  stale(): SecretKey[] | undefined;
  start(metrics: SecretMetrics): void;
  close(): void;
}

const rotating = (text: string | undefined, overlapMs: number) =>
  text === undefined ? undefined : acceptRotatingSecret(text, overlapMs);

export function createLiveSecrets({ rereading, log, ...initial }: LiveSecretsDeps): LiveSecrets {
  const overlapMs = rereading?.overlapMs ?? 0;
  const authenticationSecret = rotating(initial.authenticationSecret, overlapMs);
  const adminToken = rotating(initial.adminToken, overlapMs);
  let { secretsKeys } = initial;
  let known: SecretValues = rereading?.initial ?? {};
  const failing = new Map<SecretKey, { message: string; toldAt: number }>();
  let metrics: SecretMetrics | undefined;
  let timer: NodeJS.Timeout | undefined;
  let closed = false;

  const replace: Record<SecretKey, (text: string) => void> = {
    AUTHENTICATION_SECRET: (text) => authenticationSecret?.replace(text),
    ADMIN_TOKEN: (text) => adminToken?.replace(text),
    SECRETS_KEY: (text) => {
      secretsKeys = keysIn(text);
    },
    // Whoever needs these asks each time.
    HOOKS_SECRET: () => undefined,
    DATABASE_PASSWORD: () => undefined,
    DATABASE_URL: () => undefined,
  };

  function apply(values: SecretValues): void {
    const changed = secretKeys.filter((key) => values[key] !== undefined && values[key] !== known[key]);
    known = { ...known, ...values };
    for (const variable of changed) {
      replace[variable](known[variable] ?? '');
      metrics?.secretChanged({ variable });
      log.info({ variable }, 'a secret has changed, and is used from now on');
    }
  }

  function noteProblems(problems: SecretReading['problems']): void {
    const now = performance.now();
    for (const { secret, key, message } of problems) {
      const told = failing.get(secret);
      const isNews = told === undefined || told.message !== message || now - told.toldAt >= repeatMs;
      failing.set(secret, { message, toldAt: isNews ? now : told.toldAt });
      if (isNews) log.warn({ variable: key, reason: message }, 'a secret can not be read; its last good value is kept');
    }
    const well = [...failing.keys()].filter((variable) => !problems.some(({ secret }) => secret === variable));
    for (const variable of well) {
      failing.delete(variable);
      log.info({ variable }, 'a secret can be read again');
    }
    for (const variable of rereading?.secrets ?? []) metrics?.secretStale({ variable, stale: failing.has(variable) });
  }

  async function readAgain({ read, secrets }: Rereading): Promise<void> {
    try {
      const { values, problems } = await read();
      if (closed) return;
      apply(values);
      noteProblems(problems);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      if (!closed) noteProblems(secrets.map((secret) => ({ secret, key: secret, message })));
    }
    schedule();
  }

  function schedule(): void {
    if (closed || !rereading) return;
    const spread = 1 + jitter * (2 * Math.random() - 1);
    timer = setTimeout(() => void readAgain(rereading), rereading.everyMs * spread);
  }

  const hasPassword = rereading?.secrets.some((key) => key === 'DATABASE_PASSWORD' || key === 'DATABASE_URL');
  return {
    authenticationSecret,
    adminToken,
    secretsKeys: () => secretsKeys,
    databasePassword: hasPassword ? () => databasePasswordOf(known) : undefined,
    hooksSecret: rereading?.secrets.includes('HOOKS_SECRET') ? () => known.HOOKS_SECRET : undefined,
    stale: () => (rereading ? [...failing.keys()] : undefined),
    start(told) {
      metrics = told;
      noteProblems([]);
      schedule();
    },
    close() {
      closed = true;
      clearTimeout(timer);
    },
  };
}
