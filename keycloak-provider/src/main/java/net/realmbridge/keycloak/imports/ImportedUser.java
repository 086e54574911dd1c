package net.realmbridge.keycloak.imports;

import java.util.List;
import java.util.Locale;
import java.util.Objects;

import org.keycloak.models.GroupModel;
import org.keycloak.models.UserModel;
import org.keycloak.models.utils.UserModelDelegate;
import org.keycloak.storage.ReadOnlyException;

/**
 * An imported user as Keycloak sees it. What the bridge owns can't be changed here; all the rest can (roles, other groups,
 * required actions, locale, consents, one-time passwords), also while the bridge is down. Writing the value that is there
 * already is no change: the admin console sends the whole user back.
 */
public final class ImportedUser extends UserModelDelegate {
    private final String componentId;
    private final Mapping mapping;
    private final boolean offline;

    /** @param offline whether the bridge can't be reached, which only changes what a refusal says */
    public ImportedUser(UserModel local, String componentId, Mapping mapping, boolean offline) {
        super(local);
        this.componentId = componentId;
        this.mapping = mapping;
        this.offline = offline;
    }

    @Override
    public void setUsername(String username) {
        if (!sameIgnoringCase(username, getUsername())) {
            throw refused("username");
        }
    }

    @Override
    public void setEmail(String email) {
        if (!sameIgnoringCase(email, getEmail())) {
            throw refused("e-mail");
        }
    }

    @Override
    public void setFirstName(String firstName) {
        if (!same(firstName, getFirstName())) {
            throw refused("first name");
        }
    }

    @Override
    public void setLastName(String lastName) {
        if (!same(lastName, getLastName())) {
            throw refused("last name");
        }
    }

    /**
     * Disabling is allowed, an administrator or a lock-out may want it. Enabling is allowed as long as the bridge has the user
     * active: who was deactivated at the source can't be let in from here.
     */
    @Override
    public void setEnabled(boolean enabled) {
        if (enabled && !isEnabled() && Boolean.FALSE.toString().equals(getFirstAttribute(Mapping.ACTIVE))) {
            throw refused("enabled flag");
        }
        super.setEnabled(enabled);
    }

    @Override
    public void setSingleAttribute(String name, String value) {
        setAttribute(name, value == null ? List.of() : List.of(value));
    }

    @Override
    public void setAttribute(String name, List<String> values) {
        switch (name) {
            case UserModel.USERNAME -> setUsername(first(values));
            case UserModel.EMAIL -> setEmail(first(values));
            case UserModel.FIRST_NAME -> setFirstName(first(values));
            case UserModel.LAST_NAME -> setLastName(first(values));
            default -> {
                if (!mapping.isOwned(delegate, name)) {
                    super.setAttribute(name, values);
                } else if (!clean(values).equals(clean(getAttributeStream(name).toList()))) {
                    throw refused(name);
                }
            }
        }
    }

    @Override
    public void removeAttribute(String name) {
        if (!mapping.isOwned(delegate, name)) {
            super.removeAttribute(name);
        } else if (getFirstAttribute(name) != null) {
            throw refused(name);
        }
    }

    @Override
    public void joinGroup(GroupModel group) {
        if (!isMemberOf(group)) {
            refuseMirrored(group);
            super.joinGroup(group);
        }
    }

    @Override
    public void leaveGroup(GroupModel group) {
        if (isMemberOf(group)) {
            refuseMirrored(group);
            super.leaveGroup(group);
        }
    }

    private void refuseMirrored(GroupModel group) {
        if (componentId.equals(group.getFirstAttribute(GroupMirror.COMPONENT))) {
            throw refused("membership of group " + group.getName());
        }
    }

    private ReadOnlyException refused(String what) {
        return new ReadOnlyException("The " + what + " of this user comes from the bridge and can't be changed in Keycloak."
                + (offline ? " The bridge is unavailable at the moment." : ""));
    }

    private static String first(List<String> values) {
        return values == null || values.isEmpty() ? null : values.get(0);
    }

    private static List<String> clean(List<String> values) {
        return values == null ? List.of() : values.stream().filter(value -> value != null && !value.isEmpty()).sorted().toList();
    }

    private static boolean same(String a, String b) {
        return Objects.equals(a == null || a.isEmpty() ? null : a, b == null || b.isEmpty() ? null : b);
    }

    private static boolean sameIgnoringCase(String a, String b) {
        return same(a == null ? null : a.toLowerCase(Locale.ROOT), b == null ? null : b.toLowerCase(Locale.ROOT));
    }
}
