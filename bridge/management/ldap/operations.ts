// The operations on LDAP directories as OpenAPI describes them; routes.ts answers them.
import { createRoute, z } from '@hono/zod-openapi';
import { ldapSettings, ldapSettingsChange, newLdapSettings } from '../../ldap/contracts.ts';
import { slugParams } from '../contracts.ts';
import { body, common, json, refusals } from '../descriptions.ts';

const time = z.iso.datetime({ offset: true });
const kind = z.enum(['full', 'changes', 'listing']);
const counted = z.object({ known: z.int(), missing: z.int() });

export const testReportShape = z
  .object({
    ok: z.boolean(),
    outage: z.boolean().openapi({ description: 'What failed may work later without a change of the settings.' }),
    steps: z.array(
      z.object({
        server: z.string(),
        step: z.enum(['connect', 'bind', 'users', 'groups', 'deletions']),
        ok: z.boolean(),
        problem: z.string().nullable().openapi({
          description:
            'unreachable, timeout, busy: an outage; address, certificate, tls, credentials, access, base, filter, limit, referral, server: to be corrected.',
        }),
        detail: z.string().openapi({ description: "What was found, or what went wrong, with the server's words." }),
      }),
    ),
  })
  .openapi('LdapTestReport');

export const statusShape = z
  .object({
    health: z.enum(['ok', 'degraded', 'unavailable', 'disabled']),
    healthSince: time,
    seenAt: time.nullable().openapi({ description: 'When a server was last reached.' }),
    lastFullAt: time.nullable(),
    lastChangesAt: time.nullable(),
    lastListingAt: time.nullable(),
    lastReport: z
      .object({
        kind,
        startedAt: time,
        seconds: z.number(),
        read: z.object({ users: z.int(), groups: z.int() }),
        created: z.int(),
        updated: z.int(),
        removed: z.int(),
        refused: z.int(),
      })
      .nullable(),
    failure: z
      .object({ kind, at: time, problem: z.string(), message: z.string() })
      .nullable()
      .openapi({ description: 'Of the latest sync, when it failed.' }),
    held: z
      .object({ since: time, users: counted, groups: counted })
      .nullable()
      .openapi({ description: 'Removals that wait until somebody accepts them, because they are suspiciously many.' }),
    refused: z.object({
      count: z.int(),
      first: z.array(z.object({ dn: z.string(), problem: z.string() })),
    }),
  })
  .openapi('LdapStatus');

const request = { params: slugParams };
const absent = { 404: 'directory_absent', 409: 'conflict' } as const;

export const getLdap = createRoute({
  ...common,
  method: 'get',
  path: '/directories/{slug}/ldap',
  operationId: 'getDirectoryLdap',
  summary: 'How an LDAP directory is read; never with its password',
  request,
  responses: { 200: json(ldapSettings, 'The settings'), ...refusals(absent) },
});

export const putLdap = createRoute({
  ...common,
  method: 'put',
  path: '/directories/{slug}/ldap',
  operationId: 'putDirectoryLdap',
  summary: 'Changes how an LDAP directory is read, and reads all of it anew',
  description: 'Without a bindPassword the present one stays.',
  request: { params: slugParams, body: body(ldapSettingsChange) },
  responses: { 200: json(ldapSettings, 'The settings'), ...refusals({ 400: 'invalid_request', ...absent }) },
});

export const testLdap = createRoute({
  ...common,
  method: 'post',
  path: '/directories/{slug}/ldap/test',
  operationId: 'testDirectoryLdap',
  summary: 'Connects, binds and reads the first entries at each server; changes nothing',
  request,
  responses: { 200: json(testReportShape, 'What was found'), ...refusals(absent) },
});

export const testSettings = createRoute({
  ...common,
  method: 'post',
  path: '/ldap/test',
  operationId: 'testLdapSettings',
  summary: 'The same test for settings that are not stored',
  request: { body: body(newLdapSettings) },
  responses: { 200: json(testReportShape, 'What was found'), ...refusals({ 400: 'invalid_request' }) },
});

export const getLdapStatus = createRoute({
  ...common,
  method: 'get',
  path: '/directories/{slug}/ldap/status',
  operationId: 'getDirectoryLdapStatus',
  summary: 'How an LDAP directory does: its health, the latest readings, what is held or refused',
  request,
  responses: { 200: json(statusShape, 'The status'), ...refusals(absent) },
});

export const syncRequest = z.strictObject({
  acceptRemovals: z.boolean().default(false).openapi({
    description: 'Removes everything that a complete reading lacks, however much it is.',
  }),
});

export const syncLdap = createRoute({
  ...common,
  method: 'post',
  path: '/directories/{slug}/ldap/sync',
  operationId: 'syncDirectoryLdap',
  summary: 'Has the directory read as a whole, as soon as the reading that runs is done',
  request: { params: slugParams, body: body(syncRequest) },
  responses: { 202: { description: 'It will be; see the status' }, ...refusals(absent) },
});

export const ldapOperations = [getLdap, putLdap, testLdap, testSettings, getLdapStatus, syncLdap];
