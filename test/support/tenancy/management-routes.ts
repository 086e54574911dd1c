// What is asked of each route of the management API. The operator may see every company; but what is said to be one
// company's must be that company's.
import { deviceType } from '../declared-schemas.ts';
import type { Entries, Names } from './routes.ts';

const asked = (path: (own: Names, named: Names) => string) => (own: Names, named: Names) => [
  { path: path(own, named) },
];
const sent =
  (path: (own: Names, named: Names) => string, body: (named: Names) => unknown) => (own: Names, named: Names) => [
    { path: path(own, named), body: body(named) },
  ];
const directory = ({ directory: slug }: Names) => `/directories/${slug}`;
const federation = ({ federation: slug }: Names) => `/federations/${slug}`;

const move = ({ movedDirectory: slug }: Names) => `/directories/${slug}/move`;
const undoPlans = (own: Names) => `${directory(own)}/undo-plans`;
const undoPlan = (own: Names, named: Names) => `${undoPlans(own)}/${named.undoPlan}`;
const webhook = ({ webhook: slug }: Names) => `/webhooks/${slug}`;
const eventStream = ({ eventStream: slug }: Names) => `/event-streams/${slug}`;

const target = (own: Names, named: Names) => `${directory(own)}/targets/${named.target}`;
const token = (own: Names, named: Names) => `${directory(own)}/tokens/${named.directoryToken}`;
const issuer = (own: Names, named: Names) => `${directory(own)}/issuers/${named.issuer}`;
const schema = (own: Names, named: Names) => `${directory(own)}/schemas/${named.urn}`;
const type = (own: Names, named: Names) => `${directory(own)}/resource-types/${named.typeName}`;
const attachment = (own: Names, named: Names) => `${federation(own)}/directories/${named.directory}`;
const federationToken = (own: Names, named: Names) => `${federation(own)}/tokens/${named.federationToken}`;
const roleMappings = (own: Names, named: Names) => ({
  mappings: [{ directory: own.directory, group: { id: named.group }, role: 'some-role' }],
});

