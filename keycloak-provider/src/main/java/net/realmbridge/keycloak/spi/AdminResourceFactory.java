package net.realmbridge.keycloak.spi;

import net.realmbridge.keycloak.admin.BridgeAdmin;
import org.keycloak.Config;
import org.keycloak.events.admin.OperationType;
import org.keycloak.events.admin.ResourceType;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.models.RealmModel;
import org.keycloak.services.resources.admin.AdminEventBuilder;
import org.keycloak.services.resources.admin.ext.AdminRealmResourceProvider;
import org.keycloak.services.resources.admin.ext.AdminRealmResourceProviderFactory;
import org.keycloak.services.resources.admin.fgap.AdminPermissionEvaluator;

/** Hangs {@link BridgeAdmin} into the realm's admin REST API, behind the caller's rights on the realm. */
public final class AdminResourceFactory implements AdminRealmResourceProviderFactory {

    @Override
    public String getId() {
        return "realmbridge";
    }

    @Override
    public AdminRealmResourceProvider create(KeycloakSession session) {
        return new ResourceProvider();
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

    private static final class ResourceProvider implements AdminRealmResourceProvider {
        @Override
        public Object getResource(KeycloakSession session, RealmModel realm, AdminPermissionEvaluator auth, AdminEventBuilder adminEvent) {
            return new BridgeAdmin(session, realm, new BridgeAdmin.Access() {
                @Override
                public void requireViewRealm() {
                    auth.realm().requireViewRealm();
                }

                @Override
                public void requireManageRealm() {
                    auth.realm().requireManageRealm();
                }

                @Override
                public void requireViewUsers() {
                    auth.users().requireView();
                }

                @Override
                public void requireManageUsers() {
                    auth.users().requireManage();
                }

                @Override
                public void record() {
                    adminEvent.operation(OperationType.ACTION).resource(ResourceType.COMPONENT)
                            .resourcePath(session.getContext().getUri()).success();
                }
            });
        }

        @Override
        public void close() {
            // Nothing is open.
        }
    }
}
