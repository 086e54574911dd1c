// A whole Realmbridge in containers: PostgreSQL, one bridge or several behind a proxy, and a Keycloak with the provider.
// It needs nothing but the images, so tests of other projects can start one, too.
import { randomBytes } from 'node:crypto';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { GenericContainer, getContainerRuntimeClient, Network, Wait } from 'testcontainers';
import { type ServicePlan, type StackService, useService } from './service.ts';

const composeFolder = join(import.meta.dirname, '..', '..', '..', 'compose');
export const stackLabel = 'realmbridge.test';

export interface StackOptions {
  images: { bridge: string; keycloak: string; postgres: string; proxy: string };
  /** Of the bridge; several stand behind a proxy. */
  replicas?: number;
  /** Whether there is a Keycloak; default true. */
  keycloak?: boolean;
  /** More of the bridge's environment. */
  environment?: Record<string, string>;
}

/** All that is needed to work with a running stack from another process. */
export interface StackPlan {
  networkId: string;
  /** As the host reaches it. */
  bridgeUrl: string;
  metricsUrls: string[];
  /** As Keycloak reaches it. */
  innerBridgeUrl: string;
  databaseUrl: string;
  superuserUrl: string;
  adminToken: string;
  keycloak?: { url: string; managementUrl: string; adminUsername: string; adminPassword: string };
  services: { postgres: ServicePlan; bridges: ServicePlan[]; proxy?: ServicePlan; keycloak?: ServicePlan };
}

export interface RealmbridgeStack extends StackPlan {
  readonly plan: StackPlan;
  readonly postgres: StackService;
  /** The first replica, or the only one. */
  readonly bridge: StackService;
  readonly bridges: StackService[];
  readonly proxy?: StackService;
  /** The container; `keycloak` says how it is reached. */
  readonly keycloakService?: StackService;
  /** Puts a bridge of another image in the place of each replica, one after the other, and answers the new stack. */
  replaceBridges(image: string): Promise<RealmbridgeStack>;
  /** Runs `realmbridge … --json` inside the bridge's container and answers what it prints. */
  cli(...args: string[]): Promise<unknown>;
  close(): Promise<void>;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '0.0.0.0', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no free port');
  return address.port;
}

const secret = (): string => randomBytes(24).toString('base64url');
/** Passwords that would break a URL, a shell or an SQL text that isn't careful. */
const awkward = (): string => `p'w "${secret()}" $x %41/@:`;

interface Begun {
  container: { getId(): string };
  plan: Omit<ServicePlan, 'containerId' | 'networkId'>;
}