export const managementEntries: Entries = {
  'ALL /*': (_own, named) => [{ method: 'GET', path: `/nothing/${named.directory}` }],
  'GET /directories': asked(() => '/directories'),
  'POST /directories': sent(
    () => '/directories',
    () => ({ slug: 'taken-over' }),
  ),
  'GET /directories/:slug': asked(directory),
  'PATCH /directories/:slug': sent(directory, () => ({ enabled: false })),
  'DELETE /directories/:slug': asked(directory),
  'GET /directories/:slug/tolerances': asked((own) => `${directory(own)}/tolerances`),
  'GET /directories/:slug/history': asked((own, named) => `${directory(own)}/history?of=${named.user}`),
  'GET /directories/:slug/undo-plans': asked(undoPlans),
  'POST /directories/:slug/undo-plans': sent(undoPlans, () => ({})),
  'GET /directories/:slug/undo-plans/:planId': asked(undoPlan),
  'DELETE /directories/:slug/undo-plans/:planId': asked(undoPlan),
  'POST /directories/:slug/undo-plans/:planId/continue': asked((own, named) => `${undoPlan(own, named)}/continue`),
  'GET /directories/:slug/undo-plans/:planId/items': asked((own, named) => `${undoPlan(own, named)}/items`),
  'POST /directories/:slug/undo-plans/:planId/apply': sent(
    (own, named) => `${undoPlan(own, named)}/apply`,
    () => ({}),
  ),
  'GET /directories/:slug/requests': asked((own, named) => `${directory(own)}/requests?resource=${named.user}`),
  'GET /directories/:slug/tokens': asked((own) => `${directory(own)}/tokens`),
  'POST /directories/:slug/tokens': sent(
    (own) => `${directory(own)}/tokens`,
    () => ({}),
  ),
  'DELETE /directories/:slug/tokens/:tokenId': asked(token),
  'POST /directories/:slug/tokens/:tokenId/rotate': sent(
    (own, named) => `${token(own, named)}/rotate`,
    () => ({}),
  ),
  'GET /directories/:slug/issuers': asked((own) => `${directory(own)}/issuers`),
  'POST /directories/:slug/issuers': sent(
    (own) => `${directory(own)}/issuers`,
    () => ({}),
  ),
  'PATCH /directories/:slug/issuers/:issuerId': sent(issuer, () => ({ enabled: false })),
  'DELETE /directories/:slug/issuers/:issuerId': asked(issuer),
  'GET /directories/:slug/ldap': asked((own) => `${directory(own)}/ldap`),
  'PUT /directories/:slug/ldap': sent(
    (own) => `${directory(own)}/ldap`,
    () => ({}),
  ),
  'POST /directories/:slug/ldap/test': asked((own) => `${directory(own)}/ldap/test`),
  'GET /directories/:slug/ldap/status': asked((own) => `${directory(own)}/ldap/status`),
  'POST /directories/:slug/ldap/sync': sent(
    (own) => `${directory(own)}/ldap/sync`,
    () => ({}),
  ),
  'GET /directories/:slug/targets': asked((own) => `${directory(own)}/targets`),
  'POST /directories/:slug/targets': sent(
    (own) => `${directory(own)}/targets`,
    () => ({}),
  ),
  'GET /directories/:slug/targets/:target': asked(target),
  'PATCH /directories/:slug/targets/:target': sent(target, () => ({ mode: 'paused' })),
  'DELETE /directories/:slug/targets/:target': asked(target),
  'GET /directories/:slug/targets/:target/status': asked((own, named) => `${target(own, named)}/status`),
  'POST /directories/:slug/targets/:target/test': asked((own, named) => `${target(own, named)}/test`),
  'POST /directories/:slug/targets/:target/sync': asked((own, named) => `${target(own, named)}/sync`),
  'GET /directories/:slug/targets/:target/diff': asked((own, named) => `${target(own, named)}/diff?limit=1`),
  'POST /directories/:slug/targets/:target/purge': asked((own, named) => `${target(own, named)}/purge`),
  'GET /directories/:slug/guard': asked((own) => `${directory(own)}/guard`),
  'PATCH /directories/:slug/guard': sent(
    (own) => `${directory(own)}/guard`,
    () => ({ windowMinutes: 30 }),
  ),
  'GET /directories/:slug/guard/held': asked((own) => `${directory(own)}/guard/held`),
  'POST /directories/:slug/guard/release': sent(
    (own) => `${directory(own)}/guard/release`,
    (named) => ({ ids: [named.held] }),
  ),
  'POST /directories/:slug/guard/reject': sent(
    (own) => `${directory(own)}/guard/reject`,
    (named) => ({ ids: [named.held] }),
  ),
  'GET /directories/:slug/move/plan': asked((own) => `${move(own)}/plan?match=email`),
  'GET /directories/:slug/move': asked(move),
  'POST /directories/:slug/move': sent(move, () => ({})),
  'DELETE /directories/:slug/move': asked(move),
  'GET /directories/:slug/move/users': asked((own) => `${move(own)}/users`),
  'GET /directories/:slug/move/groups': asked((own) => `${move(own)}/groups`),
  'GET /directories/:slug/move/claims': asked((own) => `${move(own)}/claims`),
  'PUT /directories/:slug/move/claims/:claimId': sent(
    (own, named) => `${move(own)}/claims/${named.claim}`,
    (named) => ({ decision: 'adopt', userId: named.movedUser }),
  ),
  'POST /directories/:slug/move/finish': sent(
    (own) => `${move(own)}/finish`,
    () => ({}),
  ),
  'GET /directories/:slug/move/undo': asked((own) => `${move(own)}/undo`),
  'POST /directories/:slug/move/undo': asked((own) => `${move(own)}/undo`),
  'POST /ldap/test': sent(
    () => '/ldap/test',
    () => ({}),
  ),
  'GET /directories/:slug/schemas': asked((own) => `${directory(own)}/schemas`),
  'GET /directories/:slug/schemas/:urn': asked(schema),
  'PUT /directories/:slug/schemas/:urn': sent(
    (own) => `${directory(own)}/schemas/urn:x:y`,
    () => ({}),
  ),
  'DELETE /directories/:slug/schemas/:urn': asked((own, named) => `${schema(own, named)}?values=drop`),
  'GET /directories/:slug/resource-types': asked((own) => `${directory(own)}/resource-types`),
  'GET /directories/:slug/resource-types/:name': asked(type),
  'PUT /directories/:slug/resource-types/:name': sent(
    (own) => `${directory(own)}/resource-types/Device`,
    () => deviceType,
  ),
  'DELETE /directories/:slug/resource-types/:name': asked((own, named) => `${type(own, named)}?values=drop`),
  'GET /federations': asked(() => '/federations'),
  'POST /federations': sent(
    () => '/federations',
    () => ({ slug: 'taken-over' }),
  ),
  'GET /federations/:slug': asked(federation),
  'DELETE /federations/:slug': asked(federation),
  'GET /federations/:slug/tokens': asked((own) => `${federation(own)}/tokens`),
  // The operator may add any directory.
  'PUT /federations/:slug/directories/:directory': sent(
    (own) => attachment(own, own),
    () => ({ enabled: true }),
  ),
  'DELETE /federations/:slug/directories/:directory': asked((own) => attachment(own, own)),
  // The operator may suppose any directory, too.
  'GET /federations/:slug/conflicts': asked((own) => `${federation(own)}/conflicts?directories=${own.directory}`),
  'POST /federations/:slug/preview': (own) => [
    { path: `${federation(own)}/preview`, body: { directory: own.directory, enabled: false } },
  ],
  'POST /directories/:slug/preview': sent(
    (own) => `${directory(own)}/preview`,
    () => ({ delete: true }),
  ),
  'GET /federations/:slug/explain': (own, named) => [
    { path: `${federation(own)}/explain?${new URLSearchParams({ username: named.userName })}` },
    { path: `${federation(own)}/explain?${new URLSearchParams({ email: named.email })}` },
  ],
  'GET /federations/:slug/reserved-usernames': asked((own) => `${federation(own)}/reserved-usernames`),
  'PUT /federations/:slug/reserved-usernames/:username': sent(
    (own) => `${federation(own)}/reserved-usernames/some-reserved-name`,
    () => ({ reason: 'the walk' }),
  ),
  'DELETE /federations/:slug/reserved-usernames/:username': asked(
    (own, named) => `${federation(own)}/reserved-usernames/${named.reservedUsername}`,
  ),
  'POST /federations/:slug/tokens': sent(
    (own) => `${federation(own)}/tokens`,
    () => ({}),
  ),
  'DELETE /federations/:slug/tokens/:tokenId': asked(federationToken),
  'GET /federations/:slug/attribute-mappings': asked((own) => `${federation(own)}/attribute-mappings`),
  'PUT /federations/:slug/attribute-mappings': sent(
    (own) => `${federation(own)}/attribute-mappings`,
    () => ({ mappings: [] }),
  ),
  'DELETE /federations/:slug/attribute-mappings': asked((own) => `${federation(own)}/attribute-mappings`),
  'GET /federations/:slug/role-mappings': asked((own) => `${federation(own)}/role-mappings`),
  'PUT /federations/:slug/role-mappings': (own, named) => [
    { path: `${federation(own)}/role-mappings`, body: roleMappings(own, named) },
  ],
  'POST /federations/:slug/role-mappings/preview': (own, named) => [
    { path: `${federation(own)}/role-mappings/preview`, body: roleMappings(own, named) },
  ],
  'GET /events': (own, named) => [
    { path: `/events?${new URLSearchParams({ directory: own.directory, after: named.logCursor, limit: '1' })}` },
  ],
  'GET /audit': (own, named) => [
    { path: `/audit?${new URLSearchParams({ directory: own.directory, federation: named.federation })}` },
  ],
  'GET /webhooks': asked(() => '/webhooks'),
  'POST /webhooks': sent(
    () => '/webhooks',
    () => ({}),
  ),
  'GET /webhooks/:slug': asked(webhook),
  'PATCH /webhooks/:slug': sent(webhook, () => ({ paused: true })),
  'DELETE /webhooks/:slug': asked(webhook),
  'POST /webhooks/:slug/secret': sent(
    (own) => `${webhook(own)}/secret`,
    () => ({}),
  ),
  'POST /webhooks/:slug/test': asked((own) => `${webhook(own)}/test`),
  'GET /webhooks/:slug/attempts': asked((own) => `${webhook(own)}/attempts`),
  'GET /webhooks/:slug/deliveries': asked((own) => `${webhook(own)}/deliveries`),
  'POST /webhooks/:slug/dead/replay': sent(
    (own) => `${webhook(own)}/dead/replay`,
    () => ({}),
  ),
  'POST /webhooks/:slug/replay': sent(
    (own) => `${webhook(own)}/replay`,
    (named) => ({ directory: named.directory, position: 1 }),
  ),
  'GET /event-streams': asked(() => '/event-streams'),
  'POST /event-streams': sent(
    () => '/event-streams',
    () => ({}),
  ),
  'GET /event-streams/:slug': asked(eventStream),
  'PATCH /event-streams/:slug': sent(eventStream, () => ({ content: 'full' })),
  'DELETE /event-streams/:slug': asked(eventStream),
  'POST /event-streams/:slug/token': sent(
    (own) => `${eventStream(own)}/token`,
    () => ({ overlapSeconds: 'soon' }),
  ),
  'POST /event-streams/:slug/verify': asked((own) => `${eventStream(own)}/verify`),
  'GET /event-streams/:slug/attempts': asked((own) => `${eventStream(own)}/attempts`),
  'GET /event-streams/:slug/deliveries': asked((own) => `${eventStream(own)}/deliveries`),
  'POST /event-streams/:slug/dead/replay': sent(
    (own) => `${eventStream(own)}/dead/replay`,
    () => ({}),
  ),
  'POST /event-streams/:slug/replay': sent(
    (own) => `${eventStream(own)}/replay`,
    (named) => ({ directory: named.directory, position: 1 }),
  ),
  'GET /signing-keys': asked(() => '/signing-keys'),
  'POST /signing-keys/rotate': sent(
    () => '/signing-keys/rotate',
    () => ({ aheadSeconds: 'soon' }),
  ),
};
