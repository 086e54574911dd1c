// A receiver of webhooks as its operators build one: it verifies each message with the library of Standard Webhooks. And
// what receivers of other messages have in common with it.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';
import type { Body } from './bridge.ts';

export interface Received {
  id: string;
  /** By `performance.now()`. */
  at: number;
  headers: Record<string, string>;
  text: string;
  event: Body;
}

/** What the receiver says to a message: a status, one with headers, or nothing at all. */
export type Reply = number | { status: number; headers?: Record<string, string>; text?: string } | 'hang' | 'reset';

export interface WebhookReceiver {
  url: string;
  port: number;
  /** All that arrived and was signed rightly, in the order of arrival. */
  received: Received[];
  /** All that was answered with a 2xx. */
  accepted: Received[];
  /** What a signature was wrong of. */
  forged: string[];
  /** Calls at once, at most. */
  most: number;
  connections: number;
  reply: (message: Received) => Reply | Promise<Reply>;
  close(): Promise<void>;
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString('utf8');
}

/** What a message says, by one that its signature proves. Throws for any other. */
export type OpenMessage = (
  text: string,
  headers: Record<string, string>,
) => Pick<Received, 'id' | 'event'> | Promise<Pick<Received, 'id' | 'event'>>;

export async function startReceiver(open: OpenMessage): Promise<WebhookReceiver> {
  let present = 0;
  const receiver: WebhookReceiver = {
    ...{ url: '', port: 0, received: [], accepted: [], forged: [], most: 0, connections: 0 },
    reply: () => 204,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };

  async function take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const text = await textOf(request);
    const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
    const opened = await Promise.resolve()
      .then(() => open(text, headers))
      .catch((error: unknown) => {
        receiver.forged.push(String(error));
      });
    if (!opened) return void response.writeHead(401).end();
    const message = { ...opened, at: performance.now(), headers, text };
    receiver.received.push(message);
    const reply = await receiver.reply(message);
    if (reply === 'hang') return;
    if (reply === 'reset') return void request.socket.destroy();
    const { status, headers: more = {}, text: said = '' } = typeof reply === 'number' ? { status: reply } : reply;
    if (status >= 200 && status < 300) receiver.accepted.push(message);
    response.writeHead(status, more).end(said);
  }

  const server = createServer((request, response) => {
    present += 1;
    receiver.most = Math.max(receiver.most, present);
    response.once('close', () => {
      present -= 1;
    });
    take(request, response).catch(() => response.destroy());
  });
  server.on('connection', () => {
    receiver.connections += 1;
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  receiver.port = (server.address() as AddressInfo).port;
  receiver.url = `http://127.0.0.1:${receiver.port}/hook`;
  return receiver;
}

/** `secrets` may be changed while it runs; a message must be signed with each of them. */
export const startWebhookReceiver = (secrets: () => readonly string[]): Promise<WebhookReceiver> =>
  startReceiver((text, headers) => {
    for (const secret of secrets()) new Webhook(secret).verify(text, headers);
    return { id: headers['webhook-id'] ?? '', event: JSON.parse(text) };
  });
