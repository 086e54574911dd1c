package net.realmbridge.keycloak.imports;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

import net.realmbridge.keycloak.client.BridgeGroup;
import net.realmbridge.keycloak.config.BridgeConfig;
import org.keycloak.models.GroupModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;

/**
 * Mirrors the bridge's groups below the configured parent. A mirrored group carries the component's id, and only such groups are
 * ever renamed, moved, removed or taken from a user: an administrator's own groups below the parent are left alone, and two
 * components may share one parent. One instance serves one session.
 */
public final class GroupMirror {
    public static final String COMPONENT = "realmbridge.component";

    private final KeycloakSession session;
    private final RealmModel realm;
    private final BridgeConfig config;
    private final Map<String, GroupModel> byId = new HashMap<>();
    private final Map<List<String>, GroupModel> parents = new HashMap<>();

    public GroupMirror(KeycloakSession session, RealmModel realm, BridgeConfig config) {
        this.session = session;
        this.realm = realm;
        this.config = config;
    }

    /**
     * Creates, renames or moves a group.
     *
     * @return the mirrored group, or {@code null} if its id belongs to a group that isn't ours
     */
    public GroupModel ensure(BridgeGroup group) {
        return byId.computeIfAbsent(group.id(), id -> {
            GroupModel parent = parent(group.path().subList(0, group.path().size() - 1));
            String name = group.path().get(group.path().size() - 1);
            GroupModel found = session.groups().getGroupById(realm, id);
            if (found == null) {
                GroupModel created = session.groups().createGroup(realm, id, free(parent, name, id), parent);
                created.setSingleAttribute(COMPONENT, config.componentId());
                return created;
            }
            if (!isMirrored(found)) {
                return null;
            }
            if (!found.getName().equals(name) || !parent.getId().equals(found.getParentId())) {
                String wanted = free(parent, name, id);
                if (!parent.getId().equals(found.getParentId())) {
                    session.groups().moveGroup(realm, found, parent);
                }
                if (!found.getName().equals(wanted)) {
                    found.setName(wanted);
                }
            }
            return found;
        });
    }

    public boolean remove(String id) {
        GroupModel group = session.groups().getGroupById(realm, id);
        byId.remove(id);
        return group != null && isMirrored(group) && session.groups().removeGroup(realm, group);
    }

    /** Makes the user a member of exactly these of the component's groups; other groups stay as they are. */
    public void reconcile(UserModel user, List<BridgeGroup> wanted) {
        Map<String, GroupModel> current = user.getGroupsStream().collect(Collectors.toMap(GroupModel::getId, group -> group, (a, b) -> a));
        Set<String> keep = new HashSet<>();
        for (BridgeGroup group : wanted) {
            keep.add(group.id());
            GroupModel mirrored = ensure(group);
            if (mirrored != null && !current.containsKey(mirrored.getId())) {
                user.joinGroup(mirrored);
            }
        }
        current.values().stream()
                .filter(group -> !keep.contains(group.getId()) && isMirrored(group))
                .forEach(user::leaveGroup);
    }

    /** Ids of all groups that this component mirrors. */
    public Set<String> mirroredIds() {
        return session.groups().searchGroupsByAttributes(realm, Map.of(COMPONENT, config.componentId()), null, null)
                .map(GroupModel::getId)
                .collect(Collectors.toSet());
    }

    private boolean isMirrored(GroupModel group) {
        return config.componentId().equals(group.getFirstAttribute(COMPONENT));
    }

    /** The group at the configured parent followed by these names; what is missing of it is created. */
    private GroupModel parent(List<String> below) {
        return parents.computeIfAbsent(List.copyOf(below), names -> {
            GroupModel group = null;
            for (String name : config.groupsParent()) {
                group = child(group, name);
            }
            for (String name : names) {
                group = child(group, name);
            }
            return group;
        });
    }

    private GroupModel child(GroupModel parent, String name) {
        GroupModel found = named(parent, name);
        return found != null ? found : session.groups().createGroup(realm, null, name, parent);
    }

    private GroupModel named(GroupModel parent, String name) {
        GroupModel found = session.groups().getGroupByName(realm, parent, name);
        // Keycloak's cache may still answer with a group that has been renamed since.
        return found != null && found.getName().equals(name) ? found : null;
    }

    /** Names are unique among siblings in Keycloak. If another group holds this one, the id's tail is added. */
    private String free(GroupModel parent, String name, String id) {
        GroupModel holder = named(parent, name);
        return holder == null || holder.getId().equals(id) ? name : name + " (" + id.substring(id.length() - 8) + ")";
    }
}
