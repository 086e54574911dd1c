// A group as it is shown after it was written: read in the scope of the write, its members only as far as they are wanted.
import type { Scope } from '../../platform/db/scope.ts';
import { wantsAttribute, wantsWhole } from '../../scim/projection.ts';
import type { ScimRequest, ShownResource } from '../contracts.ts';
import { membersTexts } from '../member-texts.ts';
import { membersAttribute, show } from '../presentation.ts';
import type { StoredResource } from '../stored-resource.ts';
import type { Transactions } from '../transactions.ts';
import { nextMembers, type ShownMembers } from './group-reads.ts';
import * as groups from './groups-repository.ts';

/** Members of a group with more than this are not looked into on their way to the client. */
const plainMembersLimit = 1_000;

/** A PATCH of a group with more members than this is answered without a body, unless attributes are asked for. */
const shownMembersLimit = 100;

/** How a group that was written is answered. */
export type ShowGroup = (
  scope: Scope,
  stored: StoredResource,
  request: ScimRequest,
  which?: ShownMembers,
) => Promise<ShownResource>;

export function createGroupAnswers(transactions: Pick<Transactions, 'readAtOnce'>): {
  shown: ShowGroup;
  shownAfterPatch: ShowGroup;
} {
  /** With members as the text that PostgreSQL makes of them, the first in the scope and the others as they are sent. */
  const shownLarge: ShowGroup = async (scope, stored, request, which) => {
    const rows = await groups.readMembersText(scope, request.directory.id, stored.id, request.baseUrl, which);
    const after = nextMembers(rows);
    return {
      ...show(request.types.group, stored, {}, request),
      members: rows.map(({ members }) => members),
      ...(after !== undefined && {
        furtherMembers: membersTexts(transactions, request, stored.id, { ...which, after }),
      }),
    };
  };

  const shown: ShowGroup = async (scope, stored, request, which) => {
    const { directory, projection } = request;
    const isLarge =
      request.isEmbedded !== true &&
      wantsWhole(projection, 'members') &&
      (await groups.haveMoreMembersThan(scope, directory.id, [stored.id], plainMembersLimit));
    if (isLarge) return shownLarge(scope, stored, request, which);
    // A group may have a hundred thousand members: they are read only when they are wanted.
    const members = wantsAttribute(request.projection, 'members')
      ? await groups.listMembers(scope, request.directory.id, [stored.id], which)
      : [];
    return show(request.types.group, stored, membersAttribute(members, request.baseUrl), request);
  };

  /** RFC 7644 §3.5.2 leaves it to the server whether PATCH answers with the resource or, as for large groups here, 204. */
  const shownAfterPatch: ShowGroup = async (scope, stored, request, which) => {
    const { projection, directory } = request;
    const mayBeSilent = projection.mode !== 'only' && wantsAttribute(projection, 'members');
    if (!mayBeSilent || !(await groups.haveMoreMembersThan(scope, directory.id, [stored.id], shownMembersLimit))) {
      return shown(scope, stored, request, which);
    }
    return { ...show(request.types.group, stored, {}, request), silent: true };
  };

  return { shown, shownAfterPatch };
}
