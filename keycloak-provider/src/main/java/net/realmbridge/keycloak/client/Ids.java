package net.realmbridge.keycloak.client;

import java.util.regex.Pattern;

public final class Ids {
    private static final Pattern UUID =
            Pattern.compile("[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}");

    private Ids() {
    }

    public static boolean isUuid(String id) {
        return id != null && UUID.matcher(id).matches();
    }
}
