// A light load generator: a fixed number of keep-alive connections, each of which sends its next request as soon as the
// answer to the last one is there.
import { Agent, request } from 'node:http';
import { performance } from 'node:perf_hooks';
import { cpuSeconds } from './cpu.ts';
import { median, quantile } from './statistics.ts';

export interface LoadRequest {
  method: string;
  path: string;
  headers?: Record<string, string>;
  body?: string;
}

/** Something that can be put under load. */
export interface Target {
  name: string;
  url: string;
  /** The n-th request, counted from 0 over all rounds. */
  request(n: number): LoadRequest;
  /** The status of a right answer. */
  status: number;
  /** The processes that do its work, besides PostgreSQL. */
  pids?: readonly number[];
  /** The status by which the target says that it is overloaded: counted, and not as an answer. */
  refusal?: number;
  /** Looks at an answer's body; answers what is wrong with it. Called for a sample, because parsing costs. */
  check?(body: string, n: number): string | undefined;
}

/** Processor time, milliseconds a request. */
export interface Cpu {
  server: number;
  database: number;
}

export interface Round {
  /** Answers a second. */
  rate: number;
  /** Milliseconds of each request. */
  latencies: number[];
  refused: number;
  cpu: Cpu;
}

export interface LoadOptions {
  connections: number;
  seconds: number;
  signal: AbortSignal;
  /** PostgreSQL's first process. */
  databasePid: number;
}

const checkEvery = 97;

interface RawAnswer {
  status: number;
  body: string;
}

export function send(agent: Agent, base: URL, spec: LoadRequest, keepBody: boolean): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const body = spec.body === undefined ? undefined : Buffer.from(spec.body);
    const outgoing = request(
      {
        agent,
        host: base.hostname,
        port: base.port,
        method: spec.method,
        path: spec.path,
        headers: body === undefined ? spec.headers : { ...spec.headers, 'Content-Length': body.length },
        timeout: 60_000,
      },
      (incoming) => {
        const status = incoming.statusCode ?? 0;
        let text = '';
        if (keepBody || status >= 400) {
          incoming.setEncoding('utf8');
          incoming.on('data', (chunk: string) => {
            text += chunk;
          });
        } else {
          incoming.resume();
        }
        incoming.once('end', () => resolve({ status, body: text }));
        incoming.once('error', reject);
      },
    );
    outgoing.once('error', reject);
    outgoing.once('timeout', () => outgoing.destroy(new Error('no answer within 60 s')));
    outgoing.end(body);
  });
}

/** Puts targets under load, each with a counter of its own, so that no request is sent twice. */
export class LoadGenerator {
  readonly #agent: Agent;
  readonly #options: LoadOptions;
  readonly #sent = new Map<Target, number>();

  constructor(options: LoadOptions) {
    this.#options = options;
    this.#agent = new Agent({ keepAlive: true, maxSockets: options.connections });
  }

  close(): void {
    this.#agent.destroy();
  }

  /** @throws Error at the first wrong answer: a rate of failures means nothing. */
  async run(target: Target, { seconds, connections }: Partial<LoadOptions> = {}): Promise<Round> {
    const { signal, databasePid } = this.#options;
    const base = new URL(target.url);
    const usedCpu = () => Promise.all([target.pids ? cpuSeconds(target.pids) : Number.NaN, cpuSeconds([databasePid])]);
    const before = await usedCpu();
    const latencies: number[] = [];
    const started = performance.now();
    const deadline = started + (seconds ?? this.#options.seconds) * 1_000;
    let refused = 0;

    const worker = async (): Promise<void> => {
      while (performance.now() < deadline) {
        signal.throwIfAborted();
        const n = this.#sent.get(target) ?? 0;
        this.#sent.set(target, n + 1);
        const look = target.check !== undefined && n % checkEvery === 0;
        const sentAt = performance.now();
        const { status, body } = await send(this.#agent, base, target.request(n), look);
        if (status === target.refusal) {
          refused += 1;
          continue;
        }
        latencies.push(performance.now() - sentAt);
        const wrong = status === target.status ? look && target.check?.(body, n) : `status ${status}`;
        if (wrong) throw new Error(`${target.name}: ${wrong}: ${body.slice(0, 500)}`);
      }
    };
    await Promise.all(Array.from({ length: connections ?? this.#options.connections }, worker));
    const rate = latencies.length / ((performance.now() - started) / 1_000);
    const after = await usedCpu();
    const perRequest = (end: number, start: number): number => ((end - start) * 1_000) / latencies.length;
    const cpu = { server: perRequest(after[0], before[0]), database: perRequest(after[1], before[1]) };
    return { rate, latencies, refused, cpu };
  }
}

export interface Figures {
  /** Median of the rounds. */
  rate: number;
  p50: number;
  p99: number;
  cpu: Cpu;
  requests: number;
  refused: number;
}

export function figuresOf(rounds: readonly Round[]): Figures {
  const latencies = Float64Array.from(rounds.flatMap((round) => round.latencies)).sort();
  return {
    rate: median(rounds.map((round) => round.rate)),
    p50: quantile(latencies, 0.5),
    p99: quantile(latencies, 0.99),
    cpu: {
      server: median(rounds.map((round) => round.cpu.server)),
      database: median(rounds.map((round) => round.cpu.database)),
    },
    requests: latencies.length,
    refused: rounds.reduce((sum, round) => sum + round.refused, 0),
  };
}
