// What `connect` needs of the federation service, and nothing more.
import type { FederationService } from '../federation/service.ts';
import { ApiError } from '../platform/http/api-error.ts';

export type ConnectFederations = Pick<
  FederationService,
  | 'requireFederation'
  | 'createToken'
  | 'listTokens'
  | 'revokeToken'
  | 'reserveUsername'
  | 'listReservedUsernames'
  | 'lookUpUser'
  | 'listAttributeMappings'
  | 'describeFederation'
>;

type Token = Awaited<ReturnType<ConnectFederations['listTokens']>>[number];

/** Neither revoked nor expired at `now`. */
export const isLive = (token: Pick<Token, 'revokedAt' | 'expiresAt'>, now: Date): boolean =>
  token.revokedAt === null && (token.expiresAt === null || token.expiresAt > now);

/** The slug of the directory whose user of this name the federation serves, or undefined. */
export async function findDirectoryOfUser(
  federations: Pick<ConnectFederations, 'lookUpUser'>,
  federationId: string,
  username: string,
): Promise<string | undefined> {
  try {
    return (await federations.lookUpUser(federationId, { username })).directory;
  } catch (error) {
    if (error instanceof ApiError && error.code === 'user_absent') return undefined;
    throw error;
  }
}
