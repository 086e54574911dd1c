// Calls to other servers whose addresses come from configuration or from customers. They go to public addresses by HTTPS;
// whatever else is meant must be allowed by the operator. The address is checked when it is connected to, so that a name
// that resolves otherwise the second time (DNS rebinding) gains nothing. Redirects are not followed.
import { type LookupAddress, type LookupAllOptions, lookup } from 'node:dns';
import { Agent as HttpAgent, type IncomingMessage, request as requestHttp } from 'node:http';
import { Agent as HttpsAgent, request as requestHttps } from 'node:https';
import { BlockList, isIP, type LookupFunction } from 'node:net';

/** Neither private nor special (RFC 6890 and its registry): what is left is out there. */
const specialIpv4 = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/3',
];
/** Of IPv6, only 2000::/3 is given out; these lie in it and lead elsewhere. */
const globalIpv6 = ['2000::/3'];
const specialIpv6 = ['2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20'];

export interface OutgoingRequest {
  method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  headers?: Record<string, string>;
  body?: string;
  /** For everything, from the look-up of the name to the last byte. */
  timeoutMs: number;
  /** Of the answer's body. */
  maxBytes: number;
  /** What becomes of a longer body: the call fails (usual), or the rest is left unread. */
  longer?: 'refuse' | 'cut';
  /**
   * True for what must not be done twice. A kept connection that turns out to be closed may have been so before the request
   * came, or after it was done; others are then sent again on a new one.
   */
  once?: boolean;
}

export interface OutgoingAnswer {
  status: number;
  headers: IncomingMessage['headers'];
  text: string;
}

export interface Outgoing {
  /** Why the URL would never be called, for the person who enters it; undefined when it may be. */
  problemOf(url: URL): string | undefined;
  /** @throws OutgoingError for whatever is not an answer. */
  call(url: URL, request: OutgoingRequest): Promise<OutgoingAnswer>;
  /** The same for many calls of one server: connections are used again, each as it was checked when it was made. */
  keep(options: { maxConnections: number }): KeptConnections;
  /** The same rules for connections of another protocol than HTTP; `secure` ones are encrypted and their server proven. */
  guard(secure: boolean): ConnectionGuard;
}

export interface KeptConnections {
  call: Outgoing['call'];
  /** Ends the connections, also those that are in use. */
  close(): void;
}

export interface ConnectionGuard {
  /** Why this host would never be connected to; undefined when it may be, or is a name yet to be looked up. */
  problemOf(host: string): string | undefined;
  /** Answers only addresses that may be connected to. */
  lookup: LookupFunction;
}

/** Says which server did not answer as it should, and why. */
export class OutgoingError extends Error {
  override readonly name = 'OutgoingError';
}

/** Whether `text` is an address or a range such as 10.1.0.0/16. */
export function isAddressRange(text: string): boolean {
  const [address = '', bits, ...rest] = text.split('/');
  const family = isIP(address);
  const isPrefix = bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (family === 6 ? 128 : 32));
  return family !== 0 && isPrefix && rest.length === 0;
}

function listOf(ranges: readonly string[]): BlockList {
  const list = new BlockList();
  for (const range of ranges) {
    const [address = '', bits] = range.split('/');
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    list.addSubnet(address, bits === undefined ? (family === 'ipv6' ? 128 : 32) : Number(bits), family);
  }
  return list;
}

const special = listOf([...specialIpv4, ...specialIpv6]);
const global6 = listOf(globalIpv6);

/** Whether an address is one that the whole internet reaches. */
export function isPublicAddress(address: string): boolean {
  const family = isIP(address);
  if (family === 4) return !special.check(address, 'ipv4');
  return family === 6 && global6.check(address, 'ipv6') && !special.check(address, 'ipv6');
}

/** A kept connection is closed when nobody has used it for so long; its name is then looked up anew. */
const idleMs = 20_000;
/** What a connection that the server has closed meanwhile says when it is used again. */
const staleCodes = new Set(['ECONNRESET', 'EPIPE']);

const isStale = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' && staleCodes.has(error.code);

type AllAddresses = (error: Error | null, found: LookupAddress[]) => void;
/** How names become addresses. */
export type Resolve = (hostname: string, options: LookupAllOptions, callback: AllAddresses) => void;

/** One look-up at a time for each name: a name server that doesn't answer then takes one thread of few, not all. */
function sharing(resolve: Resolve): Resolve {
  const waiting = new Map<string, AllAddresses[]>();
  return (hostname, options, callback) => {
    const others = waiting.get(hostname);
    if (others) return void others.push(callback);
    const callbacks = [callback];
    waiting.set(hostname, callbacks);
    resolve(hostname, options, (error, found) => {
      waiting.delete(hostname);
      for (const answer of callbacks) answer(error, found);
    });
  };
}

