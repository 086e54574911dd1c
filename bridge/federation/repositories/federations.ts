// The SQL of federations, their directories, tokens and reserved names. These tables are outside row-level security: they
// belong to the operator, not to a directory.
import { type Kysely, type Selectable, sql, type Transaction } from 'kysely';
import type { Pool } from 'pg';
import { changesBetween } from '../../events/audit/changes.ts';
import type { Named, NewAuditEntry } from '../../events/audit/contracts.ts';
import { recordChanges } from '../../events/audit/repository.ts';
import type { Changes } from '../../events/contracts.ts';
import type {
  Database,
  FederationDirectoriesTable,
  FederationsTable,
  FederationTokensTable,
} from '../../platform/db/database.ts';
import { type AttributeMapping, createAttributeCompiler } from '../mappings/attribute-mappings.ts';
import type { Binding } from '../mappings/binding.ts';
import type { RoleMapping } from '../mappings/role-mappings.ts';
import type { Federation, FederationDirectory, ReservedUsername, Topology } from '../topology.ts';
import { auditEntries, federationResource, readAudited } from './federation-audit.ts';

export interface FederationToken {
  id: string;
  name: string;
  /** Its first characters, enough to tell it from others. */
  prefix: string;
  createdAt: Date;
  expiresAt: Date | null;
  revokedAt: Date | null;
  lastUsedAt: Date | null;
}

export interface NewFederationToken {
  id: string;
  name: string;
  prefix: string;
  digest: Buffer;
  expiresAt: Date | null;
}

export interface Attachment extends Binding {
  directoryId: string;
  priority: number;
  enabled: boolean;
}

function toFederation(row: Pick<Selectable<FederationsTable>, (typeof federationColumns)[number]>): Federation {
  return { id: row.id, slug: row.slug, name: row.name, revision: row.revision, createdAt: row.created_at };
}

const federationColumns = ['id', 'slug', 'name', 'revision', 'created_at'] as const;
const tokenColumns = ['id', 'name', 'prefix', 'created_at', 'expires_at', 'revoked_at', 'last_used_at'] as const;

function toToken(row: Pick<Selectable<FederationTokensTable>, (typeof tokenColumns)[number]>): FederationToken {
  return {
    id: row.id,
    name: row.name,
    prefix: row.prefix,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    revokedAt: row.revoked_at,
    lastUsedAt: row.last_used_at,
  };
}

const bindingColumns = ['organization', 'identity_provider', 'identity_subject', 'unlinked_users'] as const;

function toBinding(row: Pick<Selectable<FederationDirectoriesTable>, (typeof bindingColumns)[number]>): Binding {
  const { organization, identity_provider: provider, identity_subject: subject, unlinked_users: unlinkedUsers } = row;
  const isLinked = provider !== null && subject !== null && unlinkedUsers !== null;
  return { organization, identityLink: isLinked ? { provider, subject, unlinkedUsers } : null };
}

const fromBinding = ({ organization, identityLink }: Binding) => ({
  organization,
  identity_provider: identityLink?.provider ?? null,
  identity_subject: identityLink?.subject ?? null,
  unlinked_users: identityLink?.unlinkedUsers ?? null,
});

const tokenEntry = (
  type: 'federation.token_created' | 'federation.token_revoked',
  { id, slug }: Named,
  token: { id: string; prefix: string },
  changes: Changes,
): NewAuditEntry => ({
  type,
  federation: { id, slug },
  resource: { type: 'Token', id: token.id, name: token.prefix },
  changes,
});

interface TopologyRow {
  attribute_mappings: AttributeMapping[] | null;
  id: string;
  slug: string;
  name: string;
  revision: number;
  created_at: Date;
  directories: FederationDirectory[];
  reserved: ReservedUsername[];
}

