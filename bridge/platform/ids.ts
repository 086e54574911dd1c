// Every id that the bridge makes is a UUIDv7 (RFC 9562 §5.7): it sorts by time, which keeps index pages warm.
import { UUID, uuidv7, V7Generator } from 'uuidv7';

export const newId = (): string => uuidv7();

/** Makes ids of a given time. When the clock is set back by less than ten seconds, they go on from the time before. */
export function createIdsByTime(): (time: Date) => string {
  const generator = new V7Generator();
  return (time) => generator.generateOrResetWithTs(time.getTime()).toString();
}

const latestMs = 2 ** 48 - 1;

/** No id of this time (ms since 1970) or later is lower. */
export function lowestIdAt(time: number): string {
  return UUID.fromFieldsV7(Math.min(Math.max(time, 0), latestMs), 0, 0, 0).toString();
}

const uuidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** True when `text` can be asked for in a uuid column; anything else is an id that nobody has. */
export const isUuid = (text: string): boolean => uuidPattern.test(text);
