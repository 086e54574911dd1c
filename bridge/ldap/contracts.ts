// What an operator says of an LDAP server, and what is told of it.
import { z } from '@hono/zod-openapi';
import { FilterParser } from 'ldapts';
import { isStorable } from '../platform/db/storable.ts';
import { isDn } from './dn.ts';
import type { SourceState } from './health.ts';
import { presetNames } from './presets.ts';

const text = (max: number) =>
  z.string().max(max).refine(isStorable, 'must have no NUL character and no half of a surrogate pair');

const dn = text(1_000).refine(isDn, 'must be a distinguished name, such as ou=people,dc=example,dc=com');

function isFilter(filter: string): boolean {
  try {
    FilterParser.parseString(filter);
    return /^\(.*\)$/s.test(filter.trim());
  } catch {
    return false;
  }
}

const filter = text(4_000).refine(isFilter, 'must be an LDAP filter in parentheses, such as (objectClass=person)');

function isServerUrl(value: string): boolean {
  if (!URL.canParse(value)) return false;
  const { protocol, hostname, username, pathname, search, hash } = new URL(value);
  const isBare = username === '' && ['', '/'].includes(pathname) && search === '' && hash === '';
  return ['ldap:', 'ldaps:'].includes(protocol) && hostname !== '' && isBare;
}

const serverUrl = text(500).refine(
  isServerUrl,
  'must be ldap://HOST or ldaps://HOST, with a port if need be and nothing behind it',
);

const certificates = text(100_000).refine(
  (value) => /-----BEGIN CERTIFICATE-----[\s\S]+-----END CERTIFICATE-----/.test(value),
  'must be certificates as PEM text',
);

const search = z.strictObject({
  base: dn.refine((value) => value.trim() !== '', 'must not be empty'),
  filter: filter.optional().openapi({ description: "The preset's, unless given." }),
  scope: z.enum(['sub', 'one']).default('sub').openapi({ description: 'The whole subtree, or its first level.' }),
});

const ldapAttribute = text(200).regex(/^[A-Za-z][A-Za-z0-9-]*(;[A-Za-z0-9-]+)*$/, 'must be the name of an attribute');

const mapping = z
  .record(text(500), ldapAttribute.nullable())
  .refine((entries) => Object.keys(entries).length <= 100, 'may have a hundred entries at most');

const seconds = (min: number, max: number) => z.int().min(min).max(max);

export const ldapSettings = z
  .strictObject({
    preset: z.enum(presetNames),
    urls: z.array(serverUrl).min(1).max(10).openapi({
      description: 'The servers in the order in which they are tried. All must hold the same entries.',
    }),
    startTls: z.boolean().default(true).openapi({
      description: 'Whether ldap:// connections are encrypted by StartTLS. Without it passwords travel readable.',
    }),
    ca: certificates.nullable().default(null).openapi({
      description: "PEM certificates that the servers' certificates must come from, instead of the well-known ones.",
    }),
    bindDn: dn
      .refine((value) => value.trim() !== '', 'must not be empty')
      .openapi({
        description: 'The entry as which the bridge reads.',
      }),
    users: search,
    groups: search.nullable().default(null),
    userAttributes: mapping.default({}).openapi({
      description: 'From which LDAP attribute a SCIM path is read, beside what the preset says; null takes one away.',
    }),
    groupAttributes: mapping.default({}),
    pageSize: z.int().min(10).max(5_000).default(500),
    schedule: z
      .strictObject({
        changesSeconds: seconds(5, 86_400).default(30),
        listingSeconds: seconds(10, 604_800).default(300),
        fullSeconds: seconds(60, 2_592_000).default(21_600),
      })
      .prefault({})
      .openapi({
        description:
          'How often changed entries are read, all entries are counted to find removed ones, and all are read.',
      }),
    removals: z
      .strictObject({
        listings: z.int().min(1).max(20).default(3),
        heldAboveCount: z.int().min(0).max(1_000_000).default(10),
        heldAbovePercent: z.number().min(0).max(100).default(20),
      })
      .prefault({})
      .openapi({
        description:
          'How many complete listings in a row must lack an entry before it is removed, and how many missing ones at once are suspicious.',
      }),
  })
  .openapi('LdapSettings');

export type LdapSettings = z.output<typeof ldapSettings>;

export const bindPassword = z
  .string()
  .min(1)
  .max(1_000)
  .openapi({ description: 'Of the bind DN. Kept encrypted and never shown.' });

/** The settings with the password, as they are given. */
export const newLdapSettings = ldapSettings.extend({ bindPassword }).openapi('NewLdapSettings');
/** Without a password the present one stays. */
export const ldapSettingsChange = ldapSettings
  .extend({ bindPassword: bindPassword.optional() })
  .openapi('LdapSettingsChange');

export type NewLdapSettings = z.output<typeof newLdapSettings>;
export type LdapSettingsChange = z.output<typeof ldapSettingsChange>;

/** One step of `directory test`. */
export interface TestStep {
  server: string;
  step: 'connect' | 'bind' | 'users' | 'groups' | 'deletions';
  ok: boolean;
  /** Which kind of trouble, when it is not ok. */
  problem: string | null;
  /** For a person: what was found, or what the server said. */
  detail: string;
}

export interface TestReport {
  ok: boolean;
  /** The first trouble is none of the configuration's: the same test may pass later. */
  outage: boolean;
  steps: TestStep[];
}

export type SyncKind = 'full' | 'changes' | 'listing';

/** What a sync came to. */
export interface SyncReport {
  kind: SyncKind;
  startedAt: string;
  seconds: number;
  read: { users: number; groups: number };
  created: number;
  updated: number;
  removed: number;
  /** Entries that could not be taken over. */
  refused: number;
}

export interface SyncFailure {
  kind: SyncKind;
  at: string;
  problem: string;
  message: string;
}

/** Removals that wait for somebody to look. */
export interface HeldRemovals {
  since: string;
  users: { known: number; missing: number };
  groups: { known: number; missing: number };
}

export interface EntryProblem {
  dn: string;
  problem: string;
}

/** How an LDAP directory does. */
export interface LdapStatus {
  health: SourceState | 'disabled';
  healthSince: Date;
  /** When a server last answered as it should: what is served is at least as new. */
  seenAt: Date | null;
  lastFullAt: Date | null;
  lastChangesAt: Date | null;
  lastListingAt: Date | null;
  lastReport: SyncReport | null;
  /** Of the latest sync, when it failed. */
  failure: SyncFailure | null;
  held: HeldRemovals | null;
  /** Entries that are not served, or not as they are now. */
  refused: { count: number; first: EntryProblem[] };
}
