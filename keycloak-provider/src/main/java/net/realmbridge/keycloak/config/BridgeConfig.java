package net.realmbridge.keycloak.config;

import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;

import org.keycloak.component.ComponentModel;

/** A component's configuration, typed. Two equal configurations can share one running client. */
public record BridgeConfig(
        String componentId,
        String realmId,
        String name,
        boolean enabled,
        boolean importEnabled,
        String bridgeUrl,
        String federation,
        String token,
        List<String> groupsParent,
        boolean emailVerified,
        Duration requestTimeout,
        Duration validationTtl,
        boolean removalGuard,
        boolean passwordChangeEndsSessions,
        boolean offlinePassword,
        Duration offlinePasswordMaxAge) {

    static final int MIN_TIMEOUT = 100;
    /** Below the two seconds that the provider promises, with room for its own work. */
    static final int MAX_TIMEOUT = 1900;
    static final int DEFAULT_TIMEOUT = 1500;
    static final int DEFAULT_TTL = 30;
    static final int DEFAULT_OFFLINE_DAYS = 14;
    static final int MAX_OFFLINE_DAYS = 365;
    static final String DEFAULT_PARENT = "/realmbridge";

    private static final Pattern SLUG = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,99}");

    public static BridgeConfig of(ComponentModel model) {
        return new BridgeConfig(
                model.getId(),
                model.getParentId(),
                model.getName(),
                bool(model, "enabled", true),
                bool(model, "importEnabled", true),
                text(model, ConfigProperties.BRIDGE_URL),
                text(model, ConfigProperties.FEDERATION),
                text(model, ConfigProperties.TOKEN),
                segments(parent(model)),
                bool(model, ConfigProperties.EMAIL_VERIFIED, true),
                Duration.ofMillis(Math.max(MIN_TIMEOUT, Math.min(MAX_TIMEOUT, number(model, ConfigProperties.REQUEST_TIMEOUT, DEFAULT_TIMEOUT)))),
                Duration.ofSeconds(Math.max(0, number(model, ConfigProperties.VALIDATION_TTL, DEFAULT_TTL))),
                bool(model, ConfigProperties.REMOVAL_GUARD, true),
                bool(model, ConfigProperties.PASSWORD_CHANGE_ENDS_SESSIONS, true),
                bool(model, ConfigProperties.OFFLINE_PASSWORD, false),
                Duration.ofDays(Math.max(1, Math.min(MAX_OFFLINE_DAYS,
                        number(model, ConfigProperties.OFFLINE_PASSWORD_MAX_AGE, DEFAULT_OFFLINE_DAYS)))));
    }

    /**
     * What is wrong with a configuration, or an empty list. It looks at the text only: Keycloak validates on every save, also
     * when a component is being disabled because the bridge is down, so there must be no call in here.
     */
    public static List<String> problems(ComponentModel model) {
        List<String> problems = new ArrayList<>();
        if (!isUrl(text(model, ConfigProperties.BRIDGE_URL))) {
            problems.add("Bridge URL must be an absolute http or https address without query, fragment or user, such as https://bridge.example.com");
        }
        if (!SLUG.matcher(text(model, ConfigProperties.FEDERATION)).matches()) {
            problems.add("Federation must be the slug of a federation in the bridge");
        }
        if (text(model, ConfigProperties.TOKEN).isEmpty()) {
            problems.add("Token is missing");
        }
        if (segments(parent(model)).isEmpty()) {
            problems.add("Groups parent must be the path of a group, such as " + DEFAULT_PARENT);
        }
        if (!isBetween(text(model, ConfigProperties.REQUEST_TIMEOUT), MIN_TIMEOUT, MAX_TIMEOUT)) {
            problems.add("Request timeout must be a number of milliseconds from " + MIN_TIMEOUT + " to " + MAX_TIMEOUT);
        }
        if (!isBetween(text(model, ConfigProperties.VALIDATION_TTL), 0, 86_400)) {
            problems.add("Validation lifetime must be a number of seconds from 0 to 86400");
        }
        if (!isBetween(text(model, ConfigProperties.OFFLINE_PASSWORD_MAX_AGE), 1, MAX_OFFLINE_DAYS)) {
            problems.add("Offline password age must be a number of days from 1 to " + MAX_OFFLINE_DAYS);
        }
        return problems;
    }

    /** Whether the bridge can be asked at all; a component may be saved half-filled while it is disabled. */
    public boolean isComplete() {
        return isUrl(bridgeUrl) && !federation.isEmpty() && !token.isEmpty() && !groupsParent.isEmpty();
    }

    /** Offline passwords are kept for imported users only. */
    public boolean keepsOfflinePasswords() {
        return enabled && importEnabled && offlinePassword;
    }

    /** Whether passwords that this configuration's bridge has called valid say nothing about the other's. */
    public boolean isOtherSource(BridgeConfig other) {
        return !bridgeUrl.equals(other.bridgeUrl) || !federation.equals(other.federation);
    }

    private static boolean isUrl(String text) {
        try {
            URI uri = URI.create(text);
            return ("http".equalsIgnoreCase(uri.getScheme()) || "https".equalsIgnoreCase(uri.getScheme()))
                    && uri.getHost() != null && uri.getUserInfo() == null && uri.getQuery() == null && uri.getFragment() == null;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static boolean isBetween(String text, int min, int max) {
        if (text.isEmpty()) {
            return true;
        }
        try {
            int value = Integer.parseInt(text);
            return value >= min && value <= max;
        } catch (NumberFormatException e) {
            return false;
        }
    }

    private static List<String> segments(String path) {
        return Arrays.stream(path.split("/")).map(String::trim).filter(segment -> !segment.isEmpty()).toList();
    }

    private static String parent(ComponentModel model) {
        String value = model.getConfig().getFirst(ConfigProperties.GROUPS_PARENT);
        return value == null ? DEFAULT_PARENT : value;
    }

    private static String text(ComponentModel model, String key) {
        String value = model.getConfig().getFirst(key);
        return value == null ? "" : value.trim();
    }

    private static boolean bool(ComponentModel model, String key, boolean fallback) {
        String value = text(model, key);
        return value.isEmpty() ? fallback : Boolean.parseBoolean(value);
    }

    private static int number(ComponentModel model, String key, int fallback) {
        try {
            return Integer.parseInt(text(model, key));
        } catch (NumberFormatException e) {
            return fallback;
        }
    }

    /** Without the token, which must never reach a log. */
    @Override
    public String toString() {
        return "component " + name + " (" + bridgeUrl + ", federation " + federation + ")";
    }
}
