package net.realmbridge.keycloak.client;

/**
 * A user's account at the realm's identity provider.
 *
 * @param provider the identity provider's alias
 * @param username what is shown beside the subject
 */
public record IdentityLink(String provider, String subject, String username) {

    boolean isUsable() {
        return provider != null && !provider.isBlank() && subject != null && !subject.isBlank();
    }
}
