// Puts the product together: repositories, services and what they share. main.ts, cli.ts and the tests start from here.
import { createAuthenticator } from './directories/authenticator.ts';
import { createIssuerKeys } from './directories/issuers/keys.ts';
import { createIssuerRepository } from './directories/issuers/repository.ts';
import { createIssuerService } from './directories/issuers/service.ts';
import { createJwtVerifier, type JwtRefusal } from './directories/issuers/verifier.ts';
import { createDirectoryRepository } from './directories/repository.ts';
import { createDirectoryService } from './directories/service.ts';
import { createToleranceUses } from './directories/tolerance-uses.ts';
import { createToleranceUsesRepository } from './directories/tolerance-uses-repository.ts';
import { createEventStreams, type EventStreamDeps } from './event-streams/event-streams.ts';
import { createAuditLog } from './events/audit/log.ts';
import { createAuditRepository } from './events/audit/repository.ts';
import { createEventLog } from './events/log.ts';
import { createEventReader } from './events/repository.ts';
import { keptEvents, type RetentionRule } from './events/retention.ts';
import { createRetentionRepository } from './events/retention-repository.ts';
import type { ChangeSignal } from './events/signal.ts';
import { createFederationAuthenticator } from './federation/authenticator.ts';
import { createFederationRepository } from './federation/repository.ts';
import { createFederationService } from './federation/service.ts';
import { createEntriesRepository } from './ldap/entries-repository.ts';
import { createSourceHold } from './ldap/hold-source.ts';
import { createImporter } from './ldap/importer.ts';
import { createPasswordCheck, type PasswordCheckDeps } from './ldap/password-check.ts';
import { createLdapRepository } from './ldap/repository.ts';
import { createPasswordKeeper } from './ldap/sealed-secrets.ts';
import { createLdapService } from './ldap/service.ts';
import { createSync } from './ldap/sync.ts';
import { createLdapWorker, type LdapWorkerDeps } from './ldap/worker.ts';
import { createOutbound, type OutboundDeps } from './outbound/outbound.ts';
import type { Clock } from './platform/clock.ts';
import type { Store } from './platform/db/connect.ts';
import { readServerKey } from './platform/db/server-keys.ts';
import { createOutgoing, type Outgoing } from './platform/http/outgoing.ts';
import { createRetention, type RetentionDeps } from './platform/retention.ts';
import type { AcceptedSecret } from './platform/secrets/accepted-secret.ts';
import type { PasswordHasher } from './platform/secrets/passwords.ts';
import { createSealer } from './platform/secrets/sealed.ts';
import { createBulkCreates } from './provisioning/bulk/bulk-creates.ts';
import { createBulkService } from './provisioning/bulk/bulk-service.ts';
import { createGroupsService } from './provisioning/groups/groups-service.ts';
import { createGuard } from './provisioning/guard/guard.ts';
import { createGuardService } from './provisioning/guard/service.ts';
import { createHistoryRepository } from './provisioning/history/repository.ts';
import { createHistoryService } from './provisioning/history/service.ts';
import { hookWrites, type Writes } from './provisioning/hooks/hooked-writes.ts';
import { createHookRunner, type HookRunnerOptions } from './provisioning/hooks/runner.ts';
import { createCursorSigner } from './provisioning/lists/list-cursor.ts';
import { createSearchService } from './provisioning/lists/search-service.ts';
import { createMoveService, type MoveServiceDeps } from './provisioning/moves/service.ts';
import { createRequestRepository } from './provisioning/requests/repository.ts';
import { createRequestLog } from './provisioning/requests/request-log.ts';
import { keptRequests } from './provisioning/requests/retention.ts';
import { createCurrentResources } from './provisioning/resources/current-resources.ts';
import { createResourcesService } from './provisioning/resources/resources-service.ts';
import { createTypeCatalogue } from './provisioning/schemas/catalogue.ts';
import { readDeclared } from './provisioning/schemas/repository.ts';
import { createSchemaService } from './provisioning/schemas/service.ts';
import { createTypeService } from './provisioning/schemas/types-service.ts';
import { createTransactions } from './provisioning/transactions.ts';
import { createUndoService } from './provisioning/undo/service.ts';
import { createUsersService } from './provisioning/users/users-service.ts';
import { createSealedSecrets } from './sealed-secrets/service.ts';
import { createSourceReports } from './source-reports.ts';
import { createWebhooks } from './webhooks/webhooks.ts';
import type { WebhookWorkerDeps } from './webhooks/worker.ts';

