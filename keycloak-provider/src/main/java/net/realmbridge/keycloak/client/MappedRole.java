package net.realmbridge.keycloak.client;

/** A role that a group brings: of the realm, or with a client's id of that client. */
public record MappedRole(String client, String role, boolean allowAdmin) {

    boolean isUsable() {
        return role != null && !role.isBlank();
    }

    @Override
    public String toString() {
        return client == null ? role : client + "/" + role;
    }
}
