// One container of a stack and what can befall it. Faults are those that only containers show: a frozen process, a kill,
// a cut network.
import { setTimeout as sleep } from 'node:timers/promises';
import { getContainerRuntimeClient } from 'testcontainers';

export interface ServicePlan {
  name: string;
  containerId: string;
  networkId: string;
  /** Names under which the other containers know it. */
  aliases: string[];
  /** A command that ends with 0 inside the container, or a URL that answers 200 from the host, when it is ready. */
  ready: { command: string[] } | { url: string };
}

export interface StackService {
  readonly plan: ServicePlan;
  /** Freezes every process; connections stay open and nobody answers. */
  pause(): Promise<void>;
  resume(): Promise<void>;
  /** Ends it without a chance to say good-bye. */
  kill(): Promise<void>;
  /** Asks it to end, and kills it after the seconds. Answers how long it took. */
  stop(seconds?: number): Promise<number>;
  /** Starts it again, without waiting for it to be ready. */
  begin(): Promise<void>;
  /** Starts it again and waits until it is ready. */
  start(): Promise<void>;
  restart(): Promise<void>;
  /** Has the engine start it again whenever it ends by itself, as compose does. */
  keepAlive(): Promise<void>;
  /** Takes it off the network. */
  cut(): Promise<void>;
  mend(): Promise<void>;
  untilReady(withinMs?: number): Promise<void>;
  exec(command: string[], env?: Record<string, string>): Promise<{ code: number; output: string; stdout: string }>;
  logs(lines?: number): Promise<string>;
  /** What the threads of a JVM that serve requests or jobs are at, innermost calls first. */
  threads(): Promise<string>;
  remove(): Promise<void>;
}

const quitJvms = `for p in /proc/[0-9]*; do case "$(readlink "$p/exe")" in */java) kill -QUIT "\${p#/proc/}";; esac; done`;

const runtime = async () => getContainerRuntimeClient();

/** A container that runs already. */
export async function useService(plan: ServicePlan): Promise<StackService> {
  const client = await runtime();
  const container = client.container.getById(plan.containerId);
  const network = client.network.getById(plan.networkId);

  async function isReady(): Promise<boolean> {
    if ('url' in plan.ready) {
      const answer = await fetch(plan.ready.url, { signal: AbortSignal.timeout(3_000) }).catch(() => undefined);
      await answer?.arrayBuffer().catch(() => undefined);
      return answer?.status === 200;
    }
    const command = [...plan.ready.command];
    const { State } = await container.inspect();
    if (!State.Running) return false;
    return client.container.exec(container, command).then(
      ({ exitCode }) => exitCode === 0,
      () => false,
    );
  }

  const service: StackService = {
    plan,
    pause: async () => void (await container.pause()),
    resume: async () => void (await container.unpause()),
    kill: async () => void (await container.kill({ signal: 'SIGKILL' })),
    async stop(seconds = 10) {
      const started = performance.now();
      await container.stop({ t: seconds });
      return performance.now() - started;
    },
    begin: async () => void (await container.start()),
    async start() {
      await container.start();
      await service.untilReady();
    },
    async restart() {
      await container.restart({ t: 10 });
      await service.untilReady();
    },
    keepAlive: async () => void (await container.update({ RestartPolicy: { Name: 'unless-stopped' } })),
    cut: async () => void (await network.disconnect({ Container: plan.containerId, Force: true })),
    mend: async () =>
      void (await network.connect({ Container: plan.containerId, EndpointConfig: { Aliases: plan.aliases } })),
    async untilReady(withinMs = 300_000) {
      const deadline = Date.now() + withinMs;
      while (!(await isReady())) {
        if (Date.now() > deadline)
          throw new Error(`${plan.name} is not ready after ${withinMs / 1_000} s:\n${await service.logs()}`);
        await sleep(200);
      }
    },
    async exec(command, env) {
      const { exitCode, output, stdout } = await client.container.exec(container, command, env && { env });
      return { code: exitCode, output, stdout };
    },
    async logs(lines = 60) {
      const bytes = await container.logs({ stdout: true, stderr: true, tail: lines });
      return bytes.toString('utf8');
    },
    async threads() {
      // The JVM need not be the container's first process, which is what a signal by the engine goes to.
      await service.exec(['sh', '-c', quitJvms]);
      await sleep(2_000);
      const dump = (await service.logs(20_000)).split('Full thread dump').at(-1) ?? '';
      const threads = dump.split('\n\n').filter((thread) => /executor-thread|Timer|realmbridge/i.test(thread));
      return threads.map((thread) => thread.trim().split('\n').slice(0, 25).join('\n')).join('\n\n');
    },
    remove: async () => void (await container.remove({ force: true, v: true })),
  };
  return service;
}
