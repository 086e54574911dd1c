package net.realmbridge.keycloak.live;

import java.util.Map;
import java.util.Set;

import net.realmbridge.keycloak.client.UserQuery;
import org.keycloak.models.UserModel;

/** Turns Keycloak's search parameters into the bridge's. */
final class Searches {
    private static final Set<String> FIELDS = Set.of(UserModel.USERNAME, UserModel.EMAIL, UserModel.FIRST_NAME, UserModel.LAST_NAME);

    private Searches() {
    }

    static UserQuery.Builder query(Map<String, String> params) {
        UserQuery.Builder query = UserQuery.builder();
        String search = params.get(UserModel.SEARCH);
        if (params.get(UserModel.ENABLED) != null) {
            query.with("enabled", params.get(UserModel.ENABLED));
        }
        if (search != null) {
            // Keycloak leaves all fields but this one aside when it is set.
            return query.with("search", search.trim());
        }
        params.forEach((name, value) -> {
            if (FIELDS.contains(name)) {
                query.with(name, value);
            } else if (!isControl(name) && value != null) {
                query.attribute(name, value);
            }
        });
        if (Boolean.parseBoolean(params.get(UserModel.EXACT))) {
            query.with("exact", "true");
        }
        return query;
    }

    /** Keycloak puts its own switches among the attributes. */
    private static boolean isControl(String name) {
        return name.startsWith("keycloak.") || Set.of(UserModel.ENABLED, UserModel.EXACT, UserModel.EMAIL_VERIFIED, UserModel.IDP_ALIAS,
                UserModel.IDP_USER_ID, UserModel.INCLUDE_SERVICE_ACCOUNT, UserModel.GROUPS).contains(name);
    }
}
