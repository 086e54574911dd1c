// The words of SCIM requests, for tests that send them.
import { directoryEventTypes, type StoredEvent } from '../../bridge/events/contracts.ts';
import { createEventReader } from '../../bridge/events/repository.ts';
import type { Body, ScimClient, TestBridge } from './bridge.ts';

export const userSchema = 'urn:ietf:params:scim:schemas:core:2.0:User';
export const groupSchema = 'urn:ietf:params:scim:schemas:core:2.0:Group';
export const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
export const patchSchema = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';
export const listSchema = 'urn:ietf:params:scim:api:messages:2.0:ListResponse';
export const searchSchema = 'urn:ietf:params:scim:api:messages:2.0:SearchRequest';
export const errorSchema = 'urn:ietf:params:scim:api:messages:2.0:Error';

/** A PatchOp message around the operations. */
export const patchOp = (...operations: unknown[]) => ({ schemas: [patchSchema], Operations: operations });

/** The path of a filtered list, such as `/Users?filter=…`; `more` is added to the query. */
export const filtered = (endpoint: `/${string}`, filter: string, more = ''): string =>
  `${endpoint}?filter=${encodeURIComponent(filter)}${more}`;

/** Creates a user and answers its body. */
export async function newUser(scim: ScimClient, userName: string, more: Record<string, unknown> = {}): Promise<Body> {
  const answer = await scim.post('/Users', { schemas: [userSchema], userName, ...more });
  if (answer.status !== 201) throw new Error(`creating ${userName}: ${answer.status} ${JSON.stringify(answer.body)}`);
  return answer.body;
}

/** Creates a group with the given members and answers its body. */
export async function newGroup(scim: ScimClient, displayName: string, memberIds: string[] = []): Promise<Body> {
  const members = memberIds.map((value) => ({ value }));
  const answer = await scim.post('/Groups', { schemas: [groupSchema], displayName, members });
  if (answer.status !== 201)
    throw new Error(`creating ${displayName}: ${answer.status} ${JSON.stringify(answer.body)}`);
  return answer.body;
}

/** The given attribute of every resource of a list answer. */
export const pluck = (list: Body, attribute: string): unknown[] =>
  list.Resources.map((resource: Record<string, unknown>) => resource[attribute]);

const isOfOperators = ({ type }: StoredEvent): boolean => directoryEventTypes.some((one) => one === type);

/** Every event of the resources of the client's directory, oldest first. */
export async function eventsOf(bridge: TestBridge, scim: ScimClient): Promise<StoredEvent[]> {
  const reader = createEventReader(bridge.database.pool);
  await reader.placeEvents(scim.directory.id);
  return (await reader.listEvents(scim.directory.id, 0, 100_000)).filter((event) => !isOfOperators(event));
}
