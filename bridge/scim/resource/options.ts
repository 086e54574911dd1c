import type { ReportedTolerances } from '../interop/tolerances.ts';
import type { TextLimits } from './text.ts';

/** Options of everything that reads a client's values: the profile's tolerances and the limits. */
export interface ValueOptions extends ReportedTolerances, TextLimits {
  /** Elements of one multi-valued attribute; group members are not counted. */
  readonly maxValues?: number;
}

export const DEFAULT_MAX_VALUES = 1_000;
