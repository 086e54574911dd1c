package net.realmbridge.keycloak.client;

import java.util.List;

/** One answer of the feed. */
public record Changes(String cursor, boolean more, List<Change> items) {
    public Changes {
        items = items == null ? List.of() : items;
    }
}