export interface ServiceDeps {
  store: Store;
  clock: Clock;
  passwords: PasswordHasher;
  signal: ChangeSignal;
  /** Opens the directory `default`. */
  authenticationSecret?: AcceptedSecret | undefined;
  /** How other servers are called; by default, public addresses only. */
  outgoing?: Outgoing;
  /** Told why a JWT of a trusted issuer was refused. */
  onJwtRefused?: (refusal: JwtRefusal) => void;
  /** Told of what failed apart from any request. */
  onBackgroundError?: (error: unknown) => void;
  /** Encrypt the secrets that are kept in the database: the first seals, each opens. */
  secretsKeys?: () => readonly string[];
  /** Days that SCIM requests are remembered; by default for ever. */
  requestRetentionDays?: number | undefined;
  /** The operator's own code around each change of a resource. */
  hooks?: HookRunnerOptions | undefined;
  /** How much of the directories' logs is kept; by default all of it. */
  eventRetention?: RetentionRule;
  /** Told of old rows that are removed. */
  retention?: Partial<Pick<RetentionDeps, 'log' | 'metrics'>>;
  /** How other SCIM servers are pushed to. */
  outbound?: Partial<Pick<OutboundDeps, 'log' | 'metrics' | 'timing'>>;
  /** How LDAP directories are read and asked, apart from their settings. */
  ldap?: Partial<
    Pick<LdapWorkerDeps, 'log' | 'metrics' | 'timing'> & Pick<PasswordCheckDeps, 'limits' | 'onChecked' | 'onFailure'>
  >;
  moves?: Pick<MoveServiceDeps, 'settleMs'>;
  /** How webhooks are delivered. */
  webhooks?: Partial<Pick<WebhookWorkerDeps, 'log' | 'metrics' | 'timing'>>;
  /** How event streams are polled. */
  eventStreams?: Pick<EventStreamDeps, 'timing'>;
}

const silentLog = { info: () => undefined, warn: () => undefined };

