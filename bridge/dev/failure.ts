// What a person can mend: one message that says what happened and what to do. Anything else is a defect and shows its stack.
import { EmbeddedPostgresError } from './embedded-postgres.ts';

/** An expected failure of the starter. The message says what to do about it. */
export class DevFailure extends Error {
  override readonly name = 'DevFailure';
}

const diskFull = /ENOSPC|EDQUOT|No space left on device|Disk quota exceeded/i;

/** The causes that Node and the tools chain below an error, as one text. */
function wholeText(error: unknown): string {
  const parts: string[] = [];
  for (let at = error; at instanceof Error; at = at.cause) parts.push(at.message, 'code' in at ? String(at.code) : '');
  return parts.length > 0 ? parts.join('\n') : String(error);
}

/** Turns what went wrong into the message for the person at the terminal; undefined when it is a defect of ours. */
export function explain(error: unknown): string | undefined {
  if (diskFull.test(wholeText(error))) {
    const what = error instanceof Error ? `\n${error.message.split('\n').slice(-3).join('\n')}` : '';
    return `The disk is full. Make room (a first start needs about 1 GB below .realmbridge, the user's cache folder and Maven's repository), then start again.${what}`;
  }
  if (error instanceof DevFailure || error instanceof EmbeddedPostgresError) return error.message;
  return undefined;
}
