// Everything that a federation has, line by line, in memory that doesn't grow with it.
import type { Clock } from '../../platform/clock.ts';
import type { ExportLine } from '../contracts.ts';
import { presentGroups } from '../groups/groups.ts';
import type { FederationRepository } from '../repository.ts';
import { type FederationDirectory, isEnabled, reachOf, readOnlyOf, revisionOf, type Topology } from '../topology.ts';
import { requireTopology } from '../users/lookup.ts';
import { toApiUser } from '../users/user-mapper.ts';
import { type Cursor, encodeCursor } from './cursor.ts';

const pageSize = 1_000;

export interface ExportDeps {
  repository: FederationRepository;
  clock: Clock;
  cursorOfNow: (topology: Topology) => Promise<Cursor>;
}

export function createExport({ repository, clock, cursorOfNow }: ExportDeps) {
  /** Pages of a scan by id: a row that changes on the way can neither be missed nor come twice. */
  async function* scan<T>(
    read: (afterId: string | undefined) => Promise<T[]>,
    idOf: (row: T) => string,
  ): AsyncGenerator<T[]> {
    let afterId: string | undefined;
    for (;;) {
      const rows = await read(afterId);
      if (rows.length > 0) yield rows;
      const last = rows.at(-1);
      if (last === undefined || rows.length < pageSize) return;
      afterId = idOf(last);
    }
  }

  async function* groupLines(
    topology: Topology,
    { id }: FederationDirectory,
    state: 'present' | 'read-only',
  ): AsyncGenerator<ExportLine[]> {
    const pages = scan(
      (after) => repository.scanGroups(id, after, pageSize),
      (row) => row.id,
    );
    for await (const rows of pages) {
      const groups = await presentGroups(repository, topology, rows);
      yield groups.map((group) => ({ kind: 'group', state, group }));
    }
  }

  async function* userLines(topology: Topology, directory: FederationDirectory): AsyncGenerator<ExportLine[]> {
    const { id: directoryId, slug } = directory;
    if (!isEnabled(directory)) {
      const pages = scan(
        (after) => repository.scanUserIds(directoryId, after, pageSize),
        (id) => id,
      );
      for await (const ids of pages) yield ids.map((id) => ({ kind: 'user', state: 'read-only', id }));
      return;
    }
    const reach = reachOf(topology);
    const readOnly = readOnlyOf(directory);
    const pages = scan(
      (after) => repository.scanUsers(reach, directoryId, after, pageSize),
      (row) => row.id,
    );
    for await (const rows of pages) {
      yield rows
        .filter((row) => row.visible)
        .map((row) => ({
          kind: 'user',
          state: 'present',
          user: toApiUser(row, slug, topology.attributes, directory, readOnly),
        }));
    }
  }

  async function* linesOf(topology: Topology, cursor: Cursor): AsyncGenerator<ExportLine[]> {
    yield [
      {
        kind: 'header',
        cursor: encodeCursor(cursor),
        revision: revisionOf(topology),
        time: clock.now().getTime(),
        attributes: topology.attributes.mappings.map(({ attribute }) => attribute),
      },
    ];
    const counts = { users: 0, groups: 0 };
    for (const directory of topology.directories) {
      for await (const lines of groupLines(topology, directory, isEnabled(directory) ? 'present' : 'read-only')) {
        counts.groups += lines.length;
        yield lines;
      }
    }
    for (const directory of topology.directories) {
      for await (const lines of userLines(topology, directory)) {
        counts.users += lines.length;
        yield lines;
      }
    }
    yield [{ kind: 'end', ...counts }];
  }

  return {
    /**
     * The lines of an export, some at a time. The cursor is taken before any row is read: what changes while the lines are
     * written comes again in the feed.
     */
    async exportLines(federationId: string): Promise<AsyncGenerator<ExportLine[]>> {
      const topology = await requireTopology(repository, federationId);
      return linesOf(topology, await cursorOfNow(topology));
    },
  };
}
