// Checks each link from the identity provider's token to a login in Keycloak, and says how to mend what is broken.
import type { DirectoryService } from '../directories/service.ts';
import type { FederationService } from '../federation/service.ts';
import type { Store } from '../platform/db/connect.ts';
import { type AdminCredentials, createAdmin } from './admin-client.ts';
import { createBindingChecks } from './doctor/binding-checks.ts';
import { type CheckResult, deadlineMs, type Finding, failed, runChecks } from './doctor/check.ts';
import { createFailoverChecks } from './doctor/failover-checks.ts';
import { createHttpChecks } from './doctor/http-checks.ts';
import { createKeycloakChecks } from './doctor/keycloak-checks.ts';
import { createStoreChecks } from './doctor/store-checks.ts';
import { KeycloakError } from './errors.ts';

export type { CheckResult } from './doctor/check.ts';

export interface DoctorInput {
  store: Pick<Store, 'db'>;
  directories: DirectoryService;
  federations: FederationService;
  hasAuthenticationSecret: boolean;
  bridgeUrl: string | undefined;
  federation: string | undefined;
  directory: string | undefined;
  directoryToken: string | undefined;
  keycloak: { url: string; realm: string; credentials: AdminCredentials | undefined } | undefined;
  componentId: string | undefined;
  failoverAdmin: { username: string; password: string | undefined };
  /** Puts errors that no check foresaw into words, the database's above all. */
  describe: (error: unknown) => { message: string; remedy?: string };
  onResult?: (result: CheckResult) => void;
  now?: () => Date;
}

const nobody: AdminCredentials = { username: '', password: '' };

/** Never throws for a broken link; each outgoing call ends within five seconds. */
export async function examine(input: DoctorInput): Promise<CheckResult[]> {
  const now = input.now ?? (() => new Date());
  const { keycloak } = input;
  const bridgeUrl = input.bridgeUrl?.replace(/\/+$/, '');
  const admin =
    keycloak &&
    createAdmin({
      url: keycloak.url,
      realm: keycloak.realm,
      credentials: keycloak.credentials ?? nobody,
      timeoutMs: deadlineMs,
    });
  const hasCredentials = keycloak?.credentials !== undefined;
  const { federations } = input;

  const ofStore = createStoreChecks({ ...input, now });
  const { database, federation } = ofStore.facts;
  const ofHttp = createHttpChecks({ ...input, bridgeUrl, keycloakUrl: admin?.url }, database);
  const ofKeycloak = createKeycloakChecks({
    admin,
    hasCredentials,
    federation,
    listTokens: federations.listTokens,
    bridgeUrl,
    componentId: input.componentId,
    now,
  });
  const ofFailover = createFailoverChecks({
    admin,
    hasCredentials,
    realm: ofKeycloak.facts.realm,
    federation,
    listReserved: federations.listReservedUsernames,
    ...input.failoverAdmin,
  });

  const ofBindings = createBindingChecks({
    admin,
    hasCredentials,
    realm: ofKeycloak.facts.realm,
    federation,
    describeFederation: federations.describeFederation,
  });

  const describe = (error: unknown): Finding => {
    if (error instanceof KeycloakError) return failed(error.message, error.remedy ?? "See Keycloak's log.");
    const { message, remedy } = input.describe(error);
    return failed(message, remedy ?? 'See the logs.');
  };
  const checks = [...ofStore.checks, ...ofHttp, ...ofKeycloak.checks, ...ofBindings, ...ofFailover];
  return runChecks(checks, describe, input.onResult ?? (() => undefined));
}
