// A SCIM request as it is remembered.
import type { JsonValue } from '../../scim/json.ts';

/** What is told of a request when it has been answered. */
export interface SeenRequest {
  /** Known from the token, or else the slug that was asked for. */
  directory: { id: string } | { slug: string };
  method: string;
  /** Below the directory's base URL, such as `/Users/01a2…`. */
  path: string;
  query: Record<string, string>;
  /** Such as `token:rb_scim_Ab12cd`; absent where nobody was authenticated. */
  actor?: string;
  requestId: string;
  address: string;
  userAgent?: string;
  status: number;
  scimType?: string;
  /** What the client was told of its mistake. */
  detail?: string;
  /** Of a bulk request: how many of its operations failed. */
  failedOperations?: number;
  durationMs: number;
  /** The tolerances of the profile without which it would have been refused. */
  tolerances: readonly string[];
  /** Of a request that failed: what it sent, see sketch.ts. */
  sent?: JsonValue;
}

export interface LoggedRequest extends Omit<SeenRequest, 'directory' | 'sent'> {
  id: string;
  at: Date;
  sent?: unknown;
}

export interface RequestQuery {
  /** Only those that failed, or had operations that did. */
  failed: boolean;
  /** Only those on this resource, by its id. */
  resource?: string;
  requestId?: string;
  /** Only those of this token, such as `token:rb_scim_Ab12cd`. */
  actor?: string;
  /** Only those from this time on, and before that one. */
  since?: Date;
  until?: Date;
  /** Only those that have this text, in any case, in their path, query or answer, or in what a failed one sent. */
  text?: string;
  /** Only those before the request with this id: the next page. */
  before?: string;
  limit: number;
}
