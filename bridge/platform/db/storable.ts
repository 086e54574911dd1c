/** False for text that PostgreSQL can't store, and that therefore nothing equals or contains. */
export const isStorable = (text: string): boolean => !text.includes('\0') && text.isWellFormed();
