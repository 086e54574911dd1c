// `realmbridge webhook`: from making one to sending again, for people and for programs.
import { tmpdir } from 'node:os';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createOutgoing } from '../../bridge/platform/http/outgoing.ts';
import { createTestBridge, type ScimClient, type TestBridge } from '../support/bridge.ts';
import { type CommandLine, createCommandLine } from '../support/command-line.ts';
import { newUser } from '../support/scim.ts';
import { startWebhookReceiver, type WebhookReceiver } from '../support/webhook-receiver.ts';
import { patience, quickTiming } from '../support/webhook-stage.ts';

let bridge: TestBridge;
let scim: ScimClient;
let cli: CommandLine;
let receiver: WebhookReceiver;
const secrets: string[] = [];

beforeAll(async () => {
  bridge = await createTestBridge({
    outgoing: createOutgoing({ allow: ['127.0.0.0/8'] }),
    webhooks: { timing: { ...quickTiming, giveUpMs: 0 } },
  });
  scim = await bridge.directory('acme');
  cli = createCommandLine({ DATABASE_URL: bridge.database.url, OUTGOING_ALLOW: '127.0.0.0/8' }, tmpdir());
  receiver = await startWebhookReceiver(() => secrets);
});
afterAll(async () => {
  await receiver.close();
  await bridge.close();
});

test('a webhook is made, tested, seen, paused and deleted', { timeout: 120_000 }, async () => {
  const made = await cli.run(
    'webhook',
    'create',
    'app',
    '--url',
    receiver.url,
    '--directory',
    'acme',
    '--type',
    'user.*',
  );
  expect(made.code, made.stderr).toBe(0);
  const [secret = ''] = /whsec_\S+/.exec(made.stdout) ?? [];
  expect(made.stdout).toContain('It is not shown again.');
  secrets.push(secret);
  expect(await cli.run('webhook', 'test', 'app')).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^✓ delivered in \d+ ms \(204\)/),
  });
  expect(receiver.accepted[0]?.event.type).toBe('webhook.test');

  receiver.reply = ({ event }) => (event.type === 'user.created' ? { status: 500, text: 'no' } : 204);
  expect((await cli.run('webhook', 'list')).stdout).toMatch(/app +acme +user\.\* +active +http/);
  bridge.services.webhookWorker.start();
  const { id } = await newUser(scim, 'anna');
  await expect.poll(() => cli.json('webhook', 'dead', 'app'), patience).toHaveLength(1);
  expect((await cli.run('webhook', 'dead', 'app')).stdout).toContain(`User/${id}`);
  expect((await cli.run('webhook', 'deliveries', 'app', '--failed')).stdout).toMatch(/user\.created +acme +500/);
  expect((await cli.run('webhook', 'waiting', 'app')).stdout).toContain('No message waits');
  // The log says that it is dead, and has to be read past that.
  await expect
    .poll(async () => (await cli.run('webhook', 'show', 'app')).stdout, patience)
    .toMatch(/ 0 events of the log behind; 0 messages wait .*, 1 are dead/);

  receiver.reply = () => 204;
  expect(await cli.json('webhook', 'replay', 'app', '--dead')).toEqual({ slug: 'app', replayed: 1 });
  await expect.poll(() => receiver.accepted.length, patience).toBe(2);
  const [again] = (await cli.json('webhook', 'replay', 'app', '--since', '2026-01-01')).replayed;
  expect(again).toMatchObject({ directory: { slug: 'acme' }, from: 1 });
  await expect.poll(() => receiver.accepted.length, patience).toBe(3);
  expect(new Set(receiver.accepted.slice(1).map((message) => message.id)).size).toBe(1);

  expect((await cli.json('webhook', 'pause', 'app')).pause).toMatchObject({ cause: 'operator' });
  expect((await cli.json('webhook', 'resume', 'app')).pause).toBeNull();
  expect((await cli.json('webhook', 'update', 'app', '--all-types')).types).toBeNull();
  expect((await cli.json('webhook', 'rotate-secret', 'app', '--overlap', '12h')).secret).toMatch(/^whsec_/);
  expect((await cli.json('webhook', 'show', 'app')).secrets).toHaveLength(2);
  const atOnce = await cli.run('webhook', 'rotate-secret', 'app', '--at-once');
  expect(atOnce).toMatchObject({ code: 0, stdout: expect.stringContaining('with it alone from now on') });
  expect((await cli.json('webhook', 'show', 'app')).secrets).toMatchObject([{ expiresAt: null }]);
  expect((await cli.run('webhook', 'delete', 'app')).code).toBe(0);
  expect((await cli.run('webhook', 'list')).stdout).toContain('There is no webhook yet.');
});

test('a test that fails says why and ends with 1', async () => {
  const url = 'http://127.0.0.1:9/';
  await cli.json('webhook', 'create', 'away', '--url', url, '--type', 'group.*');
  const failed = await cli.run('webhook', 'test', 'away');
  expect(failed).toMatchObject({ code: 1, stdout: expect.stringContaining('ECONNREFUSED') });
  expect(await cli.run('webhook', 'test', 'away', '--json')).toMatchObject({
    code: 1,
    stdout: expect.stringContaining('"delivered": false'),
  });
});

test.each([
  [['show', 'nobody'], 1, 'nobody'],
  [['create', 'x'], 2, '--url'],
  [['create', 'x', '--url', 'hooks'], 2, 'URL'],
  [['create', 'x', '--url', 'https://10.0.0.1/'], 1, 'OUTGOING_ALLOW'],
  [['replay', 'away'], 2, 'where to begin'],
  [['replay', 'away', '--position', '0'], 2, 'position'],
  [['replay', 'away', '--dead', '--since', '2026-01-01'], 2, '--dead'],
  [['rotate-secret', 'away', '--overlap', '90d'], 2, '30d'],
  [['rotate-secret', 'away', '--at-once', '--overlap', '1h'], 2, '--at-once'],
])('%j is refused', async (args, code, part) => {
  const refused = await cli.run('webhook', ...args);
  expect(refused.stderr).toContain(part);
  expect(refused.code).toBe(code);
});
