package net.realmbridge.keycloak.client;

/** The bridge's verdict on a password. */
public record PasswordCheck(String result, String version, boolean enabled, String reason) {
    public static final String VALID = "valid";
    public static final String INVALID = "invalid";
    public static final String NO_PASSWORD = "no-password";

    /** What is known of the password of a user who doesn't exist. */
    public static final PasswordCheck NOBODY = new PasswordCheck(NO_PASSWORD, null, false, null);
}
