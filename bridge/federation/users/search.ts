// The little language of the `search` parameter, and patterns for LIKE.

/** One word of a search: equal to a value, or a LIKE pattern for it. In lower case. */
export interface SearchWord {
  kind: 'equal' | 'like';
  value: string;
}

const escapeLike = (text: string): string => text.replace(/[\\%_]/g, '\\$&');

/** A pattern for values that contain `text`, in which nothing has a special meaning. */
export const containing = (text: string): string => `%${escapeLike(text.toLowerCase())}%`;

/**
 * Splits a search at blanks. `*` matches anything, `"…"` (which may hold blanks) means equal, anything else is a prefix.
 * No words means that everything matches.
 */
export function parseSearch(search: string): SearchWord[] {
  const words: SearchWord[] = [];
  for (const [, quoted, word = ''] of search.toLowerCase().matchAll(/"([^"]*)"(?=\s|$)|(\S+)/g)) {
    if (quoted !== undefined) words.push({ kind: 'equal', value: quoted });
    else if (!/^\*+$/.test(word)) words.push({ kind: 'like', value: `${escapeLike(word).replace(/\*+/g, '%')}%` });
  }
  return words;
}
