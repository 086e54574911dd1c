package net.realmbridge.keycloak.imports;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

import net.realmbridge.keycloak.client.MappedRole;
import org.keycloak.models.ClientModel;
import org.keycloak.models.Constants;
import org.keycloak.models.GroupModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.RoleModel;

/**
 * Gives mirrored groups the roles that the bridge maps them to; their members have them through Keycloak's own inheritance. The
 * group remembers which ones were given here, so that a role that an administrator gave is never taken away.
 */
public final class GroupRoles {
    private static final String GRANTED = "realmbridge.granted";
    /** What could not be given, in words, for the component's status. */
    public static final String REFUSED = "realmbridge.refused";

    private static final Set<String> ADMIN_ROLES = Set.of("admin", "create-realm", "realm-admin");
    /** Keycloak's column for a group's attribute. */
    private static final int MAX_VALUE = 255;

    private final KeycloakSession session;
    private final RealmModel realm;
    private final Map<MappedRole, RoleModel> known = new HashMap<>();

    GroupRoles(KeycloakSession session, RealmModel realm) {
        this.session = session;
        this.realm = realm;
    }

    void set(GroupModel group, List<MappedRole> wanted) {
        Set<String> granted = new LinkedHashSet<>(group.getAttributeStream(GRANTED).toList());
        if (wanted.isEmpty() && granted.isEmpty() && group.getFirstAttribute(REFUSED) == null) {
            return;
        }
        Set<String> now = new LinkedHashSet<>();
        List<String> refused = new ArrayList<>();
        for (MappedRole mapped : wanted) {
            RoleModel role = find(mapped);
            if (role == null) {
                refused.add(brief("there is no role " + mapped));
            } else if (!mapped.allowAdmin() && administers(role)) {
                refused.add(brief("not allowed, since it administers Keycloak: role " + mapped));
            } else if (granted.contains(role.getId()) || !isDirect(group, role)) {
                now.add(role.getId());
                if (!isDirect(group, role)) {
                    group.grantRole(role);
                }
            }
        }
        granted.stream().filter(id -> !now.contains(id)).map(id -> session.roles().getRoleById(realm, id))
                .filter(role -> role != null && isDirect(group, role))
                .forEach(group::deleteRoleMapping);
        remember(group, GRANTED, List.copyOf(now));
        remember(group, REFUSED, refused);
    }

    private RoleModel find(MappedRole mapped) {
        return known.computeIfAbsent(mapped, wanted -> {
            if (wanted.client() == null) {
                return session.roles().getRealmRole(realm, wanted.role());
            }
            ClientModel client = session.clients().getClientByClientId(realm, wanted.client());
            return client == null ? null : session.roles().getClientRole(client, wanted.role());
        });
    }

    /** Whether the role, or one that it contains however deep, opens an administration of Keycloak. */
    private static boolean administers(RoleModel role) {
        Set<RoleModel> seen = new LinkedHashSet<>();
        Deque<RoleModel> pending = new ArrayDeque<>(List.of(role));
        while (!pending.isEmpty()) {
            RoleModel next = pending.pop();
            if (!seen.add(next)) {
                continue;
            }
            boolean admin = next.isClientRole() && next.getContainer() instanceof ClientModel client
                    ? client.getClientId().equals(Constants.REALM_MANAGEMENT_CLIENT_ID) || client.getClientId().endsWith("-realm")
                    : ADMIN_ROLES.contains(next.getName());
            if (admin) {
                return true;
            }
            if (next.isComposite()) {
                next.getCompositesStream().forEach(pending::push);
            }
        }
        return false;
    }

    private static String brief(String text) {
        return text.length() > MAX_VALUE ? text.substring(0, MAX_VALUE) : text;
    }

    private static boolean isDirect(GroupModel group, RoleModel role) {
        return group.getRoleMappingsStream().anyMatch(role::equals);
    }

    private static void remember(GroupModel group, String name, List<String> values) {
        if (!values.equals(group.getAttributeStream(name).toList())) {
            if (values.isEmpty()) {
                group.removeAttribute(name);
            } else {
                group.setAttribute(name, values);
            }
        }
    }
}
