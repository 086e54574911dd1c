package net.realmbridge.keycloak.feed;

import net.realmbridge.keycloak.config.BridgeConfig;
import org.keycloak.common.util.MultivaluedHashMap;
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
    private static final String REPAIR = "realmbridge.repair";

    private final KeycloakSession session;
    private final RealmModel realm;
    private final BridgeConfig config;

    /**
     * How far the feed has been followed.
     *
     * @param cursor {@code null} if there is none, or it is of another bridge or federation
     * @param debt {@code null} if no row was left out on the way
     */
    record Place(String cursor, RepairDebt debt) {
    }

    CursorStore(KeycloakSession session, RealmModel realm, BridgeConfig config) {
        this.session = session;
        this.realm = realm;
        this.config = config;
    }

    Place read() {
        MultivaluedHashMap<String, String> attributes = storage().getAttributes(realm, key());
        String stored = attributes.getFirst(ATTRIBUTE);
        String debt = attributes.getFirst(REPAIR);
        return new Place(stored != null && stored.startsWith(origin()) ? stored.substring(origin().length()) : null,
                debt == null ? null : RepairDebt.parse(debt));
    }

    void write(String cursor) {
        storage().setSingleAttribute(realm, key(), ATTRIBUTE, origin() + cursor);
    }

    /** Rows were left out, and a full sync is to bring them. */
    void oweRepair(long now) {
        RepairDebt debt = read().debt();
        write(debt == null ? RepairDebt.first(now) : debt.joined(now));
    }

    /** What a full sync has left out was, for all that is known, left out before: the next one comes when it is due. */
    void keepOwing(long now) {
        if (read().debt() == null) {
            write(RepairDebt.first(now));
        }
    }

    /** @return whether the full sync that is owed is due; the next one then is, until this one succeeds, so much later */
    boolean beginRepair(long now) {
        RepairDebt debt = read().debt();
        if (debt == null || !debt.isDue(now)) {
            return false;
        }
        write(debt.next(now));
        return true;
    }

    void settleRepair() {
        storage().removeAttribute(realm, key(), REPAIR);
    }

    private void write(RepairDebt debt) {
        storage().setSingleAttribute(realm, key(), REPAIR, debt.text());
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
