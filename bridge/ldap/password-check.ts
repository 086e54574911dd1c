// Checks passwords by binding as the user's entry (RFC 4513 §5.1.3).
import type { Outgoing } from '../platform/http/outgoing.ts';
import type { Sealer } from '../platform/secrets/sealed.ts';
import { standardTypes } from '../scim/schema/resource-types.ts';
import { type BindPool, type BindPoolLimits, bindPoolLimits, createBindPool } from './bind-pool.ts';
import { acceptedBind, type BindReason, type BindVerdict, refusedBind } from './bind-verdict.ts';
import type { LdapConnection } from './connection.ts';
import { canonicalDn } from './dn.ts';
import type { EntriesRepository, Login } from './entries-repository.ts';
import { guidOf } from './entry.ts';
import { LdapFailure, ldapFailure } from './failure.ts';
import { presets } from './presets.ts';
import { createReader } from './reader.ts';
import { createServers } from './servers.ts';
import { bindToRead, passwordPlace, requireResolved } from './source.ts';

export type SourceVerdict =
  | BindVerdict
  | { result: 'no-password' }
  | { result: 'unavailable'; reason: 'source_unavailable' | 'overloaded'; retryAfterSeconds: number };

/** For tests, and metrics: what came of each check. */
export type CheckOutcome = 'valid' | 'invalid' | BindReason | 'no-password' | 'unavailable' | 'overloaded';

export interface PasswordCheckDeps {
  entries: Pick<EntriesRepository, 'findLogin' | 'moveEntry'>;
  sealer: Sealer;
  outgoing: Outgoing;
  limits?: Partial<BindPoolLimits> & { deadlineMs?: number };
  onChecked?: (check: { directoryId: string; outcome: CheckOutcome; seconds: number }) => void;
  /** Told why a check could not be made. */
  onFailure?: (directoryId: string, failure: LdapFailure) => void;
}

/** Keycloak gives up after two seconds. */
const defaultDeadlineMs = 1_500;
const retryAfterSeconds = 5;

interface Pools {
  /** Of which settings they are. */
  updatedAt: number;
  /** Bound as users, one after another. */
  users: BindPool;
  /** Bound as the directory's bind DN. */
  service: BindPool;
}

const noSuchEntry = [32, 49];

