// Wakes readers of the event log after a commit: at once in this process, and within milliseconds in other replicas by
// NOTIFY. The notification is sent outside the writing transaction and at most every 20 ms, because PostgreSQL lets
// only one notifying transaction commit at a time. It only wakes: what is new is read from the table.
import { EventEmitter } from 'node:events';
import { Client, type Notification, type Pool } from 'pg';
import { connectionTo, type DatabaseAddress } from '../platform/db/connect.ts';

const channel = 'realmbridge_changes';
const coalesceMs = 20;
const reconnectMs = 2_000;

export interface ChangeSignal {
  /** To be called after a commit that changed what `topic` (a directory's or federation's id) shows. */
  changed(topic: string): void;
  /** Calls `listener` for each change of the topic until the answered function is called. */
  subscribe(topics: readonly string[], listener: () => void): () => void;
  /** Wakes whoever is still to be woken; the pool must be open until then. */
  close(): Promise<void>;
}

/** A signal for this process alone: enough for one replica and for tests. */
export function createLocalSignal(): ChangeSignal {
  const emitter = new EventEmitter();
  emitter.setMaxListeners(0);
  return {
    changed: (topic) => void emitter.emit(topic),
    subscribe(topics, listener) {
      for (const topic of topics) emitter.on(topic, listener);
      return () => {
        for (const topic of topics) emitter.off(topic, listener);
      };
    },
    close: async () => void emitter.removeAllListeners(),
  };
}

/** A signal shared by all replicas on one database. Losing the connection costs wake-ups only, never an event. */
export function createSharedSignal(options: {
  pool: Pool;
  database: DatabaseAddress;
  onError: (error: unknown) => void;
}): ChangeSignal {
  const local = createLocalSignal();
  const pending = new Set<string>();
  let flushTimer: NodeJS.Timeout | undefined;
  let reconnectTimer: NodeJS.Timeout | undefined;
  let listener: Client | undefined;
  let closed = false;

  async function flush(): Promise<void> {
    clearTimeout(flushTimer);
    flushTimer = undefined;
    if (pending.size === 0) return;
    const topics = [...pending];
    pending.clear();
    await options.pool
      .query(`select pg_notify('${channel}', topic) from unnest($1::text[]) as topic`, [topics])
      .catch(options.onError);
  }

  function retry(error: unknown): void {
    if (closed || reconnectTimer) return;
    options.onError(error);
    listener?.end().catch(() => undefined);
    reconnectTimer = setTimeout(() => {
      reconnectTimer = undefined;
      listen();
    }, reconnectMs);
  }

  function listen(): void {
    const client = new Client({
      ...connectionTo(options.database),
      application_name: 'realmbridge-signal',
      keepAlive: true,
      connectionTimeoutMillis: 5_000,
    });
    listener = client;
    client.on('notification', ({ payload }: Notification) => payload && local.changed(payload));
    client.on('error', retry);
    client
      .connect()
      .then(() => client.query(`listen ${channel}`))
      .catch(retry);
  }
  listen();

  return {
    subscribe: local.subscribe,
    changed(topic) {
      local.changed(topic);
      pending.add(topic);
      flushTimer ??= setTimeout(() => void flush(), coalesceMs);
    },
    async close() {
      closed = true;
      clearTimeout(reconnectTimer);
      await flush();
      await listener?.end().catch(() => undefined);
      await local.close();
    },
  };
}
