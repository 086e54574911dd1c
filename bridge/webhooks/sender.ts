// Sends one message and says what came back. Whatever is not a 2xx is a failure: redirects are not followed.
import type { Clock } from '../platform/clock.ts';
import type { OutgoingAnswer, OutgoingRequest } from '../platform/http/outgoing.ts';
import { parseRetryAfter } from './retries.ts';

const answerBytes = 16 * 1024;
/** What is kept of an answer, to show people. */
const shownCharacters = 500;

export interface Sent {
  at: Date;
  /** Null: there was no answer. */
  status: number | null;
  durationMs: number;
  answer: string;
  /** Null: the message was delivered. */
  problem: string | null;
  retryAfterMs: number | undefined;
  /** The receiver wants no more messages (410). */
  gone: boolean;
  /** The receiver has refused the message itself: it would do so again. */
  final: boolean;
}

export interface SendDeps {
  call: (url: URL, request: OutgoingRequest) => Promise<OutgoingAnswer>;
  url: URL;
  clock: Clock;
  timeoutMs: number;
  /** What is said of an answer that is not a 2xx, where the protocol knows more than its status. */
  explain?: (answer: OutgoingAnswer) => Pick<Sent, 'problem' | 'final'> | undefined;
}

function problemOf(status: number): string | null {
  if (status >= 200 && status < 300) return null;
  if (status >= 300 && status < 400) return `The receiver answered ${status}; redirects are not followed.`;
  if (status === 410) return 'The receiver answered 410: it wants no more messages.';
  return `The receiver answered ${status}.`;
}

/** PostgreSQL takes no NUL in text, and half a character may be left at the end. */
const storable = (text: string): string => text.replaceAll('\u0000', '\ufffd').toWellFormed();

/** Never throws: what goes wrong is told in the answer. */
export async function send(
  { call, url, clock, timeoutMs, explain }: SendDeps,
  { headers, body }: { headers: Record<string, string>; body: string },
): Promise<Sent> {
  const at = clock.now();
  const started = performance.now();
  const rest = { at, retryAfterMs: undefined, gone: false, final: false };
  const durationMs = () => Math.round(performance.now() - started);
  try {
    const answer = await call(url, { method: 'POST', headers, body, timeoutMs, maxBytes: answerBytes, longer: 'cut' });
    const problem = problemOf(answer.status);
    return {
      ...rest,
      status: answer.status,
      durationMs: durationMs(),
      answer: storable(answer.text.slice(0, shownCharacters)),
      problem,
      ...(problem !== null && explain?.(answer)),
      retryAfterMs: parseRetryAfter(answer.headers['retry-after'], clock.now()),
      gone: answer.status === 410,
    };
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    return { ...rest, status: null, durationMs: durationMs(), answer: '', problem: storable(problem.slice(0, 1_000)) };
  }
}
