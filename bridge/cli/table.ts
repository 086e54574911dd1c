// Plain-text tables: columns as wide as their widest cell, nothing to draw around them.

/** Control characters could move the cursor or forge lines; names come from outside. */
const printable = (text: string): string => text.replace(/\p{Cc}|\p{Cf}/gu, '\u{fffd}');

/** Lines of `rows` under `header`, without blanks at their ends. */
export function formatTable(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [header, ...rows].map((row) => row.map(printable));
  const widths = header.map((_, column) => Math.max(...lines.map((row) => [...(row[column] ?? '')].length)));
  const pad = (cell: string, width: number) => cell + ' '.repeat(Math.max(0, width - [...cell].length));
  return lines
    .map((row) =>
      row
        .map((cell, column) => pad(cell, widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** `2026-11-22 20:01`, in UTC, or a dash. */
export const formatTime = (time: Date | null | undefined): string =>
  time ? time.toISOString().slice(0, 16).replace('T', ' ') : '-';
