// The store itself: tables as declared, and the wall between directories (row-level security).

import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { targetSettings } from '../../bridge/outbound/contracts.ts';
import type { Database } from '../../bridge/platform/db/database.ts';
import { violatedConstraint } from '../../bridge/platform/db/errors.ts';
import { readAtOnce, readIn, type Scope, writeAtOnce, writeIn } from '../../bridge/platform/db/scope.ts';
import { createTestBridge, type ScimClient, type TestBridge } from '../support/bridge.ts';
import { badge, badgeSchema, declare, declareType, device, deviceType } from '../support/declared-schemas.ts';
import { newGroup, newUser, patchOp } from '../support/scim.ts';

const teamUrn = 'urn:acme:scim:schemas:1.0:Team';
let bridge: TestBridge;
let a: ScimClient;
let b: ScimClient;

beforeAll(async () => {
  bridge = await createTestBridge();
  [a, b] = [await bridge.directory('a'), await bridge.directory('b')];
  for (const scim of [a, b]) {
    await declare(bridge, scim, badgeSchema);
    await declare(bridge, scim, { ...badgeSchema, id: teamUrn, resourceType: 'Group' });
    await declareType(bridge, scim, deviceType);
    expect((await scim.post('/Devices', { schemas: [device], serial: 'S' })).status).toBe(201);
    const more = { password: 'pass-w0rd', emails: [{ value: 'x@acme.test' }], [badge]: { number: '1' } };
    const user = await newUser(scim, 'same-name', more);
    const group = await newGroup(scim, 'same group', [user.id]);
    const number = { op: 'add', path: `${teamUrn}:number`, value: '1' };
    expect((await scim.patch(`/Groups/${group.id}`, patchOp(number))).status).toBe(200);
    await bridge.services.issuers.addIssuer(scim.directory.slug, {
      issuer: 'https://login.acme.test',
      audience: 'scim',
      requiredClaims: { sub: ['robot'] },
      scopes: ['read'],
    });
    await bridge.services.outbound.createTarget(scim.directory.slug, {
      slug: 'app',
      settings: targetSettings.parse({ baseUrl: 'https://app.acme.test/scim' }),
      secret: 'the secret',
    });
    bridge.services.toleranceUses.record(scim.directory.id, ['pathKeys']);
  }
  await bridge.services.toleranceUses.flush();
  await bridge.services.requestLog.flush();
});
afterAll(() => bridge.close());

