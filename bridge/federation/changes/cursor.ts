// Where a reader of the change feed stands. Opaque to clients; nothing in it is secret or gives access to anything.
import { z } from 'zod';
import { ApiError } from '../../platform/http/api-error.ts';

/**
 * How far a directory's log was delivered. `within` is set when the next event touches more users than fit in one answer:
 * those with an id up to and including it were delivered.
 */
export interface Place {
  position: number;
  within?: string;
}

export interface Cursor {
  federationId: string;
  revision: string;
  /** By directory id. */
  places: Map<string, Place>;
}

const position = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER);

const written = z.strictObject({
  v: z.literal(1),
  f: z.guid(),
  r: z.string().max(100),
  p: z.record(z.guid(), z.union([position, z.tuple([position, z.guid()])])),
});

export function encodeCursor({ federationId, revision, places }: Cursor): string {
  const p = Object.fromEntries(
    [...places].map(([id, place]) => [
      id,
      place.within === undefined ? place.position : [place.position, place.within],
    ]),
  );
  return Buffer.from(JSON.stringify({ v: 1, f: federationId, r: revision, p })).toString('base64url');
}

function parse(text: string): unknown {
  try {
    return JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
  } catch {
    return undefined;
  }
}

/** @throws ApiError invalid_request for anything that this federation's feed didn't write. */
export function decodeCursor(text: string, federationId: string): Cursor {
  const { success, data } = written.safeParse(parse(text));
  if (!success || data.f !== federationId) {
    throw new ApiError('invalid_request', 'after: is not a cursor of this federation.');
  }
  const places = Object.entries(data.p).map(([id, place]): [string, Place] => [
    id,
    typeof place === 'number' ? { position: place } : { position: place[0], within: place[1] },
  ]);
  return { federationId, revision: data.r, places: new Map(places) };
}
