// Where a reader of the event log stands in each directory. Opaque to clients; nothing in it is secret or gives access to
// anything. Binary, because it travels in a URL and there may be hundreds of directories.
import { ApiError } from '../platform/http/api-error.ts';

/** Positions by directory id; 0 for a directory that is not in it. */
export type LogCursor = ReadonlyMap<string, number>;

const version = 1;
const idBytes = 16;
const positionBytes = 6;
const entryBytes = idBytes + positionBytes;

export function encodeLogCursor(cursor: LogCursor): string {
  const read = [...cursor].filter(([, position]) => position > 0);
  const bytes = Buffer.alloc(1 + read.length * entryBytes);
  bytes.writeUInt8(version, 0);
  read.forEach(([id, position], index) => {
    const offset = 1 + index * entryBytes;
    bytes.write(id.replaceAll('-', ''), offset, 'hex');
    bytes.writeUIntBE(position, offset + idBytes, positionBytes);
  });
  return bytes.toString('base64url');
}

/** @throws ApiError invalid_request for anything that {@link encodeLogCursor} didn't write. */
export function decodeLogCursor(text: string): LogCursor {
  const bytes = Buffer.from(text, 'base64url');
  if (bytes.toString('base64url') !== text || bytes[0] !== version || (bytes.length - 1) % entryBytes !== 0) {
    throw new ApiError('invalid_request', 'after: is not a cursor of the event log.');
  }
  const cursor = new Map<string, number>();
  for (let offset = 1; offset < bytes.length; offset += entryBytes) {
    const id = bytes
      .toString('hex', offset, offset + idBytes)
      .replace(/(.{8})(.{4})(.{4})(.{4})(.{12})/, '$1-$2-$3-$4-$5');
    cursor.set(id, bytes.readUIntBE(offset + idBytes, positionBytes));
  }
  return cursor;
}