describe('the declared types are those of the tables', () => {
  type Kind = 'string' | 'number' | 'boolean' | 'date' | 'json' | 'bytes' | 'strings';
  const kinds: Record<string, Kind> = {
    uuid: 'string',
    text: 'string',
    bool: 'boolean',
    int4: 'number',
    int8: 'number',
    timestamptz: 'date',
    jsonb: 'json',
    bytea: 'bytes',
    _text: 'strings',
    _uuid: 'strings',
  };
  // The compiler refuses a table or column that Database does not have, and one that is left out.
  type Columns = { [Table in keyof Database]: { [Column in keyof Database[Table]]: `${Kind}${'' | '?'}` } };
  const declared: Columns = {
    directories: {
      id: 'string',
      slug: 'string',
      name: 'string',
      kind: 'string',
      profile: 'string',
      enabled: 'boolean',
      created_at: 'date',
      updated_at: 'date',
      schema_revision: 'number',
      source_health: 'string',
      source_seen_at: 'date?',
      moving: 'boolean',
    },
    directory_moves: {
      directory_id: 'string',
      id: 'string',
      state: 'string',
      match: 'strings',
      previous: 'json',
      leftovers: 'json?',
      started_at: 'date',
      ended_at: 'date?',
      lease_owner: 'string?',
      lease_until: 'date?',
    },
    undo_plans: {
      directory_id: 'string',
      id: 'string',
      state: 'string',
      actors: 'strings',
      from_time: 'date',
      to_time: 'date',
      start_position: 'number',
      scanned_position: 'number',
      end_position: 'number',
      changes: 'number',
      created_by: 'string',
      created_at: 'date',
      applied_at: 'date?',
    },
    undo_items: {
      directory_id: 'string',
      plan_id: 'string',
      resource_id: 'string',
      member_id: 'string',
      resource_type: 'string',
      state: 'string',
      action: 'string?',
      name: 'string?',
      name_key: 'string?',
      reason: 'string?',
      since: 'json?',
      changes: 'json',
      lost: 'strings',
      now_there: 'boolean?',
      former_there: 'boolean?',
      last_event: 'number?',
      version: 'number?',
      overwrite: 'boolean',
      problem: 'string?',
    },
    directory_move_users: {
      directory_id: 'string',
      user_id: 'string',
      state: 'string',
      user_name_key: 'string?',
      active: 'boolean',
      resource: 'json?',
      version: 'number',
      password_hash: 'string?',
      created_at: 'date',
      last_modified_at: 'date',
      matched_by: 'string?',
      moved_at: 'date?',
      restored: 'boolean',
    },
    directory_move_keys: { directory_id: 'string', user_id: 'string', attribute: 'string', key: 'string' },
    directory_move_groups: {
      directory_id: 'string',
      group_id: 'string',
      state: 'string',
      display_name_key: 'string?',
      resource: 'json?',
      version: 'number',
      created_at: 'date',
      last_modified_at: 'date',
      moved_at: 'date?',
      restored: 'boolean',
    },
    directory_move_members: {
      directory_id: 'string',
      group_id: 'string',
      member_id: 'string',
      display: 'string?',
      created_at: 'date',
      confirmed: 'boolean',
    },
    directory_move_claims: {
      directory_id: 'string',
      id: 'string',
      user_name_key: 'string',
      user_name: 'string',
      external_id: 'string?',
      email: 'string?',
      employee_number: 'string?',
      reason: 'string',
      candidates: 'strings',
      decision: 'string?',
      user_id: 'string?',
      attempts: 'number',
      first_seen_at: 'date',
      last_seen_at: 'date',
    },
    ldap_connections: {
      directory_id: 'string',
      settings: 'json',
      bind_password: 'bytes',
      created_at: 'date',
      updated_at: 'date',
    },
    ldap_states: {
      directory_id: 'string',
      lease_owner: 'string?',
      lease_until: 'date?',
      requested: 'string?',
      health: 'json?',
      watermark: 'json?',
      last_full_at: 'date?',
      last_changes_at: 'date?',
      last_listing_at: 'date?',
      last_report: 'json?',
      failure: 'json?',
      held: 'json?',
    },
    ldap_entries: {
      directory_id: 'string',
      kind: 'string',
      entry_id: 'string',
      resource_id: 'string?',
      dn: 'string',
      dn_key: 'string',
      fingerprint: 'string?',
      problem: 'string?',
      missing: 'number',
    },
    directory_schemas: {
      directory_id: 'string',
      urn_key: 'string',
      definition: 'json',
      created_at: 'date',
      updated_at: 'date',
    },
    user_attribute_keys: {
      directory_id: 'string',
      resource_id: 'string',
      attribute: 'string',
      key: 'string',
      is_unique: 'boolean',
    },
    group_attribute_keys: {
      directory_id: 'string',
      resource_id: 'string',
      attribute: 'string',
      key: 'string',
      is_unique: 'boolean',
    },
    resource_attribute_keys: {
      directory_id: 'string',
      resource_id: 'string',
      attribute: 'string',
      key: 'string',
      is_unique: 'boolean',
    },
    directory_resource_types: {
      directory_id: 'string',
      name_key: 'string',
      definition: 'json',
      created_at: 'date',
      updated_at: 'date',
    },
    resources: {
      directory_id: 'string',
      id: 'string',
      resource_type: 'string',
      external_id: 'string?',
      resource: 'json',
      version: 'number',
      created_at: 'date',
      last_modified_at: 'date',
    },
    directory_tokens: {
      directory_id: 'string',
      id: 'string',
      name: 'string',
      prefix: 'string',
      digest: 'bytes',
      scopes: 'strings',
      created_at: 'date',
      expires_at: 'date?',
      revoked_at: 'date?',
      last_used_at: 'date?',
    },
    directory_issuers: {
      directory_id: 'string',
      id: 'string',
      issuer: 'string',
      audience: 'string',
      jwks_url: 'string?',
      required_claims: 'json',
      scopes: 'strings',
      scope_claim: 'string?',
      read_value: 'string?',
      write_value: 'string?',
      enabled: 'boolean',
      created_at: 'date',
      last_used_at: 'date?',
    },
    directory_tolerance_uses: {
      directory_id: 'string',
      tolerance: 'string',
      first_used_at: 'date',
      last_used_at: 'date',
      uses: 'number',
    },
    scim_requests: {
      directory_id: 'string',
      id: 'string',
      created_at: 'date',
      method: 'string',
      path: 'string',
      query: 'json',
      resource_id: 'string?',
      actor: 'string?',
      request_id: 'string',
      address: 'string',
      user_agent: 'string?',
      status: 'number',
      scim_type: 'string?',
      detail: 'string?',
      failed_operations: 'number',
      failed: 'boolean',
      duration_ms: 'number',
      tolerances: 'json',
      sent: 'json?',
    },
    users: {
      directory_id: 'string',
      id: 'string',
      user_name: 'string',
      user_name_key: 'string',
      external_id: 'string?',
      email: 'string?',
      email_key: 'string?',
      given_name: 'string?',
      family_name: 'string?',
      display_name: 'string?',
      display_name_key: 'string?',
      active: 'boolean',
      resource: 'json',
      version: 'number',
      created_at: 'date',
      last_modified_at: 'date',
    },
    user_emails: {
      directory_id: 'string',
      user_id: 'string',
      position: 'number',
      value: 'string?',
      value_key: 'string?',
      type_key: 'string?',
      is_primary: 'boolean?',
    },
    user_search: {
      directory_id: 'string',
      user_id: 'string',
      user_name_key: 'string',
      display_name_key: 'string?',
      email_keys: 'string?',
    },
    user_credentials: { directory_id: 'string', user_id: 'string', password_hash: 'string', changed_at: 'date' },
    groups: {
      directory_id: 'string',
      id: 'string',
      display_name: 'string',
      display_name_key: 'string',
      external_id: 'string?',
      resource: 'json',
      version: 'number',
      created_at: 'date',
      last_modified_at: 'date',
    },
    group_members: {
      directory_id: 'string',
      group_id: 'string',
      member_id: 'string',
      user_id: 'string?',
      child_group_id: 'string?',
      display: 'string?',
      created_at: 'date',
    },
    events: {
      directory_id: 'string',
      id: 'number',
      position: 'number?',
      type: 'string',
      resource_type: 'string',
      resource_id: 'string',
      resource_version: 'number?',
      data: 'json',
      actor: 'string',
      request_id: 'string?',
      profile: 'string?',
      created_at: 'date',
    },
    event_heads: { directory_id: 'string', position: 'number', pruned_position: 'number' },
    audit_log: {
      id: 'number',
      type: 'string',
      directory_id: 'string?',
      directory_slug: 'string?',
      federation_id: 'string?',
      federation_slug: 'string?',
      resource_type: 'string',
      resource_id: 'string',
      resource_name: 'string',
      changes: 'json',
      actor: 'string',
      request_id: 'string?',
      created_at: 'date',
    },
    federations: {
      id: 'string',
      slug: 'string',
      name: 'string',
      revision: 'number',
      created_at: 'date',
      attribute_mappings: 'json?',
    },
    federation_role_mappings: {
      federation_id: 'string',
      directory_id: 'string',
      position: 'number',
      group_id: 'string?',
      group_name: 'string?',
      client: 'string?',
      role: 'string',
      allow_admin: 'boolean',
    },
    federation_directories: {
      federation_id: 'string',
      directory_id: 'string',
      priority: 'number',
      enabled: 'boolean',
      organization: 'string?',
      identity_provider: 'string?',
      identity_subject: 'string?',
      unlinked_users: 'string?',
    },
    federation_tokens: {
      federation_id: 'string',
      id: 'string',
      name: 'string',
      prefix: 'string',
      digest: 'bytes',
      created_at: 'date',
      expires_at: 'date?',
      revoked_at: 'date?',
      last_used_at: 'date?',
    },
    reserved_usernames: { federation_id: 'string', username_key: 'string', reason: 'string' },
    consumers: {
      id: 'string',
      kind: 'string',
      name: 'string',
      federation_id: 'string?',
      cursor: 'string?',
      last_seen_at: 'date?',
      created_at: 'date',
    },
    server_keys: { name: 'string', secret: 'bytes', created_at: 'date' },
    guards: { directory_id: 'string', enabled: 'boolean', settings: 'json?', passing_until: 'date?' },
    guard_windows: {
      directory_id: 'string',
      operation: 'string',
      counted: 'number',
      known: 'number',
      known_at: 'date?',
      tripped_at: 'date?',
    },
    guard_changes: { directory_id: 'string', operation: 'string', user_id: 'string', at: 'date' },
    guard_held: {
      directory_id: 'string',
      id: 'string',
      operation: 'string',
      user_id: 'string?',
      group_id: 'string?',
      state: 'string',
      actor: 'string',
      request_id: 'string?',
      held_at: 'date',
    },
    outbound_targets: {
      directory_id: 'string',
      id: 'string',
      slug: 'string',
      settings: 'json',
      secret: 'bytes',
      mode: 'string',
      revision: 'number',
      created_at: 'date',
      updated_at: 'date',
    },
    outbound_states: {
      directory_id: 'string',
      target_id: 'string',
      position: 'number',
      lease_owner: 'string?',
      lease_until: 'date?',
      held_until: 'date?',
      held_reason: 'string?',
      probe: 'json?',
      run_requested: 'boolean',
      run: 'json?',
      last_run_at: 'date?',
      last_report: 'json?',
      pushed_at: 'date?',
    },
    outbound_resources: {
      directory_id: 'string',
      target_id: 'string',
      source_id: 'string',
      resource_type: 'string',
      state: 'string',
      remote_id: 'string?',
      adopted: 'boolean',
      retired: 'boolean',
      wanted: 'number',
      attempts: 'number',
      next_attempt_at: 'date',
      problem: 'string?',
      pushed: 'json?',
      pushed_version: 'number?',
      etag: 'string?',
      lease_owner: 'string?',
      lease_until: 'date?',
      updated_at: 'date',
    },
    outbound_members: { directory_id: 'string', target_id: 'string', group_id: 'string', remote_id: 'string' },
    outbound_tasks: {
      directory_id: 'string',
      target_id: 'string',
      run_id: 'string',
      number: 'number',
      resource_type: 'string',
      source_ids: 'strings',
      report: 'json?',
      lease_owner: 'string?',
      lease_until: 'date?',
    },
    webhooks: {
      id: 'string',
      kind: 'string',
      slug: 'string',
      directory_id: 'string?',
      url: 'string?',
      types: 'strings?',
      pause_cause: 'string?',
      pause_reason: 'string?',
      paused_at: 'date?',
      revision: 'number',
      lease_owner: 'string?',
      lease_until: 'date?',
      created_at: 'date',
      updated_at: 'date',
    },
    webhook_secrets: {
      webhook_id: 'string',
      id: 'string',
      sealed: 'bytes',
      created_at: 'date',
      expires_at: 'date?',
    },
    webhook_cursors: {
      directory_id: 'string',
      webhook_id: 'string',
      position: 'number',
      epoch: 'number',
      skip_after: 'number?',
      skip_to: 'number?',
      missed: 'number',
      missed_at: 'date?',
      delivered_at: 'date?',
      acknowledged: 'json',
    },
    event_streams: {
      id: 'string',
      url: 'string?',
      push_authorization: 'bytes?',
      base_url: 'string',
      audience: 'string',
      events: 'strings?',
      resource_types: 'strings?',
      content: 'string',
      token_digest: 'bytes?',
      token_prefix: 'string?',
      previous_digest: 'bytes?',
      previous_until: 'date?',
      verification: 'json?',
      verified_at: 'date?',
    },
    signing_keys: {
      id: 'string',
      public_jwk: 'json',
      private_key: 'bytes',
      created_at: 'date',
      signs_from: 'date',
      published_until: 'date?',
    },
    webhook_deliveries: {
      directory_id: 'string',
      webhook_id: 'string',
      position: 'number',
      state: 'string',
      type: 'string',
      resource_type: 'string',
      resource_id: 'string',
      body: 'string',
      attempts: 'number',
      first_failed_at: 'date?',
      last_failed_at: 'date?',
      next_attempt_at: 'date?',
      problem: 'string?',
    },
    webhook_attempts: {
      directory_id: 'string',
      webhook_id: 'string',
      id: 'string',
      position: 'number',
      type: 'string',
      at: 'date',
      status: 'number?',
      duration_ms: 'number',
      answer: 'string',
      problem: 'string?',
    },
  };

  test('column by column', async () => {
    const { rows } = await sql<{ table: string; column: string; type: string; nullable: boolean }>`
      select table_name as "table", column_name as "column", udt_name as type, is_nullable = 'YES' as nullable
      from information_schema.columns
      where table_schema = 'public' and table_name not like 'kysely_%'`.execute(bridge.database.db);
    const found: Record<string, Record<string, string>> = {};
    for (const { table, column, type, nullable } of rows) {
      found[table] = { ...found[table], [column]: `${kinds[type]}${nullable ? '?' : ''}` };
    }
    expect(found).toEqual(declared);
  });
});

