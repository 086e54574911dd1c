// What receivers of security event tokens ask the bridge: SETs by poll (RFC 8936), and the keys that verify them.
import { Hono } from 'hono';
import { z } from 'zod';
import { ApiError } from '../platform/http/api-error.ts';
import { limitBody } from '../platform/http/body-limit.ts';
import { bearerChallenge } from '../platform/http/challenge.ts';
import { type AppEnv, answerError } from '../platform/http/request-context.ts';
import { parseBearer } from '../platform/secrets/tokens.ts';
import type { Poll, PollRequest } from './poll.ts';
import type { StreamService } from './service.ts';
import type { SigningKeys } from './signing-keys.ts';

export interface EventStreamRoutesDeps {
  eventStreams: Pick<StreamService, 'authenticate'>;
  streamPoll: Poll;
}

const usualEvents = 100;
const mostEvents = 1_000;
/** Of one request: so many SETs at most have been answered to it before. */
const mostNamed = 5_000;
const maxBody = 2 * 1024 * 1024;
/** Receivers fetch the keys again after so long; a new key is published longer before it signs. */
const keysMaxAgeSeconds = 300;

const jti = z.string().max(300);
const setError = z.object({ err: z.string().max(300), description: z.string().max(2_000).optional() });

/** RFC 8936 §2.2; what else there is may be of a later version. */
const pollRequest = z.object({
  maxEvents: z.number().refine(Number.isInteger, 'must be a whole number').min(0).optional(),
  returnImmediately: z.boolean().optional(),
  ack: z.array(jti).max(mostNamed).optional(),
  setErrs: z
    .record(jti, setError)
    .refine((errors) => Object.keys(errors).length <= mostNamed, `must name ${mostNamed} SETs at most`)
    .optional(),
});

function parsePoll(text: string): PollRequest {
  let body: unknown;
  try {
    // A poll that says nothing wants all that there is.
    body = text.trim() === '' ? {} : JSON.parse(text);
  } catch (cause) {
    throw new ApiError('invalid_request', 'body: must be JSON.', { cause });
  }
  const parsed = pollRequest.safeParse(body);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const place = issue?.path.length ? issue.path.map(String).join('.').slice(0, 100) : 'body';
    throw new ApiError('invalid_request', `${place}: ${issue?.message ?? 'is not valid'}.`);
  }
  const { maxEvents = usualEvents, returnImmediately = false, ack = [], setErrs = {} } = parsed.data;
  return { maxEvents: Math.min(maxEvents, mostEvents), returnImmediately, ack, setErrs };
}

const unauthorized = (authorization: string | undefined): ApiError =>
  new ApiError('unauthorized', 'A valid token of this event stream is required.', {
    headers: { 'WWW-Authenticate': bearerChallenge('Realmbridge event stream', authorization) },
  });

/** The routes below /event-streams/v1. */
export function eventStreamRoutes({ eventStreams, streamPoll }: EventStreamRoutesDeps): Hono<AppEnv> {
  const app = new Hono<AppEnv>();
  app.onError(answerError);
  app.post(
    '/:stream/poll',
    limitBody({
      maxSize: maxBody,
      onError: (c) => answerError(new ApiError('too_large', `The body may have ${maxBody} bytes at most.`), c),
    }),
    async (c) => {
      const authorization = c.req.header('Authorization');
      const token = parseBearer(authorization);
      const poller = token === undefined ? undefined : await eventStreams.authenticate(c.req.param('stream'), token);
      if (!poller) throw unauthorized(authorization);
      // RFC 8936 §2.2.
      if (!/^application\/json\b/i.test(c.req.header('Content-Type') ?? '')) {
        throw new ApiError('invalid_request', 'Content-Type: must be application/json.');
      }
      const request = parsePoll(await c.req.text());
      const answer = await streamPoll.poll(poller, request, c.req.raw.signal);
      if (!answer) throw unauthorized(authorization);
      c.header('Cache-Control', 'no-store');
      return c.json(answer);
    },
  );
  return app;
}

/** The routes below /.well-known. */
export function wellKnownRoutes({ signingKeys }: { signingKeys: Pick<SigningKeys, 'readJwks'> }): Hono<AppEnv> {
  const app = new Hono<AppEnv>();
  app.onError(answerError);
  app.get('/jwks.json', async (c) =>
    c.json(await signingKeys.readJwks(), 200, {
      'Content-Type': 'application/jwk-set+json',
      'Cache-Control': `public, max-age=${keysMaxAgeSeconds}`,
    }),
  );
  return app;
}
