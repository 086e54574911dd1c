// The order of a federation's directories, and what a change makes of it: the same whether it is carried out or only tried.
import { ApiError } from '../platform/http/api-error.ts';

const priorityStep = 10;
const maxPriority = 1_000_000;

export interface Place {
  directoryId: string;
  /** The lower number comes first. */
  priority: number;
  enabled: boolean;
}

/** For the messages. */
export interface Named {
  federation: string;
  directory: string;
}

/** @throws ApiError invalid_request */
export function checkPriority(priority: number | undefined): void {
  if (priority !== undefined && !(Number.isInteger(priority) && priority >= 0 && priority <= maxPriority)) {
    throw new ApiError(
      'invalid_request',
      `A priority is a whole number from 0 to ${maxPriority}; the lowest comes first.`,
    );
  }
}

/** The place of a directory that is added; without a priority it comes last. @throws ApiError conflict */
export function placeOfNew(
  places: readonly Place[],
  added: { directoryId: string; priority?: number | undefined },
  { federation, directory }: Named,
): Place {
  if (places.some(({ directoryId }) => directoryId === added.directoryId)) {
    throw new ApiError('conflict', `Federation "${federation}" has directory "${directory}" already.`);
  }
  const last = Math.max(0, ...places.map(({ priority }) => priority));
  const priority = added.priority ?? last + priorityStep;
  if (places.some((place) => place.priority === priority)) {
    throw new ApiError('conflict', `Another directory of federation "${federation}" has priority ${priority} already.`);
  }
  return { directoryId: added.directoryId, priority, enabled: true };
}

/** @throws ApiError directory_absent */
export function requirePlace<P extends Place>(
  places: readonly P[],
  directoryId: string,
  { federation, directory }: Named,
): P {
  const place = places.find((one) => one.directoryId === directoryId);
  if (place) return place;
  throw new ApiError('directory_absent', `Federation "${federation}" has no directory "${directory}".`);
}

/** The places that are different after `own` was set: its own, and that of the directory with which it swaps priorities. */
export function placesAfterSet<P extends Place>(
  places: readonly P[],
  own: P,
  set: { priority?: number | undefined; enabled?: boolean | undefined },
): P[] {
  const priority = set.priority ?? own.priority;
  const other = places.find((place) => place.directoryId !== own.directoryId && place.priority === priority);
  return [
    ...(other ? [{ ...other, priority: own.priority }] : []),
    { ...own, priority, enabled: set.enabled ?? own.enabled },
  ];
}
