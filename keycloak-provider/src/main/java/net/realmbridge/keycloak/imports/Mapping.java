package net.realmbridge.keycloak.imports;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import net.realmbridge.keycloak.client.BridgeUser;
import org.keycloak.models.UserModel;

/** Which attributes of a Keycloak user belong to the bridge, and what it puts there. The federation says which it maps. */
public final class Mapping {
    /** The bridge's version of the user at the last import. */
    public static final String VERSION = "realmbridge.version";
    public static final String DIRECTORY = "realmbridge.directory";
    public static final String EXTERNAL_ID = "realmbridge.externalId";
    /** Whether the bridge had the user active at the last import; apart from Keycloak's own {@code enabled}. */
    public static final String ACTIVE = "realmbridge.active";
    /**
     * Names of the attributes that the last import wrote, so that they can be taken away again. Left out when they can only be
     * {@link #STANDARD} ones, which spares most installations a row for each user.
     */
    public static final String EXTRA = "realmbridge.extra";

    public static final Set<String> BOOKKEEPING = Set.of(VERSION, DIRECTORY, EXTERNAL_ID, ACTIVE, EXTRA, OrganizationMembership.MARKER,
            IdentityLinks.MARKER);
    /** Written apart from the others, each when what it stands for is done. */
    private static final Set<String> WRITTEN_APART = Set.of(VERSION, OrganizationMembership.MARKER, IdentityLinks.MARKER);

    /** What a federation maps unless its operator says otherwise. */
    public static final Mapping STANDARD = new Mapping(Set.of("displayName", "nickName", "title", "userType", "preferredLanguage",
            "timezone", "profileUrl", "phoneNumbers", "employeeNumber", "costCenter", "organization", "division", "department", "manager"));

    private static final Set<String> ROOT = Set.of(UserModel.USERNAME, UserModel.EMAIL, UserModel.FIRST_NAME, UserModel.LAST_NAME);
    /** In place of names, when nothing was written: no attribute can be called so. */
    private static final String NOTHING = "(none)";

    private final Set<String> names;

    private Mapping(Set<String> names) {
        this.names = Collections.unmodifiableSet(new LinkedHashSet<>(new TreeSet<>(names)));
    }

    /** @param names of the attributes that the federation maps; those that are no business of the bridge are left out */
    public static Mapping of(Collection<String> names) {
        Set<String> own = names.stream().filter(Mapping::isMappable).collect(Collectors.toUnmodifiableSet());
        return own.equals(STANDARD.names) ? STANDARD : new Mapping(own);
    }

    /** In alphabetical order. */
    public Set<String> names() {
        return names;
    }

    /** The locale is the user's own choice in Keycloak; the bridge's is only where it starts. */
    private static boolean isMappable(String name) {
        return !ROOT.contains(name) && !UserModel.LOCALE.equals(name) && !name.startsWith("realmbridge.");
    }

    /** The attributes to write, without {@link #VERSION}, which says that the import is done and so is written last. */
    Map<String, List<String>> attributes(BridgeUser user) {
        Map<String, List<String>> attributes = new LinkedHashMap<>();
        user.attributes().forEach((name, values) -> {
            if (isMappable(name) && values != null) {
                List<String> clean = values.stream().filter(value -> value != null && !value.isEmpty()).toList();
                if (!clean.isEmpty()) {
                    attributes.put(name, clean);
                }
            }
        });
        List<String> written = new ArrayList<>(attributes.keySet());
        put(attributes, DIRECTORY, user.directory());
        put(attributes, EXTERNAL_ID, user.externalId());
        put(attributes, ACTIVE, String.valueOf(user.enabled()));
        if (this != STANDARD || !STANDARD.names.containsAll(written)) {
            attributes.put(EXTRA, written.isEmpty() ? List.of(NOTHING) : written);
        }
        return attributes;
    }

    static String initialLocale(BridgeUser user) {
        List<String> locale = user.attributes().get(UserModel.LOCALE);
        return locale == null || locale.isEmpty() ? null : locale.get(0);
    }

    /** Whether this attribute of this user may be written by the bridge only. */
    boolean isOwned(UserModel user, String name) {
        return isOwned(name) || user.getAttributeStream(EXTRA).anyMatch(name::equals);
    }

    /** The same for a user who isn't imported. */
    public boolean isOwned(BridgeUser user, String name) {
        return isOwned(name) || user.attributes().containsKey(name) && !UserModel.LOCALE.equals(name);
    }

    private boolean isOwned(String name) {
        return ROOT.contains(name) || BOOKKEEPING.contains(name) || names.contains(name);
    }

    /** The attributes that the last import left with the user. */
    static Set<String> present(UserModel user) {
        List<String> written = user.getAttributeStream(EXTRA).toList();
        return Stream.concat(written.isEmpty() ? STANDARD.names.stream() : written.stream(), BOOKKEEPING.stream())
                .filter(name -> !WRITTEN_APART.contains(name))
                .filter(name -> user.getFirstAttribute(name) != null)
                .collect(Collectors.toSet());
    }

    private static void put(Map<String, List<String>> attributes, String name, String value) {
        if (value != null && !value.isEmpty()) {
            attributes.put(name, List.of(value));
        }
    }
}
