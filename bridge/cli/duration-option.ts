// Durations as an option's value.
import { InvalidArgumentError } from 'commander';
import { parseDuration } from './duration.ts';

/** Milliseconds, for `argParser`. */
export function duration(text: string): number {
  const milliseconds = parseDuration(text);
  if (milliseconds === undefined)
    throw new InvalidArgumentError('It must be a number with a unit, such as 12h, 90d or 52w, at most ten years.');
  return milliseconds;
}