export function createPasswordCheck({
  entries,
  sealer,
  outgoing,
  limits = {},
  onChecked,
  onFailure,
}: PasswordCheckDeps) {
  const { deadlineMs = defaultDeadlineMs, ...own } = limits;
  const poolLimits: BindPoolLimits = { ...bindPoolLimits, ...own };
  const pools = new Map<string, Pools>();

  function closePools(directoryId: string): void {
    const known = pools.get(directoryId);
    known?.users.close();
    known?.service.close();
    pools.delete(directoryId);
  }

  function poolsOf(directoryId: string, { settings, updatedAt }: Login): Pools {
    const known = pools.get(directoryId);
    if (known?.updatedAt === updatedAt.getTime()) return known;
    closePools(directoryId);
    const servers = createServers(settings, outgoing);
    const made: Pools = {
      updatedAt: updatedAt.getTime(),
      users: createBindPool(servers, poolLimits),
      service: createBindPool(servers, { ...poolLimits, connections: 2 }),
    };
    pools.set(directoryId, made);
    return made;
  }

  /** Asked only when something is odd, so the bind is not spared. */
  async function findDn(directoryId: string, login: Login, entryId: string): Promise<string | undefined> {
    const password = await sealer.open(login.sealedPassword, passwordPlace(directoryId));
    // What is searched for depends on bases, filters and ids alone, not on what the directory declares.
    const { settings } = login;
    const resolved = requireResolved({ ...settings, userAttributes: {}, groupAttributes: {} }, standardTypes);
    return poolsOf(directoryId, login).service.use(async (connection) => {
      await bindToRead(connection, settings, password);
      return createReader(connection, resolved).findDn('User', entryId);
    });
  }

  /**
   * Which entry has this name now. Names are given to others after a while: without asking, somebody else's password
   * would let its owner in as the user who had the name before. Undefined when the bound user may not see that.
   */
  async function entryIdBehind(connection: LdapConnection, dn: string, login: Login): Promise<string | undefined> {
    const { identity } = presets[login.settings.preset];
    const binary = identity.kind === 'guid' ? { binary: [identity.attribute] } : {};
    const search = { base: dn, scope: 'base' as const, attributes: [identity.attribute], ...binary };
    try {
      const [entry] = await connection.search(search);
      if (identity.kind === 'text') return entry?.texts(identity.attribute.toLowerCase())[0];
      const bytes = entry?.bytes(identity.attribute.toLowerCase());
      return bytes && guidOf(bytes);
    } catch (error) {
      if (ldapFailure(error).resultCode === undefined) throw error;
      return undefined;
    }
  }

  /** `refused` may be because the entry has another name now; `unseen`: it let the user in, but shows not who it is. */
  type Attempt =
    | { kind: 'decided'; verdict: BindVerdict }
    | { kind: 'refused' | 'elsewhere' }
    | { kind: 'unseen'; verdict: BindVerdict };

  async function bindAs(
    directoryId: string,
    login: Login,
    entry: { dn: string; entryId: string },
    password: string,
  ): Promise<Attempt> {
    try {
      return await poolsOf(directoryId, login).users.use(async (connection) => {
        const verdict = acceptedBind(await connection.bind(entry.dn, password));
        const found = await entryIdBehind(connection, entry.dn, login);
        if (found === undefined) return { kind: 'unseen', verdict };
        return found === entry.entryId ? { kind: 'decided', verdict } : { kind: 'elsewhere' };
      });
    } catch (error) {
      const failure = ldapFailure(error);
      const verdict = refusedBind(failure);
      if (!verdict) throw failure;
      const mayHaveMoved = noSuchEntry.includes(failure.resultCode ?? 0) && !('reason' in verdict);
      return mayHaveMoved ? { kind: 'refused' } : { kind: 'decided', verdict };
    }
  }

  async function check(directoryId: string, userId: string, password: string): Promise<SourceVerdict> {
    const login = await entries.findLogin(directoryId, userId);
    if (!login) throw new LdapFailure('address', 'the directory has no LDAP server');
    const { entry } = login;
    if (!entry) return { result: 'no-password' };
    const attempt = await bindAs(directoryId, login, entry, password);
    if (attempt.kind === 'decided') return attempt.verdict;
    let dn: string | undefined;
    try {
      dn = await findDn(directoryId, login, entry.entryId);
    } catch (error) {
      // The server has said no; that the bridge may not look further must not make it a password that nobody counts.
      if (attempt.kind !== 'unseen') return { result: 'invalid' };
      throw error;
    }
    const isHere = dn !== undefined && canonicalDn(dn) === canonicalDn(entry.dn);
    if (attempt.kind === 'unseen') return isHere ? attempt.verdict : { result: 'invalid' };
    if (dn === undefined || isHere) return { result: 'invalid' };
    await entries.moveEntry(directoryId, entry.entryId, dn);
    const again = await bindAs(directoryId, login, { ...entry, dn }, password);
    return 'verdict' in again ? again.verdict : { result: 'invalid' };
  }

  async function inTime<T>(work: Promise<T>): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new LdapFailure('timeout', 'the server did not answer in time')), deadlineMs);
    });
    try {
      return await Promise.race([work, late]);
    } finally {
      clearTimeout(timer);
    }
  }

  const outcomeOf = (verdict: SourceVerdict): CheckOutcome => {
    if (verdict.result === 'invalid') return verdict.reason ?? 'invalid';
    if (verdict.result === 'unavailable') return verdict.reason === 'overloaded' ? 'overloaded' : 'unavailable';
    return verdict.result;
  };

  return {
    /** Whether the password is the one of the user's entry. Never rejects because of the LDAP server. */
    async checkPassword(directoryId: string, userId: string, password: string): Promise<SourceVerdict> {
      // A bind without a password succeeds for anybody: it is the "unauthenticated bind" of RFC 4513 §5.1.2.
      if (password === '') return { result: 'invalid' };
      const started = performance.now();
      let verdict: SourceVerdict;
      try {
        verdict = await inTime(check(directoryId, userId, password));
      } catch (error) {
        if (!(error instanceof LdapFailure)) throw error;
        onFailure?.(directoryId, error);
        const reason = error.problem === 'busy' && error.resultCode === undefined ? 'overloaded' : 'source_unavailable';
        verdict = { result: 'unavailable', reason, retryAfterSeconds };
      }
      onChecked?.({ directoryId, outcome: outcomeOf(verdict), seconds: (performance.now() - started) / 1_000 });
      return verdict;
    },
    close(): void {
      for (const directoryId of [...pools.keys()]) closePools(directoryId);
    },
  };
}
