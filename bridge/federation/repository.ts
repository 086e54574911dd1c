// All SQL of the federation, by subject in repositories/.
import type { Kysely } from 'kysely';
import type { Pool } from 'pg';
import type { Database } from '../platform/db/database.ts';
import { createConflictQueries } from './repositories/conflicts.ts';
import { createConsumerQueries } from './repositories/consumers.ts';
import { createExplanationQueries } from './repositories/explanations.ts';
import { createFederationQueries } from './repositories/federations.ts';
import { createFeedQueries } from './repositories/feed.ts';
import { createGroupQueries } from './repositories/groups.ts';
import { createMemberQueries } from './repositories/members.ts';
import { createUserQueries } from './repositories/users.ts';

export function createFederationRepository(db: Kysely<Database>, pool: Pool) {
  return {
    ...createFederationQueries(db, pool),
    ...createUserQueries(db, pool),
    ...createGroupQueries(pool),
    ...createConflictQueries(pool),
    ...createConsumerQueries(db),
    ...createExplanationQueries(pool),
    ...createFeedQueries(pool),
    ...createMemberQueries(pool),
  };
}

export type FederationRepository = ReturnType<typeof createFederationRepository>;
