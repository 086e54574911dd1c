package net.realmbridge.keycloak.feed;

import java.util.Map;

import net.realmbridge.keycloak.client.BridgeUser;
import net.realmbridge.keycloak.client.IdentityLink;
import net.realmbridge.keycloak.imports.IdentityLinks;
import net.realmbridge.keycloak.imports.Outcome;
import net.realmbridge.keycloak.live.RemoteUser;
import net.realmbridge.keycloak.runtime.BridgeRuntime;
import org.keycloak.component.ComponentModel;
import org.keycloak.models.UserModel;
import org.keycloak.storage.UserStorageUtil;
import org.keycloak.storage.federated.UserFederatedStorageProvider;

/** Links of users who aren't imported: Keycloak keeps them in its tables for federated users. */
final class RemoteLinks {
    private RemoteLinks() {
    }

    /** @param present the subjects of the component's users at each identity provider, by the bridge's id */
    static boolean isRight(Map<String, Map<String, String>> present, BridgeUser user) {
        Map<String, String> own = present.getOrDefault(user.id(), Map.of());
        IdentityLink wanted = user.identityLink();
        return wanted == null ? own.isEmpty() : wanted.subject().equals(own.get(wanted.provider()));
    }

    static Outcome apply(Importing.Scope scope, BridgeRuntime runtime, BridgeUser user) {
        ComponentModel component = scope.realm().getComponent(runtime.config().componentId());
        if (component != null) {
            UserModel remote = new RemoteUser(scope.session(), scope.realm(), component, runtime.config(),
                    runtime.mapping(scope.session(), scope.realm()), user);
            IdentityLinks links = new IdentityLinks(scope.session(), scope.realm());
            if (!links.reconcile(remote, user.identityLink(), new StoredMark(scope, remote.getId()))) {
                scope.importer().leaveUnlinked(user);
            }
        }
        return Outcome.UNCHANGED;
    }

    /** For a user who is gone. */
    static Outcome remove(Importing.Scope scope, BridgeRuntime runtime, String id) {
        return apply(scope, runtime, BridgeUser.unknown(id));
    }

    private record StoredMark(Importing.Scope scope, String userId) implements IdentityLinks.Mark {
        @Override
        public String get() {
            return storage().getAttributes(scope.realm(), userId).getFirst(IdentityLinks.MARKER);
        }

        @Override
        public void set(String provider) {
            storage().setSingleAttribute(scope.realm(), userId, IdentityLinks.MARKER, provider);
        }

        @Override
        public void remove() {
            storage().removeAttribute(scope.realm(), userId, IdentityLinks.MARKER);
        }

        private UserFederatedStorageProvider storage() {
            return UserStorageUtil.userFederatedStorage(scope.session());
        }
    }
}