const selectTopology = sql`
  select f.id, f.slug, f.name, f.revision, f.created_at, f.attribute_mappings,
    coalesce((
      select json_agg(json_build_object(
        'id', d.id, 'slug', d.slug, 'name', d.name, 'kind', d.kind, 'priority', a.priority,
        'attachmentEnabled', a.enabled, 'directoryEnabled', d.enabled,
        'sourceHealth', d.source_health, 'createdAt', (extract(epoch from d.created_at) * 1000)::bigint,
        'sourceSeenAt', (extract(epoch from d.source_seen_at) * 1000)::bigint, 'organization', a.organization,
        'identityLink', case when a.identity_provider is not null then json_build_object(
          'provider', a.identity_provider, 'subject', a.identity_subject, 'unlinkedUsers', a.unlinked_users) end)
        order by a.priority)
      from federation_directories a join directories d on d.id = a.directory_id
      where a.federation_id = f.id
    ), '[]') as directories,
    coalesce((
      select json_agg(json_build_object('usernameKey', r.username_key, 'reason', r.reason) order by r.username_key)
      from reserved_usernames r where r.federation_id = f.id
    ), '[]') as reserved
  from federations f`;

async function listRoleMappings(db: Kysely<Database>, federationId: string): Promise<RoleMapping[]> {
  const rows = await db
    .selectFrom('federation_role_mappings')
    .selectAll()
    .where('federation_id', '=', federationId)
    .orderBy('position')
    .execute();
  return rows.map((row) => ({
    directoryId: row.directory_id,
    groupId: row.group_id,
    groupName: row.group_name,
    client: row.client,
    role: row.role,
    allowAdmin: row.allow_admin,
  }));
}

/** The statements of one change to a federation; its row is locked until the change is committed. */
function changeOf(trx: Transaction<Database>, federationId: string) {
  return {
    async listAttachments(): Promise<Attachment[]> {
      const rows = await trx
        .selectFrom('federation_directories')
        .select(['directory_id', 'priority', 'enabled', ...bindingColumns])
        .where('federation_id', '=', federationId)
        .orderBy('priority')
        .execute();
      return rows.map((row) => ({
        directoryId: row.directory_id,
        priority: row.priority,
        enabled: row.enabled,
        ...toBinding(row),
      }));
    },

    async attach({ directoryId, priority, enabled, ...binding }: Attachment): Promise<void> {
      await trx
        .insertInto('federation_directories')
        .values({
          federation_id: federationId,
          directory_id: directoryId,
          priority,
          enabled,
          ...fromBinding(binding),
        })
        .execute();
    },

    async updateAttachment({ directoryId, priority, enabled, ...binding }: Attachment): Promise<void> {
      await trx
        .updateTable('federation_directories')
        .set({ priority, enabled, ...fromBinding(binding) })
        .where('federation_id', '=', federationId)
        .where('directory_id', '=', directoryId)
        .execute();
    },

    /** Answers false when the directory is not attached. */
    async detach(directoryId: string): Promise<boolean> {
      const { numDeletedRows } = await trx
        .deleteFrom('federation_directories')
        .where('federation_id', '=', federationId)
        .where('directory_id', '=', directoryId)
        .executeTakeFirst();
      return numDeletedRows > 0n;
    },

    /** Replaces all of them; their order is kept. */
    async writeRoleMappings(mappings: readonly RoleMapping[]): Promise<void> {
      await trx.deleteFrom('federation_role_mappings').where('federation_id', '=', federationId).execute();
      if (mappings.length === 0) return;
      const rows = mappings.map((mapping, position) => ({
        federation_id: federationId,
        directory_id: mapping.directoryId,
        position,
        group_id: mapping.groupId,
        group_name: mapping.groupName,
        client: mapping.client,
        role: mapping.role,
        allow_admin: mapping.allowAdmin,
      }));
      await trx.insertInto('federation_role_mappings').values(rows).execute();
    },

    listRoleMappings: () => listRoleMappings(trx, federationId),

    /** The mappings as they are stored; null for the default ones. */
    async readAttributeMappings(): Promise<AttributeMapping[] | null> {
      const row = await trx
        .selectFrom('federations')
        .select('attribute_mappings')
        .where('id', '=', federationId)
        .executeTakeFirstOrThrow();
      return row.attribute_mappings;
    },

    async writeAttributeMappings(mappings: readonly AttributeMapping[] | null): Promise<void> {
      const stored = mappings === null ? null : JSON.stringify(mappings);
      await trx.updateTable('federations').set({ attribute_mappings: stored }).where('id', '=', federationId).execute();
    },

    async reserve({ usernameKey, reason }: ReservedUsername): Promise<void> {
      await trx
        .insertInto('reserved_usernames')
        .values({ federation_id: federationId, username_key: usernameKey, reason })
        .onConflict((conflict) => conflict.columns(['federation_id', 'username_key']).doUpdateSet({ reason }))
        .execute();
    },

    async countReserved(): Promise<number> {
      const { count } = await trx
        .selectFrom('reserved_usernames')
        .select((eb) => eb.fn.countAll<number>().as('count'))
        .where('federation_id', '=', federationId)
        .executeTakeFirstOrThrow();
      return count;
    },

    /** Answers why it was reserved; undefined when the name is not. */
    async release(usernameKey: string): Promise<string | undefined> {
      const row = await trx
        .deleteFrom('reserved_usernames')
        .where('federation_id', '=', federationId)
        .where('username_key', '=', usernameKey)
        .returning('reason')
        .executeTakeFirst();
      return row?.reason;
    },
  };
}

