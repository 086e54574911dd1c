// What became of each operation of a bulk request, and the ids that its references stand for.
import { isOutage } from '../../platform/db/errors.ts';
import type { BulkResult } from '../../scim/bulk/response.ts';
import type { BadBulkOperation, BulkOperation, BulkRequest } from '../../scim/bulk/types.ts';
import { badRequest, quote, type ScimError, scimError } from '../../scim/errors.ts';
import { weakEtag } from '../../scim/etag.ts';
import type { JsonObject } from '../../scim/json.ts';
import { locationOf } from '../../scim/messages.ts';
import type { ShownResource } from '../contracts.ts';
import { ScimFailure } from '../scim-failure.ts';

export const unreachable = scimError(503, 'The bridge can not reach its database now; the operation was not run.');
const internal = scimError(
  500,
  'The bridge failed to run the operation. The cause is in its log under the request id.',
);

export class BulkLedger {
  /** Ids by bulkId, of resources that are there. */
  readonly ids = new Map<string, string>();
  /** True once the database did not answer: what is left is not tried. */
  outage = false;
  private readonly failOnErrors: number | undefined;
  private readonly baseUrl: string;
  private readonly onFault: (error: unknown) => void;
  private readonly known: ReadonlySet<string | undefined>;
  /** By the operation's index. */
  private readonly results = new Map<number, BulkResult>();
  private errors = 0;

  constructor(bulk: BulkRequest, options: { baseUrl: string; onFault: (error: unknown) => void }) {
    this.failOnErrors = bulk.failOnErrors;
    this.baseUrl = options.baseUrl;
    this.onFault = options.onFault;
    this.known = new Set([...bulk.operations, ...bulk.bad].map(({ bulkId }) => bulkId));
    for (const { bulkId, target } of bulk.operations) {
      if (bulkId !== undefined && target.kind === 'id') this.ids.set(bulkId, target.id);
    }
  }

  /** How many operations may still fail before the rest is not run. */
  errorsLeft(): number {
    return this.failOnErrors === undefined ? Number.POSITIVE_INFINITY : this.failOnErrors - this.errors;
  }

  isStopped(): boolean {
    return this.errorsLeft() <= 0;
  }

  /** The results of the operations that were run. */
  all(): BulkResult[] {
    return [...this.results.values()];
  }

  /** @throws ScimFailure for a bulkId that stands for nothing that is there. */
  requireKnown(bulkIds: readonly string[]): void {
    const missing = bulkIds.find((bulkId) => !this.ids.has(bulkId));
    if (missing === undefined) return;
    throw new ScimFailure(
      this.known.has(missing)
        ? scimError(409, `The operation with the bulkId ${quote(missing)}, which this one refers to, failed.`)
        : badRequest('invalidValue', `No operation has the bulkId ${quote(missing)}.`),
    );
  }

  idOf({ target }: BulkOperation): string | undefined {
    if (target.kind === 'new') return undefined;
    return target.kind === 'id' ? target.id : this.ids.get(target.bulkId);
  }

  /** Without `shown` nothing is left of the resource. */
  succeed(operation: BulkOperation, status: number, shown?: ShownResource, response?: JsonObject): void {
    const { index, method, bulkId } = operation;
    if (shown !== undefined && bulkId !== undefined) this.ids.set(bulkId, shown.id);
    this.results.set(index, {
      index,
      method,
      bulkId,
      ...this.locationOf(operation, shown?.id),
      outcome: {
        status,
        ...(shown !== undefined && { version: weakEtag(shown.version) }),
        ...(response !== undefined && { response }),
      },
    });
  }

  fail(operation: BulkOperation, error: unknown): void {
    const { index, method, bulkId } = operation;
    this.record({ index, method, bulkId, ...this.locationOf(operation), outcome: { error: this.errorOf(error) } });
  }

  refuse({ error, ...about }: BadBulkOperation): void {
    this.record({ ...about, outcome: { error } });
  }

  private record(result: BulkResult): void {
    this.errors += 1;
    this.results.set(result.index, result);
  }

  private locationOf(operation: BulkOperation, id = this.idOf(operation)): { location?: string } {
    return id === undefined ? {} : { location: locationOf(operation.resourceType, id, this.baseUrl) };
  }

  private errorOf(error: unknown): ScimError {
    if (error instanceof ScimFailure) return error.error;
    this.onFault(error);
    if (!(error instanceof Error && isOutage(error))) return internal;
    this.outage = true;
    return unreachable;
  }
}
