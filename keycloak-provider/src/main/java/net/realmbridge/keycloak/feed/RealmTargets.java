package net.realmbridge.keycloak.feed;

import net.realmbridge.keycloak.runtime.Bindings;
import net.realmbridge.keycloak.runtime.Bindings.State;
import net.realmbridge.keycloak.runtime.Bindings.Target;
import net.realmbridge.keycloak.spi.KeycloakInternals;
import net.realmbridge.keycloak.spi.KeycloakInternals.Organization;
import org.keycloak.models.IdentityProviderModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;

/** What a realm has of organizations and identity providers. */
record RealmTargets(KeycloakSession session, RealmModel realm, boolean importEnabled) implements Bindings.Realm {

    @Override
    public Target organization(String alias) {
        if (!importEnabled) {
            return new Target(State.NOT_WITHOUT_IMPORT, "");
        }
        if (!realm.isOrganizationsEnabled()) {
            return new Target(State.ORGANIZATIONS_OFF, "");
        }
        Organization found = KeycloakInternals.organization(session, realm.getId(), alias);
        return found == null ? new Target(State.MISSING, "") : new Target(found.enabled() ? State.BOUND : State.DISABLED, found.id());
    }

    @Override
    public Target identityProvider(String alias) {
        IdentityProviderModel found = session.identityProviders().getByAlias(alias);
        return found == null
                ? new Target(State.MISSING, "")
                : new Target(found.isEnabled() ? State.BOUND : State.DISABLED, found.getInternalId());
    }
}
