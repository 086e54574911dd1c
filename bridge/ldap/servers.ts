// The servers of one directory: whoever needs one gets the first that answers, and that one stays the first for a while.
import type { Outgoing } from '../platform/http/outgoing.ts';
import { type LdapConnection, openConnection } from './connection.ts';
import { LdapFailure, ldapFailure } from './failure.ts';

export interface ServerSettings {
  urls: readonly string[];
  startTls: boolean;
  ca: string | null;
}

export interface Deadlines {
  connectMs: number;
  operationMs: number;
  /** Ends connections at any time. */
  signal?: AbortSignal;
}

/** How long a server that did not answer is asked last. */
const setBackMs = 15_000;

export interface Servers {
  /** A connection to the first server that answers and lets `prepare` succeed. @throws LdapFailure of the first one asked */
  connect(deadlines: Deadlines, prepare?: (connection: LdapConnection) => Promise<void>): Promise<LdapConnection>;
}

/** Only what may be otherwise at the next server is a reason to ask it. */
const isWorthAnother = ({ isOutage, problem }: LdapFailure): boolean =>
  isOutage || problem === 'certificate' || problem === 'tls' || problem === 'address';

export function createServers({ urls, startTls, ca }: ServerSettings, outgoing: Outgoing): Servers {
  const failedAt = new Map<string, number>();

  function inOrder(): string[] {
    const now = performance.now();
    const isSetBack = (url: string) => now - (failedAt.get(url) ?? Number.NEGATIVE_INFINITY) < setBackMs;
    return [...urls.filter((url) => !isSetBack(url)), ...urls.filter(isSetBack)];
  }

  return {
    async connect(deadlines, prepare) {
      let first: LdapFailure | undefined;
      for (const url of inOrder()) {
        let connection: LdapConnection | undefined;
        try {
          connection = await openConnection({ url, startTls, ca, ...deadlines }, outgoing);
          await prepare?.(connection);
          failedAt.delete(url);
          return connection;
        } catch (error) {
          connection?.close();
          const failure = ldapFailure(error);
          first ??= failure;
          if (!isWorthAnother(failure)) throw failure;
          failedAt.set(url, performance.now());
        }
      }
      throw first ?? new LdapFailure('address', 'no server is configured');
    },
  };
}
