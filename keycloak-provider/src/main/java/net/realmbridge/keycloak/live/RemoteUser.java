package net.realmbridge.keycloak.live;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import net.realmbridge.keycloak.client.BridgeUser;
import net.realmbridge.keycloak.config.BridgeConfig;
import net.realmbridge.keycloak.imports.GroupMirror;
import net.realmbridge.keycloak.imports.Mapping;
import org.keycloak.common.util.MultivaluedHashMap;
import org.keycloak.component.ComponentModel;
import org.keycloak.models.GroupModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.storage.ReadOnlyException;
import org.keycloak.storage.StorageId;
import org.keycloak.storage.adapter.AbstractUserAdapterFederatedStorage;

/** A user who isn't imported: what the bridge owns is read-only, Keycloak keeps the rest in its tables for federated users. */
public final class RemoteUser extends AbstractUserAdapterFederatedStorage {
    private final BridgeConfig config;
    private final Mapping mapping;
    private final BridgeUser remote;

    public RemoteUser(KeycloakSession session, RealmModel realm, ComponentModel model, BridgeConfig config, Mapping mapping, BridgeUser remote) {
        super(session, realm, model);
        this.config = config;
        this.mapping = mapping;
        this.remote = remote;
        // The bridge's id, not the username: a renamed user stays the same user.
        this.storageId = new StorageId(model.getId(), remote.id());
    }

    @Override
    public String getUsername() {
        return remote.username();
    }

    @Override
    public void setUsername(String username) {
        refuseUnless(remote.username().equalsIgnoreCase(username), "username");
    }

    @Override
    public String getEmail() {
        return remote.email();
    }

    @Override
    public void setEmail(String email) {
        refuseUnless(remote.email() == null ? email == null || email.isEmpty() : remote.email().equalsIgnoreCase(email), "e-mail");
    }

    @Override
    public boolean isEmailVerified() {
        return remote.email() != null && config.emailVerified();
    }

    @Override
    public String getFirstName() {
        return remote.firstName();
    }

    @Override
    public void setFirstName(String firstName) {
        refuseUnless(Objects.equals(remote.firstName(), firstName), "first name");
    }

    @Override
    public String getLastName() {
        return remote.lastName();
    }

    @Override
    public void setLastName(String lastName) {
        refuseUnless(Objects.equals(remote.lastName(), lastName), "last name");
    }

    @Override
    public boolean isEnabled() {
        return remote.enabled() && super.isEnabled();
    }

    @Override
    public void setEnabled(boolean enabled) {
        refuseUnless(remote.enabled() || !enabled, "enabled flag");
        super.setEnabled(enabled);
    }

    @Override
    public Long getCreatedTimestamp() {
        return remote.createdAt();
    }

    @Override
    public String getFirstAttribute(String name) {
        List<String> values = getAttributes().get(name);
        return values == null || values.isEmpty() ? null : values.get(0);
    }

    @Override
    public Stream<String> getAttributeStream(String name) {
        List<String> values = getAttributes().get(name);
        return values == null ? Stream.empty() : values.stream();
    }

    @Override
    public Map<String, List<String>> getAttributes() {
        MultivaluedHashMap<String, String> attributes = new MultivaluedHashMap<>();
        MultivaluedHashMap<String, String> own = getFederatedStorage().getAttributes(realm, getId());
        if (own != null) {
            own.forEach((name, values) -> {
                if (!name.equals(ENABLED_ATTRIBUTE) && !isOwned(name)) {
                    attributes.put(name, values);
                }
            });
        }
        remote.attributes().forEach((name, values) -> {
            if (!UserModel.LOCALE.equals(name)) {
                attributes.put(name, values);
            }
        });
        put(attributes, UserModel.USERNAME, remote.username());
        put(attributes, UserModel.EMAIL, remote.email());
        put(attributes, UserModel.FIRST_NAME, remote.firstName());
        put(attributes, UserModel.LAST_NAME, remote.lastName());
        put(attributes, Mapping.VERSION, remote.version());
        put(attributes, Mapping.DIRECTORY, remote.directory());
        put(attributes, Mapping.EXTERNAL_ID, remote.externalId());
        return attributes;
    }

    @Override
    public void setSingleAttribute(String name, String value) {
        setAttribute(name, value == null ? List.of() : List.of(value));
    }

    @Override
    public void setAttribute(String name, List<String> values) {
        if (!isOwned(name)) {
            super.setAttribute(name, values);
        } else {
            List<String> now = getAttributeStream(name).toList();
            refuseUnless(now.equals(values == null ? List.of() : values.stream().filter(v -> v != null && !v.isEmpty()).toList()), name);
        }
    }

    @Override
    public void removeAttribute(String name) {
        if (!isOwned(name)) {
            super.removeAttribute(name);
        } else {
            refuseUnless(getFirstAttribute(name) == null, name);
        }
    }

    @Override
    protected Set<GroupModel> getGroupsInternal() {
        return remote.groups().stream()
                .map(group -> session.groups().getGroupById(realm, group.id()))
                .filter(Objects::nonNull)
                .collect(Collectors.toSet());
    }

    @Override
    public void joinGroup(GroupModel group) {
        refuseUnless(!isMirrored(group), "membership of group " + group.getName());
        super.joinGroup(group);
    }

    @Override
    public void leaveGroup(GroupModel group) {
        refuseUnless(!isMirrored(group), "membership of group " + group.getName());
        super.leaveGroup(group);
    }

    private boolean isMirrored(GroupModel group) {
        return config.componentId().equals(group.getFirstAttribute(GroupMirror.COMPONENT));
    }

    private boolean isOwned(String name) {
        return mapping.isOwned(remote, name);
    }

    private static void put(MultivaluedHashMap<String, String> attributes, String name, String value) {
        if (value != null) {
            attributes.putSingle(name, value);
        } else {
            attributes.remove(name);
        }
    }

    private static void refuseUnless(boolean harmless, String what) {
        if (!harmless) {
            throw new ReadOnlyException("The " + what + " of this user comes from the bridge and can't be changed in Keycloak.");
        }
    }
}
