package net.realmbridge.keycloak.client;

import java.util.List;

/** A group as the bridge serves it; {@code path} holds the names below the provider's parent group. */
public record BridgeGroup(String id, String name, List<String> path) {

    public BridgeGroup {
        path = path == null || path.isEmpty() ? (name == null ? List.of() : List.of(name)) : List.copyOf(path);
    }

    boolean isUsable() {
        return Ids.isUuid(id) && !path.isEmpty();
    }
}
