// Cursors of RFC 9865: a position in a sorted list, signed, and good for the query, directory and token it was made for.
// Nothing is kept on the server, so a cursor works on every replica.
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Clock } from '../../platform/clock.ts';
import { badRequest } from '../../scim/errors.ts';
import { ScimFailure } from '../scim-failure.ts';

/** How long a client may take from one page to the next. */
export const cursorTimeoutSeconds = 3_600;
/** A sort key of 512 characters, four bytes each, in base64, with room to spare. */
const maxLength = 8_192;

/** The last resource that the client has seen: its sort key as text, and what tells it from its equals. */
export interface ListPosition {
  key: string | null;
  created: string;
  id: string;
}

export interface ListCursor {
  /** All that matched when the walk began. */
  total: number;
  /** Undefined: nothing was seen yet. */
  after: ListPosition | undefined;
}

export interface CursorSigner {
  /** `boundTo` is what the cursor is good for; reading it with anything else fails. */
  write(cursor: ListCursor, boundTo: readonly unknown[]): Promise<string>;
  /** @throws ScimFailure 400 invalidCursor for what was not made here or for something else, 400 expiredCursor. */
  read(text: string, boundTo: readonly unknown[]): Promise<ListCursor>;
}

type Payload = [expires: number, total: number, ...position: [key: string | null, created: string, id: string] | []];

const invalid = () => new ScimFailure(badRequest('invalidCursor', 'The cursor was not made for this query.'));

/** `readKey` is asked when a cursor is first written or read, and again when it failed. */
export function createCursorSigner({ readKey, clock }: { readKey: () => Promise<Buffer>; clock: Clock }): CursorSigner {
  let key: Promise<Buffer> | undefined;

  async function sign(payload: string, boundTo: readonly unknown[]): Promise<Buffer> {
    key ??= readKey();
    try {
      return createHmac('sha256', await key)
        .update(JSON.stringify(boundTo))
        .update('\n')
        .update(payload)
        .digest();
    } catch (error) {
      key = undefined;
      throw error;
    }
  }

  const nowInSeconds = () => Math.floor(clock.now().getTime() / 1_000);

  return {
    async write({ total, after }, boundTo) {
      const position: [] | [string | null, string, string] = after ? [after.key, after.created, after.id] : [];
      const payload: Payload = [nowInSeconds() + cursorTimeoutSeconds, total, ...position];
      const text = Buffer.from(JSON.stringify(payload)).toString('base64url');
      return `${text}.${(await sign(text, boundTo)).toString('base64url')}`;
    },

    async read(text, boundTo) {
      const match = /^([\w-]+)\.([\w-]{43})$/.exec(text.length > maxLength ? '' : text);
      const [, payload, signature] = match ?? [];
      if (payload === undefined || signature === undefined) throw invalid();
      if (!timingSafeEqual(Buffer.from(signature, 'base64url'), await sign(payload, boundTo))) throw invalid();
      // The signature says that we wrote it, so it has our form.
      const [expires, total, key = null, created, id] = JSON.parse(
        Buffer.from(payload, 'base64url').toString(),
      ) as Payload;
      if (expires < nowInSeconds()) {
        throw new ScimFailure(
          badRequest('expiredCursor', `The cursor is older than ${cursorTimeoutSeconds} seconds; start again.`),
        );
      }
      return { total, after: created === undefined || id === undefined ? undefined : { key, created, id } };
    },
  };
}