export async function startStack(options: StackOptions): Promise<RealmbridgeStack> {
  const { images, replicas = 1, environment = {} } = options;
  const network = await new Network().start();
  const container = (image: string, name: string, aliases = [name]): GenericContainer =>
    new GenericContainer(image)
      .withNetwork(network)
      .withNetworkAliases(...aliases)
      .withLabels({ [stackLabel]: name })
      .withStartupTimeout(300_000);
  const withPlan = (begun: Begun): ServicePlan => ({
    ...begun.plan,
    containerId: begun.container.getId(),
    networkId: network.getId(),
  });
  // The ports stay the same over a restart, which ports chosen by the engine don't.
  const ports = {
    postgres: await freePort(),
    proxy: await freePort(),
    keycloak: await freePort(),
    management: await freePort(),
  };
  const passwords = { superuser: awkward(), realmbridge: awkward(), keycloak: awkward(), admin: secret() };
  const secretFile = (name: string, content: string) => ({ target: `/run/secrets/${name}`, content, mode: 0o444 });
  const adminToken = secret();

  async function startPostgres(): Promise<ServicePlan> {
    const postgres = await container(images.postgres, 'postgres')
      .withExposedPorts({ container: 5432, host: ports.postgres })
      .withEnvironment({ POSTGRES_PASSWORD_FILE: '/run/secrets/postgres-password' })
      .withCopyFilesToContainer([
        {
          source: join(composeFolder, 'postgres', 'roles.sh'),
          target: '/docker-entrypoint-initdb.d/roles.sh',
          mode: 0o755,
        },
      ])
      .withCopyContentToContainer([
        secretFile('postgres-password', passwords.superuser),
        secretFile('realmbridge-database-password', passwords.realmbridge),
        secretFile('keycloak-database-password', passwords.keycloak),
      ])
      // The server of the set-up listens on no port, so this is the one that stays.
      .withWaitStrategy(Wait.forSuccessfulCommand('pg_isready -h 127.0.0.1 -U postgres'))
      .start();
    return withPlan({
      container: postgres,
      plan: { name: 'postgres', aliases: ['postgres'], ready: { command: ['pg_isready', '-h', '127.0.0.1'] } },
    });
  }

  async function startBridge(n: number): Promise<ServicePlan & { port: number; metricsPort: number }> {
    const [port, metricsPort] = [await freePort(), await freePort()];
    const name = n === 1 ? 'bridge' : `bridge-${n}`;
    const bridge = await container(images.bridge, name)
      .withExposedPorts({ container: 8400, host: port }, { container: 8401, host: metricsPort })
      .withEnvironment({
        DATABASE_URL: `postgres://realmbridge:${encodeURIComponent(passwords.realmbridge)}@postgres:5432/realmbridge`,
        ADMIN_TOKEN: adminToken,
        LOG_LEVEL: 'warn',
        ...(replicas > 1 && { TRUST_PROXY: 'true', SHUTDOWN_DELAY_SECONDS: '2' }),
        ...environment,
      })
      .withWaitStrategy(Wait.forHttp('/health/ready', 8401).forStatusCode(200))
      .start();
    const plan = withPlan({
      container: bridge,
      plan: { name, aliases: [name], ready: { url: `http://localhost:${metricsPort}/health/ready` } },
    });
    return { ...plan, port, metricsPort };
  }

  async function startProxy(): Promise<ServicePlan> {
    const config = '/usr/local/etc/haproxy/haproxy.cfg';
    const proxy = await container(images.proxy, 'proxy')
      .withExposedPorts({ container: 8400, host: ports.proxy })
      .withCopyFilesToContainer([{ source: join(composeFolder, 'proxy', 'haproxy.cfg'), target: config, mode: 0o644 }])
      .withWaitStrategy(Wait.forHttp('/', 8400).forStatusCode(404))
      .start();
    return withPlan({
      container: proxy,
      plan: { name: 'proxy', aliases: ['proxy'], ready: { command: ['haproxy', '-c', '-f', config] } },
    });
  }

  async function startKeycloak(): Promise<ServicePlan> {
    const keycloak = await container(images.keycloak, 'keycloak')
      .withExposedPorts({ container: 8080, host: ports.keycloak }, { container: 9000, host: ports.management })
      .withEnvironment({
        KC_DB_URL: 'jdbc:postgresql://postgres:5432/keycloak',
        KC_DB_USERNAME: 'keycloak',
        KC_DB_PASSWORD_FILE: '/run/secrets/keycloak-database-password',
        KC_BOOTSTRAP_ADMIN_USERNAME: 'admin',
        KC_BOOTSTRAP_ADMIN_PASSWORD_FILE: '/run/secrets/keycloak-admin-password',
        KC_HTTP_ENABLED: 'true',
        KC_HOSTNAME_STRICT: 'false',
        KC_CACHE: 'local',
        // Halves the start, and costs throughput that these tests don't ask for.
        JAVA_OPTS_APPEND: '-XX:TieredStopAtLevel=1',
      })
      .withCopyContentToContainer([
        secretFile('keycloak-database-password', passwords.keycloak),
        secretFile('keycloak-admin-password', passwords.admin),
      ])
      .withWaitStrategy(Wait.forHttp('/health/ready', 9000).forStatusCode(200))
      .start();
    return withPlan({
      container: keycloak,
      plan: {
        name: 'keycloak',
        aliases: ['keycloak'],
        ready: { url: `http://localhost:${ports.management}/health/ready` },
      },
    });
  }

  try {
    const postgres = await startPostgres();
    const bridges = await Promise.all(Array.from({ length: replicas }, (_, n) => startBridge(n + 1)));
    const proxy = replicas > 1 ? await startProxy() : undefined;
    const keycloak = options.keycloak === false ? undefined : await startKeycloak();
    const database = (user: string, password: string, name: string): string =>
      `postgres://${user}:${encodeURIComponent(password)}@localhost:${ports.postgres}/${name}`;
    return await useStack({
      networkId: network.getId(),
      bridgeUrl: `http://localhost:${proxy ? ports.proxy : bridges[0]?.port}`,
      metricsUrls: bridges.map(({ metricsPort }) => `http://localhost:${metricsPort}`),
      innerBridgeUrl: proxy ? 'http://proxy:8400' : 'http://bridge:8400',
      databaseUrl: database('realmbridge', passwords.realmbridge, 'realmbridge'),
      superuserUrl: database('postgres', passwords.superuser, 'postgres'),
      adminToken,
      ...(keycloak && {
        keycloak: {
          url: `http://localhost:${ports.keycloak}`,
          managementUrl: `http://localhost:${ports.management}`,
          adminUsername: 'admin',
          adminPassword: passwords.admin,
        },
      }),
      services: { postgres, bridges, ...(proxy && { proxy }), ...(keycloak && { keycloak }) },
    });
  } catch (error) {
    await removeNetwork(network.getId());
    throw error;
  }
}

