// Structured logs. Secrets are never logged: what may hold one is removed by path here, and nothing logs bodies.
import { type Logger, pino } from 'pino';

export type { Logger };

const secretPaths = [
  'password',
  'token',
  'secret',
  'authorization',
  'headers.authorization',
  '*.password',
  '*.token',
  '*.secret',
];

/** JSON lines on stdout; `level` is a pino level or `silent`. */
export function createLogger(level: string): Logger {
  return pino({
    level,
    redact: { paths: secretPaths, censor: '[redacted]' },
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
  });
}
