// What the rows of `npm run bench:scim` are measured on: one directory with few users and one with many, on one bridge.
import { readFile } from 'node:fs/promises';
import { Agent } from 'node:http';
import { performance } from 'node:perf_hooks';
import { loadGroup, loadUsers } from './data.ts';
import { type LoadGenerator, type LoadRequest, send, type Target } from './load.ts';
import type { BenchOptions } from './options.ts';
import { type BenchDirectory, newDirectory, scimHeaders } from './scim-work.ts';
import type { Stage } from './stage.ts';
import { progress } from './table.ts';

export interface ScimBenchOptions extends BenchOptions {
  users: number;
  memorySeconds: number;
}

export interface World {
  stage: Stage;
  options: ScimBenchOptions;
  load: LoadGenerator;
  bridge: { url: string; pid: number };
  few: BenchDirectory;
  many: BenchDirectory;
  /** For users that are made on the way. */
  fresh: BenchDirectory;
  groups: { small: BenchGroup; large: BenchGroup };
  /** A target of the bridge; `path` starts below the directory. */
  target(directory: BenchDirectory, status: number, request: (n: number) => LoadRequest): Target;
  /** One request, timed. */
  call(directory: BenchDirectory, request: LoadRequest): Promise<{ status: number; body: string; ms: number }>;
  /** Bytes of the bridge's process in memory now. */
  memory(): Promise<number>;
}

export interface BenchGroup {
  id: string;
  displayName: string;
  members: number;
}

export const fewUsers = 1_000;

const groupsOf = (users: number): World['groups'] => ({
  small: { id: '01900000-0000-7000-9000-000000000001', displayName: 'Small', members: 100 },
  large: {
    id: '01900000-0000-7000-9000-000000000002',
    displayName: 'Large',
    members: Math.min(100_000, users - 1_000),
  },
});

async function tokenFor({ services }: Stage, slug: string): Promise<string> {
  return (await services.directories.createToken(slug, { name: 'bench' })).token;
}

async function prepareData(
  stage: Stage,
  users: number,
  groups: World['groups'],
): Promise<[BenchDirectory, BenchDirectory]> {
  const { admin, services } = stage;
  const kept = await services.directories.findDirectory('many');
  if (kept) {
    const few = await services.directories.requireDirectory('few');
    return [
      { id: few.id, slug: 'few', token: await tokenFor(stage, 'few') },
      { id: kept.id, slug: 'many', token: await tokenFor(stage, 'many') },
    ];
  }
  progress(`loading ${fewUsers.toLocaleString('en')} and ${users.toLocaleString('en')} users`);
  const few = await newDirectory(stage, 'few');
  await loadUsers(admin, few.id, fewUsers);
  const many = await newDirectory(stage, 'many');
  await loadUsers(admin, many.id, users);
  await loadGroup(admin, many.id, groups.small, groups.small.members);
  await loadGroup(admin, many.id, groups.large, groups.large.members);
  await admin.query('vacuum analyze');
  progress('loaded');
  return [few, many];
}

export async function prepareWorld(stage: Stage, options: ScimBenchOptions, load: LoadGenerator): Promise<World> {
  const groups = groupsOf(options.users);
  const [few, many] = await prepareData(stage, options.users, groups);
  const fresh = await newDirectory(stage, `fresh-${process.pid}`);
  const bridge = await stage.bridge();
  const agent = new Agent({ keepAlive: true });
  stage.onEnd(async () => agent.destroy());
  const base = new URL(bridge.url);
  const below = (directory: BenchDirectory, request: LoadRequest): LoadRequest => ({
    ...request,
    path: `/scim/v2/${directory.slug}${request.path}`,
    headers: { ...scimHeaders(directory.token), ...request.headers },
  });
  return {
    stage,
    options,
    load,
    bridge,
    few,
    many,
    fresh,
    groups,
    target: (directory, status, request) => ({
      name: 'bridge',
      url: bridge.url,
      pids: [bridge.pid],
      status,
      request: (n) => below(directory, request(n)),
    }),
    async call(directory, request) {
      const started = performance.now();
      const answer = await send(agent, base, below(directory, request), true);
      return { ...answer, ms: performance.now() - started };
    },
    async memory() {
      const status = await readFile(`/proc/${bridge.pid}/status`, 'utf8');
      return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) * 1_024;
    },
  };
}
