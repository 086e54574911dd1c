package net.realmbridge.keycloak.feed;

import net.realmbridge.keycloak.config.BridgeConfig;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.storage.StorageId;
import org.keycloak.storage.UserStorageUtil;
import org.keycloak.storage.federated.UserFederatedStorageProvider;

/**
 * Keeps the feed's cursor in Keycloak's database, in the table for federated users' attributes, under a user that doesn't exist.
 * A component's own configuration would be the obvious place, but each write to it empties the realm's user cache. This table is
 * cached nowhere, takes part in the transaction of the imported rows, and is cleaned by Keycloak when the component is removed.
 */
final class CursorStore {
    private static final String PSEUDO_USER = "feed-cursor";
    private static final String ATTRIBUTE = "realmbridge.cursor";
    private static final String BINDINGS = "realmbridge.bindings";

    private final KeycloakSession session;
    private final RealmModel realm;
    private final BridgeConfig config;

    CursorStore(KeycloakSession session, RealmModel realm, BridgeConfig config) {
        this.session = session;
        this.realm = realm;
        this.config = config;
    }

    /** @return {@code null} if there is none, or it is of another bridge or federation */
    String read() {
        String stored = storage().getAttributes(realm, key()).getFirst(ATTRIBUTE);
        return stored != null && stored.startsWith(origin()) ? stored.substring(origin().length()) : null;
    }

    void write(String cursor) {
        storage().setSingleAttribute(realm, key(), ATTRIBUTE, origin() + cursor);
    }

    /** What the bindings were at the last full sync, see {@link net.realmbridge.keycloak.runtime.Bindings#look}. */
    String readBindings() {
        String stored = storage().getAttributes(realm, key()).getFirst(BINDINGS);
        return stored == null ? "" : stored;
    }

    void writeBindings(String bindings) {
        if (bindings.isEmpty()) {
            storage().removeAttribute(realm, key(), BINDINGS);
        } else {
            storage().setSingleAttribute(realm, key(), BINDINGS, bindings);
        }
    }

    private String origin() {
        return config.bridgeUrl() + " " + config.federation() + " " + config.importEnabled() + " ";
    }

    private String key() {
        return new StorageId(config.componentId(), PSEUDO_USER).getId();
    }

    private UserFederatedStorageProvider storage() {
        return UserStorageUtil.userFederatedStorage(session);
    }
}
