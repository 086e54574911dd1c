// One connection to one LDAP server. We open the sockets ourselves, so that their addresses are checked, everything has a
// deadline, and what is closed is really closed.
import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { type ConnectionOptions, connect as connectTls } from 'node:tls';
import {
  Client,
  Control,
  type Filter,
  PasswordPolicyControl,
  type PasswordPolicyValue,
  type SearchOptions,
} from 'ldapts';
import type { Outgoing } from '../platform/http/outgoing.ts';
import { type LdapEntry, readEntry } from './entry.ts';
import { LdapFailure, ldapFailure } from './failure.ts';

export interface LdapTarget {
  url: string;
  /** For ldap:// URLs. */
  startTls: boolean;
  /** PEM certificates to trust instead of the well-known ones. */
  ca: string | null;
  /** For everything until the connection can be used. */
  connectMs: number;
  /** For each operation; of a paged search for each page. */
  operationMs: number;
  /** Ends the connection whatever it is waiting for. */
  signal?: AbortSignal | undefined;
}

export interface LdapSearch {
  base: string;
  scope: 'base' | 'one' | 'sub';
  filter?: string | Filter;
  attributes: string[];
  /** Attributes whose values are bytes, spelt as in `attributes`. */
  binary?: string[];
  sizeLimit?: number;
  /** Deleted entries, too, where the server keeps them (MS-ADTS §3.1.1.3.4.1.14). */
  deleted?: boolean;
}

export interface LdapConnection {
  readonly url: string;
  readonly isOpen: boolean;
  /** Answers what the server's password policy says of a password that it took. */
  bind(dn: string, password: string): Promise<PasswordPolicyValue>;
  search(search: LdapSearch): Promise<LdapEntry[]>;
  /** Each page as it comes. Referrals to other servers are not followed. */
  pages(search: LdapSearch, pageSize: number): AsyncGenerator<LdapEntry[]>;
  close(): void;
}

const portOf = ({ protocol, port }: URL): number => Number(port) || (protocol === 'ldaps:' ? 636 : 389);

function tlsOptions(host: string, ca: string | null): ConnectionOptions {
  return { host, ...(isIP(host) === 0 && { servername: host }), ...(ca !== null && { ca }), minVersion: 'TLSv1.2' };
}

/** Resolves when the event comes, rejects on an error, a close or when time is up; then the socket is gone. */
function established(socket: Socket, event: 'connect' | 'secureConnect', ms: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => socket.destroy(new LdapFailure('timeout', 'the server did not answer in time')), ms);
    const settle = (error?: Error) => {
      clearTimeout(timer);
      socket.off(event, onEstablished).off('error', onError).off('close', onClose);
      if (!error) return resolve();
      socket.on('error', () => undefined);
      socket.destroy();
      reject(error);
    };
    const onEstablished = () => settle();
    const onError = (error: Error) => settle(error);
    const onClose = () => settle(new LdapFailure('unreachable', 'the server closed the connection'));
    socket.once(event, onEstablished).once('error', onError).once('close', onClose);
  });
}

function endOn(signal: AbortSignal | undefined, socket: Socket): void {
  const end = () => socket.destroy();
  if (signal?.aborted) end();
  signal?.addEventListener('abort', end);
  socket.once('close', () => signal?.removeEventListener('abort', end));
}

/** A port that expects plain LDAP closes the connection at the first message of TLS. */
function closedHandshake(error: unknown): unknown {
  const isClosed = error instanceof Error && 'code' in error && error.code === 'ECONNRESET';
  if (!isClosed) return error;
  const message = 'the server closed the connection when TLS was to begin; is the port meant for ldaps?';
  return new LdapFailure('tls', message, { cause: error });
}

