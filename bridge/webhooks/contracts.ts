// What a webhook is, what becomes of its messages, and what may be asked of it.
import { z } from 'zod';
import { slugPattern } from '../directories/contracts.ts';
import { violatedConstraint } from '../platform/db/errors.ts';
import { ApiError } from '../platform/http/api-error.ts';

/** `failing` ends by itself when a message gets through; the others are for an operator to end. */
export type PauseCause = 'operator' | 'failing' | 'gone' | 'secret';

export interface Pause {
  cause: PauseCause;
  since: Date;
  /** For a person. */
  reason: string;
}

/** `push` and `poll` are event streams (event-streams/): `push` is delivered as webhooks are, `poll` is fetched. */
export type WebhookKind = 'webhook' | 'push' | 'poll';

export interface Webhook {
  id: string;
  kind: WebhookKind;
  /** The name in URLs and on the command line; event streams have theirs beside those of webhooks. */
  slug: string;
  /** Empty for what is fetched. */
  url: string;
  /** The directory whose events it gets; null: all directories. */
  directory: { id: string; slug: string } | null;
  /** Types such as `user.created`, or `user.*`; null: all. */
  types: string[] | null;
  pause: Pause | null;
  createdAt: Date;
  /** Rises with every change of what is told here. */
  revision: number;
}

/** How a webhook does, over all its directories. */
export interface WebhookStatus {
  /** Events of the log that it has not come to yet, of whatever type. */
  behind: number;
  /** Messages that wait for another attempt, or behind one that does. */
  waiting: number;
  dead: number;
  /** Events that were cut off the log before they could be delivered. */
  missed: number;
  missedAt: Date | null;
  deliveredAt: Date | null;
}

/** A secret by which messages are signed. */
export interface ShownSecret {
  id: string;
  createdAt: Date;
  expiresAt: Date | null;
}

/** One call of a webhook, as it is remembered. */
export interface Attempt {
  id: string;
  position: number;
  type: string;
  at: Date;
  /** Null: there was no answer. */
  status: number | null;
  durationMs: number;
  /** The first characters of the answer. */
  answer: string;
  /** Null: the message was delivered. */
  problem: string | null;
}

/** A message that could not be delivered. */
export interface FailedDelivery {
  position: number;
  state: 'waiting' | 'dead';
  type: string;
  resourceType: string;
  resourceId: string;
  attempts: number;
  firstFailedAt: Date | null;
  lastFailedAt: Date | null;
  /** Null: dead, or behind another message of the same resource. */
  nextAttemptAt: Date | null;
  problem: string | null;
}

export type InDirectory<T> = T & { directory: { id: string; slug: string } };

/** The id of an event, and of the message about it. */
export const messageId = (directoryId: string, position: number): string => `${directoryId}.${position}`;

/** What events and the audit log call it. */
export const resourceTypeOf = ({ kind }: Pick<Webhook, 'kind'>) =>
  kind === 'webhook' ? ('Webhook' as const) : ('EventStream' as const);

/** What people call it. */
export const nounOf = ({ kind }: Pick<Webhook, 'kind'>): string => (kind === 'webhook' ? 'webhook' : 'event stream');

/** The 409 for a slug that is taken; any other error as it is. */
export function mapWebhookConflict(error: unknown, webhook: Pick<Webhook, 'kind' | 'slug'>): unknown {
  if (violatedConstraint(error) !== 'webhooks_slug_key') return error;
  return new ApiError('conflict', `There is already a ${nounOf(webhook)} "${webhook.slug}".`, { cause: error });
}

const slug = z.string().regex(slugPattern, 'must have 1 to 63 lower-case letters, digits and hyphens');
const url = z.url('must be a URL').max(2_000);
const types = z.array(z.string().min(1).max(100)).min(1).max(50);

export const newWebhook = z.strictObject({
  slug,
  url,
  directory: slug.optional().describe('The slug of the directory whose events are sent; all directories without it.'),
  types: types.optional().describe('Types such as user.created, or user.* for all that begin so; all without it.'),
  start: z
    .enum(['now', 'beginning'])
    .default('now')
    .describe('Whether events that are in the log already are sent too.'),
});

export const webhookChange = z.strictObject({
  url: url.optional(),
  types: types.nullable().optional().describe('Null: all types.'),
  paused: z.boolean().optional(),
});

const hour = 3_600;
export const rotation = z.strictObject({
  overlapSeconds: z
    .int()
    .min(0)
    .max(30 * 24 * hour)
    .default(24 * hour)
    .describe('How long messages are signed with the secret from before as well.'),
});

export const replay = z
  .strictObject({
    directory: slug.optional().describe('Without it, all directories of the webhook.'),
    after: z.string().max(14_000).optional().describe('A cursor of the event log: what follows it is sent again.'),
    position: z.int().min(1).optional().describe("The first position in the directory's log that is sent again."),
    since: z.iso.datetime({ offset: true }).optional().describe('Events from this time on are sent again.'),
    to: z.int().min(1).optional().describe('The last position that is sent again; without it, all that follow.'),
    until: z.iso.datetime({ offset: true }).optional().describe('Events up to this time are sent again.'),
  })
  .refine((asked) => [asked.after, asked.position, asked.since].filter((one) => one !== undefined).length === 1, {
    message: 'Say where to begin, by one of after, position and since',
  })
  .refine((asked) => asked.to === undefined || asked.until === undefined, {
    message: 'to and until can’t be given together',
  })
  .refine((asked) => asked.directory !== undefined || (asked.position === undefined && asked.to === undefined), {
    message: 'A position belongs to a directory: say which',
  });

export type NewWebhook = z.infer<typeof newWebhook>;
export type WebhookChange = z.infer<typeof webhookChange>;
export type ReplayRequest = z.infer<typeof replay>;
