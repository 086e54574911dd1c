package net.realmbridge.keycloak.admin;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

import net.realmbridge.keycloak.client.BridgeUser;
import net.realmbridge.keycloak.client.IdentityLink;
import net.realmbridge.keycloak.runtime.Bindings;
import net.realmbridge.keycloak.spi.KeycloakInternals;
import net.realmbridge.keycloak.spi.KeycloakInternals.Organization;
import org.keycloak.component.ComponentModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.storage.StorageId;

/** Says what directories are bound to in the realm, and what became of it for one user. */
final class BindingStatus {
    private BindingStatus() {
    }

    static List<Map<String, Object>> of(Bindings bindings) {
        return bindings.list().stream().map(bound -> {
            Map<String, Object> one = new LinkedHashMap<>();
            one.put("directory", bound.directory());
            one.put("kind", bound.kind());
            one.put("alias", bound.alias());
            one.put("state", bound.state().name().toLowerCase(Locale.ROOT).replace('_', '-'));
            one.put("detail", bound.state().meaning());
            return one;
        }).toList();
    }

    /** Adds {@code organization} and {@code identityLink}, each only if the user's directory is bound to one. */
    static void explain(KeycloakSession session, RealmModel realm, ComponentModel model, boolean importEnabled, BridgeUser remote,
            Map<String, Object> explained) {
        if (remote.organization() != null) {
            explained.put("organization", organization(session, realm, remote));
        }
        if (remote.identityLink() != null) {
            String id = importEnabled ? remote.id() : new StorageId(model.getId(), remote.id()).getId();
            explained.put("identityLink", identityLink(session, realm, id, remote.identityLink()));
        }
    }

    private static Map<String, Object> organization(KeycloakSession session, RealmModel realm, BridgeUser remote) {
        Organization found = KeycloakInternals.organization(session, realm.getId(), remote.organization());
        UserModel local = KeycloakInternals.localUsers(session).getUserById(realm, remote.id());
        Boolean managed = found == null || local == null ? null : KeycloakInternals.managedMember(session, local, found);
        Map<String, Object> said = new LinkedHashMap<>();
        said.put("alias", remote.organization());
        said.put("there", found != null && realm.isOrganizationsEnabled());
        said.put("member", managed != null);
        said.put("managed", Boolean.TRUE.equals(managed));
        // Keycloak shows the managed members of a disabled organization as disabled themselves.
        said.put("shutOut", Boolean.TRUE.equals(managed) && !found.enabled());
        return said;
    }

    private static Map<String, Object> identityLink(KeycloakSession session, RealmModel realm, String id, IdentityLink link) {
        String holder = KeycloakInternals.subjectHolders(session, realm.getId(), link.provider(), Set.of(link.subject())).get(link.subject());
        Map<String, Object> said = new LinkedHashMap<>();
        said.put("provider", link.provider());
        said.put("there", session.identityProviders().getByAlias(link.provider()) != null);
        said.put("subject", link.subject());
        said.put("linked", id.equals(holder));
        if (holder != null && !id.equals(holder)) {
            said.put("holder", holder);
        }
        return said;
    }
}
