declare module 'pg/lib/utils.js' {
  /** A value as pg writes it into a Bind message: dates, arrays and objects as PostgreSQL's text for them. */
  export function prepareValue(value: unknown): Buffer | string | null;
}
