// Where a target's secret belongs: sealed for it, it can't be opened for another.
import type { Target } from './contracts.ts';

export const secretPlace = ({ directoryId, id }: Pick<Target, 'directoryId' | 'id'>): string =>
  `outbound target ${directoryId}/${id}`;
