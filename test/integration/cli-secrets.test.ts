// `realmbridge secrets`: after a change of SECRETS_KEY everything that is kept sealed is sealed with the new key, and works.
import { randomBytes } from 'node:crypto';
import { tmpdir, userInfo } from 'node:os';
import { Pool } from 'pg';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { createOutgoing } from '../../bridge/platform/http/outgoing.ts';
import { type AwkwardServer, startAwkwardServer } from '../support/awkward-scim-server.ts';
import { type Body, createTestBridge, type TestBridge } from '../support/bridge.ts';
import { type CommandLine, createCommandLine } from '../support/command-line.ts';
import { audience, createEventStreamCalls } from '../support/event-streams.ts';
import { baseEntries, ldif, people, person, personDn, service } from '../support/ldap-world.ts';
import { type SetReceiver, startSetReceiver } from '../support/set-receiver.ts';
import { hasSlapd, type Slapd, startSlapd } from '../support/slapd.ts';
import { startWebhookReceiver, type WebhookReceiver } from '../support/webhook-receiver.ts';
import { patience } from '../support/webhook-stage.ts';

const key = (name: string) => `${name}-`.padEnd(40, 'k');
const [first, second, third] = [key('first'), key('second'), key('third')];
const targetSecret = 'a-token-of-the-target';
const authorization = 'Bearer of-the-receiver';

/** Where each kind is kept. */
const columns = [
  ['ldap_bind_password', 'ldap_connections', 'bind_password'],
  ['target_secret', 'outbound_targets', 'secret'],
  ['event_stream_authorization', 'event_streams', 'push_authorization'],
  ['signing_key', 'signing_keys', 'private_key'],
  ['webhook_secret', 'webhook_secrets', 'sealed'],
] as const;
const allKinds = columns.map(([kind]) => kind);
const none = { first: 0, other: 0, database: 0, unreadable: 0 };
const each = (counts: object) => allKinds.map((kind) => ({ kind, ...none, ...counts }));

