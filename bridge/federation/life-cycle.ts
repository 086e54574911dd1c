// Use cases of the operator: federations, which directories they have in which order, tokens, reserved names.

import { slugPattern } from '../directories/contracts.ts';
import type { DirectoryService } from '../directories/service.ts';
import { violatedConstraint } from '../platform/db/errors.ts';
import { isStorable } from '../platform/db/storable.ts';
import { ApiError } from '../platform/http/api-error.ts';
import { isUuid, newId } from '../platform/ids.ts';
import { newToken } from '../platform/secrets/tokens.ts';
import { federationAbsent as absent, type ChangeDeps, createFederationChanges, requireTopologyOf } from './change.ts';
import { type Binding, type BindingChange, changeBinding, unbound } from './mappings/binding.ts';
import { checkPriority, placeOfNew, placesAfterSet, requirePlace } from './places.ts';
import type { FederationToken } from './repositories/federations.ts';
import { type Federation, isEnabled, type ReservedUsername, revisionOf, type Topology } from './topology.ts';

/** A federation for people: its directories in their order, whether each is asked, and the revision that clients see. */
export interface FederationDescription extends Federation {
  shownRevision: string;
  directories: (Topology['directories'][number] & { enabled: boolean })[];
  reserved: ReservedUsername[];
}

export interface LifeCycleDeps extends ChangeDeps {
  directories: Pick<DirectoryService, 'requireDirectory'>;
}

const named = (federation: string, directory: string) => ({ federation, directory });

function bindingAfter(before: Binding, change: BindingChange): Binding {
  const checked = changeBinding(before, change);
  if (!checked.ok) throw new ApiError('invalid_request', checked.problem);
  return checked.binding;
}

// Every answer to Keycloak is filtered by them.
const maxReserved = 1_000;

function usernameKeyOf(username: string): string {
  if (username.trim() === '' || username.length > 512 || !isStorable(username)) {
    throw new ApiError('invalid_request', 'A reserved username has 1 to 512 characters.');
  }
  return username.toLowerCase();
}

