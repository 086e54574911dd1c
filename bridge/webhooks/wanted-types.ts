// Which types of events a webhook wants.
import { type EventType, eventTypes } from '../events/contracts.ts';
import { typesMeant } from '../events/types-meant.ts';

/** Undefined: all. @throws ApiError invalid_request for a type that there is not. */
export function wantedTypes(patterns: readonly string[] | null): ReadonlySet<EventType> | undefined {
  return patterns ? typesMeant(eventTypes, patterns) : undefined;
}