describe.skipIf(!hasSlapd() && !process.env['CI'])('secrets that are sealed', { timeout: 180_000 }, () => {
  let bridge: TestBridge;
  /** Sees the rows of all directories. */
  let superuser: Pool;
  let slapd: Slapd;
  let target: AwkwardServer;
  let sets: SetReceiver;
  let hook: WebhookReceiver;
  let webhookSecret: string;

  /** The command line of a bridge that has these keys. */
  const withKeys = (...keys: string[]): CommandLine =>
    createCommandLine(
      {
        ...{ DATABASE_URL: bridge.database.url, OUTGOING_ALLOW: '127.0.0.0/8', PUBLIC_URL: 'https://bridge.test' },
        ...{ LDAP_BIND_PASSWORD: service.password, TARGET_SECRET: targetSecret, SECRETS_KEY: keys.join('\n') },
      },
      tmpdir(),
    );

  const rows = async (text: string, values: unknown[] = []): Promise<Body[]> =>
    (await superuser.query(text, values)).rows;
  const sealedIn = async (table: string, column: string): Promise<Buffer[]> =>
    (await rows(`select ${column} as sealed from ${table} where ${column} is not null order by 1`)).map(
      ({ sealed }) => sealed,
    );

  async function status(cli: CommandLine, ...options: string[]): Promise<Body> {
    const { code, stdout, stderr } = await cli.run('secrets', 'status', ...options, '--json');
    const said = JSON.parse(stdout);
    expect(code, stderr).toBe(said.complete ? 0 : 1);
    return said;
  }

  /** Each secret is used where it belongs. */
  async function expectAllToWork(cli: CommandLine): Promise<void> {
    for (const command of ['directory test people', 'target test acme app', 'webhook test app']) {
      const { code, stdout, stderr } = await cli.run(...command.split(' '));
      expect(code, `${command}\n${stdout}${stderr}`).toBe(0);
    }
    const before = sets.accepted.length;
    const { code, stdout, stderr } = await cli.run('event-stream', 'verify', 'app');
    expect(code, `${stdout}${stderr}`).toBe(0);
    expect(sets.accepted.slice(before).map(({ headers }) => headers['authorization'])).toEqual([authorization]);
    expect([...sets.forged, ...hook.forged]).toEqual([]);
  }

  /** All that is shown of the owners, and by which running bridges see that something has changed. */
  async function appearance(cli: CommandLine): Promise<unknown> {
    const shown = [];
    for (const command of ['directory ldap show people', 'target show acme app', 'webhook show app', 'webhook list']) {
      shown.push(await cli.json(...command.split(' ')));
    }
    const { status: _status, ...stream } = await cli.json('event-stream', 'show', 'app');
    return {
      ...{ shown, stream, keys: await cli.json('signing-key', 'list') },
      connections: await rows('select directory_id, updated_at from ldap_connections'),
      states: await rows('select requested, watermark from ldap_states'),
      targets: await rows('select id, revision, updated_at, mode from outbound_targets'),
      runs: await rows('select target_id, run_requested, probe, held_until from outbound_states'),
      webhooks: await rows('select id, revision, updated_at, pause_cause, pause_reason, paused_at from webhooks'),
      events: await rows('select directory_id, count(*) from events group by 1 order by 1'),
    };
  }

  beforeAll(async () => {
    bridge = await createTestBridge({ outgoing: createOutgoing({ allow: ['127.0.0.0/8'] }) });
    const database = new URL(inject('postgres').adminUrl);
    database.pathname = new URL(bridge.database.url).pathname;
    superuser = new Pool({ connectionString: database.href, max: 3 });
    slapd = await startSlapd({ entries: [...baseEntries(), ldif(personDn('anna'), person('anna'))] });
    target = await startAwkwardServer({ secret: targetSecret });
    sets = await startSetReceiver(createEventStreamCalls(bridge).publishedKeys);
    hook = await startWebhookReceiver(() => [webhookSecret]);
    const cli = withKeys(first);
    await bridge.directory('acme');
    await cli.json(
      ...['directory', 'create', 'people', '--kind', 'ldap', '--preset', 'openldap', '--url', slapd.url],
      ...['--no-start-tls', '--bind-dn', service.dn, '--users', people],
    );
    await cli.json('target', 'create', 'acme', 'app', '--url', target.url);
    ({ secret: webhookSecret } = await cli.json('webhook', 'create', 'app', '--url', hook.url));
    await cli.json('webhook', 'create', 'paused', '--url', hook.url, '--directory', 'acme');
    await cli.json('webhook', 'pause', 'paused');
    await cli.json(
      ...['event-stream', 'create', 'app', '--push', sets.url, '--audience', audience],
      ...['--authorization', authorization],
    );
    await cli.json('event-stream', 'create', 'polled', '--poll', '--audience', audience);
  });
  afterAll(async () => {
    for (const one of [hook, sets, target, slapd]) await one?.close();
    await superuser?.end();
    bridge?.services.streamPoll.close();
    await bridge?.close();
  });

  test('of each kind are told with their keys, sealed anew, and work with the new key alone', async () => {
    const webhooks = { kind: 'webhook_secret', ...none };
    expect(await status(withKeys(first))).toEqual({
      ...{ wanted: 'first', complete: true, unreadable: [] },
      kinds: [...each({ first: 1 }).slice(0, 4), { ...webhooks, first: 2 }],
    });
    await expectAllToWork(withKeys(first));

    const both = withKeys(second, first);
    expect(await status(both)).toEqual({
      ...{ wanted: 'first', complete: false, unreadable: [] },
      kinds: [...each({ other: 1 }).slice(0, 4), { ...webhooks, other: 2 }],
    });
    const said = await both.run('secrets', 'status');
    expect(said.stdout).toMatch(/LDAP bind passwords +0 +1 +0 +0\n/);
    expect(said.stdout).toContain('✗ 6 secrets not sealed with the first key of SECRETS_KEY yet.');

    const before = await appearance(both);
    const done = await both.run('secrets', 'reseal', '--json');
    expect(done.code, done.stderr).toBe(0);
    expect(JSON.parse(done.stdout)).toEqual({
      ...{ resealed: 6, changedMeanwhile: 0, wanted: 'first', complete: true, unreadable: [] },
      kinds: [...each({ first: 1 }).slice(0, 4), { ...webhooks, first: 2 }],
    });
    expect(await appearance(both), 'nobody takes it for a change').toEqual(before);

    const alone = withKeys(second);
    const now = await alone.run('secrets', 'status');
    expect(now.code).toBe(0);
    expect(now.stdout).toContain('✓ All secrets are sealed with the first key of SECRETS_KEY.');
    await expectAllToWork(alone);
    expect((await status(withKeys(first))).unreadable, 'with the old key alone').toHaveLength(6);

    const { entries } = await alone.json('audit', '--type', 'secret.resealed');
    expect(entries.map(({ resource }: Body) => `${resource.type} ${resource.name}`).slice(0, 3)).toEqual([
      ...['Directory people', 'Target app', 'EventStream app'],
    ]);
    const [{ requestId }] = entries;
    expect(entries).toHaveLength(6);
    for (const entry of entries) {
      expect(entry).toMatchObject({ actor: `cli:${userInfo().username}`, requestId });
      expect(entry.changes).toEqual({ sealedWith: { before: 'other', after: 'first' } });
    }
    expect(entries.map(({ directory }: Body) => directory?.slug)).toEqual([
      ...['people', 'acme', undefined, undefined, undefined, 'acme'],
    ]);
    for (const secret of [service.password, targetSecret, authorization, webhookSecret, first, second]) {
      for (const text of [said.stdout, done.stdout, now.stdout, JSON.stringify(entries)]) {
        expect(text).not.toContain(secret);
      }
    }
  });

  test('again with the same key is nothing to do', async () => {
    const again = await withKeys(second, first).json('secrets', 'reseal');
    expect(again).toMatchObject({ resealed: 0, changedMeanwhile: 0, complete: true });
    const { entries } = await withKeys(second).json('audit', '--type', 'secret.resealed');
    expect(entries).toHaveLength(6);
  });

  test('that no key opens are named and left, and the others are sealed anew', async () => {
    const other = withKeys(third);
    await other.json('webhook', 'create', 'lost', '--url', hook.url, '--directory', 'acme');
    const [, table, column] = columns[4];
    const stored = await sealedIn(table, column);
    const keys = withKeys(first, second);
    const told = await keys.run('secrets', 'reseal');
    expect(told.code).toBe(1);
    expect(told.stdout).toContain('✓ sealed 6 secrets anew');
    expect(told.stdout).toMatch(/secrets of webhooks +acme +lost +realmbridge webhook rotate-secret lost --at-once\n/);
    expect(told.stdout).toContain('✗ No key opens 1 secret: set anew what is named above');
    const left = await status(keys);
    expect(left.unreadable).toMatchObject([{ kind: 'webhook_secret', directory: 'acme', name: 'lost' }]);
    const kept = (await sealedIn(table, column)).filter((one) => stored.some((before) => before.equals(one)));
    expect(kept, 'the one that nobody could open').toHaveLength(1);
    expect(await withKeys(second, first, third).json('secrets', 'reseal')).toMatchObject({
      resealed: 7,
      complete: true,
    });
    await expectAllToWork(withKeys(second));
    await withKeys(second).json('webhook', 'delete', 'lost');
  });

  test.each(columns)('%s that is set at the same moment stays as it was set', async (kind, table, column) => {
    const [sealed] = await sealedIn(table, column);
    const theirs = randomBytes(64);
    const operator = await superuser.connect();
    const isWaiting = async (): Promise<boolean> => {
      const waiting = await rows(
        `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
      );
      return waiting.length > 0;
    };
    try {
      await operator.query('begin');
      await operator.query(`update ${table} set ${column} = $1 where ${column} = $2`, [theirs, sealed]);
      const resealing = withKeys(first, second).run('secrets', 'reseal', '--json');
      await expect.poll(isWaiting, patience).toBe(true);
      await operator.query('commit');
      const { code, stdout } = await resealing;
      expect(code).toBe(1);
      expect(JSON.parse(stdout)).toMatchObject({ resealed: 5, changedMeanwhile: 1, unreadable: [{ kind }] });
      expect((await sealedIn(table, column)).some((one) => one.equals(theirs))).toBe(true);
      const { entries } = await withKeys(first).json('audit', '--type', 'secret.resealed', '--last', '6');
      expect(new Set(entries.map(({ requestId }: Body) => requestId)).size, 'five of this command').toBe(2);
    } finally {
      await operator.query(`update ${table} set ${column} = $1 where ${column} = $2`, [sealed, theirs]);
      operator.release();
    }
    expect(await withKeys(second, first).json('secrets', 'reseal')).toMatchObject({ complete: true });
  });

  test('with the key in the database are sealed with a SECRETS_KEY once there is one, and back', async () => {
    expect(await status(withKeys(second), '--database-key')).toMatchObject({ wanted: 'database', complete: false });
    const back = await withKeys(second).run('secrets', 'reseal', '--database-key');
    expect(back.code, back.stderr).toBe(0);
    expect(back.stdout).toContain('✓ All secrets are sealed with the key in the database. SECRETS_KEY is not needed.');
    const unset = withKeys();
    expect(await status(unset)).toMatchObject({ wanted: 'database', complete: true, unreadable: [] });
    await expectAllToWork(unset);

    const configured = await status(withKeys(third));
    expect(configured).toMatchObject({ wanted: 'first', complete: false, unreadable: [] });
    expect(configured.kinds[0]).toEqual({ kind: 'ldap_bind_password', ...none, database: 1 });
    expect(await withKeys(third).json('secrets', 'reseal')).toMatchObject({ resealed: 6, complete: true });
    await expectAllToWork(withKeys(third));
    const lost = await status(unset);
    expect(lost).toMatchObject({ wanted: 'database', complete: false });
    expect(lost.unreadable).toHaveLength(6);
  });

  test("are all that the tables can hold, but for digests and the installation's own keys", async () => {
    const found = await rows(
      `select table_name || '.' || column_name as name from information_schema.columns
        where table_schema = 'public' and data_type = 'bytea'`,
    );
    const notSealed = /digest$|^server_keys\.secret$/;
    const names = found.map(({ name }) => String(name)).filter((name) => !notSealed.test(name));
    const told = columns.map(([, table, column]) => `${table}.${column}`);
    expect(names.sort(), 'make a SecretKeeper for it').toEqual(told.toSorted());
  });

  test('that have ended are not asked for', async () => {
    const cli = withKeys(first);
    await cli.json('webhook', 'rotate-secret', 'app', '--at-once');
    await cli.json('webhook', 'rotate-secret', 'paused', '--overlap', '1h');
    const { unreadable } = await status(cli);
    const ofWebhooks = unreadable.filter(({ kind }: Body) => kind === 'webhook_secret');
    expect(
      ofWebhooks.map(({ name }: Body) => name),
      'signs for one more hour',
    ).toEqual(['paused']);
    await cli.json('webhook', 'rotate-secret', 'paused', '--at-once');
    expect((await status(cli)).kinds[4]).toEqual({ kind: 'webhook_secret', ...none, first: 2 });
  });
});
