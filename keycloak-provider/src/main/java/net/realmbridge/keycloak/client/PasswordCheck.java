package net.realmbridge.keycloak.client;

/**
 * The bridge's verdict on a password. {@code graceLogins} and {@code passwordExpiresInSeconds} may come with a right one, when its
 * directory says that it has expired and how often it is still taken, or that it will expire soon; otherwise they are null.
 */
public record PasswordCheck(String result, String version, boolean enabled, String reason, Integer graceLogins, Long passwordExpiresInSeconds) {
    public static final String VALID = "valid";
    public static final String INVALID = "invalid";
    public static final String NO_PASSWORD = "no-password";

    /** What is known of the password of a user who doesn't exist. */
    public static final PasswordCheck NOBODY = new PasswordCheck(NO_PASSWORD, null, false, null, null, null);
}
