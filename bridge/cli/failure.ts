// What a failed command says and how it exits: one clear line, what to do next, never a stack trace.
import { ConfigError } from '../config.ts';
import { ConnectRefusedError, KeycloakError, transportCode } from '../keycloak/errors.ts';
import { MigrationRefusedError } from '../platform/db/migrate.ts';
import { ApiError } from '../platform/http/api-error.ts';
import { exitCodes, UsageError } from './exit.ts';

export interface Failure {
  code: string;
  message: string;
  remedy?: string;
  exitCode: number;
}

const remedies: Record<string, string> = {
  directory_absent: 'See them with `realmbridge directory list`.',
  federation_absent:
    'See them with `realmbridge federation list`, or make one with `realmbridge federation create SLUG`.',
  schema_absent: 'See them with `realmbridge directory schema list SLUG`.',
  resource_type_absent: 'See them with `realmbridge directory resource-type list SLUG`.',
  webhook_absent: 'See them with `realmbridge webhook list`.',
  target_absent: 'See them with `realmbridge target list DIRECTORY`.',
  token_absent: 'See them with `realmbridge token list --directory SLUG`, or --federation SLUG.',
  move_absent: 'Begin with `realmbridge directory move plan SLUG --match ATTRIBUTE`.',
  claim_absent: 'See them with `realmbridge directory move review SLUG`.',
  undo_plan_absent: 'See them with `realmbridge undo list DIRECTORY`.',
  issuer_absent: 'See them with `realmbridge directory issuer list SLUG`.',
};

const databaseFailures: Record<string, { message: string; remedy: string }> = {
  ECONNREFUSED: {
    message: 'The database refused the connection.',
    remedy: 'Check that PostgreSQL runs and that DATABASE_URL names its host and port.',
  },
  ENOTFOUND: { message: "The database's host is not known.", remedy: 'Check the host in DATABASE_URL.' },
  EAI_AGAIN: {
    message: "The database's host can't be resolved now.",
    remedy: 'Check the host in DATABASE_URL and the name server.',
  },
  ETIMEDOUT: {
    message: 'The database did not answer.',
    remedy: 'Check the host in DATABASE_URL and the firewall in between.',
  },
  EHOSTUNREACH: {
    message: "The database's host can't be reached.",
    remedy: 'Check the host in DATABASE_URL and the network.',
  },
  ECONNRESET: { message: 'The database closed the connection.', remedy: 'See its log.' },
  '28P01': { message: 'The database refused the password.', remedy: 'Check user and password in DATABASE_URL.' },
  '28000': {
    message: 'The database refused the login.',
    remedy: "Check the user in DATABASE_URL and the server's pg_hba.conf.",
  },
  '3D000': { message: 'The database does not exist.', remedy: 'Create it, or check the name in DATABASE_URL.' },
  '42P01': { message: 'The database has no Realmbridge tables.', remedy: 'Run `realmbridge migrate`.' },
  '42703': { message: "The database's tables are of another release.", remedy: 'Run `realmbridge migrate`.' },
  '42501': { message: 'The database user lacks a right.', remedy: 'The user in DATABASE_URL must own the tables.' },
};

function databaseFailure(error: unknown): Failure | undefined {
  if (!(error instanceof Error)) return undefined;
  const own: unknown = 'code' in error ? error.code : undefined;
  const code = typeof own === 'string' ? own : transportCode(error);
  const known = code === undefined ? undefined : databaseFailures[code];
  if (known) return { code: `database_${code?.toLowerCase()}`, ...known, exitCode: exitCodes.failed };
  if (/timeout|timed out/i.test(error.message)) {
    return {
      code: 'database_timeout',
      message: 'The database did not answer in time.',
      remedy: 'Check DATABASE_URL and the load of the server.',
      exitCode: exitCodes.failed,
    };
  }
  return undefined;
}

/** Turns whatever was thrown into words and an exit code. */
export function failureOf(error: unknown): Failure {
  if (error instanceof ConfigError) {
    const noDatabase = error.problems.some(({ key, message }) => key === 'DATABASE_URL' && message === 'is required');
    const remedy = 'Set DATABASE_URL as for the server, or run `npm start` in this folder and try again.';
    return {
      code: 'configuration',
      message: error.message,
      ...(noDatabase && { remedy }),
      exitCode: exitCodes.configuration,
    };
  }
  if (error instanceof UsageError) return { code: 'usage', message: error.message, exitCode: exitCodes.usage };
  if (error instanceof ApiError) {
    const remedy = remedies[error.code];
    return { code: error.code, message: error.message, ...(remedy && { remedy }), exitCode: exitCodes.failed };
  }
  if (error instanceof KeycloakError) {
    return {
      code: `keycloak_${error.code}`,
      message: error.message,
      ...(error.remedy && { remedy: error.remedy }),
      exitCode: exitCodes.failed,
    };
  }
  if (error instanceof ConnectRefusedError) {
    return { code: 'connect_refused', message: error.message, remedy: error.remedy, exitCode: exitCodes.failed };
  }
  if (error instanceof MigrationRefusedError)
    return { code: 'migration_refused', message: error.message, exitCode: exitCodes.configuration };
  const database = databaseFailure(error);
  if (database) return database;
  const message = error instanceof Error ? error.message.split('\n')[0] : String(error);
  return { code: 'failed', message: message || 'It failed without saying why.', exitCode: exitCodes.failed };
}
