// The component that `connect` makes in a realm: its keys, what a new one gets and what counts as drift in an old one.

export const providerId = 'realmbridge';
export const storageProviderType = 'org.keycloak.storage.UserStorageProvider';

/** What the caller wants; keys that are left out keep what the component has, or the jar's default in a new one. */
export interface ComponentSettings {
  bridgeUrl: string;
  federation: string;
  /** Path of the Keycloak group below which groups are mirrored. */
  groupsParent?: string | undefined;
  importEnabled?: boolean | undefined;
  /** Whether passwords that the bridge has confirmed are good for logins in an outage. */
  offlinePassword?: boolean | undefined;
  offlinePasswordMaxAgeDays?: number | undefined;
}

export type ComponentConfig = Record<string, string>;

// The change feed keeps the copy current, and Keycloak's user cache with it; the daily full sync only mends what a feed can't,
// such as hand-made edits. A changed sync in between would evict the whole realm from the cache each time. The cache has no
// maximum lifespan of its own: Keycloak's console shows and saves only the first digit of that of a custom provider.
const initial: ComponentConfig = {
  enabled: 'true',
  priority: '0',
  importEnabled: 'true',
  fullSyncPeriod: '86400',
  changedSyncPeriod: '-1',
  cachePolicy: 'DEFAULT',
};

function wanted(settings: ComponentSettings): ComponentConfig {
  return {
    bridgeUrl: settings.bridgeUrl,
    federation: settings.federation,
    ...(settings.groupsParent !== undefined && { groupsParent: settings.groupsParent }),
    ...(settings.importEnabled !== undefined && { importEnabled: String(settings.importEnabled) }),
    ...(settings.offlinePassword !== undefined && { offlinePassword: String(settings.offlinePassword) }),
    ...(settings.offlinePasswordMaxAgeDays !== undefined && {
      offlinePasswordMaxAgeDays: String(settings.offlinePasswordMaxAgeDays),
    }),
  };
}

/** The configuration of a new component, without its token; `declared` are the defaults that the jar declares. */
export const newConfig = (settings: ComponentSettings, declared: ComponentConfig): ComponentConfig => ({
  ...declared,
  ...initial,
  ...wanted(settings),
});

export interface ConfigChange {
  key: string;
  from: string | undefined;
  to: string;
}

/** What has to change in an existing component. Sync periods and the like are the administrator's own. */
export function configDrift(settings: ComponentSettings, config: ComponentConfig): ConfigChange[] {
  const target: ComponentConfig = { ...wanted(settings), enabled: 'true' };
  return Object.entries(target)
    .filter(([key, value]) => (config[key] ?? (key === 'enabled' ? 'true' : undefined)) !== value)
    .map(([key, to]) => ({ key, from: config[key], to }));
}

/** Keycloak's lists of one value as plain texts. */
export function flatConfig(config: Record<string, string | string[]> | undefined): ComponentConfig {
  const flat: ComponentConfig = {};
  for (const [key, value] of Object.entries(config ?? {})) {
    const first = Array.isArray(value) ? value[0] : value;
    if (first !== undefined) flat[key] = first;
  }
  return flat;
}
