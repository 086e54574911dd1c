// Every table of the suite, in the order of docs/scim-support.md.
import type { Feature } from '../table.ts';
import { attributes } from './attributes.ts';
import { bulkRequests } from './bulk.ts';
import { grammar } from './filter-grammar.ts';
import { operatorsByType } from './filter-operators.ts';
import { paging, projections, searching, sorting } from './lists.ts';
import { patchAdd, patchRemove, patchReplace } from './patch.ts';
import { patchMessage } from './patch-message.ts';
import { discovery, errorResponses, mediaTypes, versions } from './protocol.ts';
import { cursors, me, rootQueries } from './queries.ts';
import { creation, deletion, replacement, retrieval } from './resources.ts';

export const features: readonly Feature[] = [
  discovery,
  attributes,
  creation,
  retrieval,
  replacement,
  patchMessage,
  patchAdd,
  patchRemove,
  patchReplace,
  deletion,
  paging,
  cursors,
  sorting,
  grammar,
  operatorsByType,
  searching,
  rootQueries,
  projections,
  versions,
  mediaTypes,
  errorResponses,
  bulkRequests,
  me,
];
