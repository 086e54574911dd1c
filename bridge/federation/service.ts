// The federation's use cases in one place: the operator's in life-cycle.ts, conflicts/ and explain/, Keycloak's in lookup.ts, feed.ts and
// export.ts.
import type { DirectoryService } from '../directories/service.ts';
import type { EventReader } from '../events/repository.ts';
import type { ChangeSignal } from '../events/signal.ts';
import type { Clock } from '../platform/clock.ts';
import type { PasswordHasher } from '../platform/secrets/passwords.ts';
import { requireTopologyOf } from './change.ts';
import { createExport } from './changes/export.ts';
import { createFeed } from './changes/feed.ts';
import { createChangePreview } from './conflicts/change-preview.ts';
import { createConflictReport } from './conflicts/conflict-report.ts';
import { createExplain, type ExplainDeps } from './explain/explain.ts';
import { createLifeCycle } from './life-cycle.ts';
import { createAttributeService } from './mappings/attribute-service.ts';
import { createRoleService } from './mappings/role-service.ts';
import type { FederationRepository } from './repository.ts';
import { createLookup } from './users/lookup.ts';
import type { PasswordSource } from './users/password-source.ts';

export interface FederationServiceDeps {
  repository: FederationRepository;
  events: EventReader;
  directories: Pick<DirectoryService, 'requireDirectory'>;
  clock: Clock;
  passwords: PasswordHasher;
  source: PasswordSource;
  readSource: ExplainDeps['readSource'];
  signal: Pick<ChangeSignal, 'subscribe' | 'changed'>;
}

export function createFederationService({
  repository,
  events,
  directories,
  clock,
  passwords,
  source,
  readSource,
  signal,
}: FederationServiceDeps) {
  const oversight = {
    repository,
    requireTopology: (slug: string) => requireTopologyOf(repository, slug),
    requireDirectory: directories.requireDirectory,
    listFederations: repository.listFederations,
  };
  const feed = createFeed({ repository, events, clock, signal });
  return {
    ...createLifeCycle({ repository, directories, clock, onChange: signal.changed }),
    ...createAttributeService({ repository, clock, onChange: signal.changed }),
    ...createRoleService({ repository, clock, onChange: signal.changed }),
    ...createConflictReport(oversight),
    ...createChangePreview(oversight),
    ...createExplain({ ...oversight, events, clock, readSource }),
    ...createLookup({ repository, clock, passwords, source }),
    ...createExport({ repository, clock, cursorOfNow: feed.cursorOfNow }),
    readChanges: feed.readChanges,
    /** Ends all waiting feed requests, so that a server can stop. */
    close: feed.close,
  };
}

export type FederationService = ReturnType<typeof createFederationService>;
