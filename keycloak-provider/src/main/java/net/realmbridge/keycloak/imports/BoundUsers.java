package net.realmbridge.keycloak.imports;

import java.util.HashMap;
import java.util.Map;

import net.realmbridge.keycloak.client.BridgeUser;
import net.realmbridge.keycloak.client.IdentityLink;
import net.realmbridge.keycloak.spi.KeycloakInternals;
import net.realmbridge.keycloak.spi.KeycloakInternals.Organization;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;

/**
 * Memberships and links of all users of a component, read with one query each, so that a full sync finds those that are not as they
 * should be without asking for every user. An organization or an identity provider may have come, gone or come back since the
 * user's last import.
 */
public final class BoundUsers {
    private final Map<String, Map<String, Boolean>> memberships;
    private final Map<String, String> joined;
    private final Map<String, Map<String, String>> identities;
    private final Map<String, Organization> organizations = new HashMap<>();
    private final Map<String, Boolean> providers = new HashMap<>();

    private BoundUsers(KeycloakSession session, RealmModel realm, String componentId) {
        memberships = KeycloakInternals.memberships(session, realm.getId(), componentId);
        joined = KeycloakInternals.versions(session, realm.getId(), componentId, OrganizationMembership.MARKER);
        identities = KeycloakInternals.identities(session, realm.getId(), componentId);
        if (realm.isOrganizationsEnabled()) {
            KeycloakInternals.organizations(session, realm.getId()).forEach(one -> organizations.put(one.alias(), one));
        }
        session.identityProviders().getAllStream().forEach(provider -> providers.put(provider.getAlias(), true));
    }

    public static BoundUsers read(KeycloakSession session, RealmModel realm, String componentId) {
        return new BoundUsers(session, realm, componentId);
    }

    /** Whether nothing needs to be done for a user who is otherwise as it should be. */
    public boolean isRight(BridgeUser user) {
        return isMember(user) && isLinked(user);
    }

    private boolean isMember(BridgeUser user) {
        Organization wanted = organizations.get(user.organization());
        if (wanted == null) {
            return true;
        }
        Boolean managed = memberships.getOrDefault(user.id(), Map.of()).get(wanted.id());
        boolean ours = wanted.id().equals(joined.get(user.id()));
        return managed != null && (managed || !ours);
    }

    private boolean isLinked(BridgeUser user) {
        IdentityLink wanted = user.identityLink();
        return wanted == null || !providers.containsKey(wanted.provider())
                || wanted.subject().equals(identities.getOrDefault(user.id(), Map.of()).get(wanted.provider()));
    }
}
