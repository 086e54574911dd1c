// Where a command's words go: results to stdout (one JSON document with --json), everything else to stderr.
import { formatTable } from './table.ts';

export interface Streams {
  stdout: { write(text: string): unknown };
  stderr: { write(text: string): unknown };
}

export interface Output {
  readonly json: boolean;
  /** The result: as JSON with --json, otherwise as the text of `human`. */
  result(value: unknown, human: () => string): void;
  /** A table, or `empty` when it has no rows; with --json the value. */
  table(value: unknown, header: readonly string[], rows: readonly (readonly string[])[], empty: string): void;
  /** Progress, shown to people only. */
  progress(line: string): void;
  /** A remark that must not be lost in either form. */
  note(line: string): void;
}

export function createOutput({ stdout, stderr }: Streams, json: boolean): Output {
  const result: Output['result'] = (value, human) => {
    const text = json ? JSON.stringify(value, null, 2) : human();
    if (text !== '') stdout.write(`${text}\n`);
  };
  return {
    json,
    result,
    table: (value, header, rows, empty) => result(value, () => (rows.length === 0 ? empty : formatTable(header, rows))),
    progress: (line) => {
      if (!json) stdout.write(`${line}\n`);
    },
    note: (line) => void stderr.write(`${line}\n`),
  };
}
