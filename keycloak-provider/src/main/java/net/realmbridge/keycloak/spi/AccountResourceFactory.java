package net.realmbridge.keycloak.spi;

import net.realmbridge.keycloak.account.AccountResource;
import org.keycloak.Config;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.models.UserModel;
import org.keycloak.services.managers.AuthenticationManager;
import org.keycloak.services.managers.AuthenticationManager.AuthResult;
import org.keycloak.services.resource.RealmResourceProvider;
import org.keycloak.services.resource.RealmResourceProviderFactory;

/** Hangs {@link AccountResource} below the realm's address, for whoever has the realm's own cookie. */
public final class AccountResourceFactory implements RealmResourceProviderFactory {

    @Override
    public String getId() {
        return "realmbridge";
    }

    @Override
    public RealmResourceProvider create(KeycloakSession session) {
        return new RealmResourceProvider() {
            @Override
            public Object getResource() {
                return new AccountResource(session, () -> loggedIn(session));
            }

            @Override
            public void close() {
                // Nothing is open.
            }
        };
    }

    private static UserModel loggedIn(KeycloakSession session) {
        AuthResult found = new AuthenticationManager().authenticateIdentityCookie(session, session.getContext().getRealm());
        return found == null ? null : found.user();
    }

    @Override
    public void init(Config.Scope config) {
        // There is nothing to configure.
    }

    @Override
    public void postInit(KeycloakSessionFactory factory) {
        // There is nothing to prepare.
    }

    @Override
    public void close() {
        // Nothing is open.
    }
}