export type FederationChange = ReturnType<typeof changeOf>;

export function createFederationQueries(db: Kysely<Database>, pool: Pool) {
  const topologyById = `${selectTopology.compile(db).sql} where f.id = $1`;
  const compileAttributes = createAttributeCompiler();
  return {
    async insertFederation({ createdAt, ...columns }: Federation): Promise<void> {
      await db.transaction().execute(async (trx) => {
        await trx
          .insertInto('federations')
          .values({ ...columns, created_at: createdAt })
          .execute();
        const changes = changesBetween(undefined, { name: columns.name });
        const resource = federationResource(columns);
        const federation = { id: columns.id, slug: columns.slug };
        await recordChanges(trx, [{ type: 'federation.created', federation, resource, changes }], createdAt);
      });
    },

    async findFederation(slug: string): Promise<Federation | undefined> {
      const row = await db
        .selectFrom('federations')
        .select(federationColumns)
        .where('slug', '=', slug)
        .executeTakeFirst();
      return row && toFederation(row);
    },

    async listFederations(): Promise<Federation[]> {
      const rows = await db.selectFrom('federations').select(federationColumns).orderBy('slug').execute();
      return rows.map(toFederation);
    },

    /** Answers false when there is none. */
    async deleteFederation(id: string, now: Date): Promise<boolean> {
      return db.transaction().execute(async (trx) => {
        const row = await trx
          .deleteFrom('federations')
          .where('id', '=', id)
          .returning(['slug', 'name'])
          .executeTakeFirst();
        if (!row) return false;
        const federation = { id, slug: row.slug };
        const resource = federationResource(federation);
        const changes = changesBetween({ name: row.name }, undefined);
        await recordChanges(trx, [{ type: 'federation.deleted', federation, resource, changes }], now);
        return true;
      });
    },

    listRoleMappings: (federationId: string) => listRoleMappings(db, federationId),

    async findTopology(federationId: string): Promise<Topology | undefined> {
      // Asked for in every request: under a name, it is parsed and planned once per connection.
      const { rows } = await pool.query<TopologyRow>({
        name: 'rb_topology',
        text: topologyById,
        values: [federationId],
      });
      const [row] = rows;
      if (!row) return undefined;
      const { directories, reserved, attribute_mappings: mappings, ...federation } = row;
      return {
        federation: toFederation(federation),
        attributes: compileAttributes(federation, mappings),
        directories,
        reserved,
      };
    },

    /**
     * Runs one change in a transaction that raises the federation's revision first. That locks its row, so two changes
     * of one federation follow each other. What differs afterwards is recorded. Answers undefined when the federation is gone.
     */
    async changeFederation<T>(
      federationId: string,
      work: (change: FederationChange) => Promise<T>,
      now: Date,
    ): Promise<{ result: T } | undefined> {
      return db.transaction().execute(async (trx) => {
        const { numUpdatedRows } = await trx
          .updateTable('federations')
          .set({ revision: sql`revision + 1` })
          .where('id', '=', federationId)
          .executeTakeFirst();
        const before = numUpdatedRows > 0n ? await readAudited(trx, federationId) : undefined;
        if (!before) return undefined;
        const result = await work(changeOf(trx, federationId));
        const after = await readAudited(trx, federationId);
        if (after) await recordChanges(trx, auditEntries(before, after), now);
        return { result };
      });
    },

    async insertToken(federation: Named, token: NewFederationToken, now: Date): Promise<void> {
      await db.transaction().execute(async (trx) => {
        await trx
          .insertInto('federation_tokens')
          .values({
            federation_id: federation.id,
            id: token.id,
            name: token.name,
            prefix: token.prefix,
            digest: token.digest,
            created_at: now,
            expires_at: token.expiresAt,
            revoked_at: null,
            last_used_at: null,
          })
          .execute();
        const { name, prefix } = token;
        const changes = changesBetween(undefined, { name, prefix, expiresAt: token.expiresAt?.toISOString() });
        await recordChanges(trx, [tokenEntry('federation.token_created', federation, token, changes)], now);
      });
    },

    async listTokens(federationId: string): Promise<FederationToken[]> {
      const rows = await db
        .selectFrom('federation_tokens')
        .select(tokenColumns)
        .where('federation_id', '=', federationId)
        .orderBy('created_at')
        .orderBy('id')
        .execute();
      return rows.map(toToken);
    },

    /** The token with this digest if it opens the federation and is neither revoked nor expired at `now`. */
    async findLiveToken(
      slug: string,
      digest: Buffer,
      now: Date,
    ): Promise<
      | { federationId: string; token: { id: string; prefix: string; expiresAt: Date | null }; digest: Buffer }
      | undefined
    > {
      const row = await db
        .selectFrom('federation_tokens as t')
        .innerJoin('federations as f', 'f.id', 't.federation_id')
        .select(['f.id as federation_id', 't.id', 't.prefix', 't.expires_at', 't.digest'])
        .where('f.slug', '=', slug)
        .where('t.digest', '=', digest)
        .where('t.revoked_at', 'is', null)
        .where((eb) => eb.or([eb('t.expires_at', 'is', null), eb('t.expires_at', '>', now)]))
        .executeTakeFirst();
      return (
        row && {
          federationId: row.federation_id,
          token: { id: row.id, prefix: row.prefix, expiresAt: row.expires_at },
          digest: row.digest,
        }
      );
    },

    async touchToken(federationId: string, id: string, now: Date): Promise<void> {
      await db
        .updateTable('federation_tokens')
        .set({ last_used_at: now })
        .where('federation_id', '=', federationId)
        .where('id', '=', id)
        .execute();
    },

    /** Answers false when there is no such live token. */
    async revokeToken(federation: Named, id: string, now: Date): Promise<boolean> {
      return db.transaction().execute(async (trx) => {
        const row = await trx
          .updateTable('federation_tokens')
          .set({ revoked_at: now })
          .where('federation_id', '=', federation.id)
          .where('id', '=', id)
          .where('revoked_at', 'is', null)
          .returning(['id', 'prefix'])
          .executeTakeFirst();
        if (!row) return false;
        const changes = changesBetween(undefined, { revokedAt: now.toISOString() });
        await recordChanges(trx, [tokenEntry('federation.token_revoked', federation, row, changes)], now);
        return true;
      });
    },
  };
}