const tenantTables = [
  'directory_schemas',
  'user_attribute_keys',
  'group_attribute_keys',
  'directory_resource_types',
  'resources',
  'resource_attribute_keys',
  'directory_tokens',
  'directory_issuers',
  'directory_tolerance_uses',
  'outbound_targets',
  'outbound_states',
  'scim_requests',
  'users',
  'user_emails',
  'user_credentials',
  'groups',
  'group_members',
  'events',
] as const;

const directoriesIn = async (scope: Pick<Scope, 'getExecutor'>, table: string): Promise<string[]> => {
  const { rows } = await sql<{ id: string }>`select distinct directory_id as id from ${sql.table(table)}`.execute(
    scope,
  );
  return rows.map((row) => row.id).sort();
};

/** The operator's tables, and the copy of search keys that only narrows a search of `users` (docs/decisions/0010-text-search.md). */
const outsideTheWall = [
  ...['audit_log', 'federation_directories', 'federation_role_mappings', 'user_search', 'webhooks'],
];

test('every other table that names a directory is behind the wall, for its owner too', async () => {
  const { rows } = await sql<{ table: string; walled: boolean }>`
    select c.relname as "table", c.relrowsecurity and c.relforcerowsecurity
      and exists (select 1 from pg_policy p where p.polrelid = c.oid) as walled
    from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'directory_id' and not a.attisdropped
    where c.relkind in ('r', 'p') and c.relnamespace = 'public'::regnamespace order by c.relname`.execute(
    bridge.database.db,
  );
  expect(rows.map(({ table }) => table)).toEqual(expect.arrayContaining([...tenantTables]));
  expect(rows.filter(({ walled }) => !walled).map(({ table }) => table)).toEqual(outsideTheWall);
});

