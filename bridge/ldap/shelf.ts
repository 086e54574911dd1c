// Pages of a listing, kept compressed until the listing is known to be complete: nothing may be written of half of one.
import { promisify } from 'node:util';
import { deflateRaw, inflateRaw } from 'node:zlib';

const compress = promisify(deflateRaw);
const decompress = promisify(inflateRaw);

export interface Shelf<T> {
  readonly size: number;
  add(page: readonly T[]): Promise<void>;
  pages(): AsyncGenerator<T[]>;
}

/** For values that JSON can hold. */
export function createShelf<T>(): Shelf<T> {
  const kept: Buffer[] = [];
  let size = 0;
  return {
    get size() {
      return size;
    },
    async add(page) {
      if (page.length === 0) return;
      kept.push(await compress(JSON.stringify(page), { level: 1 }));
      size += page.length;
    },
    async *pages() {
      for (const page of kept) yield JSON.parse((await decompress(page)).toString('utf8')) as T[];
    },
  };
}
