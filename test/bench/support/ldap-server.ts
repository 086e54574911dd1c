// Keycloak's own LDAP federation, to be measured beside the provider, on OpenLDAP with as many people as wanted.
import { join } from 'node:path';
import type { TestRealm } from '../../support/keycloak.ts';
import { keycloakAdmin } from '../../support/keycloak.ts';
import { root, startSlapd, suffix } from '../../support/slapd.ts';
import { userBody } from './data.ts';
import type { Stage } from './stage.ts';

const unit = (name: string): string => `ou=${name},${suffix}`;

function* entries(units: ReadonlyMap<string, number>): Generator<string> {
  yield `dn: ${suffix}\nobjectClass: domain\ndc: example\n\n`;
  for (const [name, count] of units) {
    yield `dn: ${unit(name)}\nobjectClass: organizationalUnit\nou: ${name}\n\n`;
    for (let n = 1; n <= count; n += 1) {
      const { name: person, displayName, emails, title } = userBody(n, name);
      const uid = `${name}${n}`;
      yield `dn: uid=${uid},${unit(name)}\nobjectClass: inetOrgPerson\nuid: ${uid}\ncn: ${displayName}\nsn: ${person.familyName}\n` +
        `givenName: ${person.givenName}\nmail: ${emails[0]?.value}\ntitle: ${title}\n\n`;
    }
  }
}

/** Answers the server's address. @param units how many people are in each organizational unit */
export async function startLdap(stage: Stage, ldapRoot: string, units: ReadonlyMap<string, number>): Promise<string> {
  const folder = join(stage.folder, 'ldap');
  const slapd = await startSlapd({ entries: entries(units), ldapRoot, folder, watch: stage.context.watch });
  stage.onEnd(slapd.close);
  return slapd.url;
}

/** Keycloak's own provider, as its console leaves it but for the batch. Answers the component's id. */
export async function addLdapComponent(realm: TestRealm, url: string, name: string): Promise<string> {
  const parent = await keycloakAdmin(realm.name, realm.server).realms.findOne({ realm: realm.name });
  const config = {
    enabled: 'true',
    priority: '0',
    importEnabled: 'true',
    editMode: 'READ_ONLY',
    fullSyncPeriod: '-1',
    changedSyncPeriod: '-1',
    batchSizeForSync: '1000',
    cachePolicy: 'DEFAULT',
    vendor: 'other',
    usernameLDAPAttribute: 'uid',
    rdnLDAPAttribute: 'uid',
    uuidLDAPAttribute: 'entryUUID',
    userObjectClasses: 'inetOrgPerson',
    connectionUrl: url,
    usersDn: unit(name),
    authType: 'simple',
    bindDn: root.dn,
    bindCredential: root.password,
    searchScope: '1',
    pagination: 'true',
    connectionPooling: 'true',
  };
  const { id } = await realm.admin.components.create({
    name,
    providerId: 'ldap',
    providerType: 'org.keycloak.storage.UserStorageProvider',
    ...(parent?.id !== undefined && { parentId: parent.id }),
    config: Object.fromEntries(Object.entries(config).map(([key, value]) => [key, [value]])),
  });
  return id;
}
