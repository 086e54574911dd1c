// Creates many resources with one request (RFC 7644 §3.7). Only what a target says to have created, with its id, is
// believed; whatever else it answers, the rest is to be pushed one by one.
import { isJsonObject, type JsonObject, own } from '../scim/json.ts';
import type { TargetAnswer, TargetClient } from './client.ts';
import type { ResourceKind } from './contracts.ts';
import { TargetFailure } from './failure.ts';
import type { Features } from './features.ts';
import { endpoints, idOf, type RemoteResource, versionOf } from './remote.ts';

const bulkRequest = 'urn:ietf:params:scim:api:messages:2.0:BulkRequest';

/** Said by the target's ServiceProviderConfig (RFC 7643 §5). Lowered when it turns out to take less. */
export interface BulkLimits {
  maxOperations: number;
  maxPayloadSize: number;
}

/** More at once would keep what was created unnoted for long. */
const most: BulkLimits = { maxOperations: 100, maxPayloadSize: 1024 * 1024 };

export function bulkLimitsOf(config: JsonObject | undefined): BulkLimits {
  const bulk = config && own(config, 'bulk');
  const limit = (name: keyof BulkLimits): number => {
    const said = isJsonObject(bulk) ? own(bulk, name) : undefined;
    return typeof said === 'number' && said > 0 ? Math.min(said, most[name]) : most[name];
  };
  return { maxOperations: limit('maxOperations'), maxPayloadSize: limit('maxPayloadSize') };
}

export interface BulkDeps {
  client: TargetClient;
  features: Features;
  limits: BulkLimits;
  learn: (told: Partial<Features>) => void;
}

export interface BulkCreate {
  /** Ours, by which the answer is found again. */
  id: string;
  resource: JsonObject;
}

/** A page of something else, or a token that doesn't reach so far. */
const elsewhere = new Set([200, 201, 403, 404]);

/** A status is a text; some send a number, or the object of a draft. */
function statusOf(operation: JsonObject): number {
  const status = own(operation, 'status');
  return Number(isJsonObject(status) ? own(status, 'code') : status);
}

function createdBy(operation: JsonObject): RemoteResource | undefined {
  const status = statusOf(operation);
  if (!(status >= 200 && status < 300)) return undefined;
  const [response, location, version] = ['response', 'location', 'version'].map((name) => own(operation, name));
  const body = isJsonObject(response) ? response : {};
  const id = idOf({ body, location: typeof location === 'string' ? location : undefined });
  if (id === undefined) return undefined;
  return { id, body, etag: versionOf({ body, etag: typeof version === 'string' ? version : undefined }) };
}

export function createBulk({ client, features, limits, learn }: BulkDeps) {
  const isUsed = () => features.bulk && limits.maxOperations > 1;

  function giveUp(): void {
    features.bulk = false;
    learn({ bulk: false });
  }

  const takeLess = (than: number): void => {
    limits.maxOperations = Math.floor(than / 2);
  };

  function message(type: ResourceKind, creates: readonly BulkCreate[]): JsonObject {
    const Operations = creates.map(({ id, resource }): JsonObject => {
      return { method: 'POST', path: endpoints[type], bulkId: id, data: resource };
    });
    return { schemas: [bulkRequest], Operations };
  }

  /** Undefined: nothing of it was done, as far as can be told. */
  async function send(body: JsonObject, count: number): Promise<TargetAnswer | undefined> {
    try {
      const answer = await client.call('POST', '/Bulk', body);
      if (answer.status < 300) return answer;
      if (answer.status === 413) takeLess(count);
      else giveUp();
      return undefined;
    } catch (error) {
      if (!(error instanceof TargetFailure)) throw error;
      // It may have been too much at once.
      if (error.status === undefined || error.status === 500) takeLess(count);
      // Requests one by one tell whether it is all of the target that answers so.
      if (error.status === undefined || !elsewhere.has(error.status)) throw error;
      giveUp();
      return undefined;
    }
  }

  function believed(told: readonly { id: string; operation: JsonObject }[]): Map<string, RemoteResource> {
    const found = new Map<string, RemoteResource>();
    for (const { id, operation } of told) {
      const created = createdBy(operation);
      if (created) found.set(id, created);
    }
    return found;
  }

  return {
    isUsed,

    /** The next of `creates` that fit into one request: none when it is not used. */
    fitting(type: ResourceKind, creates: readonly BulkCreate[]): BulkCreate[] {
      if (!isUsed()) return [];
      const fits: BulkCreate[] = [];
      let bytes = Buffer.byteLength(JSON.stringify(message(type, [])));
      for (const one of creates.slice(0, limits.maxOperations)) {
        bytes += Buffer.byteLength(JSON.stringify(message(type, [one]).Operations)) + 1;
        if (bytes > limits.maxPayloadSize) break;
        fits.push(one);
      }
      return fits;
    },

    /** Those that there are now, by our ids. @throws TargetFailure when the target fails as a whole */
    async create(type: ResourceKind, creates: readonly BulkCreate[]): Promise<Map<string, RemoteResource>> {
      const asked = new Set(creates.map(({ id }) => id));
      const answer = await send(message(type, creates), creates.length);
      const operations = answer?.body && own(answer.body, 'Operations');
      const told = (Array.isArray(operations) ? operations : []).flatMap((one) => {
        const id = isJsonObject(one) ? own(one, 'bulkId') : undefined;
        return isJsonObject(one) && typeof id === 'string' && asked.has(id) ? [{ id, operation: one }] : [];
      });
      if (answer && told.length === 0) giveUp();
      return believed(told);
    },
  };
}

export type Bulk = ReturnType<typeof createBulk>;
