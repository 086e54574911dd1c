// URLs as an option's value.
import { InvalidArgumentError } from 'commander';

/** For `argParser`. */
export function parseUrl(text: string): string {
  if (!URL.canParse(text)) throw new InvalidArgumentError('It must be a URL.');
  return text;
}
