package net.realmbridge.keycloak.imports;

import java.util.List;

import net.realmbridge.keycloak.config.BridgeConfig;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.storage.StorageId;
import org.keycloak.storage.UserStorageUtil;

/**
 * Remembers which attributes the federation maps, in Keycloak's table for federated users' attributes under a user that doesn't
 * exist: what is read-only must be known on every node, and while the bridge is down.
 */
public final class MappedNames {
    private static final String PSEUDO_USER = "mapped-attributes";
    private static final String ATTRIBUTE = "realmbridge.names";
    /** In place of names, when the federation maps none. */
    private static final String NONE = "(none)";

    private MappedNames() {
    }

    /** The standard ones as long as nothing was remembered. */
    public static Mapping read(KeycloakSession session, RealmModel realm, BridgeConfig config) {
        List<String> names = UserStorageUtil.userFederatedStorage(session).getAttributes(realm, key(config)).get(ATTRIBUTE);
        return names == null || names.isEmpty() ? Mapping.STANDARD : Mapping.of(names.stream().filter(name -> !NONE.equals(name)).toList());
    }

    public static void write(KeycloakSession session, RealmModel realm, BridgeConfig config, Mapping mapping) {
        List<String> names = List.copyOf(mapping.names());
        UserStorageUtil.userFederatedStorage(session).setAttribute(realm, key(config), ATTRIBUTE, names.isEmpty() ? List.of(NONE) : names);
    }

    private static String key(BridgeConfig config) {
        return new StorageId(config.componentId(), PSEUDO_USER).getId();
    }
}