describe('a query that forgets its directory', () => {
  test.each(tenantTables)('sees of %s what the transaction is for, and nothing outside one', async (table) => {
    const { pool, db } = bridge.database;
    const [idA, idB] = [a.directory.id, b.directory.id];
    expect(await readIn(pool, [idA], (scope) => directoriesIn(scope, table))).toEqual([idA]);
    expect(await readIn(pool, [idA, idB], (scope) => directoriesIn(scope, table))).toEqual([idA, idB].sort());
    expect(await readIn(pool, [], (scope) => directoriesIn(scope, table))).toEqual([]);
    expect(await directoriesIn(db, table)).toEqual([]);
  });

  test('the setting does not outlive its transaction, whatever became of it', async () => {
    const { pool, db } = bridge.database;
    await writeIn(pool, a.directory.id, (scope) => directoriesIn(scope, 'users'));
    await expect(writeIn(pool, a.directory.id, () => Promise.reject(new Error('rolled back')))).rejects.toThrow(
      'rolled back',
    );
    for (let connection = 0; connection < 10; connection += 1) expect(await directoriesIn(db, 'users')).toEqual([]);
  });

  test('neither updates nor deletes rows of another directory', async () => {
    await writeIn(bridge.database.pool, a.directory.id, async (scope) => {
      const updated = await scope.updateTable('users').set({ active: false }).executeTakeFirst();
      expect(updated.numUpdatedRows).toBe(1n);
    });
    const other = await readIn(bridge.database.pool, [b.directory.id], (scope) =>
      scope.selectFrom('users').select('active').execute(),
    );
    expect(other).toEqual([{ active: true }]);
  });

  test('can not write into another directory', async () => {
    const insert = writeIn(bridge.database.pool, a.directory.id, (scope) =>
      scope.insertInto('event_heads').values({ directory_id: b.directory.id, position: 99 }).execute(),
    );
    await expect(insert).rejects.toThrow(/row-level security/);
    const move = writeIn(bridge.database.pool, a.directory.id, (scope) =>
      scope.updateTable('users').set({ directory_id: b.directory.id }).execute(),
    );
    await expect(move).rejects.toThrow(/row-level security/);
  });

  test('can not write in a transaction for reading', async () => {
    const write = readIn(bridge.database.pool, [a.directory.id], (scope) =>
      scope.updateTable('users').set({ active: false }).execute(),
    );
    await expect(write).rejects.toThrow(/read-only transaction/);
  });

  test('a directory id that is no UUID is refused before anything is sent', async () => {
    for (const id of ['', "x'}; drop table users; --", 'A0000000-0000-7000-8000-000000000000']) {
      await expect(readIn(bridge.database.pool, [id], () => Promise.resolve())).rejects.toThrow(TypeError);
    }
  });
});

