// The operations on outbound targets as OpenAPI describes them; routes.ts answers them.
import { createRoute, z } from '@hono/zod-openapi';
import { targetSecret, targetSettings } from '../../outbound/contracts.ts';
import { slug, slugParams, time } from '../contracts.ts';
import { body, common, json, nothing, refusals } from '../descriptions.ts';

const mode = z.enum(['active', 'paused', 'purging']).openapi({
  description: 'purging: what the bridge has created there is being taken away; then it is paused.',
});

export const targetShape = z
  .object({ slug, mode, settings: targetSettings, createdAt: time })
  .openapi('OutboundTarget');

const kind = z.enum(['User', 'Group']);
const problems = z.array(
  z.object({
    type: kind,
    sourceId: z.guid(),
    remoteId: z.string().nullable(),
    attempts: z.int(),
    problem: z.string(),
  }),
);

const reportShape = z
  .object({
    startedAt: time,
    seconds: z.number(),
    resources: z.int(),
    created: z.int(),
    adopted: z.int(),
    updated: z.int(),
    retired: z.int(),
    same: z.int(),
    refused: z.int(),
    failed: z.int(),
    drift: z
      .array(z.object({ type: kind, sourceId: z.guid(), what: z.string() }))
      .openapi({ description: 'What somebody else had changed there; the first 200.' }),
  })
  .openapi('OutboundReport');

export const statusShape = z
  .object({
    counts: z.object({ ok: z.int(), pending: z.int(), quarantined: z.int() }),
    behind: z.int().openapi({ description: 'Events of the directory that are not looked at yet.' }),
    held: z
      .object({ until: time, reason: z.string() })
      .nullable()
      .openapi({ description: 'Until when the target is left alone, and why.' }),
    features: z.record(z.string(), z.boolean()).nullable().openapi({
      description: 'What is used of the target; null as long as it could not be asked.',
    }),
    lacking: z.array(z.string()).openapi({
      description: 'Features that the target says to have, and had not when they were used.',
    }),
    pushedAt: time.nullable(),
    run: z
      .object({ startedAt: time, tasks: z.int(), done: z.int() })
      .nullable()
      .openapi({ description: 'The full comparison that is under way.' }),
    lastReport: reportShape.nullable(),
    quarantined: problems.openapi({ description: 'What is refused as it is; the first hundred.' }),
    failing: problems.openapi({ description: 'What failed and is tried again; the first hundred.' }),
  })
  .openapi('OutboundStatus');

export const testShape = z
  .object({
    ok: z.boolean(),
    steps: z.array(z.object({ step: z.enum(['connect', 'users', 'groups']), ok: z.boolean(), detail: z.string() })),
    features: z.record(z.string(), z.boolean()).nullable().openapi({
      description: 'What is used of the target: as it says, as the preset knows, as the settings say.',
    }),
  })
  .openapi('OutboundTest');

export const diffShape = z
  .object({
    differences: z.array(
      z.object({
        type: kind,
        sourceId: z.guid(),
        name: z.string(),
        action: z.enum(['create', 'adopt', 'update', 'deactivate', 'delete', 'forget', 'refuse']),
        detail: z.string(),
      }),
    ),
    compared: z.int(),
    next: z.string().nullable().openapi({ description: 'The `after` of the next page; null on the last.' }),
  })
  .openapi('OutboundDiff');

const newTarget = z.strictObject({ slug, settings: targetSettings, secret: targetSecret });
const targetChange = z.strictObject({
  settings: targetSettings.optional(),
  secret: targetSecret.optional(),
  mode: z.enum(['active', 'paused']).optional(),
});

const params = slugParams.extend({ target: slug });
const absent = { 404: 'directory_absent, target_absent' } as const;
const path = '/directories/{slug}/targets/{target}';

export const listTargets = createRoute({
  ...common,
  method: 'get',
  path: '/directories/{slug}/targets',
  operationId: 'listTargets',
  summary: 'The SCIM servers that a directory is pushed on to',
  request: { params: slugParams },
  responses: { 200: json(targetShape.array(), 'The targets'), ...refusals({ 404: 'directory_absent' }) },
});

export const createTarget = createRoute({
  ...common,
  method: 'post',
  path: '/directories/{slug}/targets',
  operationId: 'createTarget',
  summary: 'A new target; everything is pushed to it at once',
  request: { params: slugParams, body: body(newTarget) },
  responses: {
    201: json(targetShape, 'The target'),
    ...refusals({ 400: 'invalid_request', 404: 'directory_absent', 409: 'conflict' }),
  },
});

export const getTarget = createRoute({
  ...common,
  method: 'get',
  path,
  operationId: 'getTarget',
  summary: 'A target, without its secret',
  request: { params },
  responses: { 200: json(targetShape, 'The target'), ...refusals(absent) },
});

export const updateTarget = createRoute({
  ...common,
  method: 'patch',
  path,
  operationId: 'updateTarget',
  summary: 'Changes settings as a whole, sets another secret, pauses or resumes; then everything is compared anew',
  request: { params, body: body(targetChange) },
  responses: { 200: json(targetShape, 'The target'), ...refusals({ 400: 'invalid_request', ...absent }) },
});

export const deleteTarget = createRoute({
  ...common,
  method: 'delete',
  path,
  operationId: 'deleteTarget',
  summary: 'Forgets a target and leaves everything there as it is',
  request: { params },
  responses: { ...nothing, ...refusals(absent) },
});

export const getTargetStatus = createRoute({
  ...common,
  method: 'get',
  path: `${path}/status`,
  operationId: 'getTargetStatus',
  summary: 'How a target does: what is pending, refused, held, and the latest comparison with what had drifted',
  request: { params },
  responses: { 200: json(statusShape, 'The status'), ...refusals(absent) },
});

export const testTarget = createRoute({
  ...common,
  method: 'post',
  path: `${path}/test`,
  operationId: 'testTarget',
  summary: 'Asks the target what it can do, and whether it takes the credentials; changes nothing',
  request: { params },
  responses: { 200: json(testShape, 'What was found'), ...refusals({ ...absent, 409: 'conflict' }) },
});

export const syncTarget = createRoute({
  ...common,
  method: 'post',
  path: `${path}/sync`,
  operationId: 'syncTarget',
  summary: 'Has everything compared with the target, and put right, now',
  request: { params },
  responses: { 202: { description: 'It will be; see the status' }, ...refusals({ ...absent, 409: 'conflict' }) },
});

export const diffTarget = createRoute({
  ...common,
  method: 'get',
  path: `${path}/diff`,
  operationId: 'diffTarget',
  summary: 'What a comparison would do, without doing it',
  request: {
    params,
    query: z.object({
      after: z.string().max(100).optional().openapi({ description: 'The `next` of the page before.' }),
      limit: z.coerce.number().int().min(1).max(500).default(100).openapi({ description: 'Compared at most.' }),
    }),
  },
  responses: {
    200: json(diffShape, 'What would be done'),
    ...refusals({ 400: 'invalid_request', ...absent, 409: 'conflict' }),
  },
});

export const purgeTarget = createRoute({
  ...common,
  method: 'post',
  path: `${path}/purge`,
  operationId: 'purgeTarget',
  summary: 'Deletes there what the bridge has created, and pauses; what was there before stays',
  request: { params },
  responses: { 202: json(targetShape, 'The target'), ...refusals(absent) },
});

export const targetOperations = [
  listTargets,
  createTarget,
  getTarget,
  updateTarget,
  deleteTarget,
  getTargetStatus,
  testTarget,
  syncTarget,
  diffTarget,
  purgeTarget,
];
