// What the SCIM use cases take and answer. HTTP is routes.ts' matter.
import type { Directory } from '../directories/contracts.ts';
import type { Actor } from '../events/contracts.ts';
import type { ReportedTolerances } from '../scim/interop/tolerances.ts';
import type { JsonObject } from '../scim/json.ts';
import type { ListQuery } from '../scim/messages.ts';
import type { Projection } from '../scim/projection.ts';
import type { DirectoryTypes } from './schemas/catalogue.ts';

/** Who asks, of which directory, and how resources are to be shown. */
export interface ScimRequest {
  directory: Directory;
  /** What the directory has, with the schemas that it declares. */
  types: DirectoryTypes;
  actor: Actor;
  /** What of the client's dialect is forgiven. */
  tolerances: ReportedTolerances;
  /** The directory's SCIM base URL, for meta.location and $ref. */
  baseUrl: string;
  projection: Projection;
  /** The answer becomes a part of another, so nothing of it may be left for later. */
  isEmbedded?: boolean;
  /** The If-Match header. */
  ifMatch?: string | undefined;
}

/** A resource as it is shown, and its version for the ETag. */
export interface ShownResource {
  id: string;
  body: JsonObject;
  version: number;
  location: string;
  /** A group's members where `body` lacks them: JSON texts, each of several members joined by commas. */
  members?: readonly string[];
  /** Those after `members`, which are read when they are asked for. */
  furtherMembers?: AsyncIterable<string>;
  /** The body is better not sent: nobody asked for it, and it lacks what would make it long. */
  silent?: boolean;
}

/** Resources that are read while they are sent: the JSON texts of `count` elements, commas between them included. */
export interface StreamedResources {
  count: number;
  texts: AsyncIterable<string>;
}

export interface ShownList {
  /** Empty where they are `streamed`. */
  resources: JsonObject[];
  streamed?: StreamedResources;
  totalResults: number;
  startIndex: number;
}

/** A page by index or, without `startIndex`, by cursor. */
export interface ShownPage {
  /** Empty where they are `streamed`. */
  resources: JsonObject[];
  streamed?: StreamedResources;
  totalResults: number;
  startIndex?: number;
  /** Absent on the last page. */
  nextCursor?: string;
}

export type { ListQuery };
