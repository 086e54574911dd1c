// Why somebody is served or not: for the support person who must say it.
import type { EventReader } from '../../events/repository.ts';
import type { Clock } from '../../platform/clock.ts';
import { decodeCursor } from '../changes/cursor.ts';
import { namer } from '../conflicts/conflict-report.ts';
import { identityOf } from '../mappings/binding.ts';
import type { AskedBy, LastEvent, StoredCandidate } from '../repositories/explanations.ts';
import type { FederationRepository } from '../repository.ts';
import { type FederationDirectory, healthOf, isEnabled, reachOf, type Topology } from '../topology.ts';
import type {
  ExplainedDirectory,
  ExplainedEvent,
  ExplainedReader,
  ExplainedUser,
  Explanation,
  Verdict,
} from './explanation.ts';
import { checkLogin, worksBy } from './login-checks.ts';

const maxUsers = 20;

/** What is known of where a directory's users come from. */
export interface SourceReport {
  healthSince: Date | null;
  /** When the identity provider last called, or the server last answered. */
  heardAt: Date | null;
  remarks: string[];
}

export interface ExplainDeps {
  repository: FederationRepository;
  events: Pick<EventReader, 'placeAll'>;
  clock: Clock;
  requireTopology: (slug: string) => Promise<Topology>;
  readSource: (directory: Pick<FederationDirectory, 'slug' | 'kind'>) => Promise<SourceReport>;
}

const shownAt = <T extends { createdAt: Date }>({ createdAt, ...rest }: T) => ({
  ...rest,
  at: createdAt.toISOString(),
});
const shownEvent: (event: LastEvent) => ExplainedEvent = shownAt;
const timeOf = (time: Date | null): string | null => time?.toISOString() ?? null;

function verdictOf(user: StoredCandidate, directory: FederationDirectory, topology: Topology): Verdict {
  if (!isEnabled(directory)) return { outcome: 'directory-disabled' };
  if (user.isReserved) {
    const name = topology.reserved.find(({ usernameKey }) => usernameKey === user.userName.toLowerCase());
    return { outcome: 'reserved', reason: name?.reason ?? '' };
  }
  if (!user.shadowedBy) return { outcome: 'served' };
  const { match, ...by } = user.shadowedBy;
  return { outcome: 'shadowed', match, by: namer(slugsOf(topology))(by) };
}

const slugsOf = ({ directories }: Topology) => new Map(directories.map(({ id, slug }) => [id, slug]));

export function createExplain({ repository, events, clock, requireTopology, readSource }: ExplainDeps) {
  function explainedUser(user: StoredCandidate, topology: Topology): ExplainedUser {
    const directory = topology.directories.find(({ id }) => id === user.directoryId);
    if (!directory) throw new Error('a user came from a directory that was not asked');
    const link = identityOf(directory.identityLink, user);
    return {
      directory: directory.slug,
      id: user.id,
      username: user.userName,
      email: user.email,
      active: user.active,
      hasPassword: directory.kind === 'ldap' ? null : user.hasPassword,
      identityLink: link && { provider: link.provider, subject: link.subject },
      createdAt: user.createdAt.toISOString(),
      updatedAt: user.lastModifiedAt.toISOString(),
      verdict: verdictOf(user, directory, topology),
      lastEvent: user.lastEvent && shownEvent(user.lastEvent),
      lastRequest: user.lastRequest && shownAt(user.lastRequest),
      held: user.held.map(shownAt),
    };
  }

  async function explainedDirectory(directory: FederationDirectory): Promise<ExplainedDirectory> {
    const { healthSince, heardAt, remarks } = await readSource(directory);
    return {
      slug: directory.slug,
      name: directory.name,
      kind: directory.kind,
      priority: directory.priority,
      enabled: directory.attachmentEnabled,
      directoryEnabled: directory.directoryEnabled,
      health: healthOf(directory),
      healthSince: timeOf(healthSince),
      heardAt: timeOf(heardAt),
      remarks,
    };
  }

  async function explainedReaders(
    { federation, directories }: Topology,
    last: { directoryId: string; position: number | null } | undefined,
  ): Promise<ExplainedReader[]> {
    const readers = await repository.listReaders(federation.id);
    if (readers.length === 0) return [];
    const spans = await events.placeAll(directories.map(({ id }) => id));
    const headOf = (directoryId: string) => spans.get(directoryId)?.head ?? 0;
    return readers.map(({ name, cursor, lastSeenAt }) => {
      const places = cursor === null ? undefined : decodeCursor(cursor, federation.id).places;
      const positionIn = (directoryId: string) => places?.get(directoryId)?.position ?? 0;
      const behind = directories.reduce((sum, { id }) => sum + Math.max(0, headOf(id) - positionIn(id)), 0);
      // An event without a position was placed just now, at the end of its log.
      const hasLastEvent = last ? positionIn(last.directoryId) >= (last.position ?? headOf(last.directoryId)) : null;
      return { name, lastSeenAt: timeOf(lastSeenAt), behind, hasLastEvent };
    });
  }

  return {
    /** @throws ApiError federation_absent */
    async explain(slug: string, asked: AskedBy): Promise<Explanation> {
      const topology = await requireTopology(slug);
      const reach = reachOf(topology);
      const found = await repository.listCandidates(reach, asked, maxUsers + 1);
      const users = found.slice(0, maxUsers).map((user) => explainedUser(user, topology));
      const served = users.find(({ verdict }) => verdict.outcome === 'served') ?? null;
      const user = served ?? users[0];
      const deletion = user ? undefined : await repository.findDeletion(reach, asked);
      const deleted = deletion && {
        directory: slugsOf(topology).get(deletion.directoryId) ?? '',
        id: deletion.id,
        event: shownEvent(deletion.event),
      };
      const directories: ExplainedDirectory[] = [];
      for (const directory of topology.directories) directories.push(await explainedDirectory(directory));
      const stored = found.find(
        ({ id, directoryId }) => id === user?.id && slugsOf(topology).get(directoryId) === user.directory,
      );
      const last = stored?.lastEvent
        ? { directoryId: stored.directoryId, position: stored.lastEvent.position }
        : deletion && { directoryId: deletion.directoryId, position: deletion.event.position };
      const readers = await explainedReaders(topology, last);
      const checks = checkLogin({
        federation: slug,
        asked,
        user,
        directory: directories.find((one) => one.slug === user?.directory),
        deleted: deleted ?? null,
        readers,
        now: clock.now(),
      });
      return {
        federation: slug,
        asked,
        served,
        users,
        more: found.length > maxUsers,
        deleted: deleted ?? null,
        directories,
        readers,
        login: { works: worksBy(checks), checks },
      };
    },
  };
}
