// `realmbridge event-stream` and `realmbridge signing-key`: from making a stream to sending again, for people and programs.
import { tmpdir } from 'node:os';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createOutgoing } from '../../bridge/platform/http/outgoing.ts';
import { createTestBridge, type ScimClient, type TestBridge } from '../support/bridge.ts';
import { type CommandLine, createCommandLine } from '../support/command-line.ts';
import { audience, createEventStreamCalls, type EventStreamCalls } from '../support/event-streams.ts';
import { newUser } from '../support/scim.ts';
import { type SetReceiver, startSetReceiver } from '../support/set-receiver.ts';
import { patience, quickTiming } from '../support/webhook-stage.ts';

let bridge: TestBridge;
let scim: ScimClient;
let cli: CommandLine;
let calls: EventStreamCalls;
let receiver: SetReceiver;

beforeAll(async () => {
  bridge = await createTestBridge({
    outgoing: createOutgoing({ allow: ['127.0.0.0/8'] }),
    webhooks: { timing: { ...quickTiming, giveUpMs: 0 } },
  });
  scim = await bridge.directory('acme');
  const env = {
    ...{ DATABASE_URL: bridge.database.url, OUTGOING_ALLOW: '127.0.0.0/8' },
    PUBLIC_URL: 'https://bridge.test',
  };
  cli = createCommandLine(env, tmpdir());
  calls = createEventStreamCalls(bridge);
  receiver = await startSetReceiver(calls.publishedKeys);
});
afterAll(async () => {
  bridge.services.streamPoll.close();
  await receiver.close();
  await bridge.close();
});

const es = (...args: string[]) => cli.json('event-stream', ...args);
const said = async (...args: string[]): Promise<string> => {
  const { code, stdout, stderr } = await cli.run('event-stream', ...args);
  expect(code, stderr).toBe(0);
  return stdout;
};

test('a polled stream is made, verified, rotated, paused, changed and deleted', { timeout: 120_000 }, async () => {
  expect(await said('list')).toContain('There is no event stream yet.');
  const made = await said('create', 'audit', '--poll', '--audience', audience, '--directory', 'acme');
  const [token = ''] = /rb_stream_\S+/.exec(made) ?? [];
  expect(made).toContain('https://bridge.test/event-streams/v1/audit/poll');
  expect(made).toContain('is not shown again');
  expect(await es('list')).toMatchObject([{ slug: 'audit', delivery: 'poll', content: 'notice', events: null }]);
  expect(JSON.stringify(await es('show', 'audit'))).not.toContain(token);
  expect(await said('list')).toMatch(/audit +acme +poll +notice +all +active +https:\/\/receiver\.test/);

  expect(await said('verify', 'audit')).toContain('the next poll brings a verification event');
  const { jti } = await es('verify', 'audit');
  expect(Object.keys((await calls.poll('audit', token)).sets)).toEqual([jti]);
  await calls.poll('audit', token, { setErrs: { [jti]: { err: 'invalid_key' } } });
  expect(await said('show', 'audit')).toContain('The latest verification event: The receiver refused it: invalid_key.');
  const again = await es('verify', 'audit');
  await calls.poll('audit', token, { ack: [again.jti] });
  expect(await es('show', 'audit')).toMatchObject({ verifiedAt: expect.any(String), verificationProblem: null });

  const rotated = await es('rotate-token', 'audit', '--at-once');
  expect(rotated).toMatchObject({ slug: 'audit', pollToken: expect.stringMatching(/^rb_stream_/) });
  expect((await calls.asked('audit', token, {})).status).toBe(401);
  await calls.poll('audit', rotated.pollToken);
  expect(await said('rotate-token', 'audit')).toMatch(
    /rb_stream_\S+\n\nIt is not shown again\. The old one is good until/,
  );

  expect((await es('pause', 'audit')).pause).toMatchObject({ cause: 'operator' });
  expect(await said('show', 'audit')).toMatch(/Paused since .* UTC \(operator\): An operator has paused it\./);
  expect((await es('resume', 'audit')).pause).toBeNull();
  const change = ['--audience', 'urn:other', '--content', 'full', '--event', 'prov:delete', '--resource-type', 'Group'];
  expect(await es('update', 'audit', ...change)).toMatchObject({
    ...{ audience: 'urn:other', content: 'full', events: ['prov:delete'], resourceTypes: ['Group'] },
  });
  expect(await es('update', 'audit', '--all-events', '--all-resource-types')).toMatchObject({
    ...{ events: null, resourceTypes: null },
  });
  expect(await es('delete', 'audit')).toEqual({ slug: 'audit', deleted: true });
  expect(await es('list')).toEqual([]);
});

