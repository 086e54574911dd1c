package net.realmbridge.keycloak.imports;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;

import org.keycloak.models.ClientModel;
import org.keycloak.models.ClientProvider;
import org.keycloak.models.GroupModel;
import org.keycloak.models.GroupProvider;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.ModelDuplicateException;
import org.keycloak.models.RealmModel;
import org.keycloak.models.RoleContainerModel;
import org.keycloak.models.RoleModel;
import org.keycloak.models.RoleProvider;
import org.keycloak.models.UserModel;

/**
 * As much of a realm as groups and roles need, in memory. Keycloak's interfaces have hundreds of methods; those that are asked
 * for are found in the parts below, and any other fails the test.
 */
final class FakeRealm {
    final RealmModel realm = as(RealmModel.class, new Object());
    final KeycloakSession session = as(KeycloakSession.class, new SessionPart());
    private final Map<String, GroupModel> groups = new LinkedHashMap<>();
    private final Map<String, RoleModel> roles = new LinkedHashMap<>();
    private final Map<String, ClientModel> clients = new HashMap<>();

    private static <T> T as(Class<T> type, Object part) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, (self, method, args) -> {
            switch (method.getName()) {
                case "equals" -> {
                    return self == args[0];
                }
                case "hashCode" -> {
                    return System.identityHashCode(self);
                }
                default -> {
                    return call(part, self, method, args);
                }
            }
        }));
    }

    private static Object call(Object part, Object self, Method method, Object[] args) throws Throwable {
        for (Method own : part.getClass().getMethods()) {
            if (own.getName().equals(method.getName()) && Arrays.equals(own.getParameterTypes(), method.getParameterTypes())) {
                own.setAccessible(true);
                try {
                    return own.invoke(part, args);
                } catch (InvocationTargetException e) {
                    throw e.getCause();
                }
            }
        }
        if (method.isDefault()) {
            return InvocationHandler.invokeDefault(self, method, args);
        }
        throw new UnsupportedOperationException(method.toString());
    }

    /** The path of the group of this id, or {@code null}. */
    String pathOf(String id) {
        return path(groups.get(id));
    }

    private static String path(GroupModel group) {
        return group == null ? null : (group.getParent() == null ? "" : path(group.getParent())) + "/" + group.getName();
    }

    GroupModel group(String id) {
        return groups.get(id);
    }

    /** A group of an administrator's own. */
    GroupModel addGroup(String id, String name, GroupModel parent) {
        return session.groups().createGroup(realm, id, name, parent);
    }

    RoleModel addRole(String clientId, String name, RoleModel... composites) {
        ClientModel client = clientId == null ? null : clients.computeIfAbsent(clientId, id -> as(ClientModel.class, new ClientPart(id)));
        RoleModel role = as(RoleModel.class, new RolePart(name, client, List.of(composites)));
        roles.put((clientId == null ? "" : clientId) + "/" + name, role);
        return role;
    }

    UserModel user(GroupModel... member) {
        return as(UserModel.class, new UserPart(new LinkedHashSet<>(List.of(member))));
    }

    public final class SessionPart {
        private final GroupProvider groupProvider = as(GroupProvider.class, new GroupsPart());
        private final RoleProvider roleProvider = as(RoleProvider.class, new RolesPart());
        private final ClientProvider clientProvider = as(ClientProvider.class, new ClientsPart());

        public GroupProvider groups() {
            return groupProvider;
        }

        public RoleProvider roles() {
            return roleProvider;
        }

        public ClientProvider clients() {
            return clientProvider;
        }
    }

    public final class GroupsPart {
        public GroupModel getGroupById(RealmModel of, String id) {
            return groups.get(id);
        }

        public GroupModel getGroupByName(RealmModel of, GroupModel parent, String name) {
            return groups.values().stream().filter(group -> group.getParent() == parent && group.getName().equals(name)).findFirst().orElse(null);
        }

        public GroupModel createGroup(RealmModel of, String id, String name, GroupModel parent) {
            requireFree(name, parent, null);
            GroupPart part = new GroupPart(id == null ? UUID.randomUUID().toString() : id, name, parent);
            GroupModel group = as(GroupModel.class, part);
            part.self = group;
            groups.put(part.id, group);
            return group;
        }

        public void moveGroup(RealmModel of, GroupModel group, GroupModel to) {
            for (GroupModel at = to; at != null; at = at.getParent()) {
                if (at == group) {
                    throw new IllegalStateException("a group can't be moved below itself");
                }
            }
            requireFree(group.getName(), to, group);
            group.setParent(to);
        }

        public boolean removeGroup(RealmModel of, GroupModel group) {
            group.getSubGroupsStream().toList().forEach(child -> removeGroup(of, child));
            return groups.remove(group.getId()) != null;
        }

        public Stream<GroupModel> searchGroupsByAttributes(RealmModel of, Map<String, String> wanted, Integer first, Integer max) {
            return groups.values().stream().filter(group -> wanted.entrySet().stream()
                    .allMatch(each -> each.getValue().equals(group.getFirstAttribute(each.getKey()))));
        }
    }

    private void requireFree(String name, GroupModel parent, GroupModel except) {
        groups.values().forEach(group -> {
            if (group != except && group.getParent() == parent && group.getName().equals(name)) {
                throw new ModelDuplicateException("there is a group " + name + " already");
            }
        });
    }

    public final class GroupPart {
        private final String id;
        private final Map<String, List<String>> attributes = new HashMap<>();
        private final Set<RoleModel> granted = new LinkedHashSet<>();
        private String name;
        private GroupModel parent;
        private GroupModel self;

        GroupPart(String id, String name, GroupModel parent) {
            this.id = id;
            this.name = name;
            this.parent = parent;
        }

        public String getId() {
            return id;
        }

        public String getName() {
            return name;
        }

        public void setName(String to) {
            requireFree(to, parent, self);
            name = to;
        }

        public GroupModel getParent() {
            return parent;
        }

        public String getParentId() {
            return parent == null ? null : parent.getId();
        }

        public void setParent(GroupModel to) {
            parent = to;
        }

        public Stream<GroupModel> getSubGroupsStream() {
            return groups.values().stream().filter(group -> group.getParent() == self);
        }

        public String getFirstAttribute(String attribute) {
            return attributes.getOrDefault(attribute, List.of()).stream().findFirst().orElse(null);
        }

        public Stream<String> getAttributeStream(String attribute) {
            return attributes.getOrDefault(attribute, List.of()).stream();
        }

        public void setSingleAttribute(String attribute, String value) {
            attributes.put(attribute, List.of(value));
        }

        public void setAttribute(String attribute, List<String> values) {
            attributes.put(attribute, values);
        }

        public void removeAttribute(String attribute) {
            attributes.remove(attribute);
        }

        public Stream<RoleModel> getRoleMappingsStream() {
            return Set.copyOf(granted).stream();
        }

        public void grantRole(RoleModel role) {
            granted.add(role);
        }

        public void deleteRoleMapping(RoleModel role) {
            granted.remove(role);
        }
    }

    public final class RolesPart {
        public RoleModel getRealmRole(RealmModel of, String name) {
            return roles.get("/" + name);
        }

        public RoleModel getClientRole(ClientModel client, String name) {
            return roles.get(client.getClientId() + "/" + name);
        }

        public RoleModel getRoleById(RealmModel of, String id) {
            return roles.values().stream().filter(role -> role.getId().equals(id)).findFirst().orElse(null);
        }
    }

    public final class ClientsPart {
        public ClientModel getClientByClientId(RealmModel of, String clientId) {
            return clients.get(clientId);
        }
    }

    public record ClientPart(String clientId) {
        public String getClientId() {
            return clientId;
        }
    }

    public static final class RolePart {
        private final String id = UUID.randomUUID().toString();
        private final String name;
        private final ClientModel client;
        private final List<RoleModel> composites;

        RolePart(String name, ClientModel client, List<RoleModel> composites) {
            this.name = name;
            this.client = client;
            this.composites = composites;
        }

        public String getId() {
            return id;
        }

        public String getName() {
            return name;
        }

        public boolean isClientRole() {
            return client != null;
        }

        public RoleContainerModel getContainer() {
            return client;
        }

        public boolean isComposite() {
            return !composites.isEmpty();
        }

        public Stream<RoleModel> getCompositesStream() {
            return composites.stream();
        }
    }

    public record UserPart(Set<GroupModel> member) {
        public Stream<GroupModel> getGroupsStream() {
            return Set.copyOf(member).stream();
        }

        public void joinGroup(GroupModel group) {
            member.add(group);
        }

        public void leaveGroup(GroupModel group) {
            member.remove(group);
        }
    }
}
