// Every table of the suite, in the order of docs/scim-support.md.
import type { Feature } from '../table.ts';
import { attributes } from './attributes.ts';
import { grammar, operatorsByType } from './filters.ts';
import { paging, projections, searching, sorting } from './lists.ts';
import { patchAdd, patchMessage, patchRemove, patchReplace } from './patch.ts';
import { discovery, errorResponses, mediaTypes, unfinished, versions } from './protocol.ts';
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
  sorting,
  grammar,
  operatorsByType,
  searching,
  projections,
  versions,
  mediaTypes,
  errorResponses,
  unfinished,
];
