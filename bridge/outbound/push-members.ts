// Brings the members of one group at a target to what they should be: in parts, each noted as soon as the target has
// taken it, so that whoever goes on after a crash sends little again, and nothing that does harm.
import { isJsonObject, type JsonObject, own } from '../scim/json.ts';
import type { Target } from './contracts.ts';
import { TargetFailure } from './failure.ts';
import type { MemberChanges, MembersRepository } from './members-repository.ts';
import type { Changed, Remote } from './remote.ts';

/** More is refused by AWS IAM Identity Center, and slow elsewhere. */
const chunkSize = 100;

export interface MembersDeps {
  target: Target;
  remote: Remote;
  members: MembersRepository;
  /** Called between parts. @throws when the lease is lost */
  goOn: (groupId: string) => Promise<void>;
}

export type MembersPushed = { kind: 'absent' } | { kind: 'done'; changes: number; problem?: string };

/** Ids of the members of a group as it was read; undefined when it shows none. */
export function membersIn(group: JsonObject): string[] | undefined {
  const members = own(group, 'members');
  if (!Array.isArray(members)) return undefined;
  return members.flatMap((one) => {
    const value = isJsonObject(one) ? own(one, 'value') : one;
    return typeof value === 'string' ? [value] : [];
  });
}

interface Refused {
  ids: Set<string>;
  first: string | undefined;
}

const half = ({ add, remove }: MemberChanges): MemberChanges[] => {
  const cut = (list: string[]) => Math.ceil(list.length / 2);
  if (add.length > 0 && remove.length > 0)
    return [
      { add, remove: [] },
      { add: [], remove },
    ];
  return [
    { add: add.slice(0, cut(add)), remove: remove.slice(0, cut(remove)) },
    { add: add.slice(cut(add)), remove: remove.slice(cut(remove)) },
  ];
};

export function createMembersPush({ target, remote, members, goOn }: MembersDeps) {
  /** One that is refused does not keep the others out: the part is halved until it stands alone. */
  async function apply(groupId: string, id: string, changes: MemberChanges, refused: Refused): Promise<Changed> {
    try {
      const answer = await remote.patchMembers(id, changes);
      if (answer.kind === 'changed') await members.noteChanges(target, groupId, changes);
      return answer;
    } catch (error) {
      const isRefusal = error instanceof TargetFailure && error.kind === 'resource';
      if (!isRefusal || !remote.features.patch) throw error;
      if (changes.add.length + changes.remove.length === 1) {
        for (const one of [...changes.add, ...changes.remove]) refused.ids.add(one);
        refused.first ??= error.message;
        return { kind: 'changed', etag: undefined };
      }
      for (const part of half(changes)) {
        await goOn(groupId);
        const answer = await apply(groupId, id, part, refused);
        if (answer.kind === 'absent') return answer;
      }
      return { kind: 'changed', etag: undefined };
    }
  }

  const without = (refused: Refused, { add, remove }: MemberChanges): MemberChanges => ({
    add: add.filter((one) => !refused.ids.has(one)).slice(0, chunkSize),
    remove: remove.filter((one) => !refused.ids.has(one)).slice(0, chunkSize),
  });

  return {
    /** The group is there. @throws TargetFailure */
    async push(groupId: string, id: string): Promise<MembersPushed> {
      const flattened = !remote.features.nestedGroups;
      const refused: Refused = { ids: new Set(), first: undefined };
      let changes = 0;
      for (;;) {
        const limit = chunkSize + refused.ids.size;
        const next = without(refused, await members.nextChanges(target, groupId, { flattened, limit }));
        if (next.add.length + next.remove.length === 0) break;
        const answer = await apply(groupId, id, next, refused);
        if (answer.kind === 'absent') return answer;
        changes += next.add.length + next.remove.length;
        await goOn(groupId);
      }
      const problem = refused.first && `${refused.ids.size} of its members are refused; the first: ${refused.first}`;
      return { kind: 'done', changes, ...(problem !== undefined && { problem }) };
    },

    /** Takes note of what a group that was read has. Answers how that differs from what it was left with, if it does. */
    async noteShown(groupId: string, group: JsonObject): Promise<string | undefined> {
      const shown = membersIn(group) ?? [];
      const flattened = !remote.features.nestedGroups;
      const { lost, foreign, unnoted } = await members.compareMembers(target, groupId, { flattened, shown });
      if (unnoted === 0) return undefined;
      await members.replaceKnown(target, groupId, shown);
      const changes = [lost > 0 && `${lost} members had been taken away`, foreign > 0 && `${foreign} had been put in`];
      const told = changes.filter((one) => one !== false);
      return told.length === 0 ? undefined : `${told.join(', ')} there`;
    },

    async differs(groupId: string): Promise<MemberChanges> {
      const flattened = !remote.features.nestedGroups;
      return members.nextChanges(target, groupId, { flattened, limit: 1_000 });
    },

    listWanted: (groupId: string) => members.listWanted(target, groupId, !remote.features.nestedGroups),
    noteAll: (groupId: string, all: readonly string[]) => members.replaceKnown(target, groupId, all),
  };
}

export type MembersPush = ReturnType<typeof createMembersPush>;
