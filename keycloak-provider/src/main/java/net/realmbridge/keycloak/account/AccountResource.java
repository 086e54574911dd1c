package net.realmbridge.keycloak.account;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;

import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import net.realmbridge.keycloak.BridgeProviderFactory;
import net.realmbridge.keycloak.client.FederationInfo;
import net.realmbridge.keycloak.imports.Mapping;
import net.realmbridge.keycloak.spi.KeycloakInternals;
import net.realmbridge.keycloak.spi.KeycloakInternals.Organization;
import org.keycloak.component.ComponentModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.storage.StorageId;
import org.keycloak.storage.UserStorageProvider;
import org.keycloak.theme.Theme;

/**
 * {@code /realms/{realm}/realmbridge/account}: tells the account console who manages the account of whoever is logged in there. The
 * bridge is not asked.
 */
@Produces(MediaType.APPLICATION_JSON)
public final class AccountResource {
    private final KeycloakSession session;
    private final RealmModel realm;
    private final Supplier<UserModel> loggedIn;

    /** @param loggedIn answers {@code null} when nobody is */
    public AccountResource(KeycloakSession session, Supplier<UserModel> loggedIn) {
        this.session = session;
        this.realm = session.getContext().getRealm();
        this.loggedIn = loggedIn;
    }

    @GET
    @Path("account")
    public Response account() {
        UserModel user = loggedIn.get();
        ComponentModel model = user == null ? null : component(user);
        Map<String, Object> told = new LinkedHashMap<>();
        told.put("managed", model != null);
        if (model != null) {
            put(told, "organization", organization(model, user.getFirstAttribute(Mapping.DIRECTORY)));
            put(told, "helpUrl", setting("realmbridge.helpUrl", "realmbridgeHelpUrl"));
        }
        return Response.ok(told).header(HttpHeaders.CACHE_CONTROL, "no-store").build();
    }

    private ComponentModel component(UserModel user) {
        String id = StorageId.isLocalStorage(user.getId()) ? user.getFederationLink() : StorageId.providerId(user.getId());
        ComponentModel model = id == null ? null : realm.getComponent(id);
        return model != null && BridgeProviderFactory.ID.equals(model.getProviderId()) ? model : null;
    }

    /** The organization that the user's directory is bound to, else the directory, else what the realm or the theme says. */
    private String organization(ComponentModel model, String slug) {
        BridgeProviderFactory factory = (BridgeProviderFactory) session.getKeycloakSessionFactory()
                .getProviderFactory(UserStorageProvider.class, BridgeProviderFactory.ID);
        FederationInfo.Directory directory = factory.runtime(session, model).bindings().directory(slug);
        if (directory != null && directory.organization() != null) {
            Organization bound = KeycloakInternals.organization(session, realm.getId(), directory.organization());
            if (bound != null) {
                return bound.name();
            }
        }
        return directory != null && directory.name() != null ? directory.name()
                : setting("realmbridge.organization", "realmbridgeOrganization");
    }

    private String setting(String realmAttribute, String themeProperty) {
        String ofRealm = realm.getAttribute(realmAttribute);
        if (ofRealm != null && !ofRealm.isBlank()) {
            return ofRealm;
        }
        try {
            return session.theme().getTheme(Theme.Type.ACCOUNT).getProperties().getProperty(themeProperty);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void put(Map<String, Object> told, String name, String value) {
        if (value != null && !value.isBlank()) {
            told.put(name, value);
        }
    }
}