interface Way {
  agent: HttpAgent | HttpsAgent | false;
  signal: AbortSignal;
}

/**
 * `allow`: addresses and ranges that may be called although they are private, and without TLS. `resolve` is the system's
 * look-up unless told.
 */
export function createOutgoing(deps: { allow: readonly string[]; resolve?: Resolve }): Outgoing {
  const { allow } = deps;
  const resolve = sharing(deps.resolve ?? lookup);
  const allowed = listOf(allow);
  const isAllowed = (address: string) => allowed.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
  const mayConnect = (address: string, secure: boolean) => isAllowed(address) || (secure && isPublicAddress(address));
  const isSecure = ({ protocol }: URL) => protocol === 'https:';
  const hostOf = (host: string) => host.replace(/^\[|\]$/g, '');

  function guard(secure: boolean): ConnectionGuard {
    return {
      problemOf(host) {
        const bare = hostOf(host);
        const isRefused = isIP(bare) !== 0 && !mayConnect(bare, secure);
        return isRefused ? 'names an address that OUTGOING_ALLOW does not allow' : undefined;
      },
      lookup(hostname, options, callback) {
        resolve(hostname, { ...options, all: true }, (error, found) => {
          const usable = error ? [] : found.filter(({ address }) => mayConnect(address, secure));
          const [first] = usable;
          if (error || first === undefined) {
            const refused = new OutgoingError(`${hostname} has no address that may be called (see OUTGOING_ALLOW)`);
            return callback(error ?? refused, []);
          }
          return options.all ? callback(null, usable) : callback(null, first.address, first.family);
        });
      },
    };
  }

  function problemOf(url: URL): string | undefined {
    const isHttp = url.protocol === 'http:' && allow.length > 0;
    if (url.protocol !== 'https:' && !isHttp) return 'must be an https URL';
    if (url.username !== '' || url.password !== '') return 'must have no user and password in it';
    return guard(isSecure(url)).problemOf(url.hostname);
  }

  function answerTo(url: URL, given: OutgoingRequest, way: Way): Promise<IncomingMessage> {
    const { method = 'GET', headers, body } = given;
    return new Promise((answer, reject) => {
      const request = (url.protocol === 'https:' ? requestHttps : requestHttp)(url, {
        method,
        headers: { 'Accept-Encoding': 'identity', 'User-Agent': 'Realmbridge', ...headers },
        // Whenever a connection is made, its address is looked up and checked.
        lookup: guard(isSecure(url)).lookup,
        ...way,
      });
      request.once('response', answer);
      request.on('error', (error) => {
        if (given.once || !way.agent || !request.reusedSocket || !isStale(error)) return reject(error);
        // The server has closed the connection while nobody used it, or while this request was under way.
        answerTo(url, given, { ...way, agent: false }).then(answer, reject);
      });
      request.end(body);
    });
  }

  async function textOf(answer: IncomingMessage, { maxBytes, longer }: OutgoingRequest): Promise<string> {
    const chunks: Buffer[] = [];
    let size = 0;
    for await (const chunk of answer) {
      const bytes = Buffer.from(chunk);
      size += bytes.length;
      if (size > maxBytes && longer !== 'cut') throw new OutgoingError(`the answer has more than ${maxBytes} bytes`);
      chunks.push(bytes);
      // Leaving the loop ends the connection: what is left is not worth reading.
      if (size > maxBytes) break;
    }
    return Buffer.concat(chunks).subarray(0, maxBytes).toString('utf8');
  }

  async function call(url: URL, request: OutgoingRequest, agent: Way['agent']): Promise<OutgoingAnswer> {
    const problem = problemOf(url);
    if (problem !== undefined) throw new OutgoingError(`${url.host}: the URL ${problem}`);
    try {
      const answer = await answerTo(url, request, { agent, signal: AbortSignal.timeout(request.timeoutMs) });
      const text = await textOf(answer, request);
      return { status: answer.statusCode ?? 0, headers: answer.headers, text };
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message || cause.name : String(cause);
      throw new OutgoingError(`${url.host} did not answer as it should: ${reason}`, { cause });
    }
  }

  return {
    problemOf,
    guard,
    call: (url, request) => call(url, request, false),
    keep({ maxConnections }) {
      const options = { keepAlive: true, maxSockets: maxConnections, timeout: idleMs };
      const agents = { secure: new HttpsAgent(options), plain: new HttpAgent(options) };
      return {
        call: (url, request) => call(url, request, isSecure(url) ? agents.secure : agents.plain),
        close() {
          agents.secure.destroy();
          agents.plain.destroy();
        },
      };
    },
  };
}
