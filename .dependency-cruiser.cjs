// Proves the one-way arrows of docs/architecture.md: `npm run check` fails on an import that goes against them.
const feature = (name) => `^bridge/${name}/`;
const only = (name, from, to, comment) => ({ name, comment, severity: 'error', from, to });

module.exports = {
  forbidden: [
    only('no-circular', {}, { circular: true }, 'Two files that need each other are one file, or want a third.'),
    only(
      'scim-is-pure',
      { path: feature('scim'), pathNot: '\\.test\\.ts$' },
      { pathNot: feature('scim') },
      'scim/ is the protocol as pure functions: no packages, no Node, no other folder.',
    ),
    only(
      'platform-knows-no-feature',
      { path: feature('platform') },
      { path: '^bridge/', pathNot: feature('platform') },
      'platform/ is below everything.',
    ),
    only(
      'events-below-features',
      { path: feature('events') },
      { path: '^bridge/', pathNot: '^bridge/(platform|events|directories)/' },
      'events/ is written by the features, it does not know them.',
    ),
    only(
      'sealed-secrets-below-features',
      { path: feature('sealed-secrets') },
      { path: '^bridge/', pathNot: '^bridge/(platform|events|sealed-secrets)/' },
      'sealed-secrets/ is handed what the features keep sealed, it does not know them.',
    ),
    only(
      'directories-know-no-later-feature',
      { path: feature('directories') },
      { path: '^bridge/', pathNot: '^bridge/(platform|scim|events|directories)/' },
      'directories/ is used by provisioning, ldap and federation, never the other way.',
    ),
    only(
      'provisioning-knows-no-federation',
      { path: feature('provisioning') },
      { path: '^bridge/', pathNot: '^bridge/(platform|scim|events|directories|provisioning)/' },
      'provisioning/ writes the store; federation/ reads it.',
    ),
    only(
      'ldap-knows-no-federation',
      { path: feature('ldap') },
      { path: '^bridge/', pathNot: '^bridge/(platform|scim|events|directories|provisioning|ldap|sealed-secrets)/' },
      'ldap/ writes the store through provisioning; federation/ is handed what it needs of it.',
    ),
    only(
      'federation-knows-no-provisioning-http',
      { path: feature('federation') },
      { path: '^bridge/', pathNot: '^bridge/(platform|scim|events|directories|federation)/' },
      'federation/ reads the store through its own repository.',
    ),
    only(
      'webhooks-read-the-log-alone',
      { path: feature('webhooks') },
      { path: '^bridge/', pathNot: '^bridge/(platform|events|directories|webhooks|sealed-secrets)/' },
      'webhooks/ tells others what the event log says; it knows nothing of whoever wrote it.',
    ),
    only(
      'event-streams-read-the-log-alone',
      { path: feature('event-streams') },
      { path: '^bridge/', pathNot: '^bridge/(platform|scim|events|directories|webhooks|event-streams|sealed-secrets)/' },
      'event-streams/ tells others what the event log says, in the words of SCIM; webhooks/ pushes it.',
    ),
    only(
      'outbound-reads-the-store-alone',
      { path: feature('outbound') },
      { path: '^bridge/', pathNot: '^bridge/(platform|scim|events|directories|outbound|sealed-secrets)/' },
      'outbound/ pushes on what the store has; it knows nothing of whoever wrote it.',
    ),
    only(
      'sql-only-in-repositories',
      { path: '^bridge/(?!platform/|dev/)', pathNot: '(repository|repositories/.*|filter-to-sql|compare-to-sql|sort-key|filter-columns|user-reads|search-hint|events/signal)\\.ts$|\\.test\\.ts$|^bridge/(main|cli|app)\\.ts$' },
      { path: '^node_modules/(kysely|pg)/', dependencyTypesNot: ['type-only'] },
      'SQL lives in repositories and in platform/db.',
    ),
    only(
      'http-only-in-routes',
      { path: '^bridge/', pathNot: '(^|/)(routes|contracts|operations|openapi|app|main)\\.ts$|/routes/|^bridge/platform/http/|\\.test\\.ts$' },
      { path: '^node_modules/(hono|@hono)/', dependencyTypesNot: ['type-only'] },
      'HTTP lives in routes and in platform/http.',
    ),
    only(
      'product-knows-no-dev',
      { path: '^bridge/', pathNot: feature('dev') },
      { path: feature('dev') },
      'dev/ starts the product for development; the product does not know it.',
    ),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: 'specify',
    enhancedResolveOptions: { extensions: ['.ts', '.js', '.mjs', '.json'], conditionNames: ['import', 'node', 'default', 'types'], exportsFields: ['exports'] },
  },
};
