// A bulk request as it was read (RFC 7644 §3.7).

import type { ScimError } from '../errors.ts';
import type { ResourceTypeDefinition } from '../schema/model.ts';

export type BulkMethod = 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** Where an operation's resource is: known by its id, or made by another operation of the same request. */
export type BulkTarget =
  | { readonly kind: 'new' }
  | { readonly kind: 'id'; readonly id: string }
  | { readonly kind: 'bulkId'; readonly bulkId: string };

export interface BulkOperation {
  /** Its place in the request, from 0. */
  readonly index: number;
  readonly method: BulkMethod;
  readonly resourceType: ResourceTypeDefinition;
  readonly target: BulkTarget;
  readonly bulkId: string | undefined;
  /** The version that the resource must have, as in If-Match. */
  readonly version: string | undefined;
  readonly data: unknown;
  /** What the path's query asks to be shown of the result. */
  readonly attributes: string | undefined;
  readonly excludedAttributes: string | undefined;
}

/** An operation that can't be run as it stands. It fails alone: the rest of the request goes on. */
export interface BadBulkOperation {
  readonly index: number;
  readonly method: string | undefined;
  readonly bulkId: string | undefined;
  readonly error: ScimError;
}

export interface BulkRequest {
  /** After so many failed operations the rest isn't run; undefined: all are. */
  readonly failOnErrors: number | undefined;
  readonly operations: readonly BulkOperation[];
  readonly bad: readonly BadBulkOperation[];
}
