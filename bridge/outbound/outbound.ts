// Puts together what pushes users and groups on to other SCIM servers.
import type { Pool } from 'pg';
import { createMembersRepository } from './members-repository.ts';
import { createResourcesRepository } from './resources-repository.ts';
import { createTargetKeeper } from './sealed-secrets.ts';
import { createOutboundService, type OutboundServiceDeps } from './service.ts';
import { createSourceRepository } from './source-repository.ts';
import { createTargetsRepository } from './targets-repository.ts';
import { createOutboundWorker, type OutboundWorkerDeps } from './worker.ts';

type Repositories = 'targets' | 'resources' | 'members' | 'source';

export type OutboundDeps = Omit<OutboundServiceDeps & OutboundWorkerDeps, Repositories> & { pool: Pool };

export function createOutbound({ pool, ...deps }: OutboundDeps) {
  const repositories = {
    targets: createTargetsRepository(pool),
    resources: createResourcesRepository(pool),
    members: createMembersRepository(pool),
    source: createSourceRepository(pool),
  };
  const { listDirectories } = deps;
  return {
    secretKeeper: createTargetKeeper({ targets: repositories.targets, listDirectories }),
    service: createOutboundService({ ...deps, ...repositories }),
    worker: createOutboundWorker({ ...deps, ...repositories }),
  };
}
