package net.realmbridge.keycloak.imports;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import net.realmbridge.keycloak.client.BridgeUser;
import org.keycloak.models.UserModel;

/** Which attributes of a Keycloak user belong to the bridge, and what it puts there. */
public final class Mapping {
    /** The bridge's version of the user at the last import. */
    public static final String VERSION = "realmbridge.version";
    public static final String DIRECTORY = "realmbridge.directory";
    public static final String EXTERNAL_ID = "realmbridge.externalId";
    /** Whether the bridge had the user active at the last import; apart from Keycloak's own {@code enabled}. */
    public static final String ACTIVE = "realmbridge.active";
    /** Names of attributes beyond {@link #STANDARD}, so that they can be taken away again. */
    public static final String EXTRA = "realmbridge.extra";

    public static final Set<String> BOOKKEEPING = Set.of(VERSION, DIRECTORY, EXTERNAL_ID, ACTIVE, EXTRA);

    public static final Set<String> STANDARD = Set.of("displayName", "nickName", "title", "userType", "preferredLanguage", "timezone",
            "profileUrl", "phoneNumbers", "employeeNumber", "costCenter", "organization", "division", "department", "manager");

    private static final Set<String> ROOT = Set.of(UserModel.USERNAME, UserModel.EMAIL, UserModel.FIRST_NAME, UserModel.LAST_NAME);

    private Mapping() {
    }

    /** The attributes to write, without {@link #VERSION}, which says that the import is done and so is written last. */
    static Map<String, List<String>> attributes(BridgeUser user) {
        Map<String, List<String>> attributes = new LinkedHashMap<>();
        List<String> extra = new ArrayList<>();
        user.attributes().forEach((name, values) -> {
            // The locale is the user's own choice in Keycloak; the bridge's is only where it starts.
            if (ROOT.contains(name) || UserModel.LOCALE.equals(name) || name.startsWith("realmbridge.") || values == null) {
                return;
            }
            List<String> clean = values.stream().filter(value -> value != null && !value.isEmpty()).toList();
            if (!clean.isEmpty()) {
                attributes.put(name, clean);
                if (!STANDARD.contains(name)) {
                    extra.add(name);
                }
            }
        });
        put(attributes, DIRECTORY, user.directory());
        put(attributes, EXTERNAL_ID, user.externalId());
        put(attributes, ACTIVE, String.valueOf(user.enabled()));
        if (!extra.isEmpty()) {
            attributes.put(EXTRA, extra);
        }
        return attributes;
    }

    static String initialLocale(BridgeUser user) {
        List<String> locale = user.attributes().get(UserModel.LOCALE);
        return locale == null || locale.isEmpty() ? null : locale.get(0);
    }

    /** Whether this attribute of this user may be written by the bridge only. */
    static boolean isOwned(UserModel user, String name) {
        return ROOT.contains(name) || BOOKKEEPING.contains(name) || STANDARD.contains(name)
                || user.getAttributeStream(EXTRA).anyMatch(name::equals);
    }

    /** The same for a user who isn't imported. */
    public static boolean isOwned(BridgeUser user, String name) {
        return ROOT.contains(name) || BOOKKEEPING.contains(name) || STANDARD.contains(name)
                || user.attributes().containsKey(name) && !UserModel.LOCALE.equals(name);
    }

    /** The owned attributes that the user has now. */
    static Set<String> present(UserModel user) {
        return Stream.concat(Stream.concat(STANDARD.stream(), BOOKKEEPING.stream()), user.getAttributeStream(EXTRA))
                .filter(name -> !VERSION.equals(name))
                .filter(name -> user.getFirstAttribute(name) != null)
                .collect(Collectors.toSet());
    }

    private static void put(Map<String, List<String>> attributes, String name, String value) {
        if (value != null && !value.isEmpty()) {
            attributes.put(name, List.of(value));
        }
    }
}
