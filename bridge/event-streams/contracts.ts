// What an event stream is: who gets security event tokens (SETs, RFC 8417) about a directory's resources, and which.
import { z } from 'zod';
import { slugPattern } from '../directories/contracts.ts';
import type { Webhook, WebhookStatus } from '../webhooks/contracts.ts';

/**
 * The events of RFC 9967 §2.4 that there are, without `urn:ietf:params:scim:event:` in front and `:full` or `:notice`
 * behind. A change is always told as a PATCH: what the log keeps of it is what has changed, however that was sent.
 */
export const scimEvents = ['prov:create', 'prov:patch', 'prov:delete', 'prov:activate', 'prov:deactivate'] as const;
export type ScimEvent = (typeof scimEvents)[number];

/** RFC 9967 §2.4: `full` SETs carry values, `notice` SETs the names of attributes alone. */
export type Content = 'full' | 'notice';

export interface StreamSettings {
  /** Of the bridge, such as https://bridge.example.com; SETs are issued by the SCIM endpoint of their directory below it. */
  baseUrl: string;
  audience: string;
  content: Content;
  /** Null: all. */
  events: ScimEvent[] | null;
  /** Names such as `User`; null: all. */
  resourceTypes: string[] | null;
}

/** It is delivered as webhooks are: `pause`, its place in each log and what failed are theirs. */
export interface EventStream extends Webhook, StreamSettings {
  kind: 'push' | 'poll';
  /** Of the token that a poller needs; null for what is pushed. */
  tokenPrefix: string | null;
  hasAuthorization: boolean;
}

export interface EventStreamStatus extends WebhookStatus {
  verifiedAt: Date | null;
  /** Why a poller refused the latest verification event; null when it didn't. */
  verificationProblem: string | null;
}

const slug = z.string().regex(slugPattern, 'must have 1 to 63 lower-case letters, digits and hyphens');
const httpUrl = z.url({ protocol: /^https?$/, error: 'must be an http or https URL' }).max(2_000);
/** A value of the header Authorization (RFC 9110 §11.6.2), which can't end the header. */
const authorization = z.string().regex(/^[\x21-\x7e](?:[\x20-\x7e]{0,4094}[\x21-\x7e])?$/, 'must be printable ASCII');
const audience = z.string().min(1).max(500);
const events = z.array(z.enum(scimEvents)).min(1).max(scimEvents.length);
const resourceTypes = z.array(z.string().min(1).max(100)).min(1).max(50);
const content = z.enum(['full', 'notice']);

export const newEventStream = z
  .strictObject({
    slug,
    delivery: z.enum(['push', 'poll']).describe('By RFC 8935 (push) or RFC 8936 (poll).'),
    url: httpUrl.optional().describe('Where SETs are pushed to.'),
    authorization: authorization.optional().describe('The header Authorization of each push, such as "Bearer …".'),
    audience: audience.describe('The claim aud of each SET.'),
    directory: slug.optional().describe('The slug of the directory whose events it has; all directories without it.'),
    content: content.default('notice').describe('Whether SETs carry values (full) or attribute names alone (notice).'),
    events: events.optional().describe('Events of RFC 9967 §2.4; all without it.'),
    resourceTypes: resourceTypes.optional().describe('Names such as User; all without it.'),
    baseUrl: httpUrl
      .optional()
      .describe(
        'The URL of the bridge; SETs are issued by BASE/scim/v2/DIRECTORY. The one of this request without it.',
      ),
    start: z.enum(['now', 'beginning']).default('now').describe('Whether what is in the log already is told, too.'),
  })
  .refine(({ delivery, url }) => (delivery === 'push') === (url !== undefined), {
    message: 'belongs to push, which needs it',
    path: ['url'],
  })
  .refine(({ delivery, authorization: header }) => delivery === 'push' || header === undefined, {
    message: 'belongs to push',
    path: ['authorization'],
  });

export const eventStreamChange = z.strictObject({
  url: httpUrl.optional(),
  authorization: authorization.nullable().optional().describe('Null: none.'),
  audience: audience.optional(),
  content: content.optional(),
  events: events.nullable().optional().describe('Null: all.'),
  resourceTypes: resourceTypes.nullable().optional().describe('Null: all.'),
  paused: z.boolean().optional(),
});

const hour = 3_600;
const overlapSeconds = z
  .int()
  .min(0)
  .max(30 * 24 * hour);

export const tokenRotation = z.strictObject({
  overlapSeconds: overlapSeconds.default(24 * hour).describe('How long the token from before is good as well.'),
});

export const keyRotation = z.strictObject({
  aheadSeconds: z
    .int()
    .min(0)
    .max(7 * 24 * hour)
    .default(600)
    .describe(
      'How long the new key is published before it signs: receivers keep what they have fetched for 5 minutes.',
    ),
  overlapSeconds: overlapSeconds
    .default(24 * hour)
    .describe('How long the keys from before stay published after the new one signs. After a leak: 0.'),
});

export type NewEventStream = z.infer<typeof newEventStream>;
export type EventStreamChange = z.infer<typeof eventStreamChange>;
export type KeyRotation = z.infer<typeof keyRotation>;
