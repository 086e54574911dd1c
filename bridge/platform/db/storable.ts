/** False for text that PostgreSQL can't store, and that therefore nothing equals or contains. */
export const isStorable = (text: string): boolean => !text.includes('\0') && text.isWellFormed();

/** The same text, with a mark in the place of each character that PostgreSQL can't store. */
export const toStorable = (text: string): string => text.toWellFormed().replaceAll('\0', '\ufffd');