async function openSocket(url: URL, target: LdapTarget, outgoing: Outgoing): Promise<Socket> {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const isTls = url.protocol === 'ldaps:';
  const { problemOf, lookup } = outgoing.guard(isTls || target.startTls);
  const problem = problemOf(host);
  if (problem !== undefined) throw new LdapFailure('address', `the URL ${problem}`);
  const options = { host, port: portOf(url), lookup, noDelay: true };
  if (!isTls) {
    const socket = connectTcp(options);
    endOn(target.signal, socket);
    await established(socket, 'connect', target.connectMs);
    return socket;
  }
  const socket = connectTls({ ...options, ...tlsOptions(host, target.ca) });
  endOn(target.signal, socket);
  let isReached = false;
  socket.once('connect', () => {
    isReached = true;
  });
  await established(socket, 'secureConnect', target.connectMs).catch((error: unknown) => {
    throw isReached ? closedHandshake(error) : error;
  });
  return socket;
}

/** Rejects when time is up; what runs on is ended by `stop`. */
async function within<T>(ms: number, work: Promise<T>, stop: () => void): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new LdapFailure('timeout', 'the server did not answer in time'));
      stop();
    }, ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** @throws LdapFailure */
async function asFailure<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw ldapFailure(error);
  }
}

function optionsOf({ scope, filter, attributes, binary, sizeLimit }: LdapSearch): SearchOptions {
  return {
    scope,
    attributes,
    ...(filter !== undefined && { filter }),
    ...(binary && { explicitBufferAttributes: binary }),
    ...(sizeLimit !== undefined && { sizeLimit }),
  };
}

const showDeleted = '1.2.840.113556.1.4.417';

const controlsOf = ({ deleted }: LdapSearch): Control[] =>
  deleted ? [new Control(showDeleted, { critical: true })] : [];

/** Connects, and encrypts where it is wanted. @throws LdapFailure */
export async function openConnection(target: LdapTarget, outgoing: Outgoing): Promise<LdapConnection> {
  const url = new URL(target.url);
  const started = performance.now();
  const socket = await asFailure(() => openSocket(url, target, outgoing));
  let isOpen = true;
  socket.once('close', () => {
    isOpen = false;
  });
  const close = () => {
    isOpen = false;
    socket.destroy();
  };
  const client = new Client({
    // Without a scheme of its own: whether it is encrypted is decided above and below.
    url: `ldap://${url.host}`,
    timeout: target.operationMs,
    connectTimeout: target.connectMs,
    strictDN: false,
    createConnection: () => socket,
  });
  if (url.protocol === 'ldap:' && target.startTls) {
    const left = Math.max(1, target.connectMs - (performance.now() - started));
    const host = url.hostname.replace(/^\[|\]$/g, '');
    await asFailure(() => within(left, client.startTLS(tlsOptions(host, target.ca)), close)).catch((error: unknown) => {
      close();
      throw error;
    });
  }

  /** A client that lost its connection would open another, without what we have checked and encrypted. */
  function requireOpen(): void {
    if (!isOpen) throw new LdapFailure('unreachable', 'the server closed the connection');
  }

  return {
    url: target.url,
    get isOpen() {
      return isOpen;
    },
    close,
    async bind(dn, password) {
      const policy = new PasswordPolicyControl();
      try {
        requireOpen();
        await client.bind(dn, password, policy);
      } catch (error) {
        throw ldapFailure(error, policy.value?.error);
      }
      return policy.value ?? {};
    },
    search: (search) =>
      asFailure(async () => {
        requireOpen();
        const { searchEntries } = await client.search(search.base, optionsOf(search), controlsOf(search));
        return searchEntries.map(readEntry);
      }),
    async *pages(search, pageSize) {
      requireOpen();
      const options = { ...optionsOf(search), paged: { pageSize } };
      const found = client.searchPaginated(search.base, options, controlsOf(search));
      for (;;) {
        const page = await asFailure(async () => {
          requireOpen();
          return found.next();
        });
        if (page.done) return;
        yield page.value.searchEntries.map(readEntry);
      }
    },
  };
}
