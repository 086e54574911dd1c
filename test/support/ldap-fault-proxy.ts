// Stands between the bridge and an LDAP server and misbehaves on demand. It reads no more of the protocol than the head of
// each message, so that it can answer a bind in another server's words.
import { connect, createServer, type Socket } from 'node:net';
import { freePort } from '../../bridge/dev/ports.ts';

export interface LdapFaultProxy {
  readonly url: string;
  readonly port: number;
  /** From now on: take no connections, and cut those that there are. */
  refuse(): Promise<void>;
  /** Take connections and pass nothing on; bytes under way stay under way. */
  hang(): void;
  /** Cut each new connection after so many bytes from the server. */
  cutAfter(bytes: number): void;
  /** Answer binds with this result code and diagnostic message, but for those of `except`. */
  answerBinds(code: number, diagnostic: string, except: string): void;
  /** Go to another server from now on; connections that there are stay where they are. */
  redirect(port: number): void;
  pass(): Promise<void>;
  /** Connections taken so far. */
  connections(): number;
  close(): Promise<void>;
}

type Mode =
  | { kind: 'pass' | 'hang' }
  | { kind: 'cut'; bytes: number }
  | { kind: 'bind'; code: number; diagnostic: string; except: string };

/** A BER element (X.690 §8.1) with the content `value`; only for short ones. */
const element = (tag: number, ...value: Buffer[]): Buffer => {
  const content = Buffer.concat(value);
  const length =
    content.length < 128
      ? Buffer.from([content.length])
      : Buffer.from([0x82, content.length >> 8, content.length & 255]);
  return Buffer.concat([Buffer.from([tag]), length, content]);
};

/** LDAPMessage with a BindResponse (RFC 4511 §4.2.2). */
function bindResponse(messageId: Buffer, code: number, diagnostic: string): Buffer {
  const text = (value: string) => element(0x04, Buffer.from(value, 'utf8'));
  const response = element(0x61, element(0x0a, Buffer.from([code])), text(''), text(diagnostic));
  return element(0x30, element(0x02, messageId), response);
}

/** The id of a message that is a BindRequest; clients send each in a packet of its own. */
function bindRequestId(message: Buffer): Buffer | undefined {
  const first = message[1] ?? 0;
  const start = first < 128 ? 2 : 2 + (first & 127);
  const idLength = message[start + 1] ?? 0;
  const isBind = message[0] === 0x30 && message[start] === 0x02 && message[start + 2 + idLength] === 0x60;
  return isBind ? message.subarray(start + 2, start + 2 + idLength) : undefined;
}

export async function startLdapFaultProxy(target: string): Promise<LdapFaultProxy> {
  const sockets = new Set<Socket>();
  let targetPort = Number(new URL(target).port);
  let mode: Mode = { kind: 'pass' };
  let taken = 0;

  const keep = (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket)).on('error', () => undefined);
  };
  const cut = () => {
    for (const socket of sockets) socket.destroy();
  };

  const server = createServer((client) => {
    taken += 1;
    keep(client);
    const upstream = connect(targetPort, '127.0.0.1');
    keep(upstream);
    let left = mode.kind === 'cut' ? mode.bytes : Number.POSITIVE_INFINITY;
    client.on('data', (data) => {
      if (mode.kind === 'hang') return;
      const id = mode.kind === 'bind' && !data.includes(mode.except) ? bindRequestId(data) : undefined;
      if (id !== undefined && mode.kind === 'bind') client.write(bindResponse(id, mode.code, mode.diagnostic));
      else upstream.write(data);
    });
    upstream.on('data', (data) => {
      if (mode.kind === 'hang') return;
      left -= data.length;
      if (left >= 0) client.write(data);
      else client.destroy();
    });
    client.on('close', () => upstream.destroy());
    upstream.on('close', () => client.destroy());
  });
  const port = await freePort();
  const listen = () => new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const unlisten = async () => {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    cut();
    await closed;
  };
  await listen();

  return {
    url: `ldap://127.0.0.1:${port}`,
    port,
    connections: () => taken,
    refuse: async () => {
      if (server.listening) await unlisten();
    },
    hang() {
      mode = { kind: 'hang' };
    },
    cutAfter(bytes) {
      cut();
      mode = { kind: 'cut', bytes };
    },
    answerBinds(code, diagnostic, except) {
      mode = { kind: 'bind', code, diagnostic, except };
    },
    redirect(next) {
      targetPort = next;
    },
    async pass() {
      // Whoever hung before has lost what was sent meanwhile.
      if (mode.kind === 'hang') cut();
      mode = { kind: 'pass' };
      if (!server.listening) await listen();
    },
    close: async () => {
      if (server.listening) await unlisten();
    },
  };
}
