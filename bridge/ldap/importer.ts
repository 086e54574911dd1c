// Takes users and groups over into the store, by the same use cases as SCIM: the same checks, transactions and events.
import type { GroupsService } from '../provisioning/groups/groups-service.ts';
import type { UsersService } from '../provisioning/users/users-service.ts';
import { isJsonObject, type JsonObject, own } from '../scim/json.ts';
import { ENTERPRISE_USER_SCHEMA } from '../scim/schema/enterprise-user-schema.ts';
import { dnKey } from './entries-repository.ts';
import {
  createEntryWriter,
  type EntryWriterDeps,
  type ImportRun,
  isRefusal,
  type Refused,
  type Work,
  workOf,
} from './entry-writer.ts';
import type { EntryKind, ReadGroup, ReadUser } from './reader.ts';
import type { Shelf } from './shelf.ts';

export interface ImporterDeps extends EntryWriterDeps {
  users: EntryWriterDeps['users'] & Pick<UsersService, 'deleteUser'>;
  groups: EntryWriterDeps['groups'] & Pick<GroupsService, 'deleteGroup'>;
}

function withManager(resource: JsonObject, manager: string | undefined): JsonObject {
  if (manager === undefined) return resource;
  const enterprise = own(resource, ENTERPRISE_USER_SCHEMA);
  return {
    ...resource,
    [ENTERPRISE_USER_SCHEMA]: { ...(isJsonObject(enterprise) && enterprise), manager: { value: manager } },
  };
}

export function createImporter(deps: ImporterDeps) {
  const { entries, users, groups } = deps;
  const writer = createEntryWriter(deps);

  /** Ids by the names of entries, of those that this run is about to write, too. */
  async function idsByDn(run: ImportRun, fresh: ReadonlyMap<string, string>, dns: readonly string[]) {
    const keys = dns.map(dnKey);
    const known = await entries.findByDn(
      run.request.directory.id,
      keys.filter((key) => !fresh.has(key)),
    );
    return (dn: string): string | undefined => {
      const key = dnKey(dn);
      return fresh.get(key) ?? known.get(key);
    };
  }

  async function userWorks(
    run: ImportRun,
    page: readonly ReadUser[],
    fresh: Map<string, string>,
    freshByDn: ReadonlyMap<string, string>,
  ): Promise<Work[]> {
    const place = await writer.places(run, 'User', page, fresh);
    const managers = page.flatMap(({ managerDn }) => managerDn ?? []);
    const idByDn = await idsByDn(run, freshByDn, managers);
    return page.map((user) => {
      const manager = user.managerDn === undefined ? undefined : idByDn(user.managerDn);
      return workOf(run, 'User', user, { place, resource: withManager(user.resource, manager) });
    });
  }

  async function memberIds(run: ImportRun, fresh: ReadonlyMap<string, string>, group: ReadGroup): Promise<string[]> {
    const idByDn = await idsByDn(run, fresh, group.memberDns);
    const named = await entries.findByUserName(
      run.request.directory.id,
      group.memberUids.map((uid) => uid.toLowerCase()),
    );
    const ids = [...group.memberDns.flatMap((dn) => idByDn(dn) ?? []), ...named];
    return [...new Set(ids)].toSorted();
  }

  return {
    async users(run: ImportRun, shelf: Shelf<ReadUser>): Promise<void> {
      const fresh = new Map<string, string>();
      const freshByDn = new Map<string, string>();
      // All ids first: managers are named by those that come before them.
      for await (const page of shelf.pages()) {
        const place = await writer.places(run, 'User', page, fresh);
        for (const { entryId, dn } of page) {
          const { id, known } = place.find(entryId);
          if (!known?.resourceId) freshByDn.set(dnKey(dn), id);
          else fresh.delete(entryId);
        }
      }
      const refused: Refused[] = [];
      for await (const page of shelf.pages()) {
        refused.push(...(await writer.write(run, 'User', await userWorks(run, page, fresh, freshByDn))));
      }
      await writer.writeRefused(run, 'User', refused);
    },

    /** Groups are made without members first, because they may be members of each other. */
    async groups(run: ImportRun, shelf: Shelf<ReadGroup>): Promise<void> {
      const fresh = new Map<string, string>();
      const freshByDn = new Map<string, string>();
      const refused: Refused[] = [];
      for await (const page of shelf.pages()) {
        const place = await writer.places(run, 'Group', page, fresh);
        const absent = page.filter(({ entryId }) => !place.find(entryId).exists);
        const works = absent.map((group) =>
          workOf(run, 'Group', group, { place, resource: group.resource, sign: false }),
        );
        refused.push(...(await writer.write(run, 'Group', works)));
        for (const { entryId, dn } of page) freshByDn.set(dnKey(dn), place.find(entryId).id);
      }
      await writer.writeRefused(run, 'Group', refused);
      const late: Refused[] = [];
      for await (const page of shelf.pages()) {
        const place = await writer.places(run, 'Group', page, fresh);
        const works: Work[] = [];
        for (const group of page.filter(({ entryId }) => place.find(entryId).exists)) {
          const members = (await memberIds(run, freshByDn, group)).map((value) => ({ value }));
          works.push(workOf(run, 'Group', group, { place, resource: { ...group.resource, members } }));
        }
        late.push(...(await writer.write(run, 'Group', works)));
      }
      await writer.writeRefused(run, 'Group', late);
    },

    /** Removes a user or group whose entry is gone. */
    async remove(run: ImportRun, kind: EntryKind, { entryId, resourceId }: { entryId: string; resourceId: string }) {
      const { request } = run;
      try {
        if (kind === 'User') await users.deleteUser(request, resourceId);
        else await groups.deleteGroup(request, resourceId);
        run.counts.removed += 1;
      } catch (error) {
        if (!isRefusal(error)) throw error;
        const isThere = (await entries.findResources(request.directory.id, kind, [entryId])).has(entryId);
        // Somebody's hook wants it kept: the next listing asks again, and the others go all the same. Otherwise it was
        // removed before a failure kept that from being noted.
        if (isThere) {
          run.counts.refused += 1;
          return;
        }
      }
      await entries.deleteEntry(request.directory.id, kind, entryId);
    },
  };
}

export type Importer = ReturnType<typeof createImporter>;