/** Makes every service over one store; holds no request's state and opens nothing itself. */
export function createServices(deps: ServiceDeps) {
  const { store, clock, passwords, signal, authenticationSecret, onBackgroundError = () => undefined } = deps;
  const { outgoing = createOutgoing({ allow: [] }), onJwtRefused = () => undefined } = deps;
  const { db, pool } = store;
  const directoryRepository = createDirectoryRepository(db, pool);
  const issuerRepository = createIssuerRepository(pool);
  const keys = createIssuerKeys({ outgoing, clock });
  const authenticator = createAuthenticator({
    repository: directoryRepository,
    issuers: issuerRepository,
    jwts: createJwtVerifier({ repository: issuerRepository, keys, onRefused: onJwtRefused }),
    clock,
    authenticationSecret,
  });
  const directoryChanged = (directoryId: string): void => {
    authenticator.forget(directoryId);
    signal.changed(directoryId);
  };
  const directories = createDirectoryService({ repository: directoryRepository, clock, onChange: directoryChanged });
  const { requireDirectory } = directories;
  const issuers = createIssuerService({
    repository: issuerRepository,
    requireDirectory,
    clock,
    outgoing,
    onChange: directoryChanged,
  });
  const toleranceUses = createToleranceUses({
    repository: createToleranceUsesRepository(pool),
    clock,
    requireDirectory,
    onError: onBackgroundError,
  });
  const requestRepository = createRequestRepository(pool);
  const requestLog = createRequestLog({
    repository: requestRepository,
    directories,
    clock,
    onError: onBackgroundError,
  });
  const transactions = createTransactions(pool);
  const catalogue = createTypeCatalogue((directoryId) => readDeclared(pool, directoryId));
  const declaring = { pool, clock, requireDirectory, onChange: directoryChanged };
  const schemas = createSchemaService(declaring);
  const types = createTypeService(declaring);
  const writing = { transactions, clock, passwords, guard: createGuard(clock), onChange: signal.changed };
  const plain = { users: createUsersService(writing), groups: createGroupsService(writing) };
  const plainWrites: Writes = {
    ...plain,
    resources: createResourcesService(writing),
    creates: createBulkCreates({ ...writing, ...plain }),
  };
  const hookRunner = deps.hooks && createHookRunner(deps.hooks);
  const { users, groups, resources, creates } = hookRunner ? hookWrites(plainWrites, hookRunner) : plainWrites;
  const bulk = createBulkService({ users, groups, resources, creates });
  const cursors = createCursorSigner({ readKey: () => readServerKey(db, 'scim-cursor', clock), clock });
  const searching = createSearchService({ transactions, cursors });
  const ldapRepository = createLdapRepository(pool);
  const entries = createEntriesRepository(pool);
  const readKey = () => readServerKey(db, 'sealed-secrets', clock);
  const sealer = createSealer({ ...(deps.secretsKeys && { secretsKeys: deps.secretsKeys }), readKey });
  const ldap = createLdapService({
    repository: ldapRepository,
    entries,
    requireDirectory,
    catalogue,
    clock,
    sealer,
    outgoing,
    onChange: directoryChanged,
  });
  const moves = createMoveService({
    transactions,
    requireDirectory,
    catalogue,
    clock,
    source: createSourceHold(ldapRepository),
    hasAuthenticationSecret: authenticationSecret !== undefined,
    onChange: directoryChanged,
    ...deps.moves,
  });
  const guard = createGuardService({
    pool,
    transactions,
    requireDirectory,
    listDirectories: directories.listDirectories,
    catalogue,
    clock,
    onChange: signal.changed,
  });
  const { log = silentLog, metrics, timing, ...passwordChecks } = deps.ldap ?? {};
  const ldapPasswords = createPasswordCheck({ entries, sealer, outgoing, ...passwordChecks });
  const importer = createImporter({ entries, users, groups, creates });
  const sync = createSync({ repository: ldapRepository, entries, importer, catalogue, clock, sealer, outgoing });
  const ldapWorker = createLdapWorker({
    listDirectories: directories.listDirectories,
    repository: ldapRepository,
    sync,
    clock,
    log,
    metrics,
    ...(timing && { timing }),
  });
  const reader = createEventReader(pool);
  const outboundParts = createOutbound({
    ...{ pool, reader, requireDirectory, sealer, outgoing, clock, signal },
    listDirectories: directories.listDirectories,
    log: silentLog,
    ...deps.outbound,
  });
  const eventLog = createEventLog({ reader, directories, signal });
  const retention = createRetention({
    kept: [
      ...keptEvents({ repository: createRetentionRepository(pool), reader, clock, rule: deps.eventRetention ?? {} }),
      ...keptRequests({ repository: requestRepository, clock, days: deps.requestRetentionDays }),
    ],
    listDirectories: directories.listDirectories,
    log: silentLog,
    onError: onBackgroundError,
    ...deps.retention,
  });
  const history = createHistoryService({ pool, requireDirectory, reader, catalogue });
  const undo = createUndoService({
    ...{ transactions, requireDirectory, catalogue, clock, reader },
    findLogBeginning: createHistoryRepository(pool).findBeginning,
    onChange: signal.changed,
  });
  const currentResources = createCurrentResources({ pool, catalogue, findDirectory: directories.findDirectory });
  const auditLog = createAuditLog(createAuditRepository(db));
  const { openStream, secretKeepers, ...eventStreams } = createEventStreams({
    ...{ store, reader, directories, signal, sealer, outgoing, clock },
    async typesOf(slug) {
      const directory = await directories.findDirectory(slug);
      return directory ? (await catalogue.typesOf(directory)).all : [];
    },
    ...deps.eventStreams,
  });
  const { secretKeeper: webhookKeeper, ...webhooks } = createWebhooks({
    ...{ openStream, store, reader, directories, signal, sealer, outgoing, clock, log: silentLog },
    ...deps.webhooks,
  });
  const { listDirectories } = directories;
  const sealedSecrets = createSealedSecrets({
    keepers: [
      createPasswordKeeper({ repository: ldapRepository, listDirectories }),
      outboundParts.secretKeeper,
      ...secretKeepers,
      webhookKeeper,
    ],
    ...{ sealer, databaseSealer: createSealer({ readKey }), clock },
  });
  const federationRepository = createFederationRepository(db, pool);
  const federationAuthenticator = createFederationAuthenticator({ repository: federationRepository, clock });
  const federations = createFederationService({
    repository: federationRepository,
    events: reader,
    directories,
    clock,
    passwords,
    source: ldapPasswords,
    readSource: createSourceReports({ directories, issuers, ldap }),
    signal: {
      subscribe: signal.subscribe,
      changed: (federationId) => {
        federationAuthenticator.forget(federationId);
        signal.changed(federationId);
      },
    },
  });
  return {
    directories,
    issuers,
    toleranceUses,
    schemas,
    types,
    authenticator,
    catalogue,
    users,
    groups,
    resources,
    bulk,
    hookRunner,
    requestLog,
    searching,
    moves,
    guard,
    ldap,
    ldapPasswords,
    ldapSync: sync,
    ldapWorker,
    outbound: outboundParts.service,
    outboundWorker: outboundParts.worker,
    federations,
    eventLog,
    currentResources,
    history,
    undo,
    retention,
    auditLog,
    sealedSecrets,
    ...eventStreams,
    ...webhooks,
    federationAuthenticator,
  };
}

export type Services = ReturnType<typeof createServices>;
