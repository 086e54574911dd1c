// Members as JSON text, read page by page as the client takes them: neither a group of a hundred thousand members nor a
// list of many such groups is ever held as a whole.
import type { JsonObject } from '../scim/json.ts';
import type { ScimRequest } from './contracts.ts';
import { type MembersRow, membersText, nextMembers, type ShownMembers } from './groups/group-reads.ts';
import type { Transactions } from './transactions.ts';

type Requester = Pick<ScimRequest, 'directory' | 'baseUrl'>;

/**
 * The members that are to be shown, each text of several joined by commas. Without a transaction that waits for the client: a
 * member who comes or goes meanwhile may be in the answer or not, everybody else is.
 */
export async function* membersTexts(
  { readAtOnce }: Pick<Transactions, 'readAtOnce'>,
  { directory, baseUrl }: Requester,
  groupId: string,
  { after: last = '', withoutHeld = false }: ShownMembers = {},
): AsyncGenerator<string> {
  for (let after: string | undefined = last; after !== undefined; ) {
    const [rows]: readonly [MembersRow[]] = await readAtOnce(directory.id, [
      membersText(directory.id, groupId, baseUrl, { after, withoutHeld }),
    ]);
    for (const { members } of rows) yield members;
    after = nextMembers(rows);
  }
}

/** A list whose groups have more members together than this is sent while they are read. */
export const heldMembers = 10_000;

/** A resource of a list, as it is shown without what is yet to be read. */
export interface ListedResource {
  body: JsonObject;
  /** For a group of which members are wanted: what is shown of some of them. */
  showMembers?: (members: JsonObject[]) => unknown;
  /** Whether members are shown as they are read. */
  isWhole?: boolean;
  id: string;
}

/** The elements of a list as JSON text in pieces, commas between them included. */
export async function* listTexts(
  transactions: Pick<Transactions, 'readAtOnce'>,
  requester: Requester,
  resources: readonly ListedResource[],
): AsyncGenerator<string> {
  let comma = '';
  for (const { id, body, showMembers, isWhole = false } of resources) {
    const text = JSON.stringify(body);
    if (showMembers === undefined) {
      yield `${comma}${text}`;
    } else {
      yield `${comma}${text.slice(0, -1)}`;
      let opening = ',"members":[';
      for await (const members of membersTexts(transactions, requester, id)) {
        const shown = isWhole ? members : partOf(showMembers(JSON.parse(`[${members}]`)));
        if (shown === '') continue;
        yield `${opening}${shown}`;
        opening = ',';
      }
      yield opening === ',' ? ']}' : '}';
    }
    comma = ',';
  }
}

/** The elements of an array as text. */
const partOf = (array: unknown): string => (Array.isArray(array) ? JSON.stringify(array).slice(1, -1) : '');
