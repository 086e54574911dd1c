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
    private final GroupRoles roles;
    private final Map<String, GroupModel> byId = new HashMap<>();
    private final Map<List<String>, GroupModel> folders = new HashMap<>();

    public GroupMirror(KeycloakSession session, RealmModel realm, BridgeConfig config) {
        this.session = session;
        this.realm = realm;
        this.config = config;
        this.roles = new GroupRoles(session, realm);
    }

    /**
     * Creates, renames or moves a group, and gives it the roles that it brings. The groups above it are created when they aren't
     * there yet; where they stand, and what they bring, their own turn says.
     *
     * @return the mirrored group, or {@code null} if its id belongs to a group that isn't ours
     */
    public GroupModel ensure(BridgeGroup group) {
        GroupModel above = folder(group.folder());
        for (int i = 0; i < group.parents().size(); i++) {
            String name = group.path().get(group.folder().size() + i);
            GroupModel found = session.groups().getGroupById(realm, group.parents().get(i));
            GroupModel parent = found == null ? create(group.parents().get(i), name, above) : found;
            if (!isMirrored(parent) || parent.getId().equals(group.id())) {
                break;
            }
            above = parent;
        }
        GroupModel placed = place(group.id(), group.ownName(), above);
        if (placed != null) {
            roles.set(placed, group.roles());
        }
        return placed;
    }

    /** The group that a user is said to be in. One that isn't there yet is created at the top, until its own turn comes. */
    private GroupModel referred(BridgeGroup reference) {
        return byId.computeIfAbsent(reference.id(), id -> {
            GroupModel found = session.groups().getGroupById(realm, id);
            GroupModel group = found == null ? create(id, reference.ownName(), folder(reference.folder())) : found;
            return isMirrored(group) ? group : null;
        });
    }

    private GroupModel create(String id, String name, GroupModel above) {
        GroupModel created = session.groups().createGroup(realm, id, free(above, name, id), above);
        created.setSingleAttribute(COMPONENT, config.componentId());
        return created;
    }

    private GroupModel place(String id, String name, GroupModel above) {
        GroupModel found = session.groups().getGroupById(realm, id);
        if (found == null) {
            return create(id, name, above);
        }
        if (!isMirrored(found)) {
            return null;
        }
        boolean elsewhere = !above.getId().equals(found.getParentId());
        if (elsewhere || !found.getName().equals(name)) {
            String wanted = free(above, name, id);
            if (elsewhere) {
                makeWay(found, above);
                if (!found.getName().equals(wanted)) {
                    // Before the move too: where it goes, somebody may have its old name.
                    found.setName(free(found.getParent(), wanted, id));
                }
                session.groups().moveGroup(realm, found, above);
            }
            if (!found.getName().equals(wanted)) {
                found.setName(wanted);
            }
        }
        return found;
    }

    /** A group can't move below itself: when two have changed places, the one that was below goes to the top first. */
    private void makeWay(GroupModel group, GroupModel target) {
        GroupModel below = null;
        for (GroupModel at = target; at != null; at = at.getParent()) {
            if (at.getId().equals(group.getId())) {
                if (below != null) {
                    moveUp(below, group.getParent());
                }
                return;
            }
            below = at;
        }
    }

    /** Keycloak removes what is below a group along with it, so that is moved up before. */
    public boolean remove(String id) {
        GroupModel group = session.groups().getGroupById(realm, id);
        byId.remove(id);
        if (group == null || !isMirrored(group)) {
            return false;
        }
        for (GroupModel child : group.getSubGroupsStream().toList()) {
            moveUp(child, group.getParent());
        }
        return session.groups().removeGroup(realm, group);
    }

    private void moveUp(GroupModel group, GroupModel to) {
        String name = free(to, group.getName(), group.getId());
        if (!name.equals(group.getName())) {
            group.setName(name);
        }
        session.groups().moveGroup(realm, group, to);
    }

    /** The groups of a new user; those whose ids belong to somebody else's are left out. */
    public List<GroupModel> referred(List<BridgeGroup> references) {
        return references.stream().map(this::referred).filter(group -> group != null).toList();
    }

    /** Makes the user a member of exactly these of the component's groups; other groups stay as they are. */
    public void reconcile(UserModel user, List<BridgeGroup> wanted) {
        Map<String, GroupModel> current = user.getGroupsStream().collect(Collectors.toMap(GroupModel::getId, group -> group, (a, b) -> a));
        Set<String> keep = new HashSet<>();
        for (BridgeGroup group : wanted) {
            keep.add(group.id());
            GroupModel mirrored = referred(group);
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
    private GroupModel folder(List<String> below) {
        return folders.computeIfAbsent(List.copyOf(below), names -> {
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
