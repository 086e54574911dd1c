// The SQL of the secrets of all webhooks, for whoever seals them anew. Those of one webhook are in repository.ts.
import type { Kysely } from 'kysely';
import type { Named } from '../events/audit/contracts.ts';
import { recordIfChanged } from '../events/audit/repository.ts';
import type { Database } from '../platform/db/database.ts';
import type { Replacement } from '../sealed-secrets/contracts.ts';

/** A secret with what it is of. */
export interface OwnedSecret {
  id: string;
  webhook: Named;
  directory: Named | null;
  sealed: Buffer;
}

export function createSecretsRepository(db: Kysely<Database>) {
  return {
    /** Those of all webhooks that are valid at the time. */
    async listAllSecrets(now: Date): Promise<OwnedSecret[]> {
      const rows = await db
        .selectFrom('webhook_secrets as s')
        .innerJoin('webhooks as w', 'w.id', 's.webhook_id')
        .leftJoin('directories as d', 'd.id', 'w.directory_id')
        .select([
          's.id',
          's.sealed',
          'w.id as webhook_id',
          'w.slug',
          'd.id as directory_id',
          'd.slug as directory_slug',
        ])
        .where((eb) => eb.or([eb('s.expires_at', 'is', null), eb('s.expires_at', '>', now)]))
        .orderBy('w.slug')
        .orderBy('s.id', 'desc')
        .execute();
      return rows.map(({ directory_id: id, directory_slug: slug, ...row }) => ({
        id: row.id,
        webhook: { id: row.webhook_id, slug: row.slug },
        directory: id === null || slug === null ? null : { id, slug },
        sealed: row.sealed,
      }));
    },

    /** The same secret, sealed otherwise, if it is still sealed as `before`; tells whether it was. */
    async replaceSealedSecret(
      webhookId: string,
      id: string,
      before: Buffer,
      { sealed, entry, now }: Replacement,
    ): Promise<boolean> {
      return db.transaction().execute(async (transaction) => {
        const replaced = await transaction
          .updateTable('webhook_secrets')
          .set({ sealed })
          .where('webhook_id', '=', webhookId)
          .where('id', '=', id)
          .where('sealed', '=', before)
          .executeTakeFirst();
        return recordIfChanged(transaction, replaced, entry, now);
      });
    },
  };
}

export type SecretsRepository = ReturnType<typeof createSecretsRepository>;
