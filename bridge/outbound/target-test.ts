// `target test`: whether a target answers, takes the credentials, and what it says that it can do.
import type { TargetClient } from './client.ts';
import type { TargetSettings } from './contracts.ts';
import { TargetFailure } from './failure.ts';
import { abilitiesOf, type Probe, probeTarget } from './probe.ts';

export interface TestedStep {
  step: 'connect' | 'users' | 'groups';
  ok: boolean;
  detail: string;
}

export interface TargetTest {
  ok: boolean;
  steps: TestedStep[];
  /** What is used; undefined when it could not be asked. */
  features: Record<string, boolean> | null;
}

function describe({ config, schemas }: Probe): string {
  if (!config && !schemas) return 'it says nothing of itself; what it can do is found out by trying';
  return `it shows ${[config && 'what it can do', schemas && 'its schemas'].filter(Boolean).join(' and ')}`;
}

async function step(name: TestedStep['step'], work: () => Promise<string>): Promise<TestedStep> {
  try {
    return { step: name, ok: true, detail: await work() };
  } catch (error) {
    if (error instanceof TargetFailure) return { step: name, ok: false, detail: error.message };
    throw error;
  }
}

export async function testTarget(client: TargetClient, settings: TargetSettings, now: Date): Promise<TargetTest> {
  let probe: Probe | undefined;
  const connected = await step('connect', async () => {
    probe = await probeTarget(client, now);
    return describe(probe);
  });
  if (!probe) return { ok: false, steps: [connected], features: null };
  const { features } = abilitiesOf(settings, probe);
  const steps = [connected];
  const list = (name: 'users' | 'groups', path: string) =>
    step(name, async () => {
      const { status, body } = await client.call('GET', `${path}?count=1`);
      if (status !== 200) throw new TargetFailure('resource', `${path} answers ${status}`, { status });
      const total = body?.['totalResults'];
      return typeof total === 'number' ? `there are ${total}` : `${path} answers, and doesn't tell how many there are`;
    });
  steps.push(await list('users', '/Users'));
  if (features.groups) steps.push(await list('groups', '/Groups'));
  return { ok: steps.every(({ ok }) => ok), steps, features: { ...features } };
}
