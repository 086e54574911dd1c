// Connections on which passwords are tried. Whoever waits for a login never waits long: there is a deadline for all of it,
// a limit to how many wait, and a server that does not answer is left alone for a moment.
import type { LdapConnection } from './connection.ts';
import { LdapFailure, ldapFailure } from './failure.ts';
import type { Servers } from './servers.ts';

export interface BindPoolLimits {
  connections: number;
  /** How many may wait for a connection. */
  queue: number;
  connectMs: number;
  operationMs: number;
  idleMs: number;
  /** How long nobody tries after a server could not be reached. */
  pauseMs: number;
}

export const bindPoolLimits: BindPoolLimits = {
  connections: 10,
  queue: 100,
  connectMs: 700,
  operationMs: 1_200,
  idleMs: 30_000,
  pauseMs: 1_000,
};

export interface BindPool {
  /** Lends a connection, bound as whoever used it last. @throws LdapFailure */
  use<T>(work: (connection: LdapConnection) => Promise<T>): Promise<T>;
  close(): void;
}

export function createBindPool(servers: Servers, limits: BindPoolLimits): BindPool {
  const idle: { connection: LdapConnection; timer: NodeJS.Timeout }[] = [];
  const waiting: (() => void)[] = [];
  let used = 0;
  let pausedUntil = 0;
  let closed = false;

  function takeIdle(): LdapConnection | undefined {
    for (let last = idle.pop(); last; last = idle.pop()) {
      clearTimeout(last.timer);
      if (last.connection.isOpen) return last.connection;
    }
    return undefined;
  }

  function dropIdle(): void {
    for (let one = takeIdle(); one; one = takeIdle()) one.close();
  }

  function giveBack(connection: LdapConnection): void {
    if (closed || !connection.isOpen) {
      connection.close();
      return;
    }
    const timer = setTimeout(() => {
      idle.splice(idle.indexOf(kept), 1);
      connection.close();
    }, limits.idleMs);
    timer.unref();
    const kept = { connection, timer };
    idle.push(kept);
  }

  async function turn(): Promise<void> {
    if (used < limits.connections) {
      used += 1;
      return;
    }
    if (waiting.length >= limits.queue) throw new LdapFailure('busy', 'too many passwords wait to be checked');
    // Whoever is done hands the place on.
    await new Promise<void>((resolve) => waiting.push(resolve));
  }

  function endTurn(): void {
    const next = waiting.shift();
    if (next) next();
    else used -= 1;
  }

  async function connect(): Promise<LdapConnection> {
    try {
      return await servers.connect({ connectMs: limits.connectMs, operationMs: limits.operationMs });
    } catch (error) {
      if (ldapFailure(error).isOutage) pausedUntil = performance.now() + limits.pauseMs;
      throw error;
    }
  }

  async function attempt<T>(connection: LdapConnection, work: (connection: LdapConnection) => Promise<T>): Promise<T> {
    try {
      const result = await work(connection);
      giveBack(connection);
      return result;
    } catch (error) {
      const failure = ldapFailure(error);
      if (failure.resultCode !== undefined && !failure.isOutage) {
        giveBack(connection);
      } else {
        connection.close();
        if (failure.problem === 'timeout') {
          pausedUntil = performance.now() + limits.pauseMs;
          dropIdle();
        }
      }
      throw failure;
    }
  }

  return {
    async use(work) {
      if (closed || performance.now() < pausedUntil) {
        throw new LdapFailure('unreachable', 'the server did not answer a moment ago');
      }
      await turn();
      try {
        if (performance.now() < pausedUntil) {
          throw new LdapFailure('unreachable', 'the server did not answer a moment ago');
        }
        const kept = takeIdle();
        if (kept) {
          try {
            return await attempt(kept, work);
          } catch (error) {
            // It may have been closed at the other end while nobody used it.
            if (ldapFailure(error).problem !== 'unreachable') throw error;
            dropIdle();
          }
        }
        return await attempt(await connect(), work);
      } finally {
        endTurn();
      }
    },
    close() {
      closed = true;
      dropIdle();
    },
  };
}
