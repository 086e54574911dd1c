package net.realmbridge.keycloak;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

import net.realmbridge.keycloak.imports.Mapping;
import net.realmbridge.keycloak.spi.KeycloakInternals;
import org.keycloak.models.UserModel;
import org.keycloak.userprofile.AttributeMetadata;
import org.keycloak.userprofile.UserProfileMetadata;

/** Shows the bridge's attributes read-only in forms, and shows those that the realm's user profile doesn't declare to administrators. */
final class ReadOnlyProfile {
    private static final Set<String> FIELDS = Set.of(UserModel.USERNAME, UserModel.EMAIL, UserModel.FIRST_NAME, UserModel.LAST_NAME);

    private ReadOnlyProfile() {
    }

    static List<AttributeMetadata> decorate(UserProfileMetadata metadata, Mapping mapping, String componentName) {
        metadata.getAttributes().stream()
                .filter(attribute -> FIELDS.contains(attribute.getName()) || mapping.names().contains(attribute.getName())
                        || Mapping.BOOKKEEPING.contains(attribute.getName()))
                .forEach(attribute -> attribute.addWriteCondition(AttributeMetadata.ALWAYS_FALSE));

        int order = metadata.getAttributes().size();
        Set<String> names = new TreeSet<>(mapping.names());
        names.addAll(Mapping.BOOKKEEPING);
        List<AttributeMetadata> added = new ArrayList<>();
        for (String name : names) {
            AttributeMetadata attribute = KeycloakInternals.readOnlyForAdmins(name, metadata, order, componentName);
            if (attribute != null) {
                added.add(attribute);
                order++;
            }
        }
        return added;
    }
}
