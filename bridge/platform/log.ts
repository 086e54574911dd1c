// Structured logs. Secrets are never logged: what may hold one is removed by path here, and nothing logs bodies.
import { type DestinationStream, type Logger, pino } from 'pino';

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

/** pg hangs its whole client, with everything that it is doing, on the error of a connection that is lost. */
const errorWithoutClient = pino.stdSerializers.wrapErrorSerializer(({ client: _client, ...error }) => error);

/** JSON lines on stdout, or where `destination` is; `level` is a pino level or `silent`. */
export function createLogger(level: string, destination?: DestinationStream): Logger {
  const options = {
    level,
    serializers: { err: errorWithoutClient },
    redact: { paths: secretPaths, censor: '[redacted]' },
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
  };
  return destination ? pino(options, destination) : pino(options);
}
