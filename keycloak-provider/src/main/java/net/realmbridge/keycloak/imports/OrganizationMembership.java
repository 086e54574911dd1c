package net.realmbridge.keycloak.imports;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

import net.realmbridge.keycloak.client.BridgeUser;
import net.realmbridge.keycloak.spi.KeycloakInternals;
import net.realmbridge.keycloak.spi.KeycloakInternals.Organization;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;

/**
 * Makes users managed members of the organization that their directory is bound to. A membership made here is marked at the
 * user, and no other is ever touched. One instance serves one session.
 */
public final class OrganizationMembership {
    /** Id of the organization that the user was put in by the bridge's binding. */
    public static final String MARKER = "realmbridge.organizationId";

    private final KeycloakSession session;
    private final RealmModel realm;
    private final Map<String, Organization> byAlias = new HashMap<>();

    OrganizationMembership(KeycloakSession session, RealmModel realm) {
        this.session = session;
        this.realm = realm;
    }

    /**
     * While a realm has organizations switched off, Keycloak shuts their managed members out. Those of a component become unmanaged
     * ones for that time.
     */
    public static void release(KeycloakSession session, RealmModel realm, String componentId) {
        if (!realm.isOrganizationsEnabled() && KeycloakInternals.releaseManagedMembers(session, realm, componentId) > 0) {
            KeycloakInternals.evictAll(session, realm);
        }
    }

    /** The organization of this alias, or {@code null} as long as the realm has none of it or has organizations switched off. */
    private Organization find(String alias) {
        if (alias == null || !realm.isOrganizationsEnabled()) {
            return null;
        }
        return byAlias.computeIfAbsent(alias, name -> KeycloakInternals.organization(session, realm.getId(), name));
    }

    /** Before a batch of new users is added: what Keycloak remembers of the organizations is forgotten. */
    void prepare(List<BridgeUser> rows) {
        rows.stream().map(BridgeUser::organization).distinct().map(this::find)
                .filter(organization -> organization != null)
                .forEach(organization -> KeycloakInternals.forgetMemberCount(session, realm, organization));
    }

    /** For a user who has just been added in a batch; {@link #markNew} must follow. */
    void joinNew(UserModel newUser, BridgeUser remote) {
        Organization organization = find(remote.organization());
        if (organization != null) {
            KeycloakInternals.joinOrganization(session, newUser, organization);
        }
    }

    void markNew(UserModel newUser, BridgeUser remote) {
        Organization organization = find(remote.organization());
        if (organization != null) {
            newUser.setSingleAttribute(MARKER, organization.id());
        }
    }

    void reconcile(UserModel user, BridgeUser remote) {
        String made = user.getFirstAttribute(MARKER);
        if (made == null && remote.organization() == null) {
            return;
        }
        if (remote.organization() != null && !realm.isOrganizationsEnabled()) {
            // What was made is kept until organizations are back; see release().
            return;
        }
        Organization wanted = find(remote.organization());
        if (made != null && (wanted == null || !made.equals(wanted.id()))) {
            KeycloakInternals.leaveOrganization(session, realm, user, made);
            user.removeAttribute(MARKER);
            made = null;
        }
        if (wanted == null) {
            return;
        }
        Boolean managed = KeycloakInternals.managedMember(session, user, wanted);
        if (managed == null) {
            KeycloakInternals.forgetMembership(session, realm, user, wanted);
            KeycloakInternals.joinOrganization(session, user, wanted);
            user.setSingleAttribute(MARKER, wanted.id());
        } else if (made != null && !managed) {
            KeycloakInternals.manageMember(session, user, wanted);
        }
    }
}