test('a pushed stream is made, verified, seen failing, and sent again', { timeout: 120_000 }, async () => {
  const made = await es(
    ...['create', 'app', '--push', receiver.url, '--audience', audience, '--directory', 'acme'],
    ...['--authorization', 'Bearer receiver-secret', '--base-url', 'https://other.test/'],
  );
  expect(made).toMatchObject({ pollToken: null, authorization: true, issuer: 'https://other.test/scim/v2/acme' });
  expect(await said('verify', 'app')).toMatch(/^✓ delivered in \d+ ms \(202\)/);
  expect(receiver.accepted[0]?.headers['authorization']).toBe('Bearer receiver-secret');
  expect(await said('show', 'app')).not.toContain('receiver-secret');
  expect((await es('update', 'app', '--no-authorization')).authorization).toBe(false);

  receiver.reply = () => ({ status: 400, text: '{"err":"invalid_request","description":"no"}' });
  expect(await cli.run('event-stream', 'verify', 'app', '--json')).toMatchObject({
    ...{ code: 1, stdout: expect.stringContaining('"delivered": false') },
  });
  bridge.services.webhookWorker.start();
  const { id } = await newUser(scim, 'anna');
  await expect.poll(() => es('dead', 'app'), patience).toHaveLength(1);
  expect(await said('dead', 'app')).toContain(`User/${id}`);
  expect(await said('deliveries', 'app', '--failed')).toMatch(/user\.created +acme +400/);
  expect(await said('waiting', 'app')).toContain('No message waits');
  // The log has told of the dead one by then, too, and the stream has to pass over that.
  await expect
    .poll(() => said('show', 'app'), patience)
    .toMatch(/0 events of the log behind; 0 SETs wait .*, 1 are dead/);

  receiver.reply = () => 202;
  expect(await es('replay', 'app', '--dead')).toEqual({ slug: 'app', replayed: 1 });
  await expect.poll(() => receiver.accepted.length, patience).toBe(2);
  expect((await es('replay', 'app', '--since', '2026-01-01')).replayed).toMatchObject([{ from: 1 }]);
  await expect.poll(() => receiver.accepted.length, patience).toBe(3);
  expect(receiver.accepted[1]?.id).toBe(receiver.accepted[2]?.id);
});

test('signing keys are listed and rotated', async () => {
  const [first] = await cli.json('signing-key', 'list');
  expect(first).toMatchObject({ state: 'signing', publishedUntil: null });
  const rotated = await cli.json('signing-key', 'rotate', '--ahead', '1h', '--overlap', '12h');
  expect(rotated).toMatchObject([{ state: 'ahead' }, { id: first.id, state: 'signing' }]);
  expect((await cli.run('signing-key', 'list')).stdout).toMatch(new RegExp(`${first.id} +signing`));
  const now = await cli.json('signing-key', 'rotate', '--at-once');
  expect(now).toMatchObject([{ state: 'signing', publishedUntil: null }]);
});

test.each([
  [['event-stream', 'show', 'nobody'], 1, 'nobody'],
  [['event-stream', 'create', 'x', '--audience', 'a'], 2, '--poll or --push'],
  [['event-stream', 'create', 'x', '--poll'], 2, '--audience'],
  [['event-stream', 'create', 'x', '--poll', '--push', 'https://a.test', '--audience', 'a'], 2, '--poll or --push'],
  [['event-stream', 'create', 'x', '--push', 'hooks', '--audience', 'a'], 2, 'URL'],
  [['event-stream', 'create', 'x', '--push', 'https://10.0.0.1/', '--audience', 'a'], 1, 'OUTGOING_ALLOW'],
  [['event-stream', 'create', 'x', '--poll', '--authorization', 'B', '--audience', 'a'], 2, 'belongs to push'],
  [['event-stream', 'create', 'x', '--poll', '--audience', 'a', '--content', 'all'], 2, 'full or notice'],
  [['event-stream', 'create', 'x', '--poll', '--audience', 'a', '--event', 'prov:put'], 2, 'prov:patch'],
  [['event-stream', 'create', 'x', '--poll', '--audience', 'a', '--directory', 'nowhere'], 1, 'nowhere'],
  [['event-stream', 'create', 'app', '--poll', '--audience', 'a'], 1, 'app'],
  [['event-stream', 'rotate-token', 'app'], 1, 'is pushed'],
  [['event-stream', 'replay', 'app'], 2, 'where to begin'],
  [['signing-key', 'rotate', '--at-once', '--ahead', '1h'], 2, '--at-once'],
  [['signing-key', 'rotate', '--overlap', '90d'], 2, '30d'],
])('%j is refused', async (args, code, part) => {
  const refused = await cli.run(...args);
  expect(refused.stderr).toContain(part);
  expect(refused.code).toBe(code);
});
