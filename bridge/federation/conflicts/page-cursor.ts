// Where a report goes on. Opaque to clients; nothing in it is secret or gives access to anything.
import { z } from 'zod';
import { isStorable } from '../../platform/db/storable.ts';
import { ApiError } from '../../platform/http/api-error.ts';

/** The last one shown: a user name's key, and the precedence of its directory, from 1. */
export interface PagePlace {
  usernameKey: string;
  rank: number;
}

const written = z.tuple([z.string().max(1_000).refine(isStorable), z.int().min(0).max(1_000_000)]);

export const encodePlace = ({ usernameKey, rank }: PagePlace): string =>
  Buffer.from(JSON.stringify([usernameKey, rank])).toString('base64url');

function parse(text: string): unknown {
  try {
    return JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
  } catch {
    return undefined;
  }
}

/** @throws ApiError invalid_request for anything that {@link encodePlace} didn't write. */
export function decodePlace(text: string): PagePlace {
  const { success, data } = written.safeParse(parse(text));
  if (!success) throw new ApiError('invalid_request', 'after: is not a cursor of this report.');
  const [usernameKey, rank] = data;
  return { usernameKey, rank };
}
