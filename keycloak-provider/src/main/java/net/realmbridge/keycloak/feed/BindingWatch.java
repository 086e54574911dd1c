package net.realmbridge.keycloak.feed;

import net.realmbridge.keycloak.client.Answer;
import net.realmbridge.keycloak.client.FederationInfo;
import net.realmbridge.keycloak.imports.OrganizationMembership;
import net.realmbridge.keycloak.runtime.BridgeRuntime;
import net.realmbridge.keycloak.spi.KeycloakInternals;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.models.RealmModel;

/**
 * Compares what directories are bound to with what the realm has. An administrator may make, remove or switch off an organization
 * or an identity provider at any time, and the bridge doesn't hear of it; so each poll of the feed looks.
 */
final class BindingWatch {
    private final KeycloakSessionFactory factory;
    private final BridgeRuntime runtime;

    BindingWatch(KeycloakSessionFactory factory, BridgeRuntime runtime) {
        this.factory = factory;
        this.runtime = runtime;
    }

    /** What is bound, as the bridge says it now, and what the realm has of it. */
    String look() {
        learn();
        String found = KeycloakInternals.inTransaction(factory, runtime.config().realmId(), this::look);
        return found == null ? "" : found;
    }

    /** Whether the realm has changed since the last full sync, so that another one is due. */
    boolean hasMoved() {
        if (!runtime.bindings().isKnown()) {
            learn();
        }
        if (!runtime.bindings().isKnown()) {
            return false;
        }
        if (!differs()) {
            return false;
        }
        // The directories may be bound otherwise by now, and another node has seen to it.
        learn();
        return differs();
    }

    private boolean differs() {
        return Boolean.TRUE.equals(KeycloakInternals.inTransaction(factory, runtime.config().realmId(), (session, realm) ->
                !look(session, realm).equals(new CursorStore(session, realm, runtime.config()).readBindings())));
    }

    private void learn() {
        if (runtime.client().federation() instanceof Answer.Found<FederationInfo> found) {
            runtime.bindings().learn(found.value());
        }
    }

    private String look(KeycloakSession session, RealmModel realm) {
        String found = runtime.bindings().look(new RealmTargets(session, realm, runtime.config().importEnabled()));
        if (runtime.bindings().hasOrganizations()) {
            OrganizationMembership.release(session, realm, runtime.config().componentId());
        }
        return found;
    }
}