test('of statements that are sent together, the error is that of the first that failed', async () => {
  for (let attempt = 0; attempt < 20; attempt += 1) {
    const error = await writeIn(bridge.database.pool, a.directory.id, async (scope) => {
      const duplicate = scope
        .insertInto('groups')
        .columns([
          'directory_id',
          'id',
          'display_name',
          'display_name_key',
          'resource',
          'version',
          'created_at',
          'last_modified_at',
        ])
        .expression((eb) =>
          eb
            .selectFrom('groups')
            .select([
              'directory_id',
              sql<string>`gen_random_uuid()`.as('id'),
              'display_name',
              'display_name_key',
              'resource',
              'version',
              'created_at',
              'last_modified_at',
            ]),
        )
        .execute();
      // The second error is heard of first: nothing stands between it and the caller.
      const behindLayers = duplicate.then((rows) => rows).then((rows) => rows);
      await Promise.all([behindLayers, scope.selectFrom('users').select('id').execute()]);
    }).catch((reason: unknown) => reason);
    expect(violatedConstraint(error)).toBe('groups_display_name_key');
  }
});

describe('a batch of statements', () => {
  const setActive = (id: string, active: boolean) => ({
    text: 'update users set active = $2 where directory_id = $1',
    values: [id, active],
  });
  const count = { text: 'select count(*)::int as n from users where active', values: [] };

  test('is one transaction: after a failure nothing of it is there, and the connections serve on', async () => {
    const { pool } = bridge.database;
    const id = a.directory.id;
    const before = await readAtOnce(pool, [id], [count]);
    for (let attempt = 0; attempt < 20; attempt += 1) {
      const broken = { text: 'insert into event_heads (directory_id, position) values ($1, $2)', values: [id, null] };
      await expect(writeAtOnce(pool, id, [setActive(id, attempt % 2 === 0), broken, count])).rejects.toMatchObject({
        code: '23502',
      });
      expect(await readAtOnce(pool, [id], [count])).toEqual(before);
    }
    await writeAtOnce(pool, id, [setActive(id, true)]);
    expect(await readAtOnce(pool, [id], [count])).not.toEqual(before);
  });

  test('answers the rows of each statement, none included', async () => {
    const id = a.directory.id;
    const none = { text: 'select 1 as one where false', values: [] };
    const two = { text: 'select n::int from unnest($1::int[]) as n', values: [[7, 8]] };
    const answers = await readAtOnce(bridge.database.pool, [id], [none, two, setActive(id, true), two]);
    expect(answers).toEqual([[], [{ n: 7 }, { n: 8 }], [], [{ n: 7 }, { n: 8 }]]);
  });

  test('sees and changes the named directory only, and the setting ends with it', async () => {
    const { pool, db } = bridge.database;
    const all = { text: 'select distinct directory_id as id from users', values: [] };
    expect(await readAtOnce(pool, [a.directory.id], [all])).toEqual([[{ id: a.directory.id }]]);
    await expect(
      writeAtOnce(pool, a.directory.id, [{ text: 'update users set directory_id = $1', values: [b.directory.id] }]),
    ).rejects.toThrow(/row-level security/);
    for (let connection = 0; connection < 10; connection += 1) expect(await directoriesIn(db, 'users')).toEqual([]);
  });

  test('carries values of all kinds as pg does', async () => {
    const at = new Date('2026-01-31T12:34:56.789Z');
    const [[row]] = await readAtOnce(
      bridge.database.pool,
      [a.directory.id],
      [
        {
          text: 'select $1::timestamptz as at, $2::jsonb as json, $3::bytea as bytes, $4::boolean as yes, $5::text as nothing, $6::text[] as texts',
          values: [at, { deep: ['ä'] }, Buffer.from([0, 255]), true, null, ['a"b', 'c,d', null]],
        },
      ],
    );
    expect(row).toEqual({
      at,
      json: { deep: ['ä'] },
      bytes: Buffer.from([0, 255]),
      yes: true,
      nothing: null,
      texts: ['a"b', 'c,d', null],
    });
  });

  test('a value that PostgreSQL cannot be sent is refused, and the connection is not lost', async () => {
    const cyclic: Record<string, unknown> = {};
    cyclic['self'] = cyclic;
    const { pool } = bridge.database;
    for (let attempt = 0; attempt < 12; attempt += 1) {
      await expect(readAtOnce(pool, [], [{ text: 'select $1::jsonb', values: [cyclic] }])).rejects.toThrow(/circular/i);
    }
    expect(await readAtOnce(pool, [], [{ text: 'select 1 as one', values: [] }])).toEqual([[{ one: 1 }]]);
  });
});

test('a connection that is lost between two statements fails the next one, and not the process', async () => {
  const { pool } = bridge.database;
  const client = await pool.connect();
  const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
  await pool.query('select pg_terminate_backend($1)', [rows[0]?.pid]);
  // Nobody waits for an answer when the connection goes; an error without a listener would end this test's process.
  await sleep(500);
  await expect(client.query('select 1')).rejects.toThrow();
  client.release(true);
  expect((await a.get('/Users')).status).toBe(200);
});
