// Every id that the bridge makes is a UUIDv7 (RFC 9562 §5.7): it sorts by time, which keeps index pages warm.
import { uuidv7 } from 'uuidv7';

export const newId = (): string => uuidv7();

const uuidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** True when `text` can be asked for in a uuid column; anything else is an id that nobody has. */
export const isUuid = (text: string): boolean => uuidPattern.test(text);
