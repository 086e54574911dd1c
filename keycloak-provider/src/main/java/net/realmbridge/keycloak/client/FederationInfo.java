package net.realmbridge.keycloak.client;

import java.util.List;

/** What the configured federation is. */
public record FederationInfo(String federation, int apiVersion, String revision, long time, List<Directory> directories) {

    public FederationInfo {
        directories = directories == null ? List.of() : directories.stream().filter(directory -> directory.slug() != null).toList();
    }

    /**
     * One of its directories, and what its users are bound to in the realm.
     *
     * @param name as the operator wrote it, or {@code null} from a bridge that doesn't tell
     * @param organization alias of an organization, or {@code null}
     */
    public record Directory(String slug, String name, String organization, Binding identityLink) {
    }

    /** @param provider alias of the identity provider whose accounts the users have */
    public record Binding(String provider, String subject, String unlinkedUsers) {
    }
}