/** Each method throws ApiError: `federation_absent`, `directory_absent`, `token_absent`, `reserved_username_absent`, `conflict` or `invalid_request`. */
export function createLifeCycle({ repository, directories, clock, onChange }: LifeCycleDeps) {
  const { requireFederation, change } = createFederationChanges({ repository, clock, onChange });

  return {
    requireFederation,
    findFederation: (slug: string) => repository.findFederation(slug),
    listFederations: () => repository.listFederations(),

    async describeFederation(slug: string): Promise<FederationDescription> {
      const topology = await requireTopologyOf(repository, slug);
      return {
        ...topology.federation,
        shownRevision: revisionOf(topology),
        directories: topology.directories.map((directory) => ({ ...directory, enabled: isEnabled(directory) })),
        reserved: topology.reserved,
      };
    },

    async createFederation(input: { slug: string; name?: string }): Promise<Federation> {
      if (!slugPattern.test(input.slug)) {
        throw new ApiError(
          'invalid_request',
          'A slug has 1 to 63 lower-case letters, digits and hyphens, no hyphen at the ends.',
        );
      }
      const federation: Federation = {
        id: newId(),
        slug: input.slug,
        name: input.name ?? input.slug,
        revision: 1,
        createdAt: clock.now(),
      };
      try {
        await repository.insertFederation(federation);
      } catch (error) {
        if (violatedConstraint(error) === 'federations_slug_key') {
          throw new ApiError('conflict', `There is already a federation "${input.slug}".`, { cause: error });
        }
        throw error;
      }
      return federation;
    },

    async deleteFederation(slug: string): Promise<void> {
      const { id } = await requireFederation(slug);
      if (!(await repository.deleteFederation(id, clock.now()))) throw absent(slug);
      onChange(id);
    },

    /** Without a priority the directory comes last. */
    async addDirectory(
      slug: string,
      directorySlug: string,
      options: { priority?: number } & BindingChange = {},
    ): Promise<void> {
      checkPriority(options.priority);
      const binding = bindingAfter(unbound, options);
      await requireFederation(slug);
      const directory = await directories.requireDirectory(directorySlug);
      try {
        await change(slug, async (federation) => {
          const added = { directoryId: directory.id, priority: options.priority };
          const place = placeOfNew(await federation.listAttachments(), added, named(slug, directorySlug));
          await federation.attach({ ...place, ...binding });
        });
      } catch (error) {
        // The directory was deleted a moment ago.
        if (violatedConstraint(error)?.startsWith('federation_directories_directory_id_fkey')) {
          throw new ApiError('directory_absent', `There is no directory "${directorySlug}".`, { cause: error });
        }
        throw error;
      }
    },

    async removeDirectory(slug: string, directorySlug: string): Promise<void> {
      await requireFederation(slug);
      const directory = await directories.requireDirectory(directorySlug);
      await change(slug, async (federation) => {
        if (!(await federation.detach(directory.id))) {
          throw new ApiError('directory_absent', `Federation "${slug}" has no directory "${directorySlug}".`);
        }
      });
    },

    /** A priority that another directory has is swapped with it. */
    async setDirectory(
      slug: string,
      directorySlug: string,
      set: { priority?: number; enabled?: boolean } & BindingChange,
    ): Promise<void> {
      checkPriority(set.priority);
      await requireFederation(slug);
      const directory = await directories.requireDirectory(directorySlug);
      await change(slug, async (federation) => {
        const attachments = await federation.listAttachments();
        const own = requirePlace(attachments, directory.id, named(slug, directorySlug));
        const bound = { ...own, ...bindingAfter(own, set) };
        // The unique constraint on priorities is checked at commit, so the two may cross.
        for (const place of placesAfterSet(attachments, bound, set)) await federation.updateAttachment(place);
      });
    },

    /** The answer's `token` is shown this once; only its digest is stored. */
    async createToken(
      slug: string,
      input: { name?: string; expiresAt?: Date } = {},
    ): Promise<{ token: string; id: string; prefix: string }> {
      const federation = await requireFederation(slug);
      const { token, prefix, digest } = newToken('federation');
      const id = newId();
      const stored = { id, name: input.name ?? 'token', prefix, digest, expiresAt: input.expiresAt ?? null };
      await repository.insertToken(federation, stored, clock.now());
      return { token, id, prefix };
    },

    async listTokens(slug: string): Promise<FederationToken[]> {
      return repository.listTokens((await requireFederation(slug)).id);
    },

    async revokeToken(slug: string, tokenId: string): Promise<void> {
      const federation = await requireFederation(slug);
      if (!isUuid(tokenId) || !(await repository.revokeToken(federation, tokenId, clock.now()))) {
        throw new ApiError('token_absent', `Federation "${slug}" has no live token ${tokenId}.`);
      }
      onChange(federation.id);
    },

    /** The federation never serves a user of this name, whatever a directory says. */
    async reserveUsername(slug: string, username: string, why: string): Promise<ReservedUsername> {
      const usernameKey = usernameKeyOf(username);
      const reason = why.trim();
      if (reason === '' || reason.length > 200 || !isStorable(reason)) {
        throw new ApiError('invalid_request', 'A reason has 1 to 200 characters.');
      }
      const reserved = { usernameKey, reason };
      await change(slug, async (federation) => {
        await federation.reserve(reserved);
        if ((await federation.countReserved()) > maxReserved)
          throw new ApiError('conflict', `A federation has at most ${maxReserved} reserved user names.`);
      });
      return reserved;
    },

    /** Gives a reserved name free again, and answers how it was. */
    async releaseUsername(slug: string, username: string): Promise<ReservedUsername> {
      const usernameKey = username.toLowerCase();
      return change(slug, async (federation) => {
        const reason = isStorable(usernameKey) ? await federation.release(usernameKey) : undefined;
        if (reason === undefined)
          throw new ApiError(
            'reserved_username_absent',
            `Federation "${slug}" has not reserved the user name ${JSON.stringify(username.slice(0, 80))}.`,
          );
        return { usernameKey, reason };
      });
    },

    async listReservedUsernames(slug: string): Promise<ReservedUsername[]> {
      const { id } = await requireFederation(slug);
      return (await repository.findTopology(id))?.reserved ?? [];
    },
  };
}
