// The failure table: what each operation must come to while the bridge can't be read, and what may come of it while the
// bridge answers now and then.
import { outrightFaults } from './fault-proxy.ts';
import type { Operation } from './outage-operations.ts';
import type { Mode } from './outage-stage.ts';

export const outages = [...outrightFaults, 'slow', 'TLS stall', 'DNS stall', 'unknown host', 'flapping'] as const;
export type Outage = (typeof outages)[number];

export interface Expectation extends Record<Mode, string> {
  operation: Operation;
  /** What may come of it besides when some answers get through. */
  sometimes?: Partial<Record<'slow' | 'flapping', string>>;
}

const unchecked = '503 temporarily_unavailable';
const goesOn = (what: string): Record<Mode, string> => ({ import: what, 'no-import': what });
const anna = 'anna@acme.test';
const synced = 'went through';

export const failureTable: Expectation[] = [
  { operation: 'login', ...goesOn(unchecked), sometimes: { flapping: '200' } },
  {
    operation: 'login with a wrong password',
    ...goesOn(unchecked),
    sometimes: { flapping: '400 invalid_grant' },
  },
  { operation: 'login of nobody', ...goesOn('400 invalid_grant') },
  { operation: 'login of a local user', ...goesOn('200') },
  { operation: 'login of a local user named like an e-mail', ...goesOn('200') },
  { operation: 'login at the master realm', ...goesOn('200') },
  { operation: 'refresh', ...goesOn(`200 ${anna} in Crew`) },
  { operation: 'offline refresh', ...goesOn(`200 ${anna} in Crew`) },
  { operation: 'userinfo', ...goesOn('200') },
  { operation: 'introspection', ...goesOn('active: true') },
  { operation: 'account', ...goesOn(anna) },
  { operation: 'logout', ...goesOn('204, then 400 invalid_grant') },
  { operation: 'admin get', ...goesOn(`${anna}, enabled: true`) },
  {
    operation: 'admin search',
    import: '1 found, 0 disabled',
    'no-import': '0 found, 0 disabled',
    sometimes: { flapping: '1 found, 0 disabled' },
  },
  {
    operation: 'admin list',
    import: 'everybody, 0 disabled',
    'no-import': 'the local users, 0 disabled',
    sometimes: { flapping: 'everybody, 0 disabled' },
  },
  {
    operation: 'admin count',
    import: 'everybody',
    'no-import': 'the local users',
    sometimes: { flapping: 'everybody' },
  },
  {
    operation: 'members of a group of the bridge',
    import: '1 members',
    'no-import': '0 members',
    sometimes: { flapping: '1 members' },
  },
  { operation: 'role grant', ...goesOn('204, 204') },
  { operation: 'group membership', ...goesOn('204, 204') },
  { operation: 'required action', ...goesOn('204, 204') },
  { operation: "edit of the bridge's field", ...goesOn('refused') },
  { operation: 'password reset', ...goesOn('refused') },
  { operation: 'full sync', ...goesOn('failed'), sometimes: { slow: synced, flapping: synced } },
  { operation: 'changed sync', ...goesOn('failed'), sometimes: { slow: synced, flapping: synced } },
];
