// Bulk requests (RFC 7644 §3.7) as a use case.
import { setImmediate as nextTurn } from 'node:timers/promises';
import { parseBulkRequest } from '../../scim/bulk/parse.ts';
import { bulkResponse } from '../../scim/bulk/response.ts';
import type { JsonObject } from '../../scim/json.ts';
import { valueOrThrow } from '../scim-failure.ts';
import { type BulkDeps, type BulkJob, BulkRun } from './bulk-run.ts';

export const maxBulkOperations = 1_000;

export function createBulkService(deps: BulkDeps) {
  return {
    /**
     * Runs the operations and answers the BulkResponse message.
     * @throws ScimFailure 400 for a bad message, 413 for too many operations; what fails one operation is in the answer.
     */
    async run(job: BulkJob): Promise<JsonObject> {
      const options = {
        resourceTypes: job.request.types.all,
        maxOperations: maxBulkOperations,
        ...job.request.tolerances,
      };
      const bulk = valueOrThrow(parseBulkRequest(job.body, options));
      await nextTurn();
      const results = await new BulkRun(deps, job, bulk).run();
      const inOrder = results.toSorted((a, b) => a.index - b.index);
      job.onFailures?.(inOrder.flatMap(({ outcome }) => ('error' in outcome ? [outcome.error] : [])));
      return bulkResponse(results);
    },
  };
}

export type BulkService = ReturnType<typeof createBulkService>;
