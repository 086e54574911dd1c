package net.realmbridge.keycloak.client;

import java.util.List;
import java.util.Map;

/** A user as the bridge serves it. */
public record BridgeUser(
        String id,
        String username,
        String email,
        String firstName,
        String lastName,
        boolean enabled,
        String directory,
        String externalId,
        String version,
        Long createdAt,
        Map<String, List<String>> attributes,
        List<BridgeGroup> groups,
        String organization,
        IdentityLink identityLink) {

    public BridgeUser {
        attributes = attributes == null ? Map.of() : attributes;
        groups = groups == null ? List.of() : groups;
        organization = organization == null || organization.isBlank() ? null : organization;
        identityLink = identityLink == null || !identityLink.isUsable() ? null : identityLink;
    }

    /** Stands for a user of whom only the id is left. */
    public static BridgeUser unknown(String id) {
        return new BridgeUser(id, id, null, null, null, false, null, null, "", null, null, null, null, null);
    }

    /** Whether the user's directory is bound to anything in the realm. */
    public boolean isBound() {
        return organization != null || identityLink != null;
    }

    /** An answer without these can't be imported, so it is treated as no answer. */
    boolean isUsable() {
        return Ids.isUuid(id) && username != null && !username.isBlank() && version != null;
    }
}