/** Removes every container on the network, and the network. */
async function removeNetwork(networkId: string): Promise<void> {
  const client = await getContainerRuntimeClient();
  const network = client.network.getById(networkId);
  const all = await client.container.dockerode.listContainers({ all: true, filters: { network: [networkId] } });
  await Promise.all(all.map(({ Id }) => client.container.getById(Id).remove({ force: true, v: true })));
  await network.remove();
}

/** A container of the other image with the same ports, names and environment, in the place of this one. */
async function replaceContainer({ plan, stop, remove }: StackService, image: string): Promise<ServicePlan> {
  const { container: containers } = await getContainerRuntimeClient();
  const { Config, HostConfig, NetworkSettings } = await containers.getById(plan.containerId).inspect();
  // It is on the engine's default network, too.
  const own = Object.entries(NetworkSettings.Networks).find(([, { NetworkID }]) => NetworkID === plan.networkId);
  if (!own) throw new Error(`${plan.name} is not on the stack's network`);
  const [networkName] = own;
  // What the image says of itself is left to the other image; the stack's own variables are those of the bridge.
  const inherited = await containers.dockerode.getImage(Config.Image).inspect();
  const Env = Config.Env.filter((variable) => !inherited.Config.Env.includes(variable));
  await stop();
  await remove();
  const made = await containers.create({
    Image: image,
    Env,
    Labels: Config.Labels,
    ExposedPorts: Config.ExposedPorts ?? {},
    HostConfig: { ...HostConfig, NetworkMode: networkName },
    NetworkingConfig: { EndpointsConfig: { [networkName]: { Aliases: plan.aliases } } },
  });
  const next = { ...plan, containerId: made.id };
  await (await useService(next)).start();
  return next;
}

/** A stack that runs already. */
export async function useStack(plan: StackPlan): Promise<RealmbridgeStack> {
  const { services } = plan;
  const bridges = await Promise.all(services.bridges.map(useService));
  const [bridge] = bridges;
  if (!bridge) throw new Error('a stack has a bridge');
  const proxy = services.proxy && (await useService(services.proxy));
  const keycloakService = services.keycloak && (await useService(services.keycloak));
  const postgres = await useService(services.postgres);
  const all = [postgres, ...bridges, ...(proxy ? [proxy] : []), ...(keycloakService ? [keycloakService] : [])];
  return {
    ...plan,
    plan,
    postgres,
    bridge,
    bridges,
    ...(proxy && { proxy }),
    ...(keycloakService && { keycloakService }),
    async replaceBridges(image) {
      const replaced: ServicePlan[] = [];
      for (const service of bridges) replaced.push(await replaceContainer(service, image));
      return useStack({ ...plan, services: { ...services, bridges: replaced } });
    },
    async cli(...args) {
      const { code, output, stdout } = await bridge.exec(['realmbridge', ...args, '--json']);
      if (code !== 0) throw new Error(`realmbridge ${args.join(' ')} ended with ${code}:\n${output}`);
      return JSON.parse(stdout);
    },
    async close() {
      await Promise.all(all.map((service) => service.remove()));
      const client = await getContainerRuntimeClient();
      await client.network.getById(plan.networkId).remove();
    },
  };
}
