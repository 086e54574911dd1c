// `npm run bench:events`: what writing events costs, deliveries to webhooks, pushing to another SCIM server, and
// reading a long event log.
import { cpus } from 'node:os';
import { createLocalSignal } from '../../bridge/events/signal.ts';
import { systemClock } from '../../bridge/platform/clock.ts';
import { createOutgoing } from '../../bridge/platform/http/outgoing.ts';
import { createPasswordHasher } from '../../bridge/platform/secrets/passwords.ts';
import { createServices } from '../../bridge/services.ts';
import { type EventBenchOptions, eventRows } from './rows/event-rows.ts';
import { outboundRows } from './rows/outbound-rows.ts';
import { LoadGenerator } from './support/load.ts';
import { benchCommand } from './support/options.ts';
import { measureRows, type Result, renderResults } from './support/results.ts';
import { onStage, type Stage } from './support/stage.ts';
import { progress } from './support/table.ts';

async function measure(stage: Stage, options: EventBenchOptions): Promise<Result[]> {
  const signal = createLocalSignal();
  const services = createServices({
    store: stage.store,
    clock: systemClock,
    passwords: createPasswordHasher(),
    signal,
    outgoing: createOutgoing({ allow: ['127.0.0.0/8'] }),
  });
  stage.onEnd(async () => {
    await services.webhookWorker.close();
    await services.outboundWorker.close();
    services.federations.close();
  });
  services.webhookWorker.start();
  services.outboundWorker.start();
  const load = new LoadGenerator({ ...options, databasePid: stage.server.pid, signal: stage.context.signal });
  stage.onEnd(async () => load.close());
  return measureRows(
    [...eventRows, ...outboundRows],
    { stage, services, signal, load, options },
    options,
    stage.context.signal,
  );
}

const command = benchCommand(
  'bench:events',
  'Measures what writing events costs, deliveries to webhooks, pushing to another SCIM server, and a long event log.',
  10,
).option('--small', 'for small machines: 5,000 deliveries, 2,000 users, a log of 1,000,000 events', false);
command.action(async (given: EventBenchOptions & { small: boolean }) => {
  const sizes = given.small
    ? { deliveries: 5_000, users: 2_000, rows: 1_000_000 }
    : { deliveries: 20_000, users: 10_000, rows: 10_000_000 };
  const results = await onStage({ name: 'events' }, (stage) => measure(stage, { ...given, ...sizes }));
  if (given.json) console.log(JSON.stringify({ ...sizes, results }, null, 2));
  else {
    console.log(`\n${cpus().length} CPUs, Node ${process.version}\n`);
    console.log(renderResults(results));
  }
});
try {
  await command.parseAsync();
} catch (error) {
  progress(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
