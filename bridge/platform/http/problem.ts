// RFC 9457 problem details. A 5xx text is constant: what went wrong is in the log under the request id.
import type { Context } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import type { ApiError } from './api-error.ts';

const titles: Record<number, string> = {
  400: 'Bad request',
  401: 'Unauthorized',
  404: 'Not found',
  409: 'Conflict',
  410: 'Gone',
  413: 'Too large',
  429: 'Too many requests',
  500: 'Internal error',
  503: 'Unavailable',
};

interface Problem {
  status: number;
  code: string;
  detail: string;
  headers?: Record<string, string>;
}

/** Answers `problem` as application/problem+json with the request's id. */
export function problem(c: Context, { status, code, detail, headers }: Problem): Response {
  const body = {
    type: 'about:blank',
    title: titles[status] ?? 'Error',
    status,
    code,
    detail,
    requestId: c.get('requestId'),
  };
  return c.body(JSON.stringify(body), status as ContentfulStatusCode, {
    'Content-Type': 'application/problem+json',
    ...headers,
  });
}

/** Renders a coded error. */
export const problemOf = (c: Context, error: ApiError): Response =>
  problem(c, { status: error.status, code: error.code, detail: error.message, headers: error.headers });

/** Renders anything unforeseen, without a word about its cause. */
export const internalProblem = (c: Context): Response =>
  problem(c, {
    status: 500,
    code: 'internal_error',
    detail: 'The bridge failed to answer. The cause is in its log under this request id.',
  });
