// Answers, and the headers that all of them have.
import type { Context } from 'hono';

/** What browsers are told about every answer, as Hono's secureHeaders() would tell them. */
const securityHeaders: Readonly<Record<string, string>> = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Origin-Agent-Cluster': '?1',
  'Referrer-Policy': 'no-referrer',
  'Strict-Transport-Security': 'max-age=15552000; includeSubDomains',
  'X-Content-Type-Options': 'nosniff',
  'X-DNS-Prefetch-Control': 'off',
  'X-Download-Options': 'noopen',
  'X-Frame-Options': 'SAMEORIGIN',
  'X-Permitted-Cross-Domain-Policies': 'none',
  'X-XSS-Protection': '0',
};

const complete = new WeakSet<Response>();

/**
 * An answer with all its headers from the start. Headers that are added to an answer later cost more than the rest of it:
 * the server can send plain ones as they are.
 */
export function answer(
  c: Context,
  status: number,
  body: string | ReadableStream<Uint8Array> | null,
  headers: Readonly<Record<string, string>>,
): Response {
  const response = new Response(body, {
    status,
    headers: { ...securityHeaders, 'X-Request-Id': String(c.get('requestId')), ...headers },
  });
  complete.add(response);
  return response;
}

/** Adds the headers that all answers have to one that was made otherwise. */
export function completeAnswer(response: Response, requestId: string): void {
  if (complete.has(response)) return;
  response.headers.set('X-Request-Id', requestId);
  for (const [name, value] of Object.entries(securityHeaders)) response.headers.set(name, value);
}
